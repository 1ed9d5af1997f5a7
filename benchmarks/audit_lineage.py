# SPDX-License-Identifier: Apache-2.0
"""Are all datasets flagged that claim more freedom than what they were made from?

Held against the expert labels of the Data Provenance Initiative (Apache-2.0): an edge counts when both ends are in the
set and the parent's class of use is stricter than its child's. The terms of OpenAI are set aside, as in those classes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from custody.audit.case import Case
from custody.audit.claims import Claim, Metadata
from custody.audit.lineage import ancestry, inherited
from custody.audit.rules.licence import licence
from custody.audit.sources import Origin, Parent, Source
from custody.dataset import Listing
from custody.intents import AuditSettings, Intent

_ORDER = ("commercial", "unspecified", "non-commercial", "academic-only")
_INTENT = Intent(
    purpose="commercial", train="finetune", release="none", redistribute_data=False, offers_competing_model=False
)


@dataclass(frozen=True)
class Edges:
    """Edges between datasets of the set, those with a stricter parent, and of these the ones that were flagged."""

    total: int
    stricter: int
    flagged: int
    missed: tuple[str, ...]


def edges(gold: Path) -> Edges:
    """Measure on a gold file: JSON lines with id, name, url, expert_licenses, derived_from, dpi_class_no_openai."""
    rows = {row["id"]: row for row in map(json.loads, gold.read_text().splitlines())}
    names = _by_name(rows)
    parents = {
        key: sorted({one for name in row["derived_from"] for one in names.get(name.casefold(), ())} - {key})
        for key, row in rows.items()
    }
    cases = [_case(row, parents[key]) for key, row in rows.items()]
    own = {case.source.name: tuple(licence(case)) for case in cases}
    told = inherited(cases, own)
    found = [(child, parent) for child, several in ancestry(cases).inside.items() for parent in several]
    stricter = [(child, parent) for child, parent in found if _class(rows[parent]) > _class(rows[child])]
    flagged = [pair for pair in stricter if _flags(told.get(pair[0], ()), pair[1])]
    return Edges(len(found), len(stricter), len(flagged), tuple(sorted({a for a, _ in {*stricter} - {*flagged}})))


def _flags(findings: Any, parent: str) -> bool:
    return any(one.code == "LIC030" and repr(parent) in one.what for one in findings)


def _class(row: dict[str, Any]) -> int:
    return _ORDER.index(row["dpi_class_no_openai"]["use"])


def _by_name(rows: dict[str, Any]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for key, row in rows.items():
        for name in {key.casefold(), row["name"].casefold(), row["url"].casefold()}:
            names.setdefault(name, []).append(key)
    return names


def _case(row: dict[str, Any], parents: list[str]) -> Case:
    licences = [one["name"] for one in row["expert_licenses"] if one["name"] not in ("OpenAI", "Unspecified")]
    origin, derived = Origin(), tuple(Parent(name=one) for one in parents)
    return Case(
        source=Source(name=row["id"], path="", origin=origin, derived_from=derived),
        base=Path(),
        listing=Listing({}),
        metadata=Metadata(claims=tuple(Claim("expert", one) for one in licences)),
        intent=_INTENT,
        intent_name="commercial",
        settings=AuditSettings(),
        today=date(2026, 11, 23),
    )
