# SPDX-License-Identifier: Apache-2.0
"""A model trained on two datasets under custody: everything signed, nothing run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from custody.dataset import Listing
from custody.home import Home
from custody.lineage import predicates
from custody.lineage import statement as st
from custody.lineage.bom import SpecVersion, build
from custody.lineage.gate import examine
from custody.lineage.ledger import Ledger
from tests.lineage.chain import START, later

INTENT = "chat"
MODEL = st.file_subject("tiny.bin", "0123456789abcdef" * 4)
ORIGIN = {"url": "https://example.org/people data", "publisher": "Example & Co", "revision": "r7", "retrieved": ""}
RUN = {"dag_id": "govern", "run_id": "manual__1", "task_id": "t", "map_index": -1, "try_number": 1}
CARD = {
    "approach": "supervised",
    "task": "token classification",
    "family": "hash embeddings and a window of convolutions",
    "inputs": ["text"],
    "outputs": ["spans"],
    "hyperparameters": {"epochs": "3"},
    "base_model": "urn:example:base@1",
    "metrics": [{"type": "F1", "value": "0.7", "slice": "held out"}],
    "users": ["stewards"],
    "risks": [{"name": "misses rare names", "mitigation": "a column is read whole"}],
}


@dataclass
class Story:
    """Statements as the road makes them. `people` is redacted and encrypted; `words` is used as it came in."""

    home: Home
    ledger: Ledger = field(init=False)
    minutes: int = 0
    files: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {"people": ("a.csv", "b.csv"), "words": ("w.txt",)}
    )
    origin: Mapping[str, str] = field(default_factory=lambda: dict(ORIGIN))
    licence: Mapping[str, str] = field(default_factory=lambda: {"people": "CC-BY-4.0", "words": "MIT OR Apache-2.0"})
    card: Mapping[str, Any] = field(default_factory=lambda: dict(CARD))
    audited: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] | None = field(default_factory=lambda: dict(RUN))

    def __post_init__(self) -> None:
        self.ledger = Ledger.of(self.home)

    def sign(
        self,
        step: str,
        subject: st.Subject,
        predicate: Mapping[str, Any],
        prev: tuple[str, ...],
        grade: str,
        **detail: Any,
    ) -> st.Statement:
        """Sign one step, a minute after the one before."""
        self.minutes += 1
        moment = later(START, minutes=self.minutes)
        link = st.Link(step, prev, self.home.policy.digest, moment, grade, self.run, detail)
        return self.ledger.append([subject], predicate, link)

    def form(self, name: str, what: str) -> st.Subject:
        """One form of a dataset, with a listing of its own."""
        digest = {"raw": "a", "redacted": "b", "cleared": "c"}[what]
        listing = Listing({path: f"{len(path):02x}".rjust(2, "0") * 31 + digest * 2 for path in self.files[name]})
        return st.dataset_subject(name, self.ledger.keep_listing(name, listing))

    def clear(self, name: str, grade: str, entities: tuple[str, ...], *makers: str) -> st.Statement:
        """Walk one dataset from its audit to the gate; return the gate's statement."""
        raw = self.form(name, "raw")
        audited = self.audit(name, raw)
        last = self.classify(name, raw, grade, entities)
        now = raw
        forms = {"redact": "redacted", "encrypt": "cleared"}
        for step in makers:
            before, now = now, self.form(name, forms[step])
            body = predicates.provenance(step, [before], {}, START, None)
            detail = (
                {"plan": dict(self.home.policy.measures[grade].redact)} if step == "redact" else {"key": "local:k#k"}
            )
            last = self.sign(step, now, body, (last.digest,), grade, **detail)
        snapshot = st.file_subject(f"snapshot:{name}", "d" * 64)
        kept = predicates.provenance("backup", [now], {}, START, None)
        backup = self.sign("backup", snapshot, kept, (last.digest,), grade)
        passed = predicates.observed([snapshot], ["address"])
        self.sign("drill", now, passed, (backup.digest,), grade, rto_seconds=1.5)
        self.sign("expect", now, predicates.observed([], ["not_null"]), (last.digest,), grade)
        return self.gate(name, now, grade, audited)

    def audit(self, name: str, raw: st.Subject) -> st.Statement:
        """The audit of one source, with its report."""
        told = {
            "address": raw["digest"]["dirHash"],
            "declared": [{"by": "card", "text": "cc by"}],
            "attribution": "By Them",
            **self.audited,
        }
        report = self.ledger.document(json.dumps({"sources": [told]}).encode())
        detail = {
            "intent": INTENT,
            "verdict": "allow_with_obligations",
            "licence": self.licence[name],
            "obligations": ["give credit"],
            "origin": dict(self.origin),
            "report": report,
        }
        return self.sign("audit", raw, predicates.observed([], ["permission"]), (), "public", **detail)

    def classify(self, name: str, raw: st.Subject, grade: str, entities: tuple[str, ...]) -> st.Statement:
        """The classification of one dataset, with its report."""
        told = {"rows": 12, "detector": {"recognizers": "f" * 64}, "unchecked": ["no language model was loaded"]}
        report = self.ledger.document(json.dumps({"dataset": name, **told}).encode())
        attributes = [{"attribute": f"grade:{grade}"}, *({"attribute": f"contains:{one}"} for one in entities)]
        return self.sign("classify", raw, predicates.scai(attributes), (), grade, report=report, rows=12)

    def gate(self, name: str, now: st.Subject, grade: str, audited: st.Statement) -> st.Statement:
        """The gate's summary of one dataset; its examination must pass."""
        found = examine(self.ledger, name, now["digest"]["dirHash"], INTENT, later(START, hours=1))
        assert found.passed, found.reasons
        inputs = [one.digest for one in found.statements]
        assert audited.digest in inputs
        summary = predicates.verification_summary(name, self.home.policy.digest, inputs, passed=True)
        return self.sign("gate", now, summary, tuple(inputs), grade, intent=INTENT, reasons=[])

    def train(self) -> st.Statement:
        """The whole story; return the training."""
        people = self.clear("people", "restricted", ("PERSON", "EMAIL_ADDRESS"), "redact", "encrypt")
        words = self.clear("words", "confidential", (), "redact", "encrypt")
        materials = [one.subjects[0] for one in (people, words)]
        body = predicates.provenance("train", materials, {"intent": INTENT}, START, self.run)
        detail = {"intent": INTENT} | ({"card": dict(self.card)} if self.card else {})
        return self.sign("train", MODEL, body, (people.digest, words.digest), "restricted", **detail)

    def bom(self, version: SpecVersion = "1.6") -> dict[str, Any]:
        """The BOM of the whole story, as it would be signed."""
        return build(self.ledger, self.train(), version)[0]
