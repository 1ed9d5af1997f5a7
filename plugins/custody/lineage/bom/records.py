# SPDX-License-Identifier: Apache-2.0
"""The verified records a BOM is made of: nothing in a BOM has another origin than these."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from custody.errors import IntegrityError
from custody.intents import Intent
from custody.lineage.bom.shapes import LEDGER, Shape, reference
from custody.lineage.card import ModelCard
from custody.lineage.gate import Examination, examine
from custody.lineage.ledger import Ledger
from custody.lineage.statement import Statement
from custody.policy import Policy


@dataclass(frozen=True)
class Cleared:
    """One dataset the model was trained on.

    Args:
        found: what the records say of it; nothing speaks against it.
        classification: the report the classify statement names; empty when it names none.
        audited: what the report the audit statement names says of its source; empty when it names none.
    """

    found: Examination
    classification: Mapping[str, Any] = field(default_factory=dict)
    audited: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.found.name

    @property
    def address(self) -> str:
        """The dirHash of the bytes that were read."""
        return self.found.addresses[0]

    @property
    def ref(self) -> str:
        """The bom-ref of its component."""
        return form_ref(self.name, self.address)

    @property
    def origin(self) -> Mapping[str, str]:
        """Where it was got from, as audited."""
        origin: Mapping[str, str] = self.audit.get("origin") or {}
        return origin

    @property
    def audit(self) -> Mapping[str, Any]:
        """What the audit signed."""
        return self.found.used["audit"].link.detail


@dataclass(frozen=True)
class Records:
    """A training and what it rests on.

    Args:
        ledger: the records; its policy is the one they were made under.
        trained: the signed provenance of the model.
        datasets: what it was trained on, in the order the training signed.
    """

    ledger: Ledger
    trained: Statement
    datasets: tuple[Cleared, ...]

    @property
    def rules(self) -> Policy:
        """The policy."""
        return self.ledger.rules

    @property
    def model(self) -> Mapping[str, Any]:
        """The model as a subject: name and digest."""
        return self.trained.subjects[0]

    @property
    def model_ref(self) -> str:
        """The bom-ref of the model."""
        return f"model:{self.model['name']}@{self.model['digest']['sha256'][:12]}"

    @property
    def intent_name(self) -> str:
        """The intent the model was trained for."""
        return str(self.trained.link.detail["intent"])

    @property
    def intent(self) -> Intent:
        """The same, as the policy defines it."""
        return self.rules.intents[self.intent_name]

    @cached_property
    def card(self) -> ModelCard:
        """What the trainer says of the model.

        Raises:
            IntegrityError: the training signed something else than a card.
        """
        try:
            return ModelCard.model_validate(self.trained.link.detail.get("card", {}))
        except ValueError:
            raise IntegrityError("the training signed a model card of another form") from None

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement the BOM rests on, once, in the order they were made."""
        every = {one.digest: one for found in self.datasets for one in found.found.statements}
        every[self.trained.digest] = self.trained
        return tuple(sorted(every.values(), key=lambda one: (one.link.created_at, one.digest)))

    @property
    def written_at(self) -> str:
        """The moment of the last of them. Clocks of two machines may differ, so that need not be the training's."""
        return self.statements[-1].link.created_at

    def attestation(self, statement: Statement) -> Shape:
        """Return a reference to a statement, with the digest of its envelope."""
        envelope = hashlib.sha256(self.ledger.envelope(statement.digest)).hexdigest()
        return reference("attestation", statement_url(statement), envelope, statement.link.step)


def form_ref(name: str, address: str) -> str:
    """Return the bom-ref of one form of a dataset: raw, redacted or cleared."""
    return f"dataset:{name}@{address[:12]}"


def statement_url(statement: Statement) -> str:
    """Return where a bundle keeps a statement."""
    return f"{LEDGER}/statements/{statement.digest}.dsse.json"


def gather(ledger: Ledger, trained: Statement) -> Records:
    """Collect the records of a training.

    Raises:
        IntegrityError: a dataset the model was trained on is not cleared by the records, or a document is missing.
    """
    return Records(ledger, trained, tuple(_cleared(ledger, trained, one) for one in trained.materials))


def _cleared(ledger: Ledger, trained: Statement, material: Mapping[str, Any]) -> Cleared:
    address = material["digest"]["dirHash"]
    found = examine(ledger, material["name"], address, trained.link.detail["intent"], trained.link.created_at)
    if found.reasons:
        raise IntegrityError("the model was trained on data that is not cleared: " + "; ".join(found.reasons))
    before = [ledger.get(digest) for digest in trained.link.prev]
    cleared = [one for one in before if one.link.step == "gate" and one.names(address)]
    if not cleared:
        raise IntegrityError(f"{material['name']}: training did not follow a gate", where=f"address {address[:12]}…")
    found.used["gate"] = cleared[0]
    report = _report(ledger, found.used["audit"])
    told: Mapping[str, Any] = next((one for one in report.get("sources", ()) if one.get("address") == found.raw), {})
    return Cleared(found, _report(ledger, found.used["classify"]), told)


def _report(ledger: Ledger, statement: Statement) -> Mapping[str, Any]:
    """Return the report a statement names by digest; empty when it names none, or something else than a report."""
    digest = statement.link.detail.get("report")
    if digest is None:
        return {}
    try:
        report = json.loads(ledger.read_document(digest))
    except ValueError:
        return {}  # what it would have told is told as missing
    return report if isinstance(report, dict) else {}
