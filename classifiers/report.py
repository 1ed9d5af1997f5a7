# SPDX-License-Identifier: Apache-2.0
"""The classification report: what was found, what it means, and first of all what was not checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

SCHEMA_VERSION = "1"


@dataclass(frozen=True)
class FindingReport:
    """One entity in one column. `share` is of the filled cells; `previews` are masked texts by keyed fingerprint.

    dismissed: by fingerprint, the `cells` and `validated` that stewards call no finding, by which `recognizers`. They
    are counted in the other numbers.
    """

    entity: str
    cells: int
    hits: int
    validated: int
    share: float
    interval: tuple[float, float]
    max_score: float
    recognizers: tuple[str, ...]
    previews: Mapping[str, str]
    dismissed: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ColumnReport:
    """One column with its grade and why."""

    column: str
    grade: str
    why: tuple[str, ...]
    cells: int
    filled: int
    findings: tuple[FindingReport, ...]


@dataclass(frozen=True)
class FileReport:
    """One file with its grade and why."""

    path: str
    grade: str
    why: tuple[str, ...]
    rows: int
    columns: tuple[ColumnReport, ...]

    @property
    def entities(self) -> tuple[str, ...]:
        """What was found in the file, sorted."""
        return tuple(sorted({one.entity for column in self.columns for one in column.findings}))


@dataclass(frozen=True)
class ClassificationReport:
    """The whole report. Holds no value out of the data.

    dataset, address, listing: which bytes. unchecked: what was not looked for or not read; stands first. detector: what
    the findings depend on. created_at: RFC 3339 UTC, given by the caller.
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
        from jinja2 import Environment, StrictUndefined

        template = files("custody.classifiers").joinpath("report.html").read_text(encoding="utf-8")
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        return environment.from_string(template).render(report=self)
