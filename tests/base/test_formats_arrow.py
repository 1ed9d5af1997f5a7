# SPDX-License-Identifier: Apache-2.0
"""Arrow IPC, file and stream: read to every leaf, rewritten without a trace, and never trusted."""

from __future__ import annotations

import io
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody import formats
from custody.errors import CustodyError, DatasetError

from .samples import CANARY
from .test_formats import _all_null, _columns, _rewritten, _shown, _tables, _without_canary

C = CANARY.encode()
Write = Callable[[Path, pa.Table], None]


def _write_with(make: Any) -> Write:
    def write(path: Path, table: pa.Table) -> None:
        with make(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=2)

    return write


def _feather(path: Path, table: pa.Table) -> None:
    pa.feather.write_feather(table, path, chunksize=2)  # packed by LZ4


KINDS: dict[str, tuple[str, Write]] = {
    "file": ("a.arrow", _write_with(pa.ipc.new_file)),
    "stream": ("a.arrow", _write_with(pa.ipc.new_stream)),
    "feather": ("a.feather", _feather),
}


def _table(path: Path) -> pa.Table:
    opener = pa.ipc.open_file if path.read_bytes()[:6] == b"ARROW1" else pa.ipc.open_stream
    with opener(path.read_bytes()) as reader:
        table = reader.read_all()
    table.validate(full=True)
    return table


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", _tables())
def test_values_and_types_stay(case: str, kind: str, tmp_path: Path) -> None:
    name, write = KINDS[kind]
    table = pa.table(_tables()[case])
    write(tmp_path / name, table)
    new = _table(_rewritten(tmp_path / name))
    assert new.schema.equals(table.schema)
    assert str(new.to_pylist()) == str(table.to_pylist())
    assert _columns(tmp_path / f"new-{name}") == _columns(tmp_path / name)


def test_arrow_is_read_as_parquet_is(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    for case, columns in _tables().items():
        table = pa.table(columns)
        KINDS["file"][1](tmp_path / "a.ipc", table)
        pq.write_table(table, tmp_path / "a.parquet")
        assert _columns(tmp_path / "a.ipc") == _columns(tmp_path / "a.parquet"), case
        unread = [one.unread for name in ("a.ipc", "a.parquet") for one in formats.read(tmp_path / name)]
        assert len(set(unread)) == 1, case


def _planted() -> pa.Table:
    words = pa.array([CANARY, "x", "y", CANARY])
    pairs = [[("k", CANARY)], None, [(CANARY, "v")], []]
    return pa.table(
        {
            "text": [CANARY, None, "b", "c"],
            "large": pa.array(["a", CANARY, None, ""], pa.large_string()),
            "view": pa.array(["a", CANARY, None, ""], pa.string_view()),
            "dictionary": words.dictionary_encode(),
            "deep": pa.array([[{"d": CANARY}], None, [], [{"d": None}]]),
            "map": pa.array(pairs, pa.map_(pa.string(), pa.string())),
            "pair": pa.array([[CANARY, None], None, ["b", "c"], ["d", "e"]], pa.list_(pa.string(), 2)),
            "binary": pa.array([C, b"c", None, b""]),
        }
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_reaches_every_cell_and_leaves_no_byte(kind: str, tmp_path: Path) -> None:
    name, write = KINDS[kind]
    write(tmp_path / name, _planted())
    before = _columns(tmp_path / name)
    assert sum(CANARY in str(cells) for cells in before.values()) == 9
    target = _rewritten(tmp_path / name, _without_canary)
    assert C not in target.read_bytes()
    assert {name: [cell and cell.replace(CANARY, "<GONE>") for cell in cells] for name, cells in before.items()} == {
        **_columns(target),
        "binary": ["<GONE>", "c", None, ""],
    }
    assert _columns(target)["binary"] == [None, "c", None, ""]


def test_a_map_whose_keys_are_edited_to_nothing_is_an_error_and_not_a_broken_file(tmp_path: Path) -> None:
    KINDS["file"][1](tmp_path / "a.arrow", _planted().select(["map"]))
    with pytest.raises(DatasetError):
        _rewritten(tmp_path / "a.arrow", _all_null)


def test_an_edit_that_the_schema_cannot_hold_is_an_error_that_says_so(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("number", pa.int64(), nullable=False)])
    KINDS["stream"][1](tmp_path / "a.arrow", pa.table({"number": [4111111111111111]}, schema=schema))
    with pytest.raises(DatasetError, match=r"batch 0[\s\S]*make the column nullable"):
        _rewritten(tmp_path / "a.arrow", _all_null)


def _hidden(kind: pa.DataType, data: bytes) -> pa.Array:
    """Three cells, the second null, above bytes that show all three."""
    valid = pa.py_buffer(bytes([0b101]))
    if pa.types.is_fixed_size_binary(kind):
        return pa.Array.from_buffers(kind, 3, [valid, pa.py_buffer(b"x" * len(data) + data + b"y" * len(data))])
    size = len(data)
    offsets = pa.array([0, 1, 1 + size, 2 + size], pa.int32()).buffers()[1]
    return pa.Array.from_buffers(kind, 3, [valid, offsets, pa.py_buffer(b"x" + data + b"y")])


def _nested(array: pa.Array) -> dict[str, pa.Array]:
    mask = pa.array([False, True, False])
    whole = array.cast(pa.string()).fill_null(CANARY)
    return {
        "plain": array,
        "struct": pa.StructArray.from_arrays([whole], names=["s"], mask=mask),
        "list": pa.ListArray.from_arrays(pa.array([0, 1, 2, 3], pa.int32()), whole, mask=mask),
        "fixed list": pa.FixedSizeListArray.from_arrays(whole, 1, mask=mask),
        "beside a slice": pa.array(["x", CANARY, "y"]).slice(2),
        "lists beside a slice": pa.array([["x"], [CANARY], ["y"]]).slice(2),
    }


@pytest.mark.parametrize("kind", [pa.string(), pa.binary(), pa.binary(len(C))], ids=str)
@pytest.mark.parametrize("case", _nested(_hidden(pa.string(), C)))
def test_what_lies_beneath_a_null_is_seen_or_does_not_survive(case: str, kind: pa.DataType, tmp_path: Path) -> None:
    array = _nested(_hidden(kind, C))[case]
    table = pa.table({"a": array})
    KINDS["file"][1](tmp_path / "a.arrow", table)
    if "slice" not in case:  # pyarrow cuts slices when it writes
        assert C in (tmp_path / "a.arrow").read_bytes(), "the trap is set"
    target = _rewritten(tmp_path / "a.arrow", _without_canary)
    assert C not in target.read_bytes()
    assert _table(target).to_pylist() == table.to_pylist()


def test_a_dictionary_value_that_no_cell_uses_does_not_survive(tmp_path: Path) -> None:
    hidden = pa.DictionaryArray.from_arrays(pa.array([0, 0]), pa.array(["seen", CANARY]))
    for kind in ("file", "stream"):
        KINDS[kind][1](tmp_path / "a.arrow", pa.table({"a": hidden}))
        assert C in (tmp_path / "a.arrow").read_bytes(), "the trap is set"
        assert C not in _rewritten(tmp_path / "a.arrow").read_bytes()


def test_notes_in_a_schema_do_not_survive(tmp_path: Path) -> None:
    field = pa.field("a", pa.string(), metadata={"example": CANARY})
    KINDS["stream"][1](tmp_path / "a.arrow", pa.table({"a": ["x"]}, schema=pa.schema([field], {"huggingface": CANARY})))
    assert C in (tmp_path / "a.arrow").read_bytes(), "the trap is set"
    assert C not in _rewritten(tmp_path / "a.arrow").read_bytes()


def test_a_dictionary_that_grows_from_batch_to_batch_stays_one(tmp_path: Path) -> None:
    """An Arrow file has one dictionary for a column; edited batches have other values than those before."""
    words = pa.array([f"word {i % 7}" for i in range(40)] + [None, CANARY]).dictionary_encode()
    table = pa.table({"w": words, "n": words.cast(pa.dictionary(pa.int8(), pa.large_string()))})
    KINDS["file"][1](tmp_path / "a.arrow", table)

    def counting(_: str, cells: pa.StringArray) -> pa.StringArray:
        return pa.array([cell and f"new {cell}" for cell in cells.to_pylist()], pa.string())

    new = _table(_rewritten(tmp_path / "a.arrow", counting))
    assert new.schema == table.schema
    assert new["n"].to_pylist() == [cell and f"new {cell}" for cell in words.to_pylist()]


def test_a_file_of_no_rows_still_names_its_columns(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    table = pa.schema([("a", pa.string()), ("b", pa.list_(pa.struct([("c", pa.int8())])))]).empty_table()
    KINDS["file"][1](tmp_path / "file.arrow", table)
    KINDS["stream"][1](tmp_path / "stream.arrow", table)
    pq.write_table(table, tmp_path / "a.parquet")
    for name in ("file.arrow", "stream.arrow", "a.parquet"):
        assert _columns(tmp_path / name) == {"a": [], "b[].c": []}, name


# What cannot be read


def _bytes(kind: str, **columns: Any) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        KINDS[kind][1](Path(directory) / "x", pa.table(columns or {"a": [CANARY] * 9}))
        return (Path(directory) / "x").read_bytes()


def _wrong_offset() -> bytes:
    """Offsets that point a megabyte behind the data: to follow them is to read other memory."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, pa.schema([("a", pa.string())])) as writer:
        batch = pa.RecordBatch.from_arrays([pa.array(["12345", C.decode()])], names=["a"])
        writer.write_batch(batch)
    good = struct.pack("<3i", 0, 5, 5 + len(C))
    assert good in sink.getvalue()
    return sink.getvalue().replace(good, struct.pack("<3i", 0, 5, 1 << 20))


BAD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("a.arrow", lambda: b""),
    "text": ("a.feather", lambda: C),
    "a file cut off": ("a.arrow", lambda: _bytes("file")[:-9]),
    "a stream cut off between batches": ("a.arrow", lambda: _bytes("stream")[:-8]),
    "a stream cut off within one": ("a.arrow", lambda: _bytes("stream")[:-90]),
    "an offset out of the data": ("a.arrow", _wrong_offset),
    "Feather 1": ("a.feather", lambda: b"FEA1" + C + b"FEA1"),
    "no UTF-8 in a text column": ("a.arrow", lambda: _bytes("file").replace(C, C[:-1] + b"\xff")),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_named_and_not_quoted(case: str, tmp_path: Path) -> None:
    name, make = BAD[case]
    (tmp_path / name).write_bytes(make())
    for call in (lambda: list(formats.read(tmp_path / name)), lambda: _rewritten(tmp_path / name)):
        with pytest.raises(DatasetError, match="to mend it: ") as caught:
            call()
        assert CANARY not in _shown(caught.value)


def test_lists_of_no_length_are_read_and_end_nothing(tmp_path: Path) -> None:
    schema = pa.schema({"a": pa.list_(pa.string(), 0), "b": pa.string()})
    array = pa.FixedSizeListArray.from_buffers(schema.types[0], 2, [None], children=[pa.nulls(0, pa.string())])
    with pa.ipc.new_file(tmp_path / "a.arrow", schema) as writer:
        writer.write_batch(pa.RecordBatch.from_arrays([array, pa.array(["x", "y"])], schema=schema))
    cells = [one.columns["b"].to_pylist() for one in formats.read(tmp_path / "a.arrow") if one.rows]
    assert cells == [["x", "y"]]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(some.sampled_from(["file", "stream"]), some.integers(0, 10**6), some.integers(1, 255))
def test_a_damaged_byte_gives_an_answer_or_our_error_and_never_another(kind: str, at: int, mask: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.arrow"
        KINDS[kind][1](path, _planted())
        data = bytearray(path.read_bytes())
        data[at % len(data)] ^= mask
        path.write_bytes(bytes(data))
        try:
            list(formats.read(path))
        except CustodyError as error:
            assert CANARY not in _shown(error)  # noqa: PT017 - any other error is a failure


class _Forward(io.RawIOBase):
    """A stream that cannot seek, as one that is decrypted."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._data.readinto(buffer)

    def at_end(self) -> bool:
        return not self._data.read(1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", ["nested", "dictionary", "no rows"])
def test_what_cannot_seek_is_read_as_the_file_is_and_to_its_end(case: str, kind: str, tmp_path: Path) -> None:
    """To the end, as only there decryption tells whether the file was whole."""
    name, write = KINDS[kind]
    write(tmp_path / name, pa.table(_tables()[case]))
    stream = _Forward((tmp_path / name).read_bytes())
    chunks = list(formats.read_stream(stream, Path(name)))  # type: ignore[arg-type]  # RawIOBase is no IO[bytes]
    found: dict[str, list[str | None]] = {}
    for one in chunks:
        for column, cells in one.columns.items():
            found.setdefault(column, []).extend(cells.to_pylist())
    assert found == _columns(tmp_path / name)
    assert stream.at_end()
