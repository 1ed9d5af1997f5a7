# SPDX-License-Identifier: Apache-2.0
"""Schemes of grades. They are data: read from the package's YAML files, never imported.

A scheme says who wrote it, in which edition, and whether custody's authors read that text at first hand. Grades of
different schemes are not compared; `translations.yaml` says, cell by cell and with its basis, what may be printed.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, Field

from custody import yamlfile
from custody.yamlfile import Strict

SchemeName = Literal["confidentiality-4", "gbt-43697", "jrt-0197", "fips-199"]
Object = Literal["individuals", "organisations", "public_interest", "economy", "social_order", "national_security"]
Degree = Literal["general", "serious", "especially_serious"]
Objective = Literal["confidentiality", "integrity", "availability"]
ImpactLevel = Literal["low", "moderate", "high"]
Basis = Literal["standard", "secondary", "custody", "policy"]
NAMES: tuple[SchemeName, ...] = get_args(SchemeName)
NONE = "none"  # the word in a cell of the table that has no translation
Model = TypeVar("Model", bound=BaseModel)


class Harm(Strict):
    """What would be harmed, and how badly: the grade follows from the scheme's table."""

    object: Object
    degree: Degree


class Impact(Strict):
    """The potential impact on each objective; what is left out is the lowest."""

    confidentiality: ImpactLevel = "low"
    integrity: ImpactLevel = "low"
    availability: ImpactLevel = "low"


class Scheme(Strict):
    """One scheme. `levels` are lowest first; `harm` and `objectives` are empty where the scheme has none."""

    name: SchemeName
    authority: str
    edition: str
    verified: bool  # the authority's text was read at first hand
    basis: str
    levels: tuple[str, ...]
    means: dict[str, str]
    mapping: str
    harm: dict[Object, dict[Degree, str]] = Field(default_factory=dict)
    objectives: tuple[Objective, ...] = ()

    def highest(self, *levels: str) -> str:
        """Return the highest of some levels."""
        return max(levels, key=self.levels.index)

    @property
    def told(self) -> str:
        """Name, edition and authority; and, where it is so, that the text was not read."""
        name = f"{self.name} (custody's own)" if self.authority == "custody" else f"{self.name} ({self.edition})"
        return name if self.verified else f"{name}, by name: its text was not read ({self.basis})"


class Cell(Strict):
    """What one grade is in another scheme: a level there or `none`, and on what that rests."""

    to: str
    basis: Basis | None = None
    note: str = ""


class Table(Strict):
    """One direction between two schemes. `none` says why nothing is known of the levels without a cell of their own."""

    source: SchemeName
    target: SchemeName
    none: str
    cells: dict[str, Cell] = Field(default_factory=dict)


class Translations(Strict):
    """The whole file."""

    tables: tuple[Table, ...]


@cache
def scheme(name: SchemeName) -> Scheme:
    """Return a scheme by its name."""
    return _read(f"{name}.yaml", Scheme)


@cache
def tables() -> dict[tuple[str, str], Table]:
    """Return the tables of translation by source and target."""
    return {(one.source, one.target): one for one in _read("translations.yaml", Translations).tables}


def translate(grade: str, source: SchemeName, target: SchemeName) -> Cell:
    """Return what a grade of one scheme is in another, by the table; `none` with the reason where nothing is defined.

    Args:
        grade: a level of the source.
        source: the scheme the grade is of.
        target: another scheme.
    """
    table = tables()[source, target]
    return table.cells.get(grade) or Cell(to=NONE, note=table.none)


def _read(name: str, model: type[Model]) -> Model:
    data = files("custody.classifiers.schemes").joinpath(name).read_bytes()
    return yamlfile.parse(data, model, name).value
