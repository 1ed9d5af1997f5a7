# SPDX-License-Identifier: Apache-2.0
"""Waivers: a steward's signed word that a finding shall not stop a source, and whether it counts.

A waiver is about exactly what its author read: these findings of this code, this source, these bytes, this intent,
under this policy, until its last day. It never removes a finding; both verdicts stay. It may lower a `review`, and a
`deny` only where the policy lists the code under `audit.waive_deny`. Who decides is not who asked, and does not hold
the key that signs audits. Of several waivers the strictest counts, so one that lowers nothing withdraws the others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

from custody.audit.verdicts import REFUSALS, VERDICTS, Finding, Verdict, strictest

LONGEST = timedelta(days=365)  # looked at again within a year, as the decisions on findings in data are
_OF_STATEMENT = frozenset({"policy", "statement", "signer"})


@dataclass(frozen=True)
class Waiver:
    """One steward's word on the findings of one code.

    Args:
        code: of the findings.
        findings: their digests, see `finding_digest`.
        source: the source's name.
        address: dirHash of its bytes.
        intent: a name under `intents` in the policy.
        lowered_from: the strictest verdict it was made for.
        lowered_to: what these findings count as instead.
        who: who decides.
        asked_by: who wanted it; another person.
        why: the reason.
        made: day it was made, UTC.
        expires: its last day, UTC.
        policy: digest of the policy it was made under.
        statement: digest of the signed statement it was read from.
        signer: the key that signed that.
    """

    code: str
    findings: tuple[str, ...]
    source: str
    address: str
    intent: str
    lowered_from: Verdict
    lowered_to: Verdict
    who: str
    asked_by: str
    why: str
    made: str
    expires: str
    policy: str = ""
    statement: str = ""
    signer: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form that is signed, without what the statement says anyway."""
        told = {key: value for key, value in asdict(self).items() if key not in _OF_STATEMENT}
        return told | {"findings": list(self.findings)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], **of_statement: str) -> Waiver:
        """Read the JSON form. Raises KeyError, TypeError or ValueError when it is not one."""
        texts: dict[str, Any] = {key: value for key, value in data.items() if key != "findings"}
        digests = tuple(data["findings"])
        known = {one.name for one in fields(cls)} - _OF_STATEMENT
        if set(data) != known or not all(isinstance(one, str) for one in (*texts.values(), *digests)):
            raise ValueError("waiver")
        if not {texts["lowered_from"], texts["lowered_to"]} <= set(VERDICTS):
            raise ValueError("verdict")
        return cls(findings=digests, **{**texts, **of_statement})


@dataclass(frozen=True)
class Circumstances:
    """What waivers are held against: one source of one audit.

    Args:
        source: its name.
        address: of its bytes.
        intent: a name under `intents` in the policy.
        policy: digest of the policy.
        today: the day the audit holds for, UTC.
        waive_deny: codes of which a `deny` may be lowered.
        auditors: the keys that may sign audits.
    """

    source: str
    address: str
    intent: str
    policy: str
    today: date
    waive_deny: frozenset[str] = frozenset()
    auditors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Weighed:
    """Findings with what waivers make of them.

    Args:
        findings: those of the rules as they were, and those about waivers that do not count.
        waived: digest of a finding -> the waiver that counts for it.
    """

    findings: tuple[Finding, ...]
    waived: Mapping[str, Waiver]

    @property
    def verdict(self) -> Verdict:
        """The verdict with the waivers."""
        return strictest(*(self.effective(one) for one in self.findings))

    def effective(self, finding: Finding) -> Verdict:
        """Return what a finding counts as."""
        waiver = self.waived.get(finding_digest(finding)) if self.waived else None
        return waiver.lowered_to if waiver else finding.verdict


def finding_digest(finding: Finding) -> str:
    """Return the SHA-256 of everything a finding says but its remedy: a waiver is about what its author read."""
    told = [finding.code, finding.verdict, finding.what, finding.where, finding.why]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def weigh(findings: Sequence[Finding], waivers: Iterable[Waiver], now: Circumstances) -> Weighed:
    """Apply waivers to what the rules found. The order of either does not matter."""
    waived: dict[str, Waiver] = {}
    more: set[Finding] = set()
    known = sorted(waivers, key=lambda one: (one.made, one.statement, one.code, one.lowered_to))
    for finding in findings:
        mine = [one for one in known if one.code == finding.code and one.source == now.source]
        if finding.verdict not in REFUSALS or not mine:
            continue
        digest = finding_digest(finding)
        live = [one for one in mine if not _void(one, finding, digest, now)]
        if live:
            counts = max(live, key=lambda one: VERDICTS.index(one.lowered_to))
            if VERDICTS.index(counts.lowered_to) < VERDICTS.index(finding.verdict):
                waived[digest] = counts
        else:
            more |= {_told(finding, one, _void(one, finding, digest, now)) for one in mine}
    return Weighed(tuple(sorted({*findings, *more})), waived)


def problem(one: Waiver, findings: Iterable[Finding], now: Circumstances) -> str:
    """Return why a waiver would not count for these findings, or nothing."""
    return next((why[1] for each in findings if (why := _void(one, each, finding_digest(each), now))), "")


def _void(one: Waiver, finding: Finding, digest: str, now: Circumstances) -> tuple[str, str] | None:
    """Return the code of why a waiver does not count for a finding, and the reason in words."""
    return next(_reasons(one, finding, digest, now), None)


def _reasons(one: Waiver, finding: Finding, digest: str, now: Circumstances) -> Iterator[tuple[str, str]]:
    yield from _people(one, now)
    yield from (("WVR110", told) for told in _time(one, now.today))
    scope = {
        "another policy": one.policy != now.policy,
        f"the intent {one.intent!r}": one.intent != now.intent,
        "other bytes": one.address != now.address,
        "another finding of this code": digest not in one.findings,
    }
    yield from (("WVR111", f"it was made for {what}") for what, other in scope.items() if other)
    if finding.verdict == "deny" and finding.code not in now.waive_deny:
        yield "WVR112", f"the policy lets nobody waive a denial by {finding.code}"


def _people(one: Waiver, now: Circumstances) -> Iterator[tuple[str, str]]:
    if not person(one.who) or not one.why.strip():
        yield "WVR113", "it needs an author and a reason"
    if not person(one.asked_by) or person(one.asked_by) == person(one.who):
        yield "WVR113", "who decides must not be who asked"
    if one.signer in now.auditors:
        yield "WVR113", "it is signed with a key that signs audits"


def _time(one: Waiver, today: date) -> Iterator[str]:
    try:
        made, expires = date.fromisoformat(one.made), date.fromisoformat(one.expires)
    except ValueError:
        yield "its dates are not written as YYYY-MM-DD"
        return
    if not timedelta(0) <= expires - made <= LONGEST:
        yield f"it must end within {LONGEST.days} days of the day it was made"
    if made > today + timedelta(days=1):  # clocks of two machines may be on two sides of midnight
        yield f"it is dated in the future, {made}"
    if expires < today:
        yield f"it expired on {expires}"


def person(name: str) -> str:
    """Return a name as it is compared."""
    return " ".join(name.casefold().split())


def _told(finding: Finding, one: Waiver, void: tuple[str, str] | None) -> Finding:
    code, why = void or ("", "")
    return Finding(
        code,
        "review",
        f"a waiver of {finding.code} by {one.who[:80]!r} does not count",
        one.source,
        why,
        "settle the finding itself, or let a steward decide anew",
    )
