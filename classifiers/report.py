# SPDX-License-Identifier: Apache-2.0
"""The classification report: what was found, what it means, and first of all what was not checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from typing import Any

from custody.classifiers.grading import Reason

SCHEMA_VERSION = "1"


@dataclass(frozen=True)
class FindingReport:
    """One entity in one column. `share` is of the filled cells; `previews` are masked texts by keyed fingerprint.

    tried, passed: distinct texts in which a checksum was computed, and how many held. chance: the share that would by
    chance; 0 where the entity has no checksum.
    dismissed: by fingerprint, the `cells` and `validated` that stewards call no finding, by which `recognizers`. They
    are counted in the other numbers.
    """

    entity: str
    cells: int
    hits: int
    validated: int
    tried: int
    passed: int
    chance: float
    share: float
    interval: tuple[float, float]
    max_score: float
    recognizers: tuple[str, ...]
    previews: Mapping[str, str]
    dismissed: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ColumnReport:
    """One column with its grade and why.

    why: the reasons for exactly the grade; where no rule fired, what that rests on. reasons: the evidence of every
    rule that fired. notes: what was seen and not counted. impact: by objective, where the scheme has objectives.
    """

    column: str
    grade: str
    why: tuple[str, ...]
    cells: int
    filled: int
    findings: tuple[FindingReport, ...]
    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()
    impact: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FileReport:
    """One file with its grade and why: the reasons that are about more than one column."""

    path: str
    grade: str
    why: tuple[str, ...]
    rows: int
    columns: tuple[ColumnReport, ...]
    reasons: tuple[Reason, ...] = ()
    impact: Mapping[str, str] = field(default_factory=dict)

    @property
    def entities(self) -> tuple[str, ...]:
        """What was found in the file, sorted."""
        return tuple(sorted({one.entity for column in self.columns for one in column.findings}))


@dataclass(frozen=True)
class Translation:
    """The dataset's grade in another scheme, or `none`. basis: what that rests on. note: the reason."""

    scheme: str
    grade: str
    basis: str
    note: str


@dataclass(frozen=True)
class ClassificationReport:
    """The whole report. Holds no value out of the data.

    dataset, address, listing: which bytes. unchecked: what was not looked for or not read; stands first. detector: what
    the findings depend on. created_at: RFC 3339 UTC, given by the caller. sampling: the proof of the sample, None where
    every row was read. drift: against the previous report of the dataset's name, None where there is none. paths: how
    each recogniser ran. checked: cells that were held against Presidio on the way.
    """

    dataset: str
    address: str
    grade: str
    why: tuple[str, ...]
    unchecked: tuple[str, ...]
    unscanned: tuple[str, ...]
    scheme: str
    levels: tuple[str, ...]
    policy: str
    detector: Mapping[str, str]
    created_at: str
    rows: int
    files: tuple[FileReport, ...]
    listing: Mapping[str, str]
    impact: Mapping[str, str] = field(default_factory=dict)
    translations: tuple[Translation, ...] = ()
    sampling: Mapping[str, Any] | None = None
    drift: Mapping[str, Any] | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    checked: int = 0
    schema_version: str = SCHEMA_VERSION

    @property
    def entities(self) -> tuple[str, ...]:
        """What was found anywhere, sorted."""
        return tuple(sorted({entity for file in self.files for entity in file.entities}))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; `report.schema.json` describes it."""
        return asdict(self)

    def to_html(self) -> str:
        """Return the report as one page that loads nothing."""
        from custody.classifiers.page import page

        return page(self)


def schema() -> str:
    """Return the JSON Schema of reports, as text."""
    return files("custody.classifiers").joinpath("report.schema.json").read_text(encoding="utf-8")
