# SPDX-License-Identifier: Apache-2.0
"""Files as columns of text cells: read them in chunks, or rewrite them cell by cell.

A chunk maps a leaf path to its cells as an Arrow string array. Nested values become paths: `address.city`,
`messages[].content`. A column that has no text form (binary that is not UTF-8, maps, unions) is named as unread, never
passed over in silence.
"""

from __future__ import annotations

import csv
import errno
import gzip
import io
import json
import math
import os
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from custody.errors import CustodyError, DatasetError, StorageUnavailable

if TYPE_CHECKING:
    import pyarrow as pa

    Edit = Callable[[str, "pa.StringArray"], "pa.StringArray"]

CHUNK_ROWS = 8192  # rows per chunk for the line formats; Parquet uses its row groups
MAX_LINE = 64 << 20  # bytes; a longer line is an error, not an out-of-memory kill
FORMATS = (".parquet", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".csv", ".txt", ".md")


@dataclass(frozen=True)
class Chunk:
    """Some rows of one file as text columns."""

    rows: int
    columns: Mapping[str, pa.StringArray]
    unread: frozenset[str] = field(default=frozenset())  # leaf paths that have no text form


def format_of(path: Path) -> str | None:
    """Name the format by extension, or None when custody does not read it."""
    lower = path.name.lower()
    return next((suffix for suffix in sorted(FORMATS, key=len, reverse=True) if lower.endswith(suffix)), None)


def read(path: Path, *, decryption: Any = None) -> Iterator[Chunk]:
    """Yield the file's chunks.

    Args:
        path: the file.
        decryption: pyarrow's decryption properties, for an encrypted Parquet file.

    Raises:
        DatasetError: the format is unknown, or the bytes are not what the extension says. Names file and line, never
            the content.
        StorageUnavailable: the disk is full or failed.
    """
    kind = _known_format(path)
    with _named_errors(path):
        if kind == ".parquet":
            yield from _read_parquet(path, decryption)
        else:
            with path.open("rb") as raw:
                yield from _read_lines(raw, path)


def read_stream(raw: IO[bytes], path: Path) -> Iterator[Chunk]:
    """Yield the chunks of a stream in one of the line formats.

    Args:
        raw: the bytes.
        path: names the format by its extension, and the file in errors.

    Raises:
        DatasetError: as `read`.
    """
    _known_format(path)
    with _named_errors(path):
        yield from _read_lines(raw, path)


def fields(path: Path) -> list[str]:
    """Return the top-level columns of a Parquet file; other formats have none that could be protected singly.

    Raises:
        DatasetError: as `read`.
    """
    if _known_format(path) != ".parquet":
        return []
    import pyarrow.parquet as pq

    with _named_errors(path), pq.ParquetFile(path) as file:
        return list(file.schema_arrow.names)


def rewrite(source: Path, target: Path, edit: Edit) -> None:
    """Copy a file with every text cell passed through `edit(leaf path, cells)`; format, names and types stay.

    A cell of another type that `edit` changes becomes null, since its type cannot hold a replacement text.

    Raises:
        DatasetError, StorageUnavailable: as `read`. DatasetError also when the schema cannot hold an edited cell.
    """
    kind = _known_format(source)
    with _named_errors(source):
        if kind == ".parquet":
            _rewrite_parquet(source, target, edit)
        else:
            with (
                source.open("rb") as old_raw,
                target.open("wb") as new_raw,
                _text(old_raw, source, "r") as old,
                _text(new_raw, target, "w") as new,
            ):
                _LINE_REWRITERS[kind.split(".")[1]](old, new, edit)


def _known_format(path: Path) -> str:
    kind = format_of(path)
    if kind is None:
        raise DatasetError(
            f"custody does not read {path.suffix or 'files without extension'}",
            where=str(path),
            allowed=", ".join(FORMATS),
            remedy="convert the file, or move it out of the dataset",
        )
    return kind


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Turn a library's error into ours; its text may quote data, so only its kind is kept."""
    try:
        yield
    except CustodyError:
        raise
    except _PlaceError as error:
        raise DatasetError(error.args[0], where=f"{path}, {error.place}", remedy=error.remedy) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _WEATHER:
            what = f"reading or writing failed ({os.strerror(error.errno)})"
            raise StorageUnavailable(what, where=str(path), remedy="make space or mend the disk, then retry") from None
        raise DatasetError(
            f"cannot be read as {format_of(path)} ({type(error).__name__})", where=str(path), remedy=_REPAIR
        ) from None


_REPAIR = "restore the file from its source or a backup, or give it the extension of what it is"


_WEATHER = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE})


class _PlaceError(ValueError):
    def __init__(self, what: str, place: str, remedy: str = _REPAIR) -> None:
        super().__init__(what)
        self.place, self.remedy = place, remedy


class _LineError(_PlaceError):
    def __init__(self, what: str, line: int) -> None:
        super().__init__(what, f"line {line}")


# Parquet


def _read_parquet(path: Path, decryption: Any) -> Iterator[Chunk]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, decryption_properties=decryption) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            columns: dict[str, pa.StringArray] = {}
            unread: set[str] = set()

            def note(leaf: str, cells: pa.StringArray, columns: dict[str, pa.StringArray] = columns) -> pa.StringArray:
                columns[_free_name(leaf, columns)] = cells
                return cells

            for name, column in zip(table.column_names, table.columns, strict=True):
                _edit_array(name, _one_array(column), note, unread)
            yield Chunk(table.num_rows, columns, frozenset(unread))


def _rewrite_parquet(source: Path, target: Path, edit: Edit) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _bare(pq.read_schema(source))
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            numbered = _numbered(edit)
            arrays = [
                _edit_array(name, _one_array(column), numbered, set())
                for name, column in zip(table.column_names, table.columns, strict=True)
            ]
            try:
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            except pa.ArrowInvalid:
                what = "an edited cell is null where the schema demands a value"
                raise _PlaceError(what, f"row group {group}", "make the column nullable in the source") from None


def _numbered(edit: Edit) -> Edit:
    """Give `edit` the leaf names that `read` gives: who decides by column in a first pass must find it again."""
    taken: set[str] = set()

    def numbered(leaf: str, cells: pa.StringArray) -> pa.StringArray:
        name = _free_name(leaf, taken)
        taken.add(name)
        return edit(name, cells)

    return numbered


def _bare(schema: pa.Schema) -> pa.Schema:
    """Leave out what programs noted in a schema beside names and types: free text that nobody has looked through."""
    import pyarrow as pa

    return pa.schema([one.remove_metadata() for one in schema])


def _free_name(name: str, taken: Container[str]) -> str:
    """Number a name that is taken: a file may use a name twice, and no column may hide behind another."""
    numbered = (f"{name}#{n}" for n in count(1))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [pa.nulls(0, column.type)])


def _edit_array(path: str, array: pa.Array, edit: Edit, unread: set[str]) -> pa.Array:
    """Pass every text leaf below an array through `edit` and rebuild the array around the results."""
    import pyarrow as pa
    from pyarrow import types

    if isinstance(array.type, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(array.type, _edit_array(path, array.storage, edit, unread))
    if types.is_struct(array.type):
        fields = [array.type.field(i) for i in range(array.type.num_fields)]
        children = [_edit_array(f"{path}.{f.name}", array.field(i), edit, unread) for i, f in enumerate(fields)]
        return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
    if types.is_list(array.type) or types.is_large_list(array.type):
        values = _edit_array(f"{path}[]", array.values, edit, unread)
        # offsets may not start at 0 (a slice) and must stay: they index into the same values
        return type(array).from_arrays(array.offsets, values, type=array.type, mask=array.is_null())
    return _edit_leaf(path, array, edit, unread)


def _edit_leaf(path: str, array: pa.Array, edit: Edit, unread: set[str]) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    if types.is_dictionary(array.type):
        # encoded anew even without an edit: a dictionary may hold values that no cell uses and nobody has seen
        return _fitted(path, _edit_leaf(path, array.dictionary_decode(), edit, unread).dictionary_encode(), array.type)
    try:
        text = _as_text(array)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        unread.add(path)
        return array
    edited = edit(path, text)
    if edited is text or edited.equals(text):
        return array
    if types.is_string(array.type) or types.is_large_string(array.type) or types.is_string_view(array.type):
        return _fitted(path, edited, array.type)
    # a null equals nothing, so a cell that was edited to null counts as changed
    same = pc.fill_null(pc.equal(edited, text), False)  # noqa: FBT003 - pyarrow takes it by position
    return pc.if_else(same, array, pa.nulls(len(array), array.type))


def _as_text(array: pa.Array) -> pa.StringArray:
    """Cast to text. Whole numbers in a float column are written as such: 15551234567, not 1.5551234567e+10."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    text = array.cast(pa.string())
    if not types.is_floating(array.type):
        return text
    wide = array.cast(pa.float64())
    whole = pc.and_(pc.equal(pc.trunc(wide), wide), pc.less(pc.abs(wide), 2.0**63))
    return pc.coalesce(pc.if_else(whole, wide, None).cast(pa.int64()).cast(pa.string()), text)


def _fitted(path: str, array: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    try:
        return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        what = f"the edited cells do not fit the type {kind}"
        raise _PlaceError(what, f"column {path}", "make the column plain text in the source") from None


# Line formats


def _read_lines(raw: IO[bytes], path: Path) -> Iterator[Chunk]:
    with _text(raw, path, "r") as file:
        yield from _LINE_READERS[_known_format(path).split(".")[1]](file)


@contextmanager
def _text(raw: IO[bytes], path: Path, mode: str) -> Iterator[IO[str]]:
    with _decompressed(raw, path.name.lower(), mode) as binary:
        text = io.TextIOWrapper(binary, encoding="utf-8", errors="strict", newline="")
        try:
            yield text
            if mode == "w":
                text.flush()
        finally:
            text.detach()


@contextmanager
def _decompressed(raw: IO[bytes], name: str, mode: str) -> Iterator[IO[bytes]]:
    if name.endswith(".gz"):
        # mtime=0 and no name: the same content gives the same bytes, so a retry gives the same address
        with gzip.GzipFile(filename="", fileobj=raw, mode=mode + "b", mtime=0) as file:
            yield file  # type: ignore[misc]  # GzipFile is not declared as IO[bytes]
    elif name.endswith(".zst"):
        with _zstd_reader(raw) if mode == "r" else _zstd_writer(raw) as file:
            yield file
    else:
        yield raw


def _zstd_reader(raw: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    import pyarrow as pa

    # the reader of zstandard takes a file that was cut off for a shorter one
    return pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")  # type: ignore[no-any-return]


def _zstd_writer(raw: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    import zstandard

    return zstandard.ZstdCompressor().stream_writer(raw, closefd=False)


def _lines(file: IO[str]) -> Iterator[tuple[int, str]]:
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) >= MAX_LINE:
            raise _LineError(f"the line is longer than {MAX_LINE >> 20} MiB", number)
        if "\0" in line:
            # UTF-16 without a mark is valid UTF-8 full of NULs, in which nothing would be found
            raise _LineError("the line has a NUL byte: this is not UTF-8 text", number)
        yield number, line


def _unmarked_lines(file: IO[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines without the byte order mark that some programs put before the first."""
    for number, line in _lines(file):
        yield number, line.removeprefix("\ufeff") if number == 1 else line


def _read_text(file: IO[str]) -> Iterator[Chunk]:
    import pyarrow as pa

    batch: list[str] = []
    for _, line in _lines(file):
        batch.append(line)
        if len(batch) == CHUNK_ROWS:
            yield Chunk(len(batch), {"text": pa.array(batch, pa.string())})
            batch = []
    if batch:
        yield Chunk(len(batch), {"text": pa.array(batch, pa.string())})


def _rewrite_text(old: IO[str], new: IO[str], edit: Edit) -> None:
    for chunk in _read_text(old):
        new.writelines(cell or "" for cell in edit("text", chunk.columns["text"]).to_pylist())


def _csv_rows(file: IO[str]) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yield the header with batches of rows of the same width."""
    csv.field_size_limit(MAX_LINE)  # of the process; the module's own limit of 128 KiB is less than a document has
    reader = csv.reader((line for _, line in _unmarked_lines(file)), strict=True)
    header: list[str] | None = None
    batch: list[list[str]] = []
    for row in _csv_parsed(reader):
        if header is None:
            header = row
            continue
        if not row:  # a blank line is no row
            continue
        if len(row) != len(header):
            raise _LineError(f"the row has {len(row)} fields, the header {len(header)}", reader.line_num)
        batch.append(row)
        if len(batch) == CHUNK_ROWS:
            yield header, batch
            batch = []
    if header is not None:
        yield header, batch


def _csv_parsed(reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        raise _LineError("the line is not CSV", reader.line_num) from None


def _csv_columns(header: list[str], rows: list[list[str]]) -> dict[str, pa.StringArray]:
    import pyarrow as pa

    columns: dict[str, pa.StringArray] = {}
    for index, name in enumerate(header):
        columns[_free_name(name, columns)] = pa.array([row[index] or None for row in rows], pa.string())
    return columns


def _read_csv(file: IO[str]) -> Iterator[Chunk]:
    for header, rows in _csv_rows(file):
        yield Chunk(len(rows), _csv_columns(header, rows))


def _rewrite_csv(old: IO[str], new: IO[str], edit: Edit) -> None:
    # the writer leaves a lone carriage return bare, and readers take it for the end of the row
    plain, quoted = (csv.writer(new, lineterminator="\n", quoting=how) for how in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL))

    def write(row: list[str]) -> None:
        (quoted if any("\r" in cell for cell in row) else plain).writerow(row)

    for index, (header, rows) in enumerate(_csv_rows(old)):
        if index == 0:
            write(header)
        columns = [edit(name, cells).to_pylist() for name, cells in _csv_columns(header, rows).items()]
        for row in zip(*columns, strict=True):
            write([cell or "" for cell in row])


Slot = tuple[Any, Any]  # a container and the key or index of one leaf in it


class _DuplicateKey(Exception):  # noqa: N818 - never leaves this module
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKey
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("too large")  # it would be written as Infinity, which is not JSON
    return number


def _json_value(line: str) -> Any:
    value = json.loads(line, object_pairs_hook=_unique, parse_float=_finite)
    if "\\ud" in line.lower():
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no character: raises ValueError
    return value


def _json_rows(file: IO[str]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for number, line in _unmarked_lines(file):
        if not line.strip():
            continue
        try:
            batch.append(_json_value(line))
        except _DuplicateKey:
            raise _LineError("an object names the same key twice, so readers would disagree on it", number) from None
        except (ValueError, RecursionError):
            raise _LineError("the line is not JSON", number) from None
        if len(batch) == CHUNK_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _slots(rows: list[Any]) -> dict[str, list[Slot]]:
    """Find every leaf of JSON values, by path. Walks with a stack: nesting depth is the sender's choice."""
    found: dict[str, list[Slot]] = {}
    stack: list[tuple[str, Any, Any]] = [("", rows, index) for index in reversed(range(len(rows)))]
    while stack:
        path, holder, key = stack.pop()
        value = holder[key]
        if isinstance(value, dict):
            stack += [(f"{path}.{name}" if path else name, value, name) for name in reversed(value)]
        elif isinstance(value, list):
            stack += [(f"{path}[]", value, index) for index in reversed(range(len(value)))]
        else:
            found.setdefault(path or "value", []).append((holder, key))
    return found


def _slot_cells(slots: list[Slot]) -> pa.StringArray:
    import pyarrow as pa

    values = [holder[key] for holder, key in slots]
    return pa.array([v if v is None or isinstance(v, str) else json.dumps(v) for v in values], pa.string())


def _read_jsonl(file: IO[str]) -> Iterator[Chunk]:
    for rows in _json_rows(file):
        yield Chunk(len(rows), {path: _slot_cells(slots) for path, slots in _slots(rows).items()})


def _rewrite_jsonl(old: IO[str], new: IO[str], edit: Edit) -> None:
    for rows in _json_rows(old):
        for path, slots in _slots(rows).items():
            cells = _slot_cells(slots)
            edited = edit(path, cells)
            if not edited.equals(cells):
                _fill(slots, cells.to_pylist(), edited.to_pylist())
        new.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _fill(slots: list[Slot], before: list[str | None], after: list[str | None]) -> None:
    for (holder, key), old, new in zip(slots, before, after, strict=True):
        if old != new:
            holder[key] = new if isinstance(holder[key], str) else None


_LINE_READERS: dict[str, Callable[[IO[str]], Iterator[Chunk]]] = {
    "jsonl": _read_jsonl,
    "csv": _read_csv,
    "txt": _read_text,
    "md": _read_text,
}
_LINE_REWRITERS: dict[str, Callable[[IO[str], IO[str], Edit], None]] = {
    "jsonl": _rewrite_jsonl,
    "csv": _rewrite_csv,
    "txt": _rewrite_text,
    "md": _rewrite_text,
}
