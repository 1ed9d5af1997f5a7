# SPDX-License-Identifier: Apache-2.0
"""Chains of signed statements, right in everything but what a test changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from custody.dataset import Listing
from custody.home import Home
from custody.keys import Signer
from custody.lineage import gate, predicates
from custody.lineage import statement as st
from custody.lineage.ledger import Ledger

RAW, REDACTED, CLEARED = "a" * 64, "b" * 64, "c" * 64
START = "2026-03-01T09:00:00.000000Z"  # of the first step; each later one is a minute later
AT = "2026-03-01T12:00:00.000000Z"  # when the gate is asked
STEPS = ("audit", "classify", "redact", "encrypt", "backup", "drill", "expect")
NAME, INTENT = "people", "chat"


def later(than: str, **by: float) -> str:
    """A moment some days, hours or seconds after another."""
    moment = datetime.strptime(than, st.TIME) + timedelta(**by)  # noqa: DTZ007 - the format ends in Z
    return moment.strftime(st.TIME)


def dataset(address: str) -> st.Subject:
    """The dataset at an address."""
    return st.dataset_subject(NAME, address)


@dataclass(frozen=True)
class Draft:
    """A statement that is not signed yet."""

    subjects: tuple[st.Subject, ...]
    predicate: dict[str, Any]
    link: st.Link

    def but(self, **changes: Any) -> Draft:
        """The same with other subjects, another predicate, or other fields of the link."""
        mine = {key: changes.pop(key) for key in ("subjects", "predicate") if key in changes}
        return replace(self, **mine, link=replace(self.link, **changes))

    @property
    def payload(self) -> bytes:
        """The bytes to sign."""
        return st.make_payload(self.subjects, self.predicate, self.link)


@dataclass
class Chain:
    """What the road signs for restricted data: raw, redacted, cleared."""

    home: Home
    grade: str = "restricted"
    name: str = NAME
    forms: tuple[str, str, str] = (RAW, REDACTED, CLEARED)  # addresses
    start: str = START
    made: dict[str, st.Statement] = field(default_factory=dict)

    @property
    def ledger(self) -> Ledger:
        """The home's ledger, freshly opened."""
        return Ledger.of(self.home)

    def draft(self, step: str) -> Draft:
        """The statement of a step as it should be, following what was made so far."""
        passed = predicates.observed([], ["checked"])
        raw, redacted, cleared = (st.dataset_subject(self.name, address) for address in self.forms)
        attributes = [{"attribute": f"grade:{self.grade}"}]
        bodies: dict[str, tuple[st.Subject, dict[str, Any], dict[str, Any], str]] = {
            "audit": (raw, passed, {"intent": INTENT, "verdict": "allow", "reasons": []}, ""),
            "classify": (raw, predicates.scai(attributes), {"unscanned": []}, ""),
            "redact": (redacted, self._provenance("redact", raw), {"plan": self._plan()}, "classify"),
            "encrypt": (cleared, self._provenance("encrypt", redacted), {"key": "local:k#r"}, "redact"),
            "backup": (st.file_subject("snapshot", "d" * 64), self._provenance("backup", cleared), {}, "encrypt"),
            "drill": (cleared, passed, {"rto_seconds": 1.5}, "backup"),
            "expect": (cleared, passed, {}, "drill"),
        }
        subject, predicate, detail, before = bodies[step]
        prev = (self.made[before].digest,) if before in self.made else ()
        moment = later(self.start, minutes=len(self.made))
        link = st.Link(step, prev, self.home.policy.digest, moment, self.grade, None, detail)
        return Draft((subject,), predicate, link)

    def sign(self, draft: Draft) -> st.Statement:
        """Sign with the key of the role that owns the step, and store."""
        made = self.ledger.append(draft.subjects, draft.predicate, draft.link)
        self.made[draft.link.step] = made
        return made

    def walk(self, *steps: str, without: Iterable[str] = ()) -> Chain:
        """Sign these steps, or all, as they should be."""
        for step in steps or STEPS:
            if step not in without:
                self.sign(self.draft(step))
        return self

    def smuggle(self, draft: Draft, signer: Signer) -> str:
        """Store a statement with its markers as somebody would who can write to the ledger, whoever signed it."""
        digest, step = st.payload_digest(draft.payload), draft.link.step
        self.ledger.store.put_new(f"statements/{digest}.dsse.json", st.sign(draft.payload, signer))
        materials = draft.predicate.get("buildDefinition", {}).get("resolvedDependencies", [])
        for named in {value for one in (*draft.subjects, *materials) for value in one["digest"].values()}:
            self.ledger.store.put_new(f"about/{named}/{step}-{digest}", b"")
        return digest

    def lose(self, step: str) -> None:
        """Delete a statement and leave its markers."""
        (self.home.path / "ledger" / "statements" / f"{self.made[step].digest}.dsse.json").unlink()

    def hide(self, step: str) -> None:
        """Delete a statement and every marker that finds it."""
        self.lose(step)
        for marker in (self.home.path / "ledger" / "about").rglob(f"*-{self.made[step].digest}"):
            marker.unlink()

    def ask(
        self, address: str = CLEARED, intent: str = INTENT, at: str = AT, listing: Listing | None = None
    ) -> gate.Examination:
        """Ask whether the bytes at an address may be used."""
        return gate.examine(self.ledger, NAME, address, intent, at, listing)

    def _provenance(self, step: str, source: st.Subject) -> dict[str, Any]:
        return predicates.provenance(step, [source], {}, self.start, None)

    def _plan(self) -> dict[str, str]:
        return dict(self.home.policy.measures[self.grade].redact)
