# SPDX-License-Identifier: Apache-2.0
"""Cases for tests of licences: one source with claims and words, against an intent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from custody.audit.case import Case
from custody.audit.claims import Claim, Metadata
from custody.audit.sources import Source
from custody.audit.verdicts import Finding
from custody.dataset import Listing
from custody.intents import AuditSettings, Intent

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
Rule = Callable[[Case], Iterable[Finding]]


def intent(**fields: Any) -> Intent:
    """Return a commercial intent that publishes nothing, but for the fields given."""
    plain = {"purpose": "commercial", "train": "finetune", "release": "none"}
    return Intent.model_validate(plain | {"redistribute_data": False, "offers_competing_model": True} | fields)


def case(
    *claims: str | Claim,
    prose: str = "",
    wanted: Intent | None = None,
    settings: AuditSettings | None = None,
    **source: Any,
) -> Case:
    """Return a case. A claim that is only a text is by the dataset card."""
    told = tuple(one if isinstance(one, Claim) else Claim("card", one) for one in claims)
    return Case(
        source=Source.model_validate({"name": "d", "path": ""} | source),
        base=Path(),
        listing=Listing({}),
        metadata=Metadata(told, prose=prose),
        intent=wanted or intent(),
        intent_name="chat",
        settings=settings or AuditSettings(),
        today=date(2026, 11, 24),
    )


def verdicts(rule: Rule, judged: Case) -> set[tuple[str, str]]:
    """Return code and verdict of what a rule finds."""
    return {(one.code, one.verdict) for one in rule(judged)}
