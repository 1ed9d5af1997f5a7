# SPDX-License-Identifier: Apache-2.0
"""What is presented for verification: a BOM, a bundle and perhaps bytes, each read when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from custody import policy
from custody.errors import IntegrityError
from custody.lineage.gate import Examination, examine
from custody.lineage.ledger import Ledger
from custody.lineage.statement import Statement, strict_json
from custody.lineage.verification import Verification
from custody.policy import Policy

MAX_BOM = 256 << 20  # bytes


@dataclass
class Case:
    """What is verified, and what the checks have read of it so far."""

    found: Verification
    bom: Path
    bundle: Path
    data: Path | None
    rules: Path
    head: str | None
    anchor: Path | None = None  # a time stamp over the head
    roots: tuple[Path, ...] = ()  # certificates that are trusted to time stamps

    @cached_property
    def trusted(self) -> Policy:
        """The policy whose keys count."""
        return policy.load(self.rules)

    @cached_property
    def ledger(self) -> Ledger:
        """The bundle's statements."""
        return Ledger(self.bundle / "ledger", self.trusted)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The BOM as it was read."""
        return _read_bom(self.bom)

    @cached_property
    def signed(self) -> Statement:
        """The statement that contains the BOM."""
        return _signed_bom(self.ledger, self.document, self.bom)

    @property
    def model(self) -> dict[str, Any]:
        """The BOM's model."""
        return dict(self.document["metadata"]["component"])

    @property
    def datasets(self) -> list[dict[str, Any]]:
        """The BOM's datasets."""
        return [one for one in self.document["components"] if one["type"] == "data"]

    @cached_property
    def trained(self) -> Statement:
        """The provenance of the model."""
        trained = self.ledger.latest(sha256_of(self.model), "train")
        if trained is None:
            raise IntegrityError("no signed statement says how the model was trained", where=short(self.model))
        return trained

    @cached_property
    def examined(self) -> list[tuple[dict[str, Any], Examination]]:
        """Each dataset with what the records say of it at the moment of its gate."""
        return [(one, _examined(self, one)) for one in self.datasets]


def _read_bom(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BOM:
            raise ValueError("too large")
        document = strict_json(path.read_bytes())
        if not isinstance(document, dict):
            raise ValueError("no object")  # noqa: TRY004 - one kind of malformed among several
    except (OSError, ValueError, RecursionError):
        raise IntegrityError("not a BOM in JSON", where=str(path)) from None
    return document


def _signed_bom(ledger: Ledger, document: Mapping[str, Any], bom: Path) -> Statement:
    try:
        model = sha256_of(document["metadata"]["component"])
    except (KeyError, TypeError, StopIteration):
        raise IntegrityError("the BOM names no model with a SHA-256", where=str(bom)) from None
    text = json.dumps(document, sort_keys=True)  # as text, since True == 1 == 1.0 in Python
    for one in ledger.about(model, "bom"):
        if one.names(model) and json.dumps(one.predicate, sort_keys=True) == text:
            return one
    raise IntegrityError(
        "no signed statement contains this BOM", where=str(bom), remedy="get the BOM from its publisher"
    )


def _examined(case: Case, component: Mapping[str, Any]) -> Examination:
    name, address, intent = component["name"], sha256_of(component), case.trained.link.detail["intent"]
    before = [case.ledger.get(digest) for digest in case.trained.link.prev]
    cleared = next((one for one in before if one.link.step == "gate" and one.names(address)), None)
    if cleared is None or cleared.predicate["verificationResult"] != "PASSED":
        raise IntegrityError(f"training on {name} did not follow a passed gate", where=f"address {address[:12]}…")
    if cleared.link.detail["intent"] != intent:
        raise IntegrityError("it was cleared for another intent than it was trained for", where=name)
    same_policy(case, cleared)
    return examine(case.ledger, name, address, intent, cleared.link.created_at)


def same_policy(case: Case, statement: Statement) -> None:
    """Raise IntegrityError when a statement was signed under another policy than the one in force."""
    if statement.link.policy != case.trusted.digest:
        what = f"the {statement.link.step} was signed under another policy"
        raise IntegrityError(what, where=f"statement {statement.digest[:12]}…")


def short(model: Mapping[str, Any]) -> str:
    """Return how errors name a model."""
    return f"model {sha256_of(model)[:12]}…"


def sha256_of(component: Mapping[str, Any]) -> str:
    """Return the SHA-256 that a BOM gives a component. Raises StopIteration or KeyError where there is none."""
    return str(next(one["content"] for one in component["hashes"] if one["alg"] == "SHA-256"))
