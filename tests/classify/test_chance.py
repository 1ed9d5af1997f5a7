# SPDX-License-Identifier: Apache-2.0
"""Checksums that hold no more often than chance has it are not evidence; anything above chance is."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custody.classifiers.counts import Column, Finding
from custody.classifiers.grading import chance, grade_column, held_back
from custody.classifiers.grading.shares import at_least, most_missed, percent

from . import columns
from .columns import rules, tried

SEVERE = rules("when: {entity: [CREDIT_CARD], validated: true}, grade: restricted")
NOISY = rules("when: {entity: [CREDIT_CARD], prevalence: '>=1%'}, grade: restricted")


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        (tried(1012, 10_000), False),  # what chance gives
        (tried(900, 10_000), False),  # less than chance gives
        (tried(0, 10_000), False),
        (tried(1200, 10_000), True),
        (tried(20, 20), True),
        (tried(7, 20), False),  # P(X >= 7 | 20, 0.1) = 0.0024
        (tried(8, 20), True),  # P(X >= 8 | 20, 0.1) = 0.0004
        (tried(1, 19), True),  # too few to tell: fail closed
        (tried(2, 20), False),
        (tried(2, 20, chance=0.0), True),  # no checksum, nothing to compare with
        (tried(20, 20, chance=1.0), False),  # a check that everything passes
    ],
)
def test_a_rule_about_validated_cells_fires_only_above_chance(found: Column, counts: bool) -> None:
    assert bool(grade_column(found, SEVERE)) == (counts and found.findings["CREDIT_CARD"].validated > 0)
    assert bool(held_back(found, SEVERE)) == (not counts and found.findings["CREDIT_CARD"].validated > 0)


def test_a_rule_that_asks_for_no_checksum_is_not_held_back() -> None:
    assert grade_column(tried(1012, 10_000), NOISY)
    assert held_back(tried(1012, 10_000), NOISY) == []


def test_what_is_not_counted_is_told_with_its_numbers() -> None:
    [reason] = held_back(tried(1012, 10_000), SEVERE)
    assert reason.sentence.endswith(
        "1,012 of 10,000 distinct values pass the check, no more than chance alone gives (10.0 %): "
        "not counted, though up to 81 may be real"
    )
    assert (reason.tried, reason.passed, reason.chance, reason.rule) == (10_000, 1012, 0.1, 0)


@pytest.mark.parametrize(
    ("found", "part"),
    [
        (tried(5000, 10_000), "5,000 of 10,000 distinct values pass the check; chance alone gives 10.0 %"),
        (tried(1, 5), "chance alone gives as many with a probability of 41.0 %, too few to tell"),
        (tried(19, 19), "chance alone gives as many with a probability of less than 0.0001 %, too few to tell"),
    ],
)
def test_what_counts_is_told_beside_chance(found: Column, part: str) -> None:
    [reason] = grade_column(found, SEVERE)
    assert part in reason.sentence


def test_random_numbers_behind_a_check_digit_are_seen_as_random() -> None:
    source = random.Random(7)
    passes = sum(_luhn(source.randrange(10**15, 10**16)) for _ in range(5000))
    assert held_back(tried(passes, 5000), SEVERE)
    real = [number for number in range(4 * 10**15, 4 * 10**15 + 1000) if _luhn(number)]
    assert grade_column(tried(len(real), len(real)), SEVERE)


def _luhn(number: int) -> bool:
    digits = [int(one) for one in reversed(str(number))]
    return sum(sum(divmod(one * (1 + place % 2), 10)) for place, one in enumerate(digits)) % 10 == 0


@given(found=columns.findings())
def test_chance_holds_back_only_enough_values_at_a_share_that_chance_explains(found: Finding) -> None:
    if chance.by_chance(found):
        assert found.tried >= chance.MIN_TRIED
        assert found.chance > 0
        assert at_least(found.passed, found.tried, found.chance) > chance.ALPHA


@given(found=columns.findings())
def test_one_more_value_that_passes_never_takes_back_what_counted(found: Finding) -> None:
    before = chance.by_chance(found)
    found.tried, found.passed = found.tried + 1, found.passed + 1
    if found.tried != chance.MIN_TRIED:  # there the test begins
        assert before or not chance.by_chance(found)


@given(hits=some.integers(0, 60), more=some.integers(0, 60), share=some.fractions(0, 1, max_denominator=50))
def test_the_tail_is_the_exact_binomial_one(hits: int, more: int, share: Fraction) -> None:
    total = hits + more
    exact = sum(math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(hits, total + 1))
    assert at_least(hits, total, float(share)) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("total", [1, 10, 3503, 10**7])
def test_the_tail_of_many_is_a_probability_that_falls(total: int) -> None:
    found = [at_least(hits, total, 0.1) for hits in sorted({0, 1, total // 11, total // 10, total // 9, total})]
    assert all(0 <= one <= 1 for one in found)
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("total", "most"),
    # the rule of three: 1 - 0.05 ** (1 / n), e.g. Hanley and Lippman-Hand 1983
    [(0, 1.0), (1, 0.95), (10, 0.2589), (100, 0.0295), (3503, 0.000855)],
)
def test_none_in_so_many_bounds_the_share(total: int, most: float) -> None:
    assert most_missed(total) == pytest.approx(most, rel=1e-3)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0.0 %"),
        (0.1, "10.0 %"),
        (0.000855, "0.085 %"),
        (1e-6, "0.0001 %"),
        (3e-7, "less than 0.0001 %"),
        (1, "100.0 %"),
    ],
)
def test_a_small_share_keeps_two_digits(share: float, text: str) -> None:
    assert percent(share) == text
