# SPDX-License-Identifier: Apache-2.0
"""Cases for the rules about records: one source with what a test changes in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from custody.audit.case import Case
from custody.audit.claims import Metadata
from custody.audit.sources import Source
from custody.audit.verdicts import Finding
from custody.dataset import Listing
from custody.intents import AuditSettings, Intent

TODAY = date(2026, 11, 24)
INTENT: dict[str, Any] = {
    "purpose": "commercial",
    "train": "finetune",
    "release": "weights",
    "redistribute_data": False,
    "offers_competing_model": False,
    "jurisdictions": ["EU", "US"],
}
REFUSALS = ("review", "deny")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def case(
    base: Path, settings: dict[str, Any] | None = None, intent: dict[str, Any] | None = None, **entries: Any
) -> Case:
    source = {"name": "d", "path": "d", "personal_data": {"present": False}} | entries
    return Case(
        source=Source.model_validate(source),
        base=base,
        listing=Listing({"a.txt": digest(b"a"), "b/c.txt": digest(b"c")}),
        metadata=Metadata(),
        intent=Intent.model_validate(INTENT | (intent or {})),
        intent_name="chat",
        settings=AuditSettings.model_validate(settings or {}),
        today=TODAY,
    )


def saying(one: Case, **metadata: Any) -> Case:
    return replace(one, metadata=Metadata(**metadata))


def found(rule: Callable[[Case], Iterable[Finding]], one: Case) -> set[tuple[str, str]]:
    """Return code and verdict of what a rule finds; every finding must say why and how to mend it."""
    findings = list(rule(one))
    assert all(each.what and each.where and each.why and each.remedy for each in findings)
    return {(each.code, each.verdict) for each in findings}
