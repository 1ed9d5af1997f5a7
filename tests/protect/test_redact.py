# SPDX-License-Identifier: Apache-2.0
"""Redaction takes out what was found, and what a detector missed in a column of one entity; nothing else changes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custody.dataset import Dataset
from custody.errors import DatasetError, IntegrityError
from custody.policy import RedactMethod
from custody.protect.redact import redact

PHONE = re.compile(r"\+\d{4,}")
PLAN: dict[str, RedactMethod] = {"PHONE_NUMBER": "replace"}


@dataclass(frozen=True)
class Hit:
    entity: str
    start: int
    end: int
    score: float = 1.0


def find(_: str, texts: Sequence[str]) -> Sequence[Sequence[Hit]]:
    """A detector as simple as can be: a plus sign and at least four digits."""
    return [[Hit("PHONE_NUMBER", one.start(), one.end()) for one in PHONE.finditer(text)] for text in texts]


def test_hits_are_replaced_and_a_second_scan_finds_none(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.jsonl").write_text('{"t": "call +12345 or +67890", "n": 7}\n{"t": "nobody"}\n')
    done = redact(Dataset(tmp_path / "d"), PLAN, find, tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out" / "a.jsonl").read_text().splitlines()]
    assert lines == [{"t": "call <PHONE_NUMBER> or <PHONE_NUMBER>", "n": 7}, {"t": "nobody"}]
    assert done.counts == {"PHONE_NUMBER": 2}
    assert done.residual == {"PHONE_NUMBER": 0}


def test_bytes_that_change_during_the_redaction_leave_no_copy(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    file = tmp_path / "d" / "a.jsonl"
    file.write_text('{"t": "call +12345"}\n')

    def changing(column: str, texts: Sequence[str]) -> Sequence[Sequence[Hit]]:
        file.write_text('{"t": "call +99999"}\n')
        return find(column, texts)

    with pytest.raises(IntegrityError, match="changed while it was being read"):
        redact(Dataset(tmp_path / "d"), PLAN, changing, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_the_detector_missed_in_a_phone_column_goes_too(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    table = pa.table({"phone": ["+12345", "+23456", "0800 MISSED", None, ""], "note": ["a", "+12345", "b", "c", "d"]})
    pq.write_table(table, tmp_path / "d" / "a.parquet")
    redact(Dataset(tmp_path / "d"), PLAN, find, tmp_path / "out")
    out = pq.read_table(tmp_path / "out" / "a.parquet")
    assert out["phone"].to_pylist() == ["<PHONE_NUMBER>"] * 3 + [None, ""]
    assert out["note"].to_pylist() == ["a", "<PHONE_NUMBER>", "b", "c", "d"]
    assert out.schema.equals(table.schema)


def test_texts_that_mostly_contain_a_hit_are_not_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "please call +12345 about it\nplease call +23456 about it\nno number in this line\n"
    )
    redact(Dataset(tmp_path / "a.txt"), PLAN, find, tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").read_text().splitlines()[2] == "no number in this line"


@pytest.mark.parametrize(
    ("method", "expected"), [("replace", "x <PHONE_NUMBER> y"), ("mask", "x ****** y"), ("redact", "x  y")]
)
def test_each_method_does_what_it_says(method: RedactMethod, expected: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x +12345 y")
    redact(Dataset(tmp_path / "a.txt"), {"PHONE_NUMBER": method}, find, tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").read_text() == expected


def test_a_numeric_cell_that_must_go_becomes_null(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    pq.write_table(pa.table({"n": [12345, 7]}), tmp_path / "d" / "a.parquet")

    def digits(_: str, texts: Sequence[str]) -> Sequence[Sequence[Hit]]:
        return [[Hit("PHONE_NUMBER", 0, len(text))] if len(text) == 5 else [] for text in texts]

    redact(Dataset(tmp_path / "d"), PLAN, digits, tmp_path / "out")
    assert pq.read_table(tmp_path / "out" / "a.parquet")["n"].to_pylist() == [None, None]


def test_only_what_the_plan_names_is_taken_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x +12345 y")
    redact(Dataset(tmp_path / "a.txt"), {"PERSON": "replace"}, find, tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").read_text() == "x +12345 y"


def test_the_same_input_gives_the_same_address(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    pq.write_table(pa.table({"phone": ["+12345", "x"]}), tmp_path / "d" / "a.parquet")
    (tmp_path / "d" / "b.jsonl").write_text('{"t": "+12345"}\n')
    for out in ("one", "two"):
        redact(Dataset(tmp_path / "d"), PLAN, find, tmp_path / out / "d")
    assert Dataset(tmp_path / "one" / "d").listing() == Dataset(tmp_path / "two" / "d").listing()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.parquet", b"PAR1"), ("a.csv", b"a,b\n1\n"), ("a.jsonl", b"{"), ("a.docx", b"x"), ("a.txt", b"\xff")],
)
def test_a_file_that_cannot_be_read_leaves_nothing_written(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "0.txt").write_text("+12345")
    (tmp_path / "d" / name).write_bytes(content)
    with pytest.raises(DatasetError, match=re.escape(name)):
        redact(Dataset(tmp_path / "d"), PLAN, find, tmp_path / "out" / "d")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_column_nobody_can_read_is_not_passed_through(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    pq.write_table(pa.table({"blob": pa.array([b"\xff\xfe"])}), tmp_path / "d" / "a.parquet")
    with pytest.raises(DatasetError, match="blob"):
        redact(Dataset(tmp_path / "d"), PLAN, find, tmp_path / "out")
    assert not (tmp_path / "out").exists()
