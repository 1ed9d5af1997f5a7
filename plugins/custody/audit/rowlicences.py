# SPDX-License-Identifier: Apache-2.0
"""Rows with a licence of their own: which an intent may use, and what is to be said of the dataset without the others.

A licence is judged by what it adds to the findings on a source of which nothing else is known. A cell that stands for
no known licence permits nothing. A row without one has the dataset's licence, where it has any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from custody.audit.case import Case
from custody.audit.claims import Metadata
from custody.audit.licences.names import normalise
from custody.audit.optoutlists import of_rows
from custody.audit.rows import RowLicences
from custody.audit.rules import judge
from custody.audit.verdicts import REFUSALS
from custody.formats import Chunk

NAME = "row-licences"
DISTINCT = 1 << 14  # licences that are remembered; a column with more holds something else
_LONGEST = 1000  # characters; a longer cell is no licence


def permitted(case: Case) -> Callable[[str | None], bool]:
    """Return what tells whether a row with this cell may be used for the case's intent."""
    nothing: dict[str, object] = {"licence": "", "files": (), "metadata": (), "row_licence": None}
    bare = replace(case, source=case.source.model_copy(update=nothing), metadata=Metadata(), rows=RowLicences())
    before = frozenset(judge(bare))
    covered = any(not claim.part for claim in case.claims)

    @lru_cache(DISTINCT)
    def tell(cell: str | None) -> bool:
        text = (cell or "").strip()
        if not text:
            return covered
        known = normalise(text) if len(text) < _LONGEST else None
        if known is None:
            return False
        added = frozenset(judge(replace(bare, rows=RowLicences({known: 1})))) - before
        return not any(one.verdict in REFUSALS for one in added)

    return tell


def by_optout(case: Case) -> bool:
    """Tell whether rows can be taken out by the opt-out lists: everything these ask for can be looked up."""
    found, lists = case.screened, case.optouts
    needs = of_rows(lists.entries, case.source).needs
    return bool(needs) and not (lists.problems or found.unread or found.counted.unchecked)


def by_crawl(case: Case) -> bool:
    """Tell whether rows can be taken out by what was kept of the crawl."""
    return case.crawled.judged and not case.crawled.without


def by_row(case: Case) -> bool:
    """Tell whether there is anything by which rows are taken out."""
    return case.source.row_licence is not None or by_optout(case) or by_crawl(case)


def rest(case: Case) -> Case:
    """Return the case as it is when the rows that may not be used are left out."""
    if by_optout(case):
        counted = replace(case.screened.counted, listed=0, unknown=0)
        case = replace(case, screened=replace(case.screened, counted=counted))
    if by_crawl(case):
        case = replace(case, crawled=replace(case.crawled, barred=0, reserved=0, unknown=0))
    if case.source.row_licence is None:
        return case
    tell, rows = permitted(case), case.rows
    counts = {one: count for one, count in rows.counts.items() if tell(one)}
    return replace(case, rows=replace(rows, counts=counts, unknown=0, without=rows.without if tell(None) else 0))


def drops(case: Case, column: str) -> Callable[[Chunk], Sequence[bool]]:
    """Return what names the rows whose licence does not permit the intent."""
    tell = permitted(case)

    def refused(rows: Chunk) -> Sequence[bool]:
        return [not tell(one) for one in rows.columns[column].to_pylist()]

    return refused
