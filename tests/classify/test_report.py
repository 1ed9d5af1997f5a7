# SPDX-License-Identifier: Apache-2.0
"""What a report says, what it must not say, and what it says of what could not be read."""

from __future__ import annotations

import gzip
import json
import re
import traceback
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from custody.classifiers import Scanner
from custody.classifiers.engine import MAX_CELL
from custody.policy import Policy
from tests.conftest import ROOT

from .conftest import Classify, write_csv

SAMPLE = ROOT / "sample_data"
CANARY = "zz9canary"


def _found(report: object, file: str) -> dict[str, set[str]]:
    files = {one.path: one for one in report.files}  # type: ignore[attr-defined]
    return {column.column: {one.entity for one in column.findings} for column in files[file].columns}


def test_the_report_of_the_chinook_customers_reads_as_true(classified: Classify) -> None:
    found = _found(classified(SAMPLE / "chinook_people"), "customers.parquet")
    assert found["FirstName"] == found["LastName"] == {"PERSON"}
    assert found["Address"] == {"STREET_ADDRESS"}
    assert found["PostalCode"] == {"POSTCODE"}
    assert found["City"] == {"CITY"}
    assert found["Phone"] == found["Fax"] == {"PHONE_NUMBER"}
    assert "EMAIL_ADDRESS" in found["Email"]
    for column in ("CustomerId", "Company", "State", "Country", "SupportRepId"):
        assert found[column] == set(), column


def test_tables_without_people_stay_at_the_default(classified: Classify) -> None:
    report = classified(SAMPLE / "fivethirtyeight")
    grades = {one.path: one.grade for one in report.files}
    assert grades == {
        "KJAX.csv": "internal",
        "candy-data.csv": "internal",
        "commencement_speeches.csv": "confidential",
        "women-stem.csv": "internal",
    }


def test_what_was_not_checked_stands_first(classified: Classify) -> None:
    report = classified(SAMPLE / "review_quotes_nc")
    assert "no language model is loaded" in report.unchecked[0]
    page = report.to_html()
    assert page.index("What was not checked") < page.index("Why <span")


def test_the_same_bytes_policy_and_time_give_the_same_report(classified: Classify) -> None:
    first, second = classified(SAMPLE / "chinook_people"), classified(SAMPLE / "chinook_people")
    assert first.to_dict() == second.to_dict()
    assert first.to_html() == second.to_html()


def test_reports_meet_the_published_schema(classified: Classify, tmp_path: Path) -> None:
    schema = json.loads((ROOT / "classifiers" / "report.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.parquet").write_bytes(b"PAR1 not")
    for path in (SAMPLE / "chinook_people", SAMPLE / "review_quotes_nc", broken):
        Draft202012Validator(schema).validate(json.loads(json.dumps(classified(path).to_dict())))


def test_no_value_is_in_the_json_or_the_page(classified: Classify, tmp_path: Path) -> None:
    emails = [f"{CANARY}{i}@{CANARY}.example.org" for i in range(20)]
    names = [f"Zzcanary Mc{chr(65 + i)}" for i in range(20)]
    path = write_csv(tmp_path / "d" / "a.csv", email=emails, full_name=names, last_name=["Zzcanary"] * 20)
    report = classified(path)
    assert {"EMAIL_ADDRESS", "PERSON"} <= set(report.entities)
    for text in (json.dumps(report.to_dict()), report.to_html()):
        assert not re.search("zz9?canary", text.lower())


def test_hostile_names_are_escaped_and_the_page_loads_nothing(classified: Classify, tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script>"onload=x'
    table = pa.table({hostile: ["jane@example.org"] * 3, "=cmd()": ["a", "b", "c"]})
    (tmp_path / "d").mkdir()
    pq.write_table(table, tmp_path / "d" / "<img src=x>.parquet")
    page = classified(tmp_path / "d").to_html()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    on_the_page = re.sub(r'href="#[a-z0-9]+"', "", page)
    assert not re.search(r"(?:src|href|url)\s*[=(]", on_the_page.replace("&lt;img src=x&gt;", ""))


def _parquet_cut(path: Path) -> None:
    pq.write_table(pa.table({"a": [CANARY] * 1000}), path / "a.parquet")
    (path / "a.parquet").write_bytes((path / "a.parquet").read_bytes()[:-40])


def _csv_named_parquet(path: Path) -> None:
    (path / "a.parquet").write_text(f"a,b\n{CANARY},2\n")


def _no_gzip(path: Path) -> None:
    (path / "a.jsonl.gz").write_text(f'{{"a": "{CANARY}"}}\n')


def _gzip_cut(path: Path) -> None:
    (path / "a.jsonl.gz").write_bytes(gzip.compress(f'{{"a": "{CANARY}"}}\n'.encode() * 9000)[:-20])


def _utf16(path: Path) -> None:
    (path / "a.csv").write_bytes(f"a,b\n{CANARY},2\n".encode("utf-16-le"))


def _ragged(path: Path) -> None:
    (path / "a.csv").write_text(f"a,b\n{CANARY}\n")


def _deep(path: Path) -> None:
    (path / "a.jsonl").write_text("[" * 10_000 + f'"{CANARY}"' + "]" * 10_000 + "\n")


def _unknown_format(path: Path) -> None:
    (path / "a.docx").write_text(CANARY)


def _binary_column(path: Path) -> None:
    pq.write_table(pa.table({"blob": pa.array([b"\xff\xfe" + CANARY.encode()])}), path / "a.parquet")


def _long_cell(path: Path) -> None:
    (path / "a.jsonl").write_text(json.dumps({"a": CANARY + "x" * MAX_CELL}) + "\n")


UNREADABLE: dict[str, Callable[[Path], None]] = {
    "a Parquet file is cut": _parquet_cut,
    "a CSV is called Parquet": _csv_named_parquet,
    "a gzip file is none": _no_gzip,
    "a gzip file is cut": _gzip_cut,
    "a file is UTF-16 without a mark": _utf16,
    "a row is short": _ragged,
    "JSON is nested 10,000 deep": _deep,
    "the format is unknown": _unknown_format,
    "a column is binary": _binary_column,
    "a cell is longer than the scanner takes": _long_cell,
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_named_and_graded_as_unscanned_when(
    case: str, classified: Classify, rules: Policy, tmp_path: Path
) -> None:
    UNREADABLE[case](tmp_path)
    write_csv(tmp_path / "good.csv", a=["1"])
    report = classified(tmp_path)
    assert report.grade == rules.unscanned
    assert len(report.unscanned) == 1
    assert report.unscanned[0].startswith("a.")
    assert "Not scanned: a." in report.unchecked[0]
    assert {one.path: one.rows for one in report.files}["good.csv"] == 1, "the others are scanned all the same"
    assert CANARY not in json.dumps(report.to_dict()) + report.to_html()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f"1,{CANARY}@example.org\n2,{CANARY}2@example.org\n"),
        ("a.jsonl", f'{{"{CANARY}@example.org": {{"age": 7}}}}\n'),
        ("a.csv", f"{CANARY} +1 212 555 0199,x\n1,2\n"),
    ],
)
def test_a_value_in_the_place_of_a_name_is_shown_nowhere_and_counts_as_unscanned(
    name: str, content: str, classified: Classify, rules: Policy, tmp_path: Path
) -> None:
    """A CSV without a header gives its first row as column names; JSON may be keyed by what should be a value."""
    (tmp_path / name).write_text(content)
    report = classified(tmp_path)
    assert report.grade == rules.unscanned
    assert "so it is data and not a name" in report.unscanned[0]
    assert CANARY not in json.dumps(report.to_dict()) + report.to_html()


@pytest.mark.parametrize("more", [0, 100], ids=["on Presidio's path", "on the fast path"])
def test_a_recogniser_that_raises_leaves_the_column_unscanned_and_quotes_nothing(
    classified: Classify, scanner: Scanner, rules: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    card = next(one for one in scanner.recognizers if "CREDIT_CARD" in one.supported_entities)

    def fail(text: str) -> bool:
        raise RuntimeError(text)

    monkeypatch.setattr(card, "validate_result", fail)
    notes = [CANARY, "4111 1111 1111 1111", *(f"note {n}" for n in range(more))]
    report = classified(write_csv(tmp_path / "d" / "a.csv", note=notes))
    assert report.unscanned == ("a.csv, column note: a recogniser failed (RuntimeError)",)
    assert report.grade == rules.unscanned
    assert CANARY not in json.dumps(report.to_dict())


def test_an_error_on_the_way_quotes_no_cell(tmp_path: Path) -> None:
    from custody import formats
    from custody.errors import DatasetError

    _ragged(tmp_path)
    with pytest.raises(DatasetError) as caught:
        list(formats.read(tmp_path / "a.csv"))
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert "line 2" in str(caught.value)
