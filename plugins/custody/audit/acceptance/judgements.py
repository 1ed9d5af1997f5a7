# SPDX-License-Identifier: Apache-2.0
"""What judges said of the items of a sample, counted so that no fault of the file helps the data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from custody.audit.acceptance.commitments import moment
from custody.audit.acceptance.sample import Sample
from custody.lineage.statement import strict_json

MAX_LINE = 1 << 16  # bytes


@dataclass
class Counted:
    """A file of judgements. good: items of the sample of which every judgement is ok.

    The rest are counts of faults. unread: lines that are no judgement. outside: items that are not in the sample.
    twice: items judged more than once. early: judged before the commitment, in the future, or no one can say when.
    partial: by a judge with an interest, or by nobody.
    """

    judges: set[str] = field(default_factory=set)
    good: int = 0
    judged: int = 0
    unread: int = 0
    outside: int = 0
    twice: int = 0
    early: int = 0
    partial: int = 0


@dataclass(frozen=True)
class Judgement:
    """One judge's word on one item."""

    item: str
    ok: bool
    judge: str
    at: datetime | None


def count(path: Path, sample: Sample, after: datetime | None, before: datetime, interested: Collection[str]) -> Counted:
    """Count the judgements of a file.

    Args:
        path: the file.
        sample: what was to be judged.
        after: when the sample was committed to; None when nobody knows.
        before: the end of the day the audit is as of.
        interested: who may not judge: supplier, publisher, contract party. Case does not matter.

    Raises:
        OSError: the file cannot be read.
    """
    counted, verdicts = Counted(), dict[str, bool]()
    shut = {one.casefold().strip() for one in interested if one}
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE + 1):
            one = _judgement(line)
            if one is None:
                counted.unread += 1
                while len(line) > MAX_LINE and not line.endswith(b"\n"):
                    line = file.readline(MAX_LINE + 1)
                continue
            _add(counted, verdicts, one, sample)
            counted.early += after is None or one.at is None or not after <= one.at < before
            counted.partial += one.judge.casefold().strip() in {"", *shut}
    counted.good, counted.judged = sum(verdicts.values()), len(verdicts)
    return counted


def _add(counted: Counted, verdicts: dict[str, bool], one: Judgement, sample: Sample) -> None:
    counted.judges.add(one.judge)
    if not sample.has(one.item):
        counted.outside += 1
        return
    counted.twice += one.item in verdicts
    verdicts[one.item] = verdicts.get(one.item, True) and one.ok


def _judgement(line: bytes) -> Judgement | None:
    try:
        told: Any = strict_json(line) if len(line) <= MAX_LINE else None
        item, ok, judge, at = told["item"], told["ok"], told["judge"], moment(told["at"])
    except Exception:  # someone else's file
        return None
    typed = isinstance(item, str) and isinstance(ok, bool) and isinstance(judge, str)
    return Judgement(item, ok, judge, at) if typed else None
