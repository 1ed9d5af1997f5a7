# SPDX-License-Identifier: Apache-2.0
"""A crawled source as of its crawl: which evidence speaks for that time, who asked, and what it says of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from custody.audit import optouts
from custody.audit.admission import RowFilter
from custody.audit.case import Case
from custody.audit.evidence import Evidence
from custody.audit.rights.observed import KINDS, Who
from custody.audit.rights.rows import Counts, Mark, Rows
from custody.audit.rights.rsl import Asker
from custody.audit.rights.vocabulary import ai_agents
from custody.dataset import Dataset
from custody.errors import CustodyError
from custody.formats import Chunk, format_of, rows

Time = Literal["before", "during", "after", "unknown"]
NAME = "reservations"


def concerned(case: Case) -> bool:
    """Tell whether reservations of publishers matter: the data was crawled, or there is evidence of some."""
    crawled = case.source.crawl is not None or case.source.kind == "web-domain"
    return crawled or any(one.kind in KINDS for one in case.evidence)


def time_of(case: Case, one: Evidence) -> Time:
    """Tell for which time evidence speaks: from as long before the crawl as robots.txt may be kept, to its end."""
    crawl = case.source.crawl
    if one.fetched_at is None or crawl is None:
        return "unknown"
    if crawl.from_ and one.fetched_at < crawl.from_ - case.settings.max_age.robots:
        return "before"
    if crawl.to and one.fetched_at > crawl.to:
        return "after"
    return "during" if crawl.from_ and crawl.to else "unknown"


def kept_then(case: Case) -> tuple[Evidence, ...]:
    """Return what speaks for the time of the crawl, and what has no time: that restricts, but shows nothing."""
    some = (one for one in case.evidence if one.kind in KINDS and not one.problem)
    return tuple(one for one in some if time_of(case, one) in ("during", "unknown"))


def who_asks(case: Case) -> Who:
    """Return who fetched and who wants to train."""
    settings, crawl = case.settings.rights, case.source.crawl
    known = () if settings.crawlers == "none" else ai_agents("train" if settings.crawlers == "training" else "all")
    user = "commercial" if case.intent.purpose == "commercial" else "non-commercial"
    asker = Asker(user, tuple(sorted(case.intent.jurisdictions)))
    return Who(crawl.agent if crawl else "", tuple(sorted({*known, *settings.also})), asker)


def contracted(case: Case) -> bool:
    """Tell whether there is a contract in which no rule finds a fault."""
    from custody.audit.rules.contract import contract

    return case.source.contract is not None and not any(contract(case))


def judge_rows(case: Case, dataset: Dataset) -> Counts:
    """Count what the evidence of the crawl says of the rows; nothing is counted where there is none to ask."""
    asked = _asked(case)
    if asked is None:
        return Counts()
    counts, without, total = Counter[Mark](), [], 0
    for name in dataset.files():
        column = _column(case, dataset.root / name)
        if column is None:
            without.append(name)
            continue
        try:
            for chunk in rows.read(dataset.root / name, [column]):
                counts.update(_marks(asked, chunk, column))
                total += chunk.rows
        except CustodyError:
            without.append(name)
    missing = tuple(without) if asked.matters else ()
    return Counts(
        judged=True,
        rows=total,
        barred=counts["barred"],
        reserved=counts["reserved"],
        unknown=counts["unknown"],
        without=missing,
    )


def row_filter(case: Case) -> RowFilter | None:
    """Return what names the rows that may not be used by what the crawl kept; None where there is nothing to ask."""
    asked = _asked(case)
    if asked is None:
        return None
    allowed: frozenset[Mark] = frozenset({"clear", "reserved"} if contracted(case) else {"clear"})

    def wanted(known: Sequence[str]) -> Sequence[str]:
        column = _named(case, known)
        return [column] if column in known else []

    def drops(chunk: Chunk) -> Sequence[bool]:
        column = _named(case, list(chunk.columns))
        return [mark not in allowed for mark in _marks(asked, chunk, column)]

    return RowFilter(NAME, wanted, drops, demands=asked.matters)


def _asked(case: Case) -> Rows | None:
    evidence = kept_then(case) if concerned(case) else ()
    return Rows(evidence, who_asks(case)) if any(one.kind == "robots" for one in evidence) else None


def _marks(asked: Rows, chunk: Chunk, column: str) -> list[Mark]:
    cells = chunk.columns[column].dictionary_encode()
    told, nothing = [asked.mark(url) for url in cells.dictionary.to_pylist()], asked.mark(None)
    return [nothing if at is None else told[at] for at in cells.indices.to_pylist()]


def _column(case: Case, path: Path) -> str | None:
    if format_of(path) is None:
        return None
    try:
        known = rows.columns(path)
    except CustodyError:
        return None
    column = _named(case, known)
    return column if column in known else None


def _named(case: Case, known: Sequence[str]) -> str:
    origin = case.source.row_origin
    return origin.url if origin and origin.url else optouts.guessed(known).get("url", "")
