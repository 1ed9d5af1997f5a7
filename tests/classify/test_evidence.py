# SPDX-License-Identifier: Apache-2.0
"""Every grade says what it rests on, also the one that no rule gave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custody import schemes
from custody.classifiers.counts import Column, FileScan
from custody.classifiers.grading import grade_column, grade_dataset, grade_file, joined, suggested, unscanned, why
from custody.classifiers.grading.names import promises

from . import columns
from .columns import column, rules

EMAIL = "when: {entity: [EMAIL_ADDRESS], prevalence: '>=1%'}, grade: confidential"
SSN = "when: {entity: [US_SSN], validated: true}, grade: restricted"
PROSE = "when: {free_text: true}, grade: confidential"


def _why(found: Column, *grades: str, whole: bool = True) -> str:
    made = rules(*grades)
    fired = grade_column(found, made)
    grade = made.highest(made.default, *(one.grade for one in fired))
    return "; ".join(why(grade, fired, found, made, whole=whole))


def test_a_reason_has_the_rule_and_the_numbers() -> None:
    [reason] = grade_column(column(200, EMAIL_ADDRESS=100), rules(SSN, EMAIL))
    assert (reason.rule, reason.entity, reason.hits, reason.share) == (1, "EMAIL_ADDRESS", 100, 0.5)
    assert reason.interval == (0.431361, 0.568639)  # Wilson 95 % of 100 in 200
    assert reason.sentence == (
        "column c holds EMAIL_ADDRESS in 100 cells (50.0 % of 200 cells, 95 % interval 43.1 % to 56.9 %)"
    )


NONE = "no rule about columns fired; no EMAIL_ADDRESS or US_SSN in 3,503 filled cells: "


@pytest.mark.parametrize(
    ("filled", "sampled", "whole", "expected"),
    [
        (3503, False, True, f"{NONE}every one was read"),
        (
            3503,
            True,
            True,
            f"{NONE}a random sample, so at 95 % confidence at most 0.085 % of all",
        ),
        (
            3503,
            True,
            False,
            f"{NONE}not all of the file was read, and nothing follows for the rest",
        ),
        (
            3503,
            False,
            False,
            f"{NONE}not all of the file was read, and nothing follows for the rest",
        ),
        (0, False, True, "column c: no cell is filled"),
        (0, True, True, "column c: no filled cell was read"),
        (0, False, False, "column c: no filled cell was read"),
    ],
)
def test_a_column_in_which_no_rule_fired_says_what_that_rests_on(
    filled: int, sampled: bool, whole: bool, expected: str
) -> None:
    found = Column("c", 3503, filled, sampled=sampled)
    assert _why(found, EMAIL, SSN, whole=whole).endswith(expected)


def test_what_was_found_and_meets_no_rule_is_named() -> None:
    told = _why(column(1000, EMAIL_ADDRESS=2, URL=5), EMAIL, SSN)
    assert "EMAIL_ADDRESS in 2 cells meets none; no rule is about URL, which it holds; no US_SSN in 1,000" in told
    assert _why(column(9), "when: {free_text: true}, grade: public").endswith("the rules name no entity")


def test_many_entities_are_counted_not_listed() -> None:
    many = "when: {entity: [A, B, C, D, E]}, grade: restricted"
    assert "none of 5 entities that rules name in 9 filled cells" in _why(column(9), many)


def test_a_rule_below_the_default_is_not_said_to_have_given_it() -> None:
    told = _why(column(9, URL=9), "when: {entity: [URL]}, grade: public")
    assert told == "column c: the policy's default is higher than what rules give"


@pytest.mark.parametrize(
    ("condition", "prose", "cells", "fires"),
    [
        ("{free_text: true}", True, {}, True),
        ("{free_text: true}", False, {"EMAIL_ADDRESS": 9}, False),
        ("{free_text: true, entity: [EMAIL_ADDRESS]}", True, {"EMAIL_ADDRESS": 9}, True),
        ("{free_text: true, entity: [EMAIL_ADDRESS]}", True, {}, False),
        ("{free_text: true, entity: [EMAIL_ADDRESS]}", False, {"EMAIL_ADDRESS": 9}, False),
    ],
)
def test_prose_has_a_floor_and_conditions_of_its_own(
    condition: str, prose: bool, cells: dict[str, int], fires: bool
) -> None:
    found = column(10, **cells)
    found.free_text = prose
    assert bool(grade_column(found, rules(f"when: {condition}, grade: confidential"))) == fires


def test_the_floor_of_prose_says_why() -> None:
    found = Column("c", 10, 10, free_text=True)
    assert "is free text, in which not all that is personal can be recognised" in _why(found, PROSE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ssn", ("US_SSN",)),
        ("customer.SSN", ("US_SSN",)),
        ("CreditCardNumber", ("CREDIT_CARD",)),
        ("email_address", ("EMAIL_ADDRESS",)),
        ("firstName", ("PERSON",)),
        ("zip_code", ("POSTCODE",)),
        ("birth_date", ("DATE_OF_BIRTH",)),
        ("session", ()),  # has the letters of ssn, not the word
        ("last_update", ()),
        ("first", ()),
        ("companion", ()),
        ("card", ()),
        ("", ()),
    ],
)
def test_a_name_promises_whole_words_only(name: str, expected: tuple[str, ...]) -> None:
    assert promises(name) == expected


def test_a_promise_that_the_cells_do_not_keep_is_told() -> None:
    made = rules(SSN)
    told = "the name of column ssn suggests US_SSN, its cells do not: not counted"
    assert suggested(Column("ssn", 9, 9), made) == [told]
    assert suggested(Column("ssn", 9, 0), made) == []
    assert suggested(Column("ssn", 9, 9, findings=column(9, US_SSN=1).findings), made) == []
    assert suggested(Column("iban", 9, 9), made) == [], "no rule is about it"


@given(
    name=some.sampled_from(["ssn", "email", "credit_card", "first name", "x"]) | some.text(),
    filled=some.integers(0, 99),
)
def test_a_name_alone_never_gives_a_grade(name: str, filled: int) -> None:
    assert grade_column(Column(name, filled, filled), rules(SSN, EMAIL, PROSE)) == []


VECTOR = rules(
    "when: {entity: [EMAIL_ADDRESS]}, impact: {confidentiality: moderate}",
    "when: {entity: [URL]}, impact: {integrity: high}",
    "when: {together: [URL, EMAIL_ADDRESS]}, grade: moderate",
    scheme="fips-199",
    default="low",
    worst="moderate",
)


def test_impacts_join_objective_by_objective() -> None:
    found = column(9, EMAIL_ADDRESS=9, URL=9)
    reasons = [*grade_column(found, VECTOR), *grade_file(FileScan("f", 9, {"c": found}), VECTOR)]
    assert joined(VECTOR, *(one.impact for one in reasons[:2])) == {
        "confidentiality": "moderate",
        "integrity": "high",
        "availability": "low",
    }
    assert joined(VECTOR, *(one.impact for one in reasons))["availability"] == "moderate"
    assert joined(VECTOR) == dict.fromkeys(("confidentiality", "integrity", "availability"), "low")
    assert joined(VECTOR, unscanned("f: is cut", VECTOR).impact)["integrity"] == "moderate"


@pytest.mark.parametrize(
    ("scheme", "given", "end"),
    [
        (
            "gbt-43697",
            "harm: {object: public_interest, degree: especially_serious}",
            "; especially serious harm to public interest",
        ),
        (
            "fips-199",
            "impact: {confidentiality: high, integrity: moderate}",
            "; impact on confidentiality high, integrity moderate",
        ),
        ("fips-199", "impact: {confidentiality: low}", ""),
        ("jrt-0197", "grade: level-3", ""),
    ],
)
def test_a_grade_that_follows_from_harm_or_impact_says_from_which(
    scheme: schemes.SchemeName, given: str, end: str
) -> None:
    made = rules(f"when: {{together: [URL]}}, {given}", scheme=scheme, default=schemes.scheme(scheme).levels[0])
    [reason] = grade_file(FileScan("f", 9, {"c": column(9, URL=9)}), made)
    assert reason.sentence == f"file f holds URL together{end}"


def test_the_default_is_the_least_impact_on_each_objective() -> None:
    made = rules("when: {entity: [URL]}, impact: {integrity: high}", scheme="fips-199", default="moderate")
    reasons = grade_column(column(9, URL=9), made)
    assert joined(made, *(one.impact for one in reasons)) == {
        "confidentiality": "moderate",
        "integrity": "high",
        "availability": "moderate",
    }


def test_scale_adds_its_impact_also_where_the_level_stays() -> None:
    made = rules("when: {rows: '>=10'}, impact: {integrity: high}", scheme="fips-199", default="low")
    grade, [reason] = grade_dataset(["high"], 10, made)
    assert grade == "high"
    assert joined(made, reason.impact)["integrity"] == "high"


def test_a_scheme_without_objectives_has_no_impact() -> None:
    assert joined(rules(SSN), {}) == {}
    assert grade_column(column(9, US_SSN=9), rules(SSN))[0].impact == {}


@given(file=columns.files())
def test_the_grade_is_the_highest_of_its_vector(file: FileScan) -> None:
    reasons = [one for found in file.columns.values() for one in grade_column(found, VECTOR)]
    reasons += grade_file(file, VECTOR)
    grade = VECTOR.highest(VECTOR.default, *(one.grade for one in reasons))
    assert VECTOR.highest(*joined(VECTOR, *(one.impact for one in reasons)).values()) == grade
