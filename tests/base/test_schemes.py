# SPDX-License-Identifier: Apache-2.0
"""Schemes are data with an author; a grade is translated only where a table says so, with its basis."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custody import policy, schemes
from custody.errors import PolicyError
from custody.schemes import NAMES, NONE, Degree, Impact, Object

from .samples import POLICY

LEVELS = ("low", "moderate", "high")
_BODY = POLICY[POLICY.index("intents:") :]


def _policy(scheme: str, rule: str, default: str, *more: str) -> str:
    head = f"scheme: {scheme}\ndefault: {default}\nunscanned: {default}\nfingerprint: local:k.keyring#f\n"
    return "\n".join([head + f"grades:\n  - when: {{entity: [PERSON]}}\n    {rule}", *more, "measures: {}", _BODY])


def _parse(text: str) -> policy.Policy:
    return policy.parse(text.encode(), "p.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_every_scheme_names_its_author_edition_and_meaning(name: schemes.SchemeName) -> None:
    scheme = schemes.scheme(name)
    assert scheme.name == name
    assert all((scheme.authority, scheme.edition, scheme.basis, scheme.mapping))
    assert set(scheme.means) == set(scheme.levels)
    assert len(set(scheme.levels)) == len(scheme.levels) > 1
    assert {level for row in scheme.harm.values() for level in row.values()} <= set(scheme.levels)


def test_only_a_text_read_at_first_hand_is_told_without_reserve() -> None:
    told = {name: schemes.scheme(name).told for name in NAMES}
    assert told.pop("confidentiality-4") == "confidentiality-4 (custody's own)"
    for text in told.values():
        assert "by name: its text was not read" in text


def test_the_table_of_harm_is_whole_and_more_harm_never_grades_lower() -> None:
    scheme = schemes.scheme("gbt-43697")
    assert set(scheme.harm) == set(get_args(Object))
    for row in scheme.harm.values():
        ranks = [scheme.levels.index(row[degree]) for degree in get_args(Degree)]
        assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("harm", "expected"),
    # shared facts, standards A6: the table as the secondary source prints it; general's sub-levels are custody's
    [
        ("{object: national_security, degree: general}", "important"),
        ("{object: national_security, degree: serious}", "core"),
        ("{object: economy, degree: serious}", "important"),
        ("{object: public_interest, degree: especially_serious}", "core"),
        ("{object: social_order, degree: general}", "general-4"),
        ("{object: individuals, degree: especially_serious}", "general-4"),
        ("{object: organisations, degree: general}", "general-2"),
    ],
)
def test_a_grade_follows_from_the_harm(harm: str, expected: str) -> None:
    assert _parse(_policy("gbt-43697", f"harm: {harm}", "general-1")).grades[0].grade == expected


impacts = some.builds(Impact, **dict.fromkeys(Impact.model_fields, some.sampled_from(LEVELS)))


@given(impacts)
def test_the_level_of_a_vector_is_its_high_water_mark(impact: Impact) -> None:
    vector = impact.model_dump()
    told = ", ".join(f"{name}: {level}" for name, level in vector.items())
    rule = _parse(_policy("fips-199", f"impact: {{{told}}}", "low")).grades[0]
    assert rule.impact == impact
    assert LEVELS.index(rule.grade) == max(LEVELS.index(level) for level in vector.values())


def test_an_objective_left_out_is_low_and_a_bare_level_is_meant_for_all() -> None:
    rule = _parse(_policy("fips-199", "impact: {integrity: high}", "low")).grades[0]
    assert rule.impact == Impact(confidentiality="low", integrity="high", availability="low")
    rule = _parse(_policy("fips-199", "grade: moderate", "low")).grades[0]
    assert rule.impact == Impact(confidentiality="moderate", integrity="moderate", availability="moderate")


def test_a_grade_by_name_stands_in_every_scheme() -> None:
    for name in NAMES:
        level = schemes.scheme(name).levels[-1]
        assert _parse(_policy(name, f"grade: {level}", level)).grades[0].grade == level


# what stands under the rule, in which scheme -> line of the fault, what the message has
FAULTS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "a level of another scheme": ("gbt-43697", "grade: restricted", "7:5", ("core", "general-1")),
    "harm without a table of harm": ("jrt-0197", "harm: {object: economy, degree: serious}", "7:5", ("level-5",)),
    "impact without objectives": ("gbt-43697", "impact: {integrity: high}", "7:5", ("does not grade by impact",)),
    "an object nobody knows": ("gbt-43697", "harm: {object: economie, degree: serious}", "7:12", ("'economy'",)),
    "a degree nobody knows": ("gbt-43697", "harm: {object: economy, degree: severe}", "7:29", ("especially_serious",)),
    "a harm without a degree": ("gbt-43697", "harm: {object: economy}", "7:5", ("'degree' is missing",)),
    "an objective nobody knows": ("fips-199", "impact: {integrty: high}", "7:14", ("write 'integrity'",)),
    "a level nobody knows": ("fips-199", "impact: {integrity: medium}", "7:14", ("low, moderate, high",)),
    "a grade and a harm": (
        "gbt-43697",
        "grade: core\n    harm: {object: economy, degree: serious}",
        "6:5",
        ("one of",),
    ),
    "no grade at all": ("gbt-43697", "# none", "6:5", ("exactly one of",)),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_faulty_grade_is_told_with_its_place(case: str) -> None:
    scheme, rule, place, parts = FAULTS[case]
    with pytest.raises(PolicyError) as caught:
        _parse(_policy(scheme, rule, schemes.scheme(scheme).levels[0]))
    message = str(caught.value)
    assert message.startswith(f"p.yaml:{place} "), message
    assert [part for part in parts if part not in message] == [], message


# a condition that says what it cannot mean -> what the message has
CONDITIONS = {
    "{entity: [PERSON], rows: '>=5'}": "not two of them",
    "{together: [PERSON, URL], free_text: true}": "not two of them",
    "{free_text: true, validated: true}": "names none",
    "{together: [PERSON, URL], prevalence: '>=5%'}": "names none",
    "{rows: '>=5', count: '>=2'}": "names none",
    "{entity: [PERSON], grade: public}": "belongs to `rows`",
    "{free_text: false}": "never fires",
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_that_cannot_hold_as_written_is_refused(condition: str) -> None:
    text = _policy("confidentiality-4", "grade: public", "public").replace("{entity: [PERSON]}", condition)
    with pytest.raises(PolicyError) as caught:
        _parse(text)
    assert CONDITIONS[condition] in str(caught.value)
    assert str(caught.value).startswith("p.yaml:6:5 ")


@pytest.mark.parametrize(("source", "target"), permutations(NAMES, 2))
def test_every_grade_has_a_translation_with_its_basis_or_none_with_its_reason(
    source: schemes.SchemeName, target: schemes.SchemeName
) -> None:
    for grade in schemes.scheme(source).levels:
        cell = schemes.translate(grade, source, target)
        assert cell.note
        assert (cell.basis is None) == (cell.to == NONE)
        assert cell.to in (*schemes.scheme(target).levels, NONE)
        assert cell.basis != "standard", "no authority's table was read"


def test_the_tables_have_no_cell_of_a_level_that_is_not_there() -> None:
    for (source, target), table in schemes.tables().items():
        assert source != target
        assert set(table.cells) <= set(schemes.scheme(source).levels)


def test_a_policy_translates_by_its_own_word_and_says_so() -> None:
    own = "translate: {jrt-0197: {restricted: level-4, public: none}}"
    rules = _parse(_policy("confidentiality-4", "grade: public", "public", own))
    cell = rules.translated("restricted", "jrt-0197")
    assert (cell.to, cell.basis) == ("level-4", "policy")
    assert rules.translated("public", "jrt-0197").to == NONE
    assert rules.translated("internal", "jrt-0197").to == NONE
    assert rules.translated("restricted", "fips-199").basis is None


@pytest.mark.parametrize(
    ("own", "part"),
    [
        ("{jrt-0197: {restricted: level-6}}", "level-5, none"),
        ("{jrt-0197: {restrictd: level-4}}", "write 'restricted'"),
        ("{jrt-197: {restricted: level-4}}", "jrt-0197"),
        ("{confidentiality-4: {restricted: public}}", "gbt-43697, jrt-0197, fips-199"),
    ],
)
def test_a_faulty_translation_is_refused(own: str, part: str) -> None:
    with pytest.raises(PolicyError) as caught:
        _parse(_policy("confidentiality-4", "grade: public", "public", f"translate: {own}"))
    assert part in str(caught.value)
    assert str(caught.value).startswith("p.yaml:8:")
