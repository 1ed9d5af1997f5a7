# SPDX-License-Identifier: Apache-2.0
"""The rules of a policy: a condition, and the grade it gives."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator

from custody.schemes import Harm, Impact, Scheme
from custody.yamlfile import Strict

_COUNT = re.compile(r">=\s*([0-9]+)")
_SHARE = re.compile(r">=\s*([0-9]+(?:\.[0-9]+)?)%")


def _count(value: object) -> object:
    match = _COUNT.fullmatch(str(value))
    if not match:
        raise ValueError('a count is written ">=N"')
    return float(match[1])


def _share(value: object) -> object:
    match = _SHARE.fullmatch(str(value))
    if not match or float(match[1]) > 100:
        raise ValueError('a share is written ">=N%" and is at most 100%')
    return float(match[1]) / 100


Count = Annotated[float, BeforeValidator(_count, json_schema_input_type=str)]
Share = Annotated[float, BeforeValidator(_share, json_schema_input_type=str)]


class When(Strict):
    """The condition of a rule; what is left out does not count. A rule is about columns, files or the dataset.

    entity: any of these entities in one column. validated: only cells whose checksum holds count, unless no more of
    them hold than chance alone would give; an entity that has no checksum never does. count: at least so many cells.
    prevalence: at least this share of the column's non-empty cells, by the lower end of its 95 % Wilson interval.
    free_text: the column holds prose; alone, it is the floor of such columns whatever was found. together: all of these
    entities in one file. rows: at least so many rows in a dataset that already has `grade`.
    """

    entity: tuple[str, ...] = ()
    validated: bool = False
    count: Count = 1
    prevalence: Share = 0
    free_text: bool = False
    together: tuple[str, ...] = ()
    rows: Count | None = None
    grade: str | None = None

    @model_validator(mode="after")
    def _can_fire(self) -> Self:
        about = [bool(self.entity or self.free_text), bool(self.together), self.rows is not None]
        if not any(about):
            raise ValueError("this rule never fires: it names no `entity`, `free_text`, `together` or `rows`")
        if sum(about) > 1:
            raise ValueError("a rule is about columns (`entity`, `free_text`), `together` or `rows`, not two of them")
        if not self.entity and (self.validated or self.count != 1 or self.prevalence):
            raise ValueError("`validated`, `count` and `prevalence` are about an `entity`, and this rule names none")
        if self.grade and self.rows is None:
            raise ValueError("`grade` in a condition belongs to `rows`: it is the grade such a dataset already has")
        return self


class Rule(Strict):
    """When the condition holds, the column, file or dataset has at least this grade.

    The grade is given by exactly one of: its name; the harm it follows from, where the scheme has a table of harm;
    the impact on each objective, where the scheme has objectives. `load` fills in the grade that follows, and where
    the scheme has objectives the impact that a grade means.
    """

    when: When
    grade: str = ""
    harm: Harm | None = None
    impact: Impact | None = None

    @model_validator(mode="after")
    def _one_grade(self) -> Self:
        if sum((bool(self.grade), self.harm is not None, self.impact is not None)) != 1:
            raise ValueError("a rule gives exactly one of `grade`, `harm` and `impact`")
        return self


def resolved(rule: Rule, scheme: Scheme) -> Rule:
    """Fill in the grade that follows from harm or impact, and the impact a bare grade means: the same on each."""
    if rule.harm:
        return rule.model_copy(update={"grade": scheme.harm[rule.harm.object][rule.harm.degree]})
    if rule.impact:
        return rule.model_copy(update={"grade": scheme.highest(*rule.impact.model_dump().values())})
    if scheme.objectives:
        return rule.model_copy(update={"impact": Impact.model_validate(dict.fromkeys(scheme.objectives, rule.grade))})
    return rule
