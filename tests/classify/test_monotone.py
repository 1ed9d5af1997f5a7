# SPDX-License-Identifier: Apache-2.0
"""More never grades lower, and order never matters. What may hold a grade back is named: chance, and dilution."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from custody.classifiers.counts import FileScan, Finding
from custody.classifiers.grading import chance, grade_column, wilson
from custody.policy import Policy

from .columns import ENTITIES, column, files, grade_of, impact_on, rules

RULES = (
    "when: {entity: [US_SSN, CREDIT_CARD], validated: true}, grade: restricted",
    "when: {entity: [EMAIL_ADDRESS], prevalence: '>=1%'}, grade: confidential",
    "when: {entity: [PERSON, PHONE_NUMBER], count: '>=20', prevalence: '>=20%'}, grade: confidential",
    "when: {entity: [URL], free_text: true}, grade: confidential",
    "when: {free_text: true}, grade: internal",
    "when: {together: [PERSON, DATE_OF_BIRTH, STREET_ADDRESS]}, grade: restricted",
    "when: {rows: '>=1000000', grade: confidential}, grade: restricted",
    "when: {rows: '>=100000', grade: public}, grade: internal",
)
datasets = some.lists(files(), min_size=1, max_size=3)
told = some.lists(some.sampled_from(RULES), min_size=1, unique=True)


def _rules(grades: list[str]) -> Policy:
    return rules(*grades, default="public", worst="restricted")


def _assert_not_lower(grades: list[str], before: list[FileScan], after: list[FileScan]) -> None:
    made = _rules(grades)
    first, then = grade_of(before, made), grade_of(after, made)
    assert made.highest(first, then) == then


@given(scans=datasets, grades=told, data=some.data())
def test_one_more_finding_never_lowers_a_grade(scans: list[FileScan], grades: list[str], data: some.DataObject) -> None:
    after = deepcopy(scans)
    for found in after[0].columns.values():
        entity = data.draw(some.sampled_from(ENTITIES))
        found.findings.setdefault(entity, Finding(entity, data.draw(some.integers(1, found.filled)), 1))
    _assert_not_lower(grades, scans, after)


@given(scans=datasets, grades=told, more=some.integers(1, 2000))
def test_hits_in_cells_that_had_none_never_lower_a_grade(scans: list[FileScan], grades: list[str], more: int) -> None:
    after = deepcopy(scans)
    for found in after[0].columns.values():
        for finding in found.findings.values():
            finding.cells = min(found.filled, finding.cells + more)
            finding.validated = min(finding.cells, finding.validated + more)
    _assert_not_lower(grades, scans, after)


@given(scans=datasets, grades=told, more=some.integers(1, 2000))
def test_new_cells_with_a_hit_never_lower_a_grade(scans: list[FileScan], grades: list[str], more: int) -> None:
    after = deepcopy(scans)
    for found in after[0].columns.values():
        found.cells, found.filled = found.cells + more, found.filled + more
        for finding in found.findings.values():
            finding.cells += more
    _assert_not_lower(grades, scans, after)


@given(scans=datasets, grades=told, more=files("g"), rows=some.integers(0, 10**7))
def test_more_rows_files_and_unread_parts_never_lower_a_grade(
    scans: list[FileScan], grades: list[str], more: FileScan, rows: int
) -> None:
    longer = deepcopy(scans)
    longer[0].rows += rows
    _assert_not_lower(grades, scans, longer)
    _assert_not_lower(grades, longer, [*longer, more])
    worse = deepcopy(longer)
    worse[0].unscanned.append("f: is cut")
    _assert_not_lower(grades, longer, worse)


@given(scans=datasets, grades=told, more=some.sampled_from(RULES))
def test_one_more_rule_never_lowers_a_grade(scans: list[FileScan], grades: list[str], more: str) -> None:
    fewer, most = _rules(grades), _rules([*grades, more])
    first, then = grade_of(scans, fewer), grade_of(scans, most)
    assert most.highest(first, then) == then


@given(scans=datasets, more=some.integers(1, 10**6))
def test_cells_without_a_hit_dilute_shares_and_nothing_else(scans: list[FileScan], more: int) -> None:
    after = deepcopy(scans)
    for found in after[0].columns.values():
        found.cells, found.filled = found.cells + more, found.filled + more
    _assert_not_lower([one for one in RULES if "prevalence" not in one], scans, after)


def test_a_share_that_is_diluted_falls_below_its_rule() -> None:
    assert grade_column(column(100, EMAIL_ADDRESS=50), _rules([RULES[1]]))
    assert not grade_column(column(100_000, EMAIL_ADDRESS=50), _rules([RULES[1]]))


@given(scans=datasets, grades=told)
def test_chance_only_lowers_what_the_same_column_without_a_checksum_had(
    scans: list[FileScan], grades: list[str]
) -> None:
    without = deepcopy(scans)
    for finding in _findings(without):
        finding.chance = 0.0
    _assert_not_lower(grades, scans, without)
    if not any(chance.by_chance(finding) for finding in _findings(scans)):
        assert grade_of(scans, _rules(grades)) == grade_of(without, _rules(grades))


def _findings(scans: list[FileScan]) -> list[Finding]:
    return [one for file in scans for found in file.columns.values() for one in found.findings.values()]


@given(scans=datasets, grades=told, source=some.randoms())
def test_the_order_of_files_columns_findings_and_rules_never_matters(
    scans: list[FileScan], grades: list[str], source: Random
) -> None:
    def mixed(parts: dict[str, Any]) -> dict[str, Any]:
        return dict(source.sample(list(parts.items()), len(parts)))

    other, order = deepcopy(scans), source.sample(grades, len(grades))
    source.shuffle(other)
    for file in other:
        file.columns = mixed(file.columns)
        for found in file.columns.values():
            found.findings = mixed(found.findings)
    assert grade_of(other, _rules(order)) == grade_of(scans, _rules(grades))


VECTORS = (
    "when: {entity: [US_SSN, CREDIT_CARD], validated: true}, impact: {confidentiality: high}",
    "when: {together: [PERSON, URL]}, impact: {integrity: moderate}",
    "when: {rows: '>=100000'}, impact: {availability: high}",
    "when: {rows: '>=100', grade: high}, impact: {integrity: high}",
)


@given(scans=datasets, more=files("g"), fewer=some.lists(some.sampled_from(VECTORS), min_size=1, unique=True))
def test_more_never_lowers_the_impact_on_any_objective(scans: list[FileScan], more: FileScan, fewer: list[str]) -> None:
    some_rules, all_rules = (rules(*told, scheme="fips-199", default="low") for told in (fewer, VECTORS))
    before, after = impact_on(scans, some_rules), impact_on([*scans, more], all_rules)
    for objective, level in before.items():
        assert all_rules.highest(level, after[objective]) == after[objective]


@given(hits=some.integers(0, 10**6), misses=some.integers(0, 10**6))
def test_one_more_hit_never_lowers_the_lower_end_of_its_interval(hits: int, misses: int) -> None:
    low = wilson(hits, hits + misses)[0]
    assert wilson(hits + 1, hits + 1 + misses)[0] >= low
    assert wilson(hits + 1, max(hits + 1, hits + misses))[0] >= low
