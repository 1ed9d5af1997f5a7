# SPDX-License-Identifier: Apache-2.0
"""Columns with one cell a row in every format, and copies that lack some rows and nothing else."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody import formats
from custody.errors import DatasetError
from custody.formats import Chunk, rows

ROWS: list[dict[str, Any]] = [
    {"id": "a", "tags": ["x", "y"], "meta": {"url": "u1"}, "n": 1},
    {"id": "b", "meta": {"url": None}, "n": 2},
    {"id": None, "tags": [], "n": 3},
    {"n": 4, "meta": {"url": "u4"}, "a.b": "dotted"},
]
EXPECTED = {"id": ["a", "b", None, None], "meta.url": ["u1", None, None, "u4"]}


def _write(path: Path, kind: str) -> Path:
    file = path / f"a.{kind}"
    lines = "".join(json.dumps(one) + "\n" for one in ROWS).encode()
    if kind == "jsonl":
        file.write_bytes(lines)
    elif kind == "jsonl.gz":
        file.write_bytes(gzip.compress(lines))
    elif kind == "csv":
        file.write_text('id,meta.url,n\r\na,u1,1\r\nb,,2\r\n,,3\r\n,"u4",4')
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), file, row_group_size=3)
    else:
        table = pa.Table.from_pylist(ROWS)
        with pa.ipc.new_file(str(file), table.schema) as writer:
            writer.write_table(table, max_chunksize=3)
    return file


KINDS = ("jsonl", "jsonl.gz", "csv", "parquet", "arrow")


def _cells(path: Path, names: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {name: [] for name in names}
    for chunk in rows.read(path, names):
        assert all(len(cells) == chunk.rows for cells in chunk.columns.values())
        for name in names:
            found[name] += chunk.columns[name].to_pylist()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_has_one_cell_of_each_column(tmp_path: Path, kind: str) -> None:
    assert _cells(_write(tmp_path, kind), ["id", "meta.url"]) == EXPECTED


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_that_is_not_there_is_null_in_every_row(tmp_path: Path, kind: str) -> None:
    assert _cells(_write(tmp_path, kind), ["nothing", "tags[]"])["nothing"] == [None] * 4


def test_a_key_with_a_dot_is_found_by_its_path(tmp_path: Path) -> None:
    assert _cells(_write(tmp_path, "jsonl"), ['["a.b"]'])['["a.b"]'] == [None, None, None, "dotted"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gone", [(), (0,), (1, 3), (0, 1, 2, 3)], ids=str)
def test_a_copy_lacks_the_rows_that_were_not_kept_and_nothing_else(
    tmp_path: Path, kind: str, gone: tuple[int, ...]
) -> None:
    source, target = _write(tmp_path, kind), tmp_path / f"copy.{kind}"
    numbers = {str(at + 1) for at in gone}
    told = rows.keep(
        source, target, ["n"], lambda chunk: [one not in numbers for one in chunk.columns["n"].to_pylist()]
    )
    assert told == (4 - len(gone), len(gone))
    stay = [at for at in range(4) if at not in gone]
    assert _cells(target, ["id", "meta.url"]) == {name: [cells[at] for at in stay] for name, cells in EXPECTED.items()}
    if kind not in ("csv", "jsonl", "jsonl.gz"):
        before = pq.read_table(source) if kind == "parquet" else pa.ipc.open_file(str(source)).read_all()
        after = pq.read_table(target) if kind == "parquet" else pa.ipc.open_file(str(target)).read_all()
        assert after.to_pylist() == [before.to_pylist()[at] for at in stay]
        assert after.schema.names == before.schema.names


def test_kept_lines_stay_as_they_were(tmp_path: Path) -> None:
    lines = ['{"n": 1e5, "big": 123456789012345678901234567890}\n', '{"n":2}\n', '{"n" : 3, "t": "\\u00e9"}']
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_text("".join(lines))
    rows.keep(source, target, ["n"], lambda chunk: [one != "2" for one in chunk.columns["n"].to_pylist()])
    assert target.read_text() == lines[0] + lines[2] + "\n"


def test_a_record_over_two_lines_stays_or_goes_whole(tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_bytes(b'id,text\n1,"two\nlines"\n2,"a ""quoted"" cell"\n3,"more\r\nlines"\n')
    rows.keep(source, target, ["id"], lambda chunk: [one != "3" for one in chunk.columns["id"].to_pylist()])
    assert target.read_bytes() == b'id,text\n1,"two\nlines"\n2,"a ""quoted"" cell"\n'


def test_a_header_without_rows_stays(tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text("id,text\n")
    assert rows.keep(source, target, None, lambda _: []) == (0, 0)
    assert target.read_text() == "id,text\n"


def test_lines_in_utf_16_stay_in_utf_16(tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_bytes("\ufeffid\r\né\r\nx\r\n".encode("utf-16-le"))
    rows.keep(source, target, ["id"], lambda chunk: [one != "x" for one in chunk.columns["id"].to_pylist()])
    assert target.read_bytes() == "\ufeffid\r\né\r\n".encode("utf-16-le")


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_no_value_of_a_dropped_row_hides_in_a_dictionary(tmp_path: Path, kind: str) -> None:
    source, target = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
    table = pa.table({"t": pa.array(["keep me", "zz9secret"]).dictionary_encode()})
    if kind == "parquet":
        pq.write_table(table, source)
    else:
        with pa.ipc.new_file(str(source), table.schema) as writer:
            writer.write_table(table)
    assert b"zz9secret" in source.read_bytes()
    rows.keep(source, target, ["t"], lambda chunk: [one == "keep me" for one in chunk.columns["t"].to_pylist()])
    assert b"zz9secret" not in target.read_bytes()


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "arrow"])
def test_broken_files_are_named_and_not_quoted(tmp_path: Path, kind: str) -> None:
    source = tmp_path / f"a.{kind}"
    source.write_bytes(b'id,x\n{"zz9canary": "\xff\n')
    with pytest.raises(DatasetError) as refused:
        rows.keep(source, tmp_path / f"b.{kind}", None, _all)
    assert "zz9canary" not in str(refused.value)
    assert f"a.{kind}" in str(refused.value)


def _all(chunk: Chunk) -> list[bool]:
    return [True] * chunk.rows


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.none() | st.text(max_size=3)), max_size=6), st.data()
)
def test_what_is_kept_and_what_is_dropped_are_all_there_was(
    tmp_path_factory: pytest.TempPathFactory, data: list[dict[str, Any]], draw: Any
) -> None:
    path = tmp_path_factory.mktemp("rows")
    (path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in data))
    mask = draw.draw(st.lists(st.booleans(), min_size=len(data), max_size=len(data)))
    rows.keep(path / "a.jsonl", path / "kept.jsonl", None, lambda _: mask)
    rows.keep(path / "a.jsonl", path / "gone.jsonl", None, lambda _: [not one for one in mask])
    texts = [(path / f"{one}.jsonl").read_text() for one in ("kept", "gone")]
    kept, gone = ([json.loads(line) for line in text.splitlines()] for text in texts)
    assert kept == [one for one, stay in zip(data, mask, strict=True) if stay]
    assert len(kept) + len(gone) == len(data)


def test_columns_are_those_with_a_cell_a_row(tmp_path: Path) -> None:
    assert set(rows.columns(_write(tmp_path, "parquet"))) == {"id", "meta.url", "n"}
    assert formats.format_of(tmp_path / "a.bin") is None
