# SPDX-License-Identifier: Apache-2.0
"""Bad input of the main road: what the user reads, and that nothing goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from .conftest import INTENT, Road, files_of


def _without_licence(sources: Path, name: str) -> None:
    data = yaml.safe_load(sources.read_text())
    source = next(one for one in data["sources"] if one["name"] == name)
    source.pop("licence", None)
    source.pop("metadata", None)
    source.pop("licence_file", None)
    sources.write_text(yaml.safe_dump(data))


def test_a_source_without_a_licence_stops_the_audit_and_says_what_to_do(
    start: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    _without_licence(start.sources, "fivethirtyeight")
    assert start.run("audit", start.sources, "--intent", INTENT, "--on-deny", "filter") == 3
    said = capsys.readouterr().out
    assert "A PERSON MUST DECIDE: fivethirtyeight" in said
    assert "LIC001" in said
    assert "to do: " in said
    assert start.steps_signed().count("audit") > 0, "the verdicts are on record although the step failed"


def test_a_source_without_a_licence_is_refused_by_the_gate_even_when_the_audit_is_ignored(
    start: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    _without_licence(start.sources, "fivethirtyeight")
    start.run("audit", start.sources, "--intent", INTENT, "--on-deny", "filter", "--on-review", "filter")
    assert start.step("fivethirtyeight") == 0
    capsys.readouterr()
    final = next(path for path in start.final() if path.name == "fivethirtyeight")
    assert start.run("gate", final, "--intent", INTENT) == 1
    said = capsys.readouterr().err
    assert "verdict is review" in said
    assert "LIC001" in said


def test_data_that_no_source_describes_is_refused_by_the_gate(start: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.run("classify", start.raw("fivethirtyeight")) == 0
    assert start.run("gate", start.raw("fivethirtyeight"), "--intent", INTENT) == 1
    assert "describe it in sources.yaml" in capsys.readouterr().err


def test_non_commercial_data_is_denied_for_a_commercial_intent(start: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.run("audit", start.sources, "--intent", INTENT) == 4
    said = capsys.readouterr().out
    assert "DENIED: review_quotes_nc" in said
    assert "LIC010" in said


def test_an_unreadable_parquet_file_is_named_graded_highest_and_never_trained_on(
    start: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    file = start.raw("chinook_people") / "customers.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    assert start.run("audit", start.sources, "--intent", INTENT, "--on-deny", "filter") == 0
    before = files_of(start.home.path / "ledger")
    assert start.run("classify", start.raw("chinook_people")) == 2
    assert "customers.parquet" in capsys.readouterr().out
    assert start.run("redact", start.raw("chinook_people"), start.path / "redacted") == 1
    said = capsys.readouterr().err
    assert "customers.parquet" in said
    assert "restore the file" in said
    assert not (start.path / "redacted" / "chinook_people").exists()
    assert start.run("gate", start.raw("chinook_people"), "--intent", INTENT) == 1
    assert "could not be read whole" in capsys.readouterr().err
    after = files_of(start.home.path / "ledger")
    assert {path: after.get(path) for path in before} == before


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("measures:", "mesures:", ["'mesures' is not allowed here", "write 'measures'"]),
        ("grade: confidential", "grade: confidental", ["'confidental'", "allowed: public, internal, confidential"]),
        ("purpose: commercial", "purpose: comercial", ["'comercial'", "allowed: commercial, research"]),
    ],
)
def test_a_typo_in_the_policy_is_told_with_file_line_and_what_is_allowed(
    start: Road, right: str, wrong: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = start.home.path / "policy.yaml"
    text = file.read_text()
    line = text[: text.index(right)].count("\n") + 1
    file.write_text(text.replace(right, wrong, 1))
    assert start.run("classify", start.raw("fivethirtyeight")) == 1
    said = capsys.readouterr().err
    assert f"{file}:{line}:" in said
    for words in expected:
        assert words in said


def test_bytes_changed_between_classify_and_redact_are_not_redacted(
    start: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.run("classify", start.raw("chinook_people")) == 0
    file = start.raw("chinook_people") / "employees.csv"
    file.write_bytes(file.read_bytes().replace(b"Calgary", b"Calgarx"))
    assert start.run("redact", start.raw("chinook_people"), start.path / "redacted") == 1
    said = capsys.readouterr().err
    assert "employees.csv: expected sha256" in said
    assert not (start.path / "redacted").exists()


def test_redacted_bytes_that_were_edited_are_not_encrypted(start: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.step("chinook_people", upto="redact") == 0
    file = start.path / "redacted" / "chinook_people" / "employees.csv"
    file.write_bytes(file.read_bytes() + b"\n")
    assert start.run("encrypt", file.parent, start.path / "cleared") == 1
    assert "employees.csv: expected sha256" in capsys.readouterr().err


def test_data_that_fails_its_expectations_is_refused(start: Road, capsys: pytest.CaptureFixture[str]) -> None:
    suite = start.path / "sample_data" / "expectations" / "chinook_people.json"
    suite.write_text(
        suite.read_text().replace('"expect_column_values_to_be_unique"', '"expect_column_values_to_be_null"')
    )
    assert start.step("chinook_people") == 1
    said = capsys.readouterr().err
    assert "does not meet chinook_people.json" in said
    assert "expect_column_values_to_be_null(CustomerId)" in said


@pytest.mark.parametrize("verb", ["redact", "encrypt"])
def test_a_step_never_writes_over_data_that_it_did_not_make(
    verb: str, start: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody names the directory of the raw data as the output."""
    assert start.run("classify", start.raw("fivethirtyeight")) == 0
    before = files_of(start.raw("fivethirtyeight"))
    assert start.run(verb, start.raw("fivethirtyeight"), start.raw("fivethirtyeight").parent) == 1
    assert "something is here that custody did not write" in capsys.readouterr().err
    assert files_of(start.raw("fivethirtyeight")) == before


def test_a_drill_never_restores_over_the_data_it_is_about(road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    (road.path / "cleared" / ".custody-fivethirtyeight").unlink()
    before = files_of(road.cleared("fivethirtyeight"))
    assert road.run("drill", road.cleared("fivethirtyeight"), road.path / "cleared") == 1
    assert "something is here that custody did not write" in capsys.readouterr().err
    assert files_of(road.cleared("fivethirtyeight")) == before


def test_two_intents_are_audited_side_by_side(road: Road) -> None:
    """A later audit for another intent does not take the place of the first."""
    assert road.run("audit", road.sources, "--intent", "research-eval") == 0
    assert road.gate() == 0


def test_data_in_which_there_is_nothing_to_redact_passes_the_gate(start: Road) -> None:
    """A redaction that changes no byte gives the same address; that is no circle."""
    path = start.raw("fivethirtyeight")
    for file in path.iterdir():
        file.unlink()
    text = "".join("president_name,n\n" if i == 0 else f"Harry Truman,{i}\n" for i in range(40))
    (path / "women-stem.csv").write_text(text)
    (start.path / "sample_data" / "expectations" / "fivethirtyeight.json").write_text(
        '{"file": "women-stem.csv", "expectations": '
        '[{"type": "expect_column_values_to_be_unique", "kwargs": {"column": "n"}}]}'
    )
    data = yaml.safe_load(start.sources.read_text())
    next(one for one in data["sources"] if one["name"] == "fivethirtyeight").pop("metadata")  # it is about other bytes
    start.sources.write_text(yaml.safe_dump(data))
    assert start.run("audit", start.sources, "--intent", INTENT, "--on-deny", "filter") == 0
    assert start.step("fivethirtyeight") == 0
    redacted = files_of(start.path / "redacted" / "fivethirtyeight")
    assert redacted == files_of(path), "nothing was to be taken out"
    assert start.run("gate", start.cleared("fivethirtyeight"), "--intent", INTENT) == 0
