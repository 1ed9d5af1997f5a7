# SPDX-License-Identifier: Apache-2.0
"""Rows with a licence of their own: which of them an intent may use.

Each distinct licence of the column is judged as a claim about a source that says nothing else. A row without a licence
has none, and what is not known is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from custody.audit.case import Case
from custody.audit.claims import Claim, Metadata
from custody.audit.rules.licence import licence
from custody.audit.verdicts import Verdict, strictest
from custody.formats import Chunk

NAME = "row-licences"
DISTINCT = 1 << 14  # licences that are remembered; a column with more holds something else


def judge_of(case: Case) -> Callable[[str | None], Verdict]:
    """Return what judges the licence of a row for the case's intent."""
    alone = case.source.model_copy(update={"licence": "", "metadata": ()})

    @lru_cache(DISTINCT)
    def judge(text: str | None) -> Verdict:
        said = (Claim("row", text),) if text and text.strip() else ()
        return strictest(*(one.verdict for one in licence(replace(case, source=alone, metadata=Metadata(said)))))

    return judge


def drops(case: Case, column: str) -> Callable[[Chunk], Sequence[bool]]:
    """Return what names the rows whose licence does not permit the intent."""
    judge = judge_of(case)

    def refused(rows: Chunk) -> Sequence[bool]:
        return [judge(one) in ("review", "deny") for one in rows.columns[column].to_pylist()]

    return refused
