# SPDX-License-Identifier: Apache-2.0
"""Every cell is seen, an edit reaches all it should and nothing else; what cannot be read is named, not quoted."""

from __future__ import annotations

import csv
import gzip
import io
import json
import pprint
import re
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody import formats
from custody.errors import CustodyError, DatasetError, StorageUnavailable

from .samples import CANARY

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit

CARD = "4111111111111111"
MIB = 1 << 20
_text = some.text(some.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_grid = some.integers(1, 3).flatmap(
    lambda width: some.lists(some.lists(_text, min_size=width, max_size=width), min_size=1)
)


def _same(_: str, cells: pa.StringArray) -> pa.StringArray:
    return cells


def _without_canary(_: str, cells: pa.StringArray) -> pa.StringArray:
    import pyarrow as pa

    edited = [cell and cell.replace(CANARY, "<GONE>").replace(CARD, "<GONE>") for cell in cells.to_pylist()]
    return pa.array(edited, pa.string())


def _all_null(_: str, cells: pa.StringArray) -> pa.StringArray:
    import pyarrow as pa

    return pa.nulls(len(cells), pa.string())


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.compress(data)


def _plain(path: Path) -> bytes:
    """The content without compression, by other means than custody's."""
    import pyarrow as pa

    if path.suffix in {".gz", ".zst"}:
        return bytes(pa.input_stream(str(path), compression={".gz": "gzip", ".zst": "zstd"}[path.suffix]).read())
    return path.read_bytes()


def _columns(path: Path) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for chunk in formats.read(path):
        for name, cells in chunk.columns.items():
            found.setdefault(name, []).extend(cells.to_pylist())
    return found


def _rewritten(source: Path, edit: Edit = _same) -> Path:
    target = source.with_name(f"new-{source.name}")
    formats.rewrite(source, target, edit)
    return target


# Line formats


@settings(max_examples=60, deadline=None)
@given(some.lists(_json, max_size=4), some.sampled_from([".jsonl", ".jsonl.gz", ".jsonl.zst"]))
def test_json_lines_keep_every_value(rows: list[Any], suffix: str) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    pack = {".gz": gzip.compress, ".zst": _zstd}.get(Path(suffix).suffix, bytes)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / f"data{suffix}"
        source.write_bytes(pack(text))
        assert _plain(_rewritten(source)) == text


@settings(max_examples=100, deadline=None)
@given(_grid)
def test_csv_keeps_every_cell_and_reads_every_column(rows: list[list[str]]) -> None:
    """Quotes, commas, line breaks of every kind, empty cells, headers that stand twice."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "data.csv"
        source.write_bytes(written.getvalue().encode())
        again = list(csv.reader(io.StringIO(_rewritten(source).read_bytes().decode(), newline="")))
        columns = list(_columns(source).values())
    assert again == rows
    assert columns == [[row[i] or None for row in rows[1:]] for i in range(len(rows[0]))]


@settings(max_examples=100, deadline=None)
@given(_text)
def test_text_keeps_every_byte(text: str) -> None:
    """Line ends of every kind and a last line without one."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "data.txt"
        source.write_bytes(text.encode())
        assert _rewritten(source).read_bytes() == text.encode()
        assert "".join(cell or "" for cell in _columns(source).get("text", [])) == text


def test_lines_beyond_one_chunk_are_all_read(tmp_path: Path) -> None:
    rows = 2 * formats.CHUNK_ROWS + 1
    (tmp_path / "a.csv").write_text("n\n" + "".join(f"{i}\n" for i in range(rows)))
    (tmp_path / "a.jsonl").write_text("".join(f'{{"n": {i}}}\n' for i in range(rows)))
    (tmp_path / "a.md").write_text("".join(f"{i}\n" for i in range(rows)))
    for name in ("a.csv", "a.jsonl", "a.md"):
        assert [chunk.rows for chunk in formats.read(tmp_path / name)][:2] == [formats.CHUNK_ROWS] * 2
        (cells,) = _columns(tmp_path / name).values()
        assert [int(cell or "") for cell in cells] == list(range(rows))
        assert _columns(_rewritten(tmp_path / name)) == _columns(tmp_path / name)


def test_nested_json_is_read_by_path(tmp_path: Path) -> None:
    row = {"a": {"b": "x"}, "list": [{"c": 1}, {"c": None}, "y"], "a.b": "z", "": True, "deep": [[["w"]]]}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n" + '"scalar"\n')
    assert _columns(tmp_path / "a.jsonl") == {
        "a.b": ["x"],
        '["a.b"]': ["z"],
        "list[].c": ["1", None],
        "list[]": ["y"],
        "value": ["true", "scalar"],
        "deep[][][]": ["w"],
    }


@pytest.mark.parametrize("header", ["a,a,a#1", "a#1,a,a", "a,a,a,a#1,a#2", ",,#1"])
def test_no_csv_column_hides_behind_another(header: str, tmp_path: Path) -> None:
    width = header.count(",") + 1
    cells = [f"cell{i}" for i in range(width)]
    (tmp_path / "a.csv").write_text(f"{header}\n{','.join(cells)}\n")
    assert sorted(cell or "" for column in _columns(tmp_path / "a.csv").values() for cell in column) == cells
    assert _rewritten(tmp_path / "a.csv").read_text() == f"{header}\n{','.join(cells)}\n"


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'\xef\xbb\xbf"ssn",b\n1,2\n')
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"ssn": "1"}\n')
    assert _columns(tmp_path / "a.csv") == {"ssn": ["1"], "b": ["2"]}
    assert _columns(tmp_path / "a.jsonl") == {"ssn": ["1"]}


def test_a_csv_cell_may_be_as_long_as_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"text\n{'x' * 300_000}\n")
    assert _columns(tmp_path / "a.csv") == {"text": ["x" * 300_000]}


def test_members_and_frames_that_follow_one_another_are_all_read(tmp_path: Path) -> None:
    lines = [b'{"a": "one"}\n', b'{"a": "two"}\n']
    (tmp_path / "a.jsonl.gz").write_bytes(b"".join(gzip.compress(line) for line in lines))
    (tmp_path / "a.jsonl.zst").write_bytes(b"".join(_zstd(line) for line in lines))
    for name in ("a.jsonl.gz", "a.jsonl.zst"):
        assert _columns(tmp_path / name) == {"a": ["one", "two"]}


# Parquet


def _tables() -> dict[str, Any]:
    from datetime import date
    from decimal import Decimal

    import pyarrow as pa

    people = [{"name": "Ann", "mail": ["a@b.c", None], "n": 1}, None, {"name": None, "mail": None, "n": None}]
    long = pa.array(["skipped", "b", None, "d"], pa.large_string())
    words = pa.array(["x", "y", "x", None]).dictionary_encode()
    lists = pa.array([["skipped"], ["a", None], [], None, ["b"]])
    structs = pa.array([{"s": "skipped"}, {"s": "a"}, None, {"s": None}])
    return {
        "nested": {"people": pa.array([people, None, [], people])},
        "sliced": {"long": long.slice(1), "lists": lists.slice(1, 3), "structs": structs.slice(1)},
        "dictionary": {"words": words, "large": words.cast(pa.dictionary(pa.int8(), pa.large_string()))},
        "dictionary of numbers": {"n": pa.array([1, 2, 1]).dictionary_encode()},
        "large list": {"lists": pa.array([["a"], None, []], pa.large_list(pa.string()))},
        "null column": {"nothing": pa.nulls(3), "beside": pa.array(["a", "b", None])},
        "no rows": {"a": pa.array([], pa.string()), "b": pa.array([], pa.list_(pa.int64()))},
        "not text": {
            "b": pa.array([True, None]),
            "d": pa.array([date(2024, 2, 29), None]),
            "m": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
            "f": pa.array([1.5, float("nan")]),
            "t": pa.array([0, None], pa.timestamp("us", tz="UTC")),
        },
        "views": {"v": pa.array(["a", None, "long enough not to be inlined"], pa.string_view())},
        "extension": {"j": pa.array(['{"a": 1}', None], pa.json_())},
        "maps": {
            "map": pa.array([[("k", "v")], None, [], [("l", None), ("k", "w")]], pa.map_(pa.string(), pa.string())),
            "sliced": pa.array(
                [[("skipped", 1)], [("k", 2)], None, [("l", 3)], []], pa.map_(pa.string(), pa.int8())
            ).slice(1),
        },
        "fixed sizes": {
            "pair": pa.array([["a", None], None, ["b", "c"]], pa.list_(pa.string(), 2)),
            "sliced": pa.array([["s", "t"], ["a", "b"], None, ["c", None]], pa.list_(pa.string(), 2)).slice(1),
            "bytes": pa.array([b"ab", None, b"cd"], pa.binary(2)),
        },
        "unread": {"bytes": pa.array([b"\xff", None]), "beside": pa.array(["a", None])},
    }


@pytest.mark.parametrize("case", _tables())
def test_parquet_keeps_values_schema_and_row_groups(case: str, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(_tables()[case])
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    target = _rewritten(tmp_path / "a.parquet")
    old, new = pq.ParquetFile(tmp_path / "a.parquet"), pq.ParquetFile(target)
    assert new.schema_arrow.equals(old.schema_arrow, check_metadata=True)
    assert new.num_row_groups == old.num_row_groups
    assert str(new.read().to_pylist()) == str(old.read().to_pylist()) == str(table.to_pylist())
    new.read().validate(full=True)
    assert _columns(target) == _columns(tmp_path / "a.parquet")


def test_nested_parquet_is_read_by_path_and_what_has_no_text_is_named(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = _tables()
    pq.write_table(pa.table({**tables["nested"], "bytes": pa.array([b"\xff"] * 4)}), tmp_path / "a.parquet")
    assert _columns(tmp_path / "a.parquet") == {
        "people[].name": ["Ann", None, None] * 2,
        "people[].mail[]": ["a@b.c", None] * 2,
        "people[].n": ["1", None, None] * 2,
    }
    pq.write_table(pa.table(tables["unread"]), tmp_path / "b.parquet")
    assert [chunk.unread for chunk in formats.read(tmp_path / "a.parquet")] == [frozenset({"bytes"})]
    assert [chunk.unread for chunk in formats.read(tmp_path / "b.parquet")] == [frozenset({"bytes"})]


def test_no_parquet_column_hides_behind_another(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [pa.array(["1"]), pa.array([{"b": "2"}]), pa.array(["3"]), pa.array(["4"]), pa.array([["5"]])]
    pq.write_table(pa.Table.from_arrays(arrays, names=["a.b", "a", "c", "c", "c"]), tmp_path / "a.parquet")
    cells = sorted(cell or "" for column in _columns(tmp_path / "a.parquet").values() for cell in column)
    assert cells == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.jsonl"])
def test_an_edit_is_given_the_names_that_reading_gives(name: str, tmp_path: Path) -> None:
    """Who decides by column in a first pass, as the redaction does, must find the same column in the second."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [pa.array(["1", "2", "3"]), pa.array([{"b": "4"}] * 3), pa.array([5, 6, 7]), pa.array(["8", "9", "0"])]
    pq.write_table(pa.Table.from_arrays(arrays, names=["c", "a", "c", "a.b"]), tmp_path / "a.parquet", row_group_size=2)
    (tmp_path / "a.csv").write_text("c,c,c#1\n1,2,3\n")
    (tmp_path / "a.jsonl").write_text('{"a": {"b": "1"}, "a.b": "2", "c": [{"b": "3"}]}\n')
    given: list[tuple[str, list[str | None]]] = []

    def noting(column: str, cells: pa.StringArray) -> pa.StringArray:
        given.append((column, cells.to_pylist()))
        return cells

    _rewritten(tmp_path / name, noting)
    chunks = list(formats.read(tmp_path / name))
    assert given == [(column, cells.to_pylist()) for one in chunks for column, cells in one.columns.items()]


def test_whole_numbers_in_a_float_column_are_read_with_all_their_digits(tmp_path: Path) -> None:
    """As pandas writes a column of card or phone numbers in which one is missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = [4111111111111111.0, 15551234567.0, 0.5, -2.0, 1e300, float("nan"), None]
    pq.write_table(pa.table({"n": numbers, "f": pa.array([16777216.0] * 7, pa.float32())}), tmp_path / "a.parquet")
    read = _columns(tmp_path / "a.parquet")
    assert read["n"] == ["4111111111111111", "15551234567", "0.5", "-2", "1e+300", "nan", None]
    assert read["f"] == ["16777216"] * 7


def test_a_dictionary_value_that_no_cell_uses_does_not_survive(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    hidden = pa.DictionaryArray.from_arrays(pa.array([0, 0]), pa.array(["seen", CANARY]))
    pq.write_table(pa.table({"a": hidden}), tmp_path / "a.parquet", compression="none")
    assert CANARY.encode() in (tmp_path / "a.parquet").read_bytes(), "the trap is set"
    pq.write_table(pq.read_table(_rewritten(tmp_path / "a.parquet")), tmp_path / "b.parquet", compression="none")
    assert CANARY.encode() not in (tmp_path / "b.parquet").read_bytes()


def test_notes_in_a_parquet_schema_do_not_survive(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    field = pa.field("a", pa.string(), metadata={"example": CANARY})
    pq.write_table(pa.table({"a": ["x"]}, schema=pa.schema([field], {"note": CANARY})), tmp_path / "a.parquet")
    schema = pq.read_schema(_rewritten(tmp_path / "a.parquet"))
    assert CANARY in str(pq.read_schema(tmp_path / "a.parquet").metadata), "the trap is set"
    assert CANARY.encode() not in (tmp_path / "new-a.parquet").read_bytes()
    assert (schema.metadata, schema.field("a").metadata) == (None, None)


# Edits


def _write_parquet(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = {
        "text": [CANARY, None, "b"],
        "large": pa.array(["a", CANARY, None], pa.large_string()),
        "dictionary": pa.array([CANARY, "x", CANARY]).dictionary_encode(),
        "nested": [[{"deep": [CANARY, None]}], None, [{"deep": None}, {"deep": ["z", CANARY]}]],
        "binary": pa.array([CANARY.encode(), b"c", None]),
        "number": pa.array([4111111111111111, None, 3]),
        "float": pa.array([4111111111111111.0, 0.5, None]),
    }
    pq.write_table(pa.table(table), path, row_group_size=2)


def _write_json(path: Path) -> None:
    rows = [
        {"text": CANARY, "nested": [{"deep": [CANARY, None]}], "number": 4111111111111111},
        [f"before {CANARY} after"],
        CANARY,
        {"number": 3, "truth": True},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes({".gz": gzip.compress, ".zst": _zstd}.get(path.suffix, bytes)(text))


PLANTED: dict[str, Callable[[Path], Any]] = {
    "a.parquet": _write_parquet,
    "a.jsonl": _write_json,
    "a.jsonl.gz": _write_json,
    "a.jsonl.zst": _write_json,
    "a.csv": lambda path: path.write_text(f'a,a,b\n"x\n{CANARY}",{CANARY},1\n{CANARY},{CARD},"q""q"\n'),
    "a.txt": lambda path: path.write_bytes(f"first {CANARY}\r\n{CANARY}".encode()),
    "a.md": lambda path: path.write_text(f"# {CANARY}\n"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_an_edit_reaches_every_cell(name: str, tmp_path: Path) -> None:
    PLANTED[name](tmp_path / name)
    before = _columns(tmp_path / name)
    target = _rewritten(tmp_path / name, _without_canary)
    assert CANARY in str(before), "the canary was planted"
    assert CANARY not in str(_columns(target))
    assert CANARY.encode() not in _plain(target)
    assert CARD not in str(_columns(target))
    assert [*map(len, _columns(target).values())] == [*map(len, before.values())]


@pytest.mark.parametrize("name", PLANTED)
def test_the_same_input_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    results = set()
    for copy in ("one", "two"):
        (tmp_path / copy).mkdir()
        PLANTED[name](tmp_path / copy / name)
        results.add(_rewritten(tmp_path / copy / name, _without_canary).read_bytes())
    assert len(results) == 1
    if name.endswith(".gz"):
        assert results.pop()[3:8] == bytes(5), "no name and no time in the header"


def test_a_cell_that_is_not_text_becomes_null_and_its_neighbours_stay(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    _write_parquet(tmp_path / "a.parquet")
    _write_json(tmp_path / "a.jsonl")
    table = pq.read_table(_rewritten(tmp_path / "a.parquet", _without_canary)).to_pydict()
    assert (table["number"], table["float"]) == ([None, None, 3], [None, 0.5, None])
    assert table["binary"] == [None, b"c", None]
    rows = [json.loads(line) for line in _rewritten(tmp_path / "a.jsonl", _without_canary).read_text().splitlines()]
    assert (rows[0]["number"], rows[3]) == (None, {"number": 3, "truth": True})


@pytest.mark.parametrize("name", PLANTED)
def test_an_edit_to_null_empties_the_cell_whatever_its_type(name: str, tmp_path: Path) -> None:
    PLANTED[name](tmp_path / name)
    target = _rewritten(tmp_path / name, _all_null)
    assert not [cell for cells in _columns(target).values() for cell in cells if cell]
    assert CANARY.encode() not in _plain(target)


@pytest.mark.parametrize("name", PLANTED)
def test_what_an_edit_says_when_it_fails_is_not_passed_on(name: str, tmp_path: Path) -> None:
    def quoting(_: str, cells: pa.StringArray) -> pa.StringArray:
        raise ValueError(str(cells.to_pylist()))

    PLANTED[name](tmp_path / name)
    with pytest.raises(DatasetError, match=r"\(ValueError\)") as caught:
        _rewritten(tmp_path / name, quoting)
    assert CANARY not in _shown(caught.value)


def _required(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field("number", pa.int64(), nullable=False)])
    pq.write_table(pa.table({"number": [4111111111111111]}, schema=schema), path)


def _full_dictionary(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    indices = pa.array([i % 100 for i in range(300)], pa.int8())
    words = pa.DictionaryArray.from_arrays(indices, pa.array([f"w{i}" for i in range(100)]))
    pq.write_table(pa.table({"words": words}), path)


def _numbered(_: str, cells: pa.StringArray) -> pa.StringArray:
    import pyarrow as pa

    return pa.array([f"new{i}" for i in range(len(cells))], pa.string())


@pytest.mark.parametrize(
    ("write", "place", "remedy"),
    [(_required, "row group 0", "make the column nullable"), (_full_dictionary, "column words", "plain text")],
)
def test_an_edit_that_the_schema_cannot_hold_is_an_error_that_says_so(
    write: Callable[[Path], None], place: str, remedy: str, tmp_path: Path
) -> None:
    write(tmp_path / "a.parquet")
    with pytest.raises(DatasetError, match=f"{place}[\\s\\S]*{remedy}"):
        _rewritten(tmp_path / "a.parquet", _numbered)


# What cannot be read


def _parquet_bytes(cut: int) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [CANARY] * 50}), sink, compression="none")
    return sink.getvalue()[:cut]


def _flipped_page() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [CANARY + str(i) for i in range(500)]}), sink, compression="zstd")
    data = bytearray(sink.getvalue())
    data[60] ^= 0xFF
    return bytes(data)


C = CANARY.encode()
BAD: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "a Parquet file cut off": ("a.parquet", lambda: _parquet_bytes(-20), ""),
    "a Parquet file with a broken page": ("a.parquet", _flipped_page, ""),
    "text called Parquet": ("a.parquet", C, ""),
    "an empty file called Parquet": ("a.parquet", b"", ""),
    "Parquet called CSV": ("a.csv", lambda: _parquet_bytes(10_000), "line 1"),
    "Parquet called text": ("a.txt", lambda: _parquet_bytes(10_000), "line 1"),
    "a CSV row with a field too many": ("a.csv", b"a,b\n1,2\n3," + C + b",5\n", "line 3"),
    "a CSV row with a field too few": ("a.csv", b"a,b\n" + C + b"\n", "line 2"),
    "a CSV quote that never closes": ("a.csv", b'a,b\n1,"' + C + b"\n", "line 2"),
    "a CSV quote with text behind it": ("a.csv", b'a,b\n1,"' + C + b'"x\n', "line 2"),
    "gz that is none": ("a.jsonl.gz", C, ""),
    "gz cut off": ("a.jsonl.gz", gzip.compress(b'{"a": "' + C + b'"}\n')[:-4], ""),
    "gz with something behind it": ("a.jsonl.gz", gzip.compress(b"1\n") + C, ""),
    "zst that is none": ("a.jsonl.zst", C, ""),
    "zst cut off": ("a.jsonl.zst", lambda: _zstd(b'{"a": "' + C + b'"}\n' * 99)[:-4], ""),
    "zst with something behind it": ("a.jsonl.zst", lambda: _zstd(b"1\n") + C, ""),
    "UTF-16 cut in a character": ("a.txt", f"ok\n{CANARY}".encode("utf-16")[:-1], "line 2"),
    "UTF-16 without a mark": ("a.txt", CANARY.encode("utf-16-le"), "line 1"),
    "UTF-16 JSON": ("a.jsonl", f'"{CANARY}"\n'.encode("utf-16-le"), "line 1"),
    "UTF-32 CSV": ("a.csv", f"a\n{CANARY}\n".encode("utf-32-be"), "line 1"),
    "a NUL in text": ("a.md", b"fine\n" + C + b"\0\n", "line 2"),
    "a NUL in CSV": ("a.csv", b"a\n" + C + b"\0\n", "line 2"),
    "Latin-1": ("a.txt", f"{CANARY} né".encode("latin-1"), "line 1"),
    "UTF-8 cut in a character": ("a.csv", b"a\n" + C + "é".encode()[:1], "line 2"),
    "a surrogate in UTF-8": ("a.txt", C + b"\xed\xa0\x80", "line 1"),
    "half a surrogate pair in JSON": ("a.jsonl", b'1\n{"a": "' + C + b'\\ud800"}\n', "line 2"),
    "half a surrogate pair in a JSON name": ("a.jsonl", b'{"' + C + b'\\uDC00": 1}\n', "line 1"),
    "JSON 10,000 levels deep": ("a.jsonl", b'"ok"\n' + b"[" * 10_000 + b'"' + C + b'"' + b"]" * 10_000, "line 2"),
    "JSON with a key twice": ("a.jsonl", b'{"a": "' + C + b'", "b": {"k": 1, "k": 2}}\n', "line 1"),
    "JSON that stops": ("a.jsonl", b'{"a": 1}\n{"a": "' + C + b'"\n', "line 2"),
    "two JSON values in a line": ("a.jsonl", b'"' + C + b'" 1\n', "line 1"),
    "a JSON number too large for any type": ("a.jsonl", b'{"' + C + b'": 1e999}\n', "line 1"),
    "JSON digits without end": ("a.jsonl", b'{"a": ' + b"9" * 5000 + b"}\n", "line 1"),
    "CSV called JSON": ("a.jsonl", b"a,b\n" + C + b",1\n", "line 1"),
    "a line of 70 MB": ("a.txt", lambda: b"ok\n" + C + b"x" * (70 * MIB), "line 2"),
    "a packed line of 70 MB": ("a.jsonl.gz", lambda: gzip.compress(C + b"x" * (70 * MIB), 1), "line 1"),
    "a CSV cell of 70 MB": ("a.csv", lambda: b'a\n"' + (C + b"x" * 1000 + b"\n") * (70 * 1024), r"line \d+"),
    "an extension custody does not know": ("a.xlsx", C, ""),
    "no extension": ("LICENSE", C, ""),
    "packed CSV": ("a.csv.gz", gzip.compress(C), ""),
}


def _shown(error: BaseException) -> str:
    """Everything a log or a crash report could print of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + pprint.pformat(vars(error))


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_named_and_not_quoted(case: str, tmp_path: Path) -> None:
    name, content, place = BAD[case]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content())
    calls: Mapping[str, Callable[[], object]] = {
        "read": lambda: list(formats.read(tmp_path / name)),
        "rewrite": lambda: formats.rewrite(tmp_path / name, tmp_path / f"new-{name}", _same),
    }
    for call in calls.values():
        with pytest.raises(DatasetError) as caught:
            call()
        message = str(caught.value)
        assert re.match(re.escape(str(tmp_path / name)) + (f", {place}: " if place else ": "), message)
        assert "to mend it: " in message
        assert CANARY not in _shown(caught.value)
        assert CANARY[:12] not in message


@settings(max_examples=60, deadline=None)
@given(some.sampled_from(["a.parquet", "a.jsonl.gz", "a.jsonl.zst"]), some.floats(0.001, 0.999))
def test_a_packed_file_that_is_cut_off_anywhere_is_refused(name: str, share: float) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        PLANTED[name](path)
        whole = path.read_bytes()
        path.write_bytes(whole[: max(1, int(share * len(whole)))])
        with pytest.raises(DatasetError) as caught:
            list(formats.read(path))
        assert CANARY not in _shown(caught.value)


@settings(max_examples=150, deadline=None, derandomize=True)  # how pyarrow takes a broken file is not ours to search
@given(some.sampled_from([*PLANTED]), some.integers(0, 10**6), some.integers(1, 255))
def test_a_damaged_byte_gives_an_answer_or_our_error_and_never_another(name: str, at: int, mask: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        PLANTED[name](path)
        data = bytearray(path.read_bytes())
        data[at % len(data)] ^= mask
        path.write_bytes(bytes(data))
        try:
            list(formats.read(path))
        except CustodyError as error:
            assert CANARY not in _shown(error)  # noqa: PT017 - any other error is a failure


@pytest.mark.parametrize("name", PLANTED)
def test_a_full_disk_is_weather_and_not_a_fault_of_the_data(name: str, tmp_path: Path) -> None:
    PLANTED[name](tmp_path / name)
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(StorageUnavailable, match="No space left"):
        formats.rewrite(tmp_path / name, tmp_path / "full", _same)


@pytest.mark.parametrize(
    ("name", "kind"), [("A.PARQUET", ".parquet"), ("x.jsonl.GZ", ".jsonl.gz"), ("a.csv.txt", ".txt"), ("csv", None)]
)
def test_the_format_is_told_by_the_whole_extension(name: str, kind: str | None) -> None:
    assert formats.format_of(Path(name)) == kind
