# SPDX-License-Identifier: Apache-2.0
"""How often the audit lets restricted datasets pass, and commercial ones, on metadata alone.

Held against the expert labels of the Data Provenance Initiative (Apache-2.0). One source is one dataset URL: the claims
of three hosts, the models and sites named, and the parents; never what the experts found. A URL counts as restricted
when the experts' strictest class over its rows is non-commercial or academic-only, as commercial when it is commercial;
what they left unspecified counts in neither. In these classes the terms of OpenAI are set aside
(`dpi_class_no_openai`): they say who may use outputs, not whether the licence is commercial.

A pass is allow or allow_with_obligations by what is found on licences (LIC, TOS); without LIC031, as the set names
parents by words, most of which nothing resolves. The figure with it is told, too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from custody.audit.case import Case
from custody.audit.claims import Claim, Metadata
from custody.audit.lineage import inherited
from custody.audit.rules import judge
from custody.audit.sources import Generator, Origin, Parent, Source
from custody.audit.verdicts import VERDICTS, Finding, strictest
from custody.dataset import Listing
from custody.intents import AuditSettings, Intent

HOSTS = {"hf": "hugging face", "github": "github", "pwc": "papers with code"}
ORDER = ("commercial", "unspecified", "non-commercial", "academic-only")
INTENT = Intent(
    purpose="commercial",
    train="finetune",
    release="none",
    redistribute_data=False,
    offers_competing_model=True,
    product_fields=(),
)
Row = dict[str, Any]


@dataclass(frozen=True)
class Passed:
    """URLs that passed, of the restricted and of the commercial ones.

    Args:
        restricted, commercial: how many there are.
        wrongly: the restricted ones that passed.
        rightly: how many commercial ones passed.
    """

    restricted: int
    commercial: int
    wrongly: tuple[str, ...]
    rightly: int

    @property
    def false_allow(self) -> float:
        """Share of restricted ones that passed, 0 to 1."""
        return len(self.wrongly) / self.restricted

    @property
    def correct_allow(self) -> float:
        """Share of commercial ones that passed, 0 to 1."""
        return self.rightly / self.commercial


def passed(gold: Path, *, unresolved: bool = False) -> Passed:
    """Audit every URL of a gold file for a commercial intent.

    Args:
        gold: JSON lines of the set.
        unresolved: a parent that nothing resolves counts, too (LIC031).
    """
    by_url: dict[str, list[Row]] = defaultdict(list)
    for row in map(json.loads, gold.read_text(encoding="utf-8").splitlines()):
        by_url[row["url"]].append(row)
    cases = list(_cases(by_url))
    own = {case.source.name: judge(case) for case in cases}
    taken = inherited(cases, {name: _licence(found, unresolved=unresolved) for name, found in own.items()})
    free = {url for url, found in own.items() if _free((*found, *taken.get(url, ())), unresolved=unresolved)}
    classes = {
        url: max((row["dpi_class_no_openai"]["use"] for row in rows), key=ORDER.index) for url, rows in by_url.items()
    }
    restricted = {url for url, one in classes.items() if ORDER.index(one) >= 2}
    commercial = {url for url, one in classes.items() if one == "commercial"}
    return Passed(len(restricted), len(commercial), tuple(sorted(restricted & free)), len(commercial & free))


def _licence(found: Sequence[Finding], *, unresolved: bool) -> tuple[Finding, ...]:
    left_out = () if unresolved else ("LIC031",)
    return tuple(one for one in found if one.code[:3] in {"LIC", "TOS"} and one.code not in left_out)


def _free(found: Sequence[Finding], *, unresolved: bool) -> bool:
    counted = _licence(found, unresolved=unresolved)
    return VERDICTS.index(strictest(*(one.verdict for one in counted))) <= VERDICTS.index("allow_with_obligations")


def _cases(by_url: dict[str, list[Row]]) -> Iterator[Case]:
    names: dict[str, set[str]] = defaultdict(set)
    for url, rows in by_url.items():
        for row in rows:
            names[row["name"].casefold()].add(url)
    for url, rows in by_url.items():
        source = Source(
            name=url,
            path="",
            origin=Origin(url=url, owner=_account(url)),
            derived_from=tuple(_parents(url, rows, names)),
            generated_by=tuple(Generator(model=one) for one in _all(rows, "model_generated")),
            collected_from=_all(rows, "text_sources"),
        )
        yield Case(
            source=source,
            base=Path(),
            listing=Listing({}),
            metadata=Metadata(claims=tuple(_claims(rows))),
            intent=INTENT,
            intent_name="commercial",
            settings=AuditSettings(),
            today=date(2026, 11, 23),
        )


def _account(url: str) -> str:
    """Return whose account a dataset is under, on the hosts that have accounts."""
    parts = urlsplit(url)
    path = [one for one in parts.path.split("/") if one and one != "datasets"]
    return path[0] if parts.hostname in {"github.com", "huggingface.co"} and len(path) > 1 else ""


def _claims(rows: Sequence[Row]) -> Iterator[Claim]:
    """Yield what the hosts say. `Unspecified` is how the set writes that a host says nothing."""
    for row in rows:
        for host, by in HOSTS.items():
            yield from (Claim(by, text) for text in row["self_reported"][host] if text != "Unspecified")


def _parents(url: str, rows: Sequence[Row], names: dict[str, set[str]]) -> Iterator[Parent]:
    for one in _all(rows, "derived_from"):
        found = names.get(one.casefold(), set()) - {url}
        yield from (Parent(name=parent, url=parent) for parent in sorted(found)) if found else (Parent(name=one),)


def _all(rows: Sequence[Row], key: str) -> tuple[str, ...]:
    return tuple(sorted({one for row in rows for one in row[key]}))
