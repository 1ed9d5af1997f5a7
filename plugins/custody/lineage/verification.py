# SPDX-License-Identifier: Apache-2.0
"""What a verification found: nine checks, one answer, and the first broken link in one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from custody.errors import CustodyError

Result = Literal["ok", "mismatch", "incomplete"]
State = Literal["ok", "broken", "unchecked"]
EXIT_CODES: dict[Result, int] = {"ok": 0, "mismatch": 1, "incomplete": 2}
CHECKS = {
    1: "signatures",  # a key that the policy trusts signed every statement, and nobody else did
    2: "statements",  # each is what its name says, by the role that owns the step, in the form of its predicate
    3: "chain",  # whatever is followed is there, nothing else is, and the head is the one expected
    4: "BOM",  # signed, valid, its references resolve, its digests are well formed and those of the envelopes
    5: "training",  # the datasets of the BOM are those the model was trained on, in both directions
    6: "steps",  # every step the policy demands of the grade is signed, passed, and was recent at the gate
    7: "grades",  # what the BOM says of each dataset is what was signed
    8: "data",  # the bytes have the address that the BOM and the statements name
    9: "model",  # the file has the digest that the BOM and its training name
}


@dataclass(frozen=True)
class Check:
    """One thing that was checked: the number and so the name of its check, how it ended, and in words."""

    number: int
    state: State
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"check": self.number, "name": CHECKS[self.number], "state": self.state, "text": self.text}


@dataclass
class Verification:
    """Everything that was checked, in order.

    pinned: the policy, and so the trusted keys, came from the verifier and not from the bundle. policy: its SHA-256.
    head: of the bundle's statements. redo: commands by which somebody without custody does the same. subjects and
    statements: what a verification summary is about and rests on.
    """

    checks: list[Check] = field(default_factory=list)
    pinned: bool = False
    policy: str = ""
    head: str = ""
    anchored: str = ""  # RFC 3339: the head was there by then, says a time-stamp authority
    redo: list[str] = field(default_factory=list)
    subjects: list[dict[str, Any]] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)

    @property
    def result(self) -> Result:
        """The answer in one word."""
        return "mismatch" if self.mismatches else "incomplete" if self.unchecked else "ok"

    @property
    def checked(self) -> list[str]:
        """What is as it should be."""
        return self._in("ok")

    @property
    def mismatches(self) -> list[str]:
        """What is not."""
        return self._in("broken")

    @property
    def unchecked(self) -> list[str]:
        """What nobody looked at."""
        return self._in("unchecked")

    @property
    def broken(self) -> str:
        """The first broken link in one sentence, or nothing."""
        return self.mismatches[0] if self.mismatches else ""

    @property
    def unreached(self) -> list[str]:
        """The names of the checks that were not begun because an earlier one broke."""
        begun = {one.number for one in self.checks}
        return [name for number, name in CHECKS.items() if number not in begun]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        parts = {"checked": self.checked, "mismatches": self.mismatches, "unchecked": self.unchecked}
        told = {"result": self.result, "broken": self.broken, **parts, "policy": self.policy, "head": self.head}
        more = {"policyPinned": self.pinned, "anchored": self.anchored or None, "notReached": self.unreached}
        return {**told, **more, "checks": [one.to_dict() for one in self.checks], "redo": self.redo}

    def _in(self, state: State) -> list[str]:
        return [one.text for one in self.checks if one.state == state]


def sentence(error: CustodyError) -> str:
    """Return what is wrong and where, in one line, without the remedies."""
    return " ".join((f"{error.where}: {error.what}" if error.where else error.what).split())


def plain(text: str) -> str:
    """Take out what acts on a terminal or turns the direction of text: names come from whoever wrote the records."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
