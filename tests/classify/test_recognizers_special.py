# SPDX-License-Identifier: Apache-2.0
"""Health, finance, special categories and children: found by context and shape together, and by neither alone."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from presidio_analyzer import PatternRecognizer

from custody.classifiers import Scanner
from custody.classifiers.engine import THRESHOLD
from custody.classifiers.recognizers import load

CASES = [
    ("diagnosis_code", "E11.9", "HEALTH_DATA"),
    ("snomed_code", "73211009", "HEALTH_DATA"),
    ("blood_type", "AB+", "HEALTH_DATA"),
    ("BloodGroup", "O neg", "HEALTH_DATA"),
    ("medical_condition", "Type 2 diabetes", "HEALTH_DATA"),
    ("\u8bca\u65ad", "\u7cd6\u5c3f\u75c5", "HEALTH_DATA"),
    ("medication", "Metformin 500 mg", "HEALTH_DATA"),
    ("mrn", "MR-0012345", "MEDICAL_ID"),
    ("employer_ein", "12-3456789", "TAX_ID"),
    ("VAT_ID", "DE123456789", "TAX_ID"),
    ("swift_code", "DEUTDEFF500", "SWIFT_BIC"),
    ("religion", "Catholic", "RELIGION"),
    ("\u5b97\u6559\u4fe1\u4ef0", "\u4f5b\u6559", "RELIGION"),
    ("race", "Asian-Pac-Islander", "ETHNICITY"),
    ("\u6c11\u65cf", "\u6c49\u65cf", "ETHNICITY"),
    ("sexual_orientation", "Bisexual", "SEXUAL_ORIENTATION"),
    ("party_affiliation", "Independent", "POLITICAL_OPINION"),
    ("\u653f\u6cbb\u9762\u8c8c", "\u56e2\u5458", "POLITICAL_OPINION"),
    ("union_member", "yes", "TRADE_UNION"),
    ("face_embedding", "[0.12,-0.5,0.3,0.9,0.1,0.2,0.3,0.4]", "BIOMETRIC_DATA"),
    ("genotype", "A/G", "GENETIC_DATA"),
    ("rsid", "rs4680", "GENETIC_DATA"),
    ("grade_level", "7th grade", "MINOR"),
    ("child_name", "Emma Stone", "MINOR"),
    ("parent_email", "jane@example.org", "MINOR"),
    ("child_age", "9", "MINOR"),
]


@pytest.mark.parametrize(("column", "cell", "entity"), CASES)
def test_shape_and_name_together_find(scanner: Scanner, column: str, cell: str, entity: str) -> None:
    assert entity in {one.entity for one in scanner.find(column, cell)}


@pytest.mark.parametrize(("column", "cell", "entity"), CASES)
def test_the_shape_alone_does_not(scanner: Scanner, column: str, cell: str, entity: str) -> None:
    assert column
    assert entity not in {one.entity for one in scanner.find("x", cell)}


@pytest.mark.parametrize(("column", "entity"), [(column, entity) for column, _, entity in CASES])
@pytest.mark.parametrize("cell", ["Quux zzyzx 12:34", "2020-01-01T00:00:00", "<REDACTED>", "\u00a7\u00a7"])
def test_the_name_alone_does_not(scanner: Scanner, column: str, entity: str, cell: str) -> None:
    assert entity not in {one.entity for one in scanner.find(column, cell)}


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("party", "Republican"),  # of elections, not of a person
        ("condition", "Used"),
        ("race_date", "2020-01-01"),
        ("variant", "AC"),
        ("union_square_exits", "1234"),
        ("minor_axis", "3"),
        ("school_name", "Lincoln High School"),
        ("product_grade", "A"),
        ("grade", "7"),
        ("orientation", "landscape"),
        ("share_white_poverty", "0.12"),
        ("medicine_budget", "12000"),
        ("part_number", "E11.9"),
        ("currency", "DEUTDEFF"),
        ("member_id", "1234567"),
    ],
)
def test_what_only_sounds_like_it_does_not(scanner: Scanner, column: str, cell: str) -> None:
    assert {one.entity for one in scanner.find(column, cell)} <= {"DATE_TIME", "US_DRIVER_LICENSE", "US_BANK_NUMBER"}


def test_context_in_prose_counts_too(scanner: Scanner) -> None:
    assert "HEALTH_DATA" in {one.entity for one in scanner.find("text", "diagnosed with E11.9 today")}
    assert "HEALTH_DATA" not in {one.entity for one in scanner.find("text", "bolt E11.9 is loose")}


def test_all_of_custodys_recognisers_load_in_a_stable_order_with_names_of_their_own() -> None:
    names = [str(one.to_dict()["name"]) for one in load()]
    assert names == [str(one.to_dict()["name"]) for one in load()]
    assert len(set(names)) == len(names) > 40


def test_every_file_of_recognisers_is_loaded() -> None:
    own = {str(one.to_dict()["name"]) for one in load()}
    for one in files("custody.classifiers.recognizers").iterdir():
        for name in re.findall(r'- name: (\w+Recognizer)|make\("(\w+)"', one.read_text() if one.is_file() else ""):
            assert set(name) & own, name


@pytest.mark.parametrize("own", load(), ids=lambda one: str(one.to_dict()["name"]))
def test_every_pattern_is_explicit_in_ascii_and_repeats_no_group_without_bound(own: PatternRecognizer) -> None:
    for pattern in own.to_dict()["patterns"]:
        assert not re.search(r"\\[dw]", pattern["regex"].replace("\\\\", "")), pattern["name"]
        assert not re.search(r"(?<!\\)\)(?:[*+]|\{[0-9]+,\})", pattern["regex"]), pattern["name"]


@pytest.mark.parametrize("own", load(), ids=lambda one: str(one.to_dict()["name"]))
@pytest.mark.parametrize("text", ["a", "1", "A B", "password=", "\u738b", '="', "eyJ.", "sk-", "://a:"])
def test_long_text_of_one_kind_gives_nothing_and_no_timeout(
    own: PatternRecognizer, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    hits = own.analyze(text * 10_000, own.supported_entities)
    assert [hit for hit in hits if hit.score >= THRESHOLD] == []
    assert "timed out" not in caplog.text


@pytest.mark.parametrize("own", load(), ids=lambda one: str(one.to_dict()["name"]))
def test_a_score_of_one_comes_only_from_a_judge(own: PatternRecognizer) -> None:
    boost = 0.35 if own.context else 0
    scores = [pattern["score"] for pattern in own.to_dict()["patterns"]]
    assert all(score + boost < 1 for score in scores)
    assert any(score + 0.35 >= THRESHOLD for score in scores), "with context it can be found"
