# SPDX-License-Identifier: Apache-2.0
"""Several readers of one file read together what one reads alone, and no chunk is large."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody import formats
from custody.errors import DatasetError
from custody.formats import chunk, ipc, parquet

ROWS = 7  # of a chunk in these tests


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk, "CHUNK_ROWS", ROWS)
    monkeypatch.setattr(chunk, "CHUNK_TEXT", 1000)
    for module in (parquet, ipc):
        monkeypatch.setattr(module, "ROWS", ROWS)


def _parquet(path: Path, rows: list[str]) -> None:
    pq.write_table(pa.table({"t": pa.array(rows, pa.string())}), path, row_group_size=max(1, len(rows) // 3))


def _arrow(path: Path, rows: list[str]) -> None:
    table = pa.table({"t": pa.array(rows, pa.string())})
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=ROWS * 2 + 1)


def _csv(path: Path, rows: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["t"], *([row] for row in rows)])
    path.write_bytes(text.getvalue().encode())


def _text(path: Path, rows: list[str]) -> None:
    path.write_bytes("".join(row.replace("\n", " ").replace("\r", " ") + "\n" for row in rows).encode())


def _jsonl(path: Path, rows: list[str]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


WRITERS: dict[str, Callable[[Path, list[str]], None]] = {
    "a.parquet": _parquet,
    "a.arrow": _arrow,
    "a.csv": _csv,
    "a.txt": _text,
    "a.jsonl": _jsonl,
    "a.jsonl.gz": _jsonl,
}
_cell = some.text(some.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
_rows = some.lists(_cell | some.just("x" * 400), max_size=60)


def _shape(one: formats.Chunk) -> tuple[int, int, dict[str, list[Any]]]:
    return one.number, one.rows, {name: cells.to_pylist() for name, cells in one.columns.items()}


@settings(max_examples=120, deadline=None)
@given(some.sampled_from([*WRITERS]), _rows, some.integers(1, 5))
def test_the_parts_together_are_the_whole(name: str, rows: list[str], readers: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        WRITERS[name](path, rows)
        whole = [_shape(one) for one in formats.read(path)]
        parts = [[_shape(one) for one in formats.read(path, part=(k, readers))] for k in range(readers)]
    assert [number for number, *_ in whole] == list(range(len(whole)))
    assert sorted((one for part in parts for one in part), key=lambda one: one[0]) == whole
    assert all([one[0] for one in part] == sorted(one[0] for one in part) for part in parts)


@pytest.mark.parametrize("name", WRITERS)
def test_every_reader_has_about_as_many_chunks(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, [f"row {i}" for i in range(40 * ROWS)])
    counts = [len(list(formats.read(tmp_path / name, part=(k, 4)))) for k in range(4)]
    assert sum(counts) >= 38
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_done_grows_to_all(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, [f"row {i}" for i in range(40 * ROWS)])
    done = [one.done for one in formats.read(tmp_path / name)]
    assert done == sorted(done)
    assert done[-1] == 1.0
    assert all(0 < share <= 1 for share in done)


_GOOD = "".join(f'"row {i}"\n' for i in range(10 * ROWS)).encode()
FAULTS: dict[str, tuple[str, bytes, str]] = {
    "JSON that is none": ("a.jsonl", _GOOD + b"{\n" + _GOOD, "line 71"),
    "a NUL": ("a.jsonl", _GOOD + b"\0\n" + _GOOD, "line 71"),
    "gzip cut off": ("a.jsonl.gz", gzip.compress(_GOOD)[:-4], ""),
    "a CSV row too long": ("a.csv", b"a\n" + _GOOD + b"1,2\n" + _GOOD, "line 72"),
    "a CSV quote with text behind it": ("a.csv", b"a\n" + _GOOD + b'"1"2\n' + _GOOD, "line 72"),
    "no UTF-8": ("a.txt", _GOOD + b"\xff\n" + _GOOD, "line 71"),
    "no Parquet": ("a.parquet", _GOOD, ""),
    "no Arrow": ("a.arrow", _GOOD, "byte"),
}


@pytest.mark.parametrize("readers", [1, 2, 3, 50])
@pytest.mark.parametrize("case", FAULTS)
def test_of_a_fault_that_all_readers_would_meet_one_tells(case: str, readers: int, tmp_path: Path) -> None:
    name, data, place = FAULTS[case]
    (tmp_path / name).write_bytes(data)
    told = []
    for k in range(readers):
        try:
            list(formats.read(tmp_path / name, part=(k, readers)))
        except DatasetError as error:
            told.append(str(error.where))
    assert len(told) == 1
    assert told[0] == str(tmp_path / name) if not place else place in told[0]


def test_a_disk_that_fails_is_told_by_every_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another reader may not have met it, so none can leave it to another."""
    _jsonl(tmp_path / "a.jsonl", ["x"])

    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(formats, "_read_lines", failing)
    for k in range(3):
        with pytest.raises(Exception, match="Input/output error"):
            list(formats.read(tmp_path / "a.jsonl", part=(k, 3)))


@pytest.mark.parametrize("name", WRITERS)
def test_long_texts_make_short_chunks(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (parquet, ipc):
        monkeypatch.setattr(module, "SIZE", 1000)
    WRITERS[name](tmp_path / name, [f"{i}" + "x" * 100 for i in range(300)])
    for one in formats.read(tmp_path / name):
        assert sum(len(cell or "") for cells in one.columns.values() for cell in cells.to_pylist()) <= 1300


def test_many_columns_make_short_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A null takes no room in a file, and some in memory."""
    for module in (parquet, ipc):
        monkeypatch.setattr(module, "CELLS", 200)
    table = pa.table({f"c{i}": pa.nulls(50, pa.string()) for i in range(100)})
    pq.write_table(table, tmp_path / "a.parquet")
    with pa.ipc.new_file(tmp_path / "a.arrow", table.schema) as writer:
        writer.write_table(table)
    for name in ("a.parquet", "a.arrow"):
        assert {one.rows for one in formats.read(tmp_path / name)} == {2}
    (tmp_path / "a.csv").write_text(f"{',' * 99}\n" * 51)
    assert {one.rows for one in formats.read(tmp_path / "a.csv")} == {1}, "an empty cell is not free"


# CSV: the quick way is the csv module's way

_token = some.sampled_from(['"', '""', ",", "\n", "\r", "\r\n", "a", " ", "é", "\ufeff", "'", "#", '"a",', ',"b"'])
_csv_text = some.lists(_token, max_size=40).map("".join)


@settings(max_examples=600, deadline=None)
@given(_csv_text, some.integers(1, 3))
def test_csv_is_what_the_csv_module_says(text: str, width: int) -> None:
    text = ",".join("hij"[:width]) + "\n" + text
    expected: list[list[str | None]] | None
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row][1:]
        expected = [[cell or None for cell in row] for row in rows]
        if any(len(row) != width for row in rows):
            expected = None
    except csv.Error:
        expected = None
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.csv"
        path.write_bytes(text.encode())
        try:
            chunks = list(formats.read(path))
        except DatasetError:
            assert expected is None
            return
    read = [list(row) for one in chunks for row in zip(*(c.to_pylist() for c in one.columns.values()), strict=True)]
    assert read == expected


# Names


@given(some.lists(some.sampled_from(["a", "a#1", "a#2", "", "#1", "b"]), max_size=12))
def test_no_two_names_are_the_same_and_a_free_one_stays(given_names: list[str]) -> None:
    names = chunk.Names()
    made = [names.free(name) for name in given_names]
    assert len(set(made)) == len(made)
    for at, name in enumerate(given_names):
        assert made[at] == name or name in made[:at]
