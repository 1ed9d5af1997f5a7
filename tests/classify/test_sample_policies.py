# SPDX-License-Identifier: Apache-2.0
"""The sample data graded by each scheme: in its own words, with its reserve, and translated only by a table."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from custody import policy
from custody.classifiers import ClassificationReport, Scanner, classify
from custody.classifiers.fast.patterns import has_check
from custody.cli import main
from custody.dataset import Dataset
from tests.conftest import ROOT

from .conftest import SECRET, WHEN

NAMES = ("gbt-43697", "jrt-0197", "fips-199")
POLICIES = ROOT / "sample_data" / "policies"


@pytest.fixture(scope="module")
def reports() -> dict[str, ClassificationReport]:
    """The people of Chinook, classified by each policy."""
    made = {}
    for name in NAMES:
        rules = policy.load(POLICIES / f"{name}.yaml")
        people = Dataset(ROOT / "sample_data" / "chinook_people")
        made[name] = classify(people, rules, SECRET, created_at=WHEN, scanner=Scanner(rules))
    return made


def test_there_is_a_policy_for_each_scheme_and_each_passes_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert {one.stem for one in POLICIES.glob("*.yaml")} == set(NAMES)
    for name in NAMES:
        assert main(["policy", "check", str(POLICIES / f"{name}.yaml")]) == 0
        told = capsys.readouterr().out
        assert ": ok, sha256 " in told
        assert "by name: its text was not read" in told


def test_a_rule_about_checksums_names_only_entities_that_have_one() -> None:
    """A rule of which no cell can ever be validated would silently never fire."""
    for name in NAMES:
        rules = policy.load(POLICIES / f"{name}.yaml")
        named = {entity for rule in rules.grades if rule.when.validated for entity in rule.when.entity}
        assert named <= {
            one for kind in Scanner(rules).recognizers if has_check(kind) for one in kind.supported_entities
        }


def test_the_policy_of_our_own_scheme_is_told_without_reserve(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", str(ROOT / "sample_data" / "policy.yaml")]) == 0
    assert "not read" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "grade"), [("gbt-43697", "general-3"), ("jrt-0197", "level-3"), ("fips-199", "moderate")]
)
def test_people_are_graded_in_the_words_of_the_scheme(
    reports: dict[str, ClassificationReport], name: str, grade: str
) -> None:
    report = reports[name]
    assert report.grade == grade
    assert any("EMAIL_ADDRESS" in why for why in report.why)
    assert any(name in text and "its text was not read" in text for text in report.unchecked)
    assert f">{grade}</span>" in report.to_html()


def test_a_vector_is_printed_beside_its_level(reports: dict[str, ClassificationReport]) -> None:
    report = reports["fips-199"]
    assert report.impact == {"confidentiality": "moderate", "integrity": "low", "availability": "low"}
    assert "Impact: confidentiality moderate, integrity low, availability low" in report.to_html()
    assert reports["gbt-43697"].impact == {}


def test_a_translated_grade_is_marked_and_one_without_a_table_is_none(
    reports: dict[str, ClassificationReport],
) -> None:
    by_policy = {one.scheme: (one.grade, one.basis) for one in reports["gbt-43697"].translations}
    assert by_policy == {
        "confidentiality-4": ("confidential", "policy"),
        "jrt-0197": ("none", ""),
        "fips-199": ("none", ""),
    }
    page = reports["gbt-43697"].to_html()
    assert "Translated, not graded: confidential in confidentiality-4 (basis: policy)" in page
    assert "Translated" not in reports["fips-199"].to_html()


@pytest.mark.parametrize("name", NAMES)
def test_reports_of_every_scheme_meet_the_schema(reports: dict[str, ClassificationReport], name: str) -> None:
    schema = json.loads((ROOT / "classifiers" / "report.schema.json").read_text())
    Draft202012Validator(schema).validate(json.loads(json.dumps(reports[name].to_dict())))


def test_every_column_says_why_it_has_its_grade(reports: dict[str, ClassificationReport]) -> None:
    for report in reports.values():
        for column in (one for file in report.files for one in file.columns):
            assert column.why, column.column
            assert {reason.grade for reason in column.reasons} <= set(report.levels)
            if not column.reasons:
                assert "no rule about columns fired" in column.why[0]
                assert "every one was read" in column.why[0]
