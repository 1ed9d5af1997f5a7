# SPDX-License-Identifier: Apache-2.0
"""Grades follow the policy's rules and only rise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custody import policy
from custody.classifiers.counts import Column, FileScan, mask
from custody.classifiers.grading import grade_column, grade_dataset, grade_file, wilson
from tests.conftest import ROOT

from .columns import column, rules

RULES = policy.load(ROOT / "sample_data" / "policy.yaml")


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    # Wilson score interval, 95 %: Brown, Cai, DasGupta 2001 give 0/10 and 5/10; 1/1 by the formula
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (1, 1, 0.2065, 1.0), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (column(1_000_000, IBAN_CODE=1), ["restricted"]),
        (column(1000, EMAIL_ADDRESS=10), ["confidential"]),
        (column(1_000_000, EMAIL_ADDRESS=1), []),
        (column(100, PERSON=100), ["confidential"]),
        (column(100, PERSON=20), []),  # the share is 20 %, the lower end of its interval is not
        (column(100, URL=100), []),
    ],
)
def test_a_rule_fires_when(found: Column, expected: list[str]) -> None:
    assert [one.grade for one in grade_column(found, RULES)] == expected


def test_a_severe_entity_without_valid_checksum_does_not_count() -> None:
    found = column(10, IBAN_CODE=10)
    found.findings["IBAN_CODE"].validated = 0
    assert grade_column(found, RULES) == []


def test_entities_together_raise_the_file_and_one_missing_does_not() -> None:
    parts = {name: column(10, **{name: 10}) for name in ("PERSON", "STREET_ADDRESS", "DATE_OF_BIRTH")}
    assert [one.grade for one in grade_file(FileScan("f", 10, parts), RULES)] == ["restricted"]
    del parts["DATE_OF_BIRTH"]
    assert grade_file(FileScan("f", 10, parts), RULES) == []


@pytest.mark.parametrize(
    ("grade", "rows", "expected"),
    [
        ("confidential", 1_000_000, "restricted"),
        ("confidential", 999_999, "confidential"),
        ("internal", 10**9, "internal"),
        ("restricted", 10**9, "restricted"),
    ],
)
def test_scale_raises_only_what_the_rule_names(grade: str, rows: int, expected: str) -> None:
    raised, why = grade_dataset([grade], rows, RULES)
    assert raised == expected
    assert bool(why) == (raised != grade), "a rule that raises nothing is no reason"


def test_scale_does_not_raise_what_scale_has_raised() -> None:
    steps = (
        "when: {rows: '>=10', grade: public}, grade: confidential",
        "when: {rows: '>=10', grade: confidential}, grade: restricted",
    )
    raised, [why] = grade_dataset(["public"], 10, rules(*steps, default="public"))
    assert (raised, why.sentence) == ("confidential", "10 rows of public data are 10 or more")


def test_of_several_rules_about_scale_only_the_highest_is_the_reason() -> None:
    steps = ("when: {rows: '>=10'}, grade: confidential", "when: {rows: '>=20'}, grade: restricted")
    raised, [why] = grade_dataset(["public"], 20, rules(*steps))
    assert (raised, why.rule) == ("restricted", 1)


@pytest.mark.parametrize(
    ("entity", "value", "masked"),
    [
        ("EMAIL_ADDRESS", "jane.doe@mail.example.org", "j***@m***.org"),
        ("PERSON", "Jane", "J***"),
        ("US_SSN", "536-90-4399", "***"),
        ("CREDIT_CARD", "4111111111111111", "***"),
        ("EMAIL_ADDRESS", "a@b", "a***@***b"),
        ("EMAIL_ADDRESS", "1@2.3", "***@***.***"),
        ("PASSWORD", "P@ss.word", "P***"),
        ("CONNECTION_STRING", "db://me:secret@host.example", "d***"),
        ("PERSON", "", "***"),
    ],
)
def test_a_masked_preview_keeps_no_digit_and_at_most_first_letters(entity: str, value: str, masked: str) -> None:
    assert mask(entity, value) == masked


@given(some.text(min_size=6))
def test_a_mask_never_holds_six_characters_of_the_value_in_a_row(value: str) -> None:
    masked = mask("EMAIL_ADDRESS", value)
    suffix = value.rpartition(".")[2]
    assert not any(value[i : i + 6] in masked.removesuffix(suffix) for i in range(len(value) - 5))
