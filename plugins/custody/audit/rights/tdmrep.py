# SPDX-License-Identifier: Apache-2.0
"""TDMRep: the TDM Reservation Protocol (W3C community group, final report), in file, header and meta element.

In `/.well-known/tdmrep.json` the first rule whose location fits holds. A header overrides the file, a meta element
both; what is absent overrides nothing. A value other than 0 and 1 is a protocol error and counts as unset. Beyond the
report: a protocol error, and a later rule of the file that reserves where the first grants, are problems.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from custody.audit.rights import paths
from custody.audit.rights.states import Reading, Signal
from custody.lineage.statement import strict_json

MAX_FILE = 4 << 20  # bytes
BY = "tdm-reservation"


@dataclass(frozen=True)
class Tdm:
    """What one place says. reservation: 1 reserved, 0 not reserved, None unset."""

    reservation: int | None = None
    policy: str = ""
    problems: tuple[str, ...] = ()

    def over(self, earlier: Tdm) -> Tdm:
        """Return what holds when this comes after another place, in the order file, header, meta element."""
        mine = self.reservation is not None
        holds = self if mine else earlier
        policy = self.policy or (earlier.policy if not mine else "")
        return Tdm(holds.reservation, policy, (*earlier.problems, *self.problems))

    @property
    def reading(self) -> Reading:
        """Return it as a reading. A policy counts where rights are reserved."""
        state = {1: "reserved", 0: "granted"}.get(self.reservation if self.reservation is not None else -1)
        signals = (Signal(BY, str(self.reservation), state, binds=True),) if state else ()  # type: ignore[arg-type]
        return Reading(signals, self.problems, (self.policy,) if self.policy and self.reservation == 1 else ())


def value(reservation: str | None, policy: str = "") -> Tdm:
    """Read a header's or meta element's value; None when it is not there."""
    if reservation is None:
        return Tdm(policy=policy.strip())
    text = reservation.strip()
    if text not in ("0", "1"):
        return Tdm(policy=policy.strip(), problems=(f"a {BY} is neither 0 nor 1",))
    return Tdm(int(text), policy.strip())


def file(body: bytes | str, path: str) -> Tdm:
    """Read the body of a `tdmrep.json` for a path (or URL). A file that cannot be read is a problem."""
    data = body.encode() if isinstance(body, str) else body
    if len(data) > MAX_FILE:
        return Tdm(problems=(f"tdmrep.json is larger than {MAX_FILE:,} bytes",))
    try:
        return rules(strict_json(data.removeprefix(b"\xef\xbb\xbf")), path)
    except Exception as error:  # other people's file
        return Tdm(problems=(f"tdmrep.json cannot be read ({type(error).__name__})",))


def rules(content: Any, path: str) -> Tdm:
    """Read the rules of a parsed `tdmrep.json` for a path (or URL)."""
    if not isinstance(content, list):
        return Tdm(problems=("tdmrep.json is not a list of rules",))
    wrong = any(not _is_rule(one) for one in content)
    problems = ("tdmrep.json has a rule without a path or reservation",) if wrong else ()
    fitting = list(_fitting(content, path))
    first = fitting[0] if fitting else Tdm()
    if first.reservation != 1 and any(one.reservation == 1 for one in fitting):
        problems = (*problems, "a later rule of tdmrep.json reserves what the first that fits does not")
    return Tdm(first.reservation, first.policy, (*problems, *first.problems))


def _is_rule(one: Any) -> bool:
    location = one.get("location") if isinstance(one, dict) else None
    return isinstance(location, str) and location.startswith(("/", "*")) and "tdm-reservation" in one


def _fitting(content: list[Any], path: str) -> Iterator[Tdm]:
    asked = paths.meant_target(paths.target(paths.octets(path)))
    for one in filter(_is_rule, content):
        if paths.matches(paths.meant(paths.octets(one["location"])), asked):
            given, policy = one["tdm-reservation"], one.get("tdm-policy", "")
            known = type(given) is int and given in (0, 1)
            problems = () if known else (f"a {BY} of tdmrep.json is neither 0 nor 1",)
            yield Tdm(given if known else None, policy if isinstance(policy, str) else "", problems)
