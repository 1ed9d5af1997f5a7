# SPDX-License-Identifier: Apache-2.0
"""What a whole report says of its evidence, from the scan to the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from custody.classifiers import ClassificationReport
from custody.classifiers.counts import Column, FileScan, Finding
from custody.policy import Policy
from tests.conftest import ROOT

from .columns import tried
from .conftest import Classify, write_csv

Told = Callable[..., ClassificationReport]


@pytest.fixture
def told(classified: Classify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Report on columns as if a scan had counted them."""

    def run(*columns: Column, unscanned: tuple[str, ...] = ()) -> ClassificationReport:
        scans = [FileScan("a.csv", 9, {one.column: one for one in columns}, list(unscanned))]
        # the package exports the function of the same name
        monkeypatch.setattr(import_module("custody.classifiers.classify"), "scan", lambda *_, **__: scans)
        return classified(write_csv(tmp_path / "d" / "a.csv", a=["1"]))

    return run


def test_checksums_by_chance_are_in_the_report_and_do_not_grade(told: Told) -> None:
    report = told(tried(1012, 10_000))
    [column] = report.files[0].columns
    assert (report.grade, column.grade, column.reasons) == ("internal", "internal", ())
    assert "1,012 of 10,000 distinct values pass the check, no more than chance alone gives (10.0 %)" in column.notes[0]
    assert "CREDIT_CARD in 1,012 cells meets none" in column.why[0]
    page = report.to_html()
    assert page.index("Seen and not counted") < page.rindex("1,012 of 10,000 distinct values")


def test_checksums_above_chance_grade_with_their_numbers(told: Told) -> None:
    report = told(tried(9000, 10_000))
    [column] = report.files[0].columns
    assert report.grade == column.grade == "restricted"
    assert "9,000 of 10,000 distinct values pass the check; chance alone gives 10.0 %" in report.why[0]
    assert (column.reasons[0].tried, column.reasons[0].passed, column.notes) == (10_000, 9000, ())
    assert "Seen and not counted" not in report.to_html()


def test_a_promise_of_a_name_is_in_the_report_and_does_not_grade(told: Told) -> None:
    report = told(Column("ssn", 9, 9))
    assert report.grade == "internal"
    assert "the name of column ssn suggests US_SSN, its cells do not: not counted" in report.to_html()


def test_a_dataset_at_the_default_says_so_and_repeats_no_column(told: Told) -> None:
    assert told(Column("a", 9, 9), Column("b", 9, 9)).why == ("no rule fired; this is the policy's default",)


def test_a_column_of_a_file_that_was_not_read_whole_says_so(classified: Classify, tmp_path: Path) -> None:
    table = pa.table({"blob": pa.array([b"\xff\xfe"]), "a": ["x"]})
    pq.write_table(table, tmp_path / "a.parquet")
    [column] = classified(tmp_path).files[0].columns
    assert column.column == "a"
    assert "not all of the file was read, and nothing follows for the rest" in column.why[0]


def test_a_report_with_every_kind_of_evidence_meets_the_schema(told: Told, rules: Policy) -> None:
    prose = Column("note", 50, 50, free_text=True, findings={"URL": Finding("URL", 2, 2)})
    parts = [Column(name, 9, 9, findings={name: Finding(name, 9, 9)}) for name in ("PERSON", "STREET_ADDRESS")]
    birth = Column("DATE_OF_BIRTH", 9, 9, sampled=True, findings={"DATE_OF_BIRTH": Finding("DATE_OF_BIRTH", 9, 9)})
    report = told(tried(1012, 10_000), prose, *parts, birth, Column("ssn", 9, 9), unscanned=("a.csv: is cut",))
    together = next(at for at, one in enumerate(rules.grades) if one.when.together)
    assert {one.rule for one in report.files[0].reasons} == {together, None}
    schema = json.loads((ROOT / "classifiers" / "report.schema.json").read_text())
    Draft202012Validator(schema).validate(json.loads(json.dumps(report.to_dict())))
