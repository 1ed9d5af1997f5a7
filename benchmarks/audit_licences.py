# SPDX-License-Identifier: Apache-2.0
"""How well the audit reads licences: raw strings, and dataset cards whose tag and text differ.

A raw string is right when it reads as the licence its set names, or, where the string tells no version, as that
licence's family. Strings that two sets read differently are right either way. `strict` counts without the families.
A card agrees when one of its tags is a licence that was found in its text by hand or by another reader; it conflicts
wrongly when LIC003 or LIC004 is found on it all the same.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from custody.audit.case import Case
from custody.audit.claims import Claim, Metadata
from custody.audit.intake.card import card
from custody.audit.licences.names import Reading, read
from custody.audit.rules.conflicts import conflicts
from custody.audit.sources import Source
from custody.dataset import Listing
from custody.intents import AuditSettings, Intent

_VERSION = re.compile(r"-(?:\d.*|unversioned|modified|only|or-later)$")
_INTENT = Intent(
    purpose="commercial", train="finetune", release="none", redistribute_data=False, offers_competing_model=True
)


@dataclass(frozen=True)
class Strings:
    """Raw strings read right, of a total. strict: to the very id. wrong: the others, as they are written."""

    total: int
    right: int
    strict: int
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Cards:
    """Cards whose tag is more permissive than their text, and cards that agree.

    Args:
        permissive, flagged: how many tags are more permissive by hand, and how many of these are found.
        missed: the others.
        agreeing, wrongly: how many cards agree, and which of these are found all the same.
    """

    permissive: int
    flagged: int
    missed: tuple[str, ...]
    agreeing: int
    wrongly: tuple[str, ...]


def strings(aliases: Path) -> Strings:
    """Read every raw string of a file of `{raw, canonical}`; without `canonical` the string must be certain itself."""
    expected: dict[str, list[str]] = defaultdict(list)
    rows = json.loads(aliases.read_text(encoding="utf-8"))
    for row in rows:
        expected[row["raw"]].append(row["canonical"])
    right = [row["raw"] for row in rows if any(_right(row["raw"], one) for one in expected[row["raw"]])]
    strict = [
        row for row in rows if row["canonical"] and read(row["raw"]).expression == read(row["canonical"]).expression
    ]
    told = [row for row in rows if not row["canonical"] and _right(row["raw"], None)]
    return Strings(
        len(rows), len(right), len(strict) + len(told), tuple(sorted({one["raw"] for one in rows} - {*right}))
    )


def _right(raw: str, canonical: str | None) -> bool:
    found = read(raw)
    if canonical is None:
        return found.certain or found.kind in {"unstated", "unknown"}
    meant = read(canonical)
    if found.expression == meant.expression:
        return found.kind == meant.kind or bool(found.expression)
    return not found.certain and bool(found.expression) and _family(found) in {_family(meant), "CC"[: _is_cc(meant)]}


def _is_cc(meant: Reading) -> int:
    """2 for a Creative Commons licence: "Creative Commons" alone is the family of all of them."""
    return 2 * _family(meant).startswith("CC")


def _family(found: Reading) -> str:
    first = found.expression.removeprefix("LicenseRef-").split(" AND ")[0]
    return _VERSION.sub("", first) if first else "-"


def cards(gold: Path, readmes: Path | None = None, names: Iterable[str] | None = None) -> Cards:
    """Hold tags against text.

    Args:
        gold: JSON lines with dataset, yaml_license, licensing_section, prototype_ids and hand_label.
        readmes: directory of the whole cards; without it the licensing sections are read.
        names: only these datasets.
    """
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    chosen = [row for row in rows if names is None or row["dataset"] in set(names)]
    found = {row["dataset"]: bool(list(conflicts(_case(_metadata(row, readmes))))) for row in chosen}
    permissive = [row["dataset"] for row in chosen if row["hand_label"] == "yaml_more_permissive"]
    agreeing = [row["dataset"] for row in chosen if _agrees(row)]
    missed = tuple(name for name in permissive if not found[name])
    return Cards(
        len(permissive),
        len(permissive) - len(missed),
        missed,
        len(agreeing),
        tuple(name for name in agreeing if found[name]),
    )


def _agrees(row: dict[str, Any]) -> bool:
    tags = {read(one).expression.removesuffix("-only") for one in row["yaml_license"] or ()}
    return row["hand_label"] in (None, "same") and bool(tags & {*row["prototype_ids"]})


def _metadata(row: dict[str, Any], readmes: Path | None) -> Metadata:
    if readmes is not None:
        return card((readmes / row["dataset"] / "README.md").read_text(encoding="utf-8"))
    return Metadata(
        tuple(Claim("card", one) for one in row["yaml_license"] or ()), prose=row["licensing_section"] or ""
    )


def _case(metadata: Metadata) -> Case:
    return Case(
        source=Source(name="card", path=""),
        base=Path(),
        listing=Listing({}),
        metadata=metadata,
        intent=_INTENT,
        intent_name="commercial",
        settings=AuditSettings(),
        today=date(2026, 11, 23),
    )
