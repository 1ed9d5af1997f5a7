# SPDX-License-Identifier: Apache-2.0
"""The steward's page says what the code does: its numbers, its example, its schemes."""

from __future__ import annotations

import re

import pytest

from custody import schemes
from custody.classifiers import ClassificationReport
from custody.classifiers.grading import held_back
from custody.classifiers.grading.chance import ALPHA, MIN_TRIED
from custody.classifiers.grading.shares import at_least, most_missed, percent
from custody.classifiers.report import ColumnReport, FileReport
from tests.conftest import ROOT

from .columns import rules, tried
from .conftest import Classify

PAGE = (ROOT / "docs" / "grading.md").read_text()
TEXT = " ".join(PAGE.replace("\n> ", "\n").split())


def _rows(heading: str) -> list[list[str]]:
    part = PAGE[PAGE.index(heading) :]
    table = re.search(r"\n\|[^\n]*\n\| ---[^\n]*\n((?:\|[^\n]*\n)+)", part)
    assert table
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table[1].splitlines()]


def test_the_sentence_about_chance_is_the_one_a_report_has() -> None:
    severe = rules("when: {entity: [CREDIT_CARD], validated: true}, grade: restricted")
    assert held_back(tried(1012, 10_000), severe)[0].sentence in TEXT
    assert f"from {MIN_TRIED} distinct values on" in TEXT
    assert f"a probability of {percent(ALPHA)} or less" in TEXT
    assert f"none in 3,503 cells means at most {percent(most_missed(3503))} of all" in TEXT


def test_the_price_of_the_chance_test_is_computed() -> None:
    for row in _rows("**The price**"):
        of, passes, real = (int(cell.removeprefix("about ").replace(",", "")) for cell in row)
        assert at_least(passes, of, 0.1) <= ALPHA < at_least(passes - 1, of, 0.1)
        assert real == round((passes - of * 0.1) / 0.9)


def test_the_example_is_what_the_sample_gives(classified: Classify) -> None:
    report = classified(ROOT / "sample_data" / "chinook_people")
    for where, said, grade in _rows("## An example"):
        part = _part(report, where)
        assert part.grade == grade, where
        if not said.startswith("its highest"):
            assert said in " ".join(part.why)
    employees = _part(report, "employees.csv")
    assert isinstance(employees, FileReport)
    assert "restricted" not in {one.grade for one in employees.columns}


def _part(report: ClassificationReport, where: str) -> ClassificationReport | FileReport | ColumnReport:
    if where == "the dataset":
        return report
    path, _, column = where.partition(", column ")
    file = next(one for one in report.files if one.path == path)
    return next((one for one in file.columns if one.column == column), file)


def test_every_scheme_stands_there_with_its_levels() -> None:
    told = {row[0].split("`")[1]: row[1] for row in _rows("## Schemes")}
    assert told == {name: ", ".join(schemes.scheme(name).levels) for name in schemes.NAMES}


@pytest.mark.parametrize("condition", re.findall(r"\| `(\{[^`]*\})` \|", PAGE))
def test_every_condition_on_the_page_is_one_a_policy_takes(condition: str) -> None:
    assert rules(f"when: {condition}, grade: restricted").grades


@pytest.mark.parametrize(
    ("piece", "scheme"),
    [
        ("harm: {object: economy, degree: serious}", "gbt-43697"),
        ("impact: {confidentiality: high, integrity: moderate}", "fips-199"),
    ],
)
def test_every_harm_and_impact_on_the_page_is_one_a_policy_takes(piece: str, scheme: schemes.SchemeName) -> None:
    assert f"`{piece}`" in PAGE
    assert rules(f"when: {{free_text: true}}, {piece}", scheme=scheme, default=schemes.scheme(scheme).levels[0]).grades
