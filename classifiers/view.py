# SPDX-License-Identifier: Apache-2.0
"""What a reader of a report is shown, on a page or in a terminal: which columns, in which order, and how it is told.

Columns in which nothing was found and no rule fired are counted, not shown: a table may have 100,000 of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from custody.classifiers.report import ClassificationReport, ColumnReport, FileReport

COLUMNS = 1_000  # explained one by one; the highest grades first
SENTENCES = 50  # of one list; the JSON has all
STEPS = (0.01, 0.1, 0.5)  # shares up to which a cell of the heat table has the colours 1, 2 and 3; above it is 4
WAYS = {
    "patterns": "Presidio's patterns, on custody's fast path",
    "phone": "Presidio's phone numbers, on custody's fast path",
    "gated": "Presidio itself, on the cells that can hold a finding",
    "presidio": "Presidio itself, on every cell",
}
T = TypeVar("T")


@dataclass(frozen=True)
class Mark:
    """One entity in one column. share: as text. heat: 1 to 4. grade: the highest it gives, if any."""

    share: str
    heat: int
    grade: str


@dataclass(frozen=True)
class Row:
    """One column. anchor: where on the page it is explained. marks: by entity."""

    anchor: str
    column: ColumnReport
    marks: Mapping[str, Mark]


@dataclass(frozen=True)
class Part:
    """One file with the columns that are shown. rest: how many are not."""

    file: FileReport
    rows: tuple[Row, ...]
    rest: int

    @property
    def entities(self) -> tuple[str, ...]:
        """What was found in the columns that are shown, sorted."""
        return tuple(sorted({entity for row in self.rows for entity in row.marks}))


@dataclass(frozen=True)
class View:
    """What is shown of a report, and how much is not.

    quiet: columns in which nothing was found and no rule fired. quiet_files: files with no other columns. left_off:
    columns that would be shown if they were fewer.
    """

    parts: tuple[Part, ...]
    quiet: int
    quiet_files: int
    left_off: int


def view(report: ClassificationReport) -> View:
    """Choose what is shown."""
    rank = {grade: place for place, grade in enumerate(report.levels)}
    telling = [(file, one) for file in report.files for one in file.columns if _tells(one)]
    first = sorted(telling, key=lambda pair: -rank[pair[1].grade])[:COLUMNS]
    kept = {id(one): f"c{number}" for number, (_, one) in enumerate(first, 1)}
    parts = tuple(_part(file, kept, rank) for file in report.files)
    shown = tuple(one for one in parts if one.rows or one.file.why)
    every = sum(len(file.columns) for file in report.files)
    return View(shown, every - len(telling), len(parts) - len(shown), len(telling) - len(first))


def _tells(column: ColumnReport) -> bool:
    return bool(column.findings or column.reasons or column.notes)


def _part(file: FileReport, kept: Mapping[int, str], rank: Mapping[str, int]) -> Part:
    rows = tuple(Row(kept[id(one)], one, _marks(one, rank)) for one in file.columns if id(one) in kept)
    return Part(file, rows, len(file.columns) - len(rows))


def _marks(column: ColumnReport, rank: Mapping[str, int]) -> dict[str, Mark]:
    gives: dict[str, str] = {}
    for reason in sorted(column.reasons, key=lambda one: rank[one.grade]):
        gives[reason.entity] = reason.grade
    return {one.entity: Mark(percent(one.share), heat(one.share), gives.get(one.entity, "")) for one in column.findings}


def heat(share: float) -> int:
    """Return the colour of a share, 1 to 4."""
    return 1 + sum(share > step for step in STEPS)


def percent(share: float) -> str:
    """Tell a share, 0 to 1. Neither end is said of what only comes near it."""
    if 0 < share < 0.001 or 0.999 < share < 1:
        return "<0.1 %" if share < 0.5 else ">99.9 %"
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def between(interval: Iterable[float]) -> str:
    """Tell an interval of shares."""
    low, high = (f"{100 * end:.1f}" for end in interval)
    return f"{low} to {high} %"


def plural(count: int, one: str, many: str = "") -> str:
    """Tell a number of things."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def some(items: Iterable[T]) -> tuple[tuple[T, ...], int]:
    """Return the first of a list that may be long, and how many there are more."""
    every = tuple(items)
    return every[:SENTENCES], max(0, len(every) - SENTENCES)


def changes(report: ClassificationReport) -> tuple[str, ...]:
    """Return the drift as sentences; empty when there is none or nothing it could be against."""
    drift = report.drift or {}
    return (*drift.get("not_comparable", ()), *(one["sentence"] for one in drift.get("changes", ())))


def ways(report: ClassificationReport) -> dict[str, list[str]]:
    """Return the recognisers by how they ran, told."""
    found: dict[str, list[str]] = {}
    for name, way in sorted(report.paths.items()):
        found.setdefault(WAYS.get(way, way), []).append(name)
    return found


def sample(report: ClassificationReport) -> list[str]:
    """Return what is to be said of how much was read."""
    proof = report.sampling
    if proof is None:
        whole = f"Every row was read: {report.rows:,}." if not report.unscanned else ""
        return [whole or "What could be read was read whole; what could not is named above."]
    said = [f"A sample was read: {proof['rows_read']:,} of {proof['rows']:,} rows, {_plan(proof)}."]
    if proof.get("undecided"):
        pairs, more = some(f"{entity} in {column}" for column, entity in proof["undecided"])
        said.append(f"The sample does not settle: {', '.join(pairs)}{f' and {more:,} more' if more else ''}.")
    return said


def _plan(proof: Mapping[str, Any]) -> str:
    looks = f", {proof['looks']} of at most {proof['looks_planned']} looks" if "looks" in proof else ""
    strata = f" from {plural(proof['strata'], 'stratum', 'strata')}" if "strata" in proof else ""
    return f"drawn{strata} with seed {proof['seed']}{looks}; at {100 * proof['confidence']:g} % confidence"


def dismissed(column: ColumnReport) -> int:
    """Return how many findings' cells stewards call none in a column."""
    return sum(gone["cells"] for one in column.findings for gone in one.dismissed.values())
