# SPDX-License-Identifier: Apache-2.0
"""Files as rows: named columns with one cell for each row, and copies without some of the rows.

A chunk of `formats.read` has the cells a file has: JSON rows may lack a key, lists have cells of their own number. Here
every column that is asked for has exactly one cell a row, null where the row has none. Cells of lists belong to no
column here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from custody import formats
from custody.formats import _known_format, _named_errors, csvrows, ipc, jsonl, parquet, streams, text
from custody.formats.arrays import Leaves, anew, bare, chunk
from custody.formats.chunk import Chunk, Part, batches

if TYPE_CHECKING:
    import pyarrow as pa

Keep = Callable[[Chunk], Sequence[bool]]  # one answer a row: does it stay?
_IPC = frozenset({".arrow", ".feather", ".ipc"})


def columns(path: Path) -> list[str]:
    """Return the names of the columns that have a cell for a row. JSON Lines are read whole: any row may bring a key.

    Raises:
        DatasetError, StorageUnavailable: as `formats.read`.
    """
    found: dict[str, None] = {}
    for piece in formats.read(path):
        found |= {one: None for one in piece.columns if "[]" not in one}
        if ".jsonl" not in str(formats.format_of(path)):
            break
    return list(found)


def read(path: Path, names: Sequence[str] | None = None) -> Iterator[Chunk]:
    """Yield the file's chunks with exactly these columns, each with one cell a row; by default with all there are.

    Raises:
        DatasetError, StorageUnavailable: as `formats.read`.
    """
    yield from _passes(path, None, names, lambda _: ())


def keep(source: Path, target: Path, names: Sequence[str] | None, choose: Keep) -> tuple[int, int]:
    """Copy a file without the rows that `choose` says no to. Lines of text formats stay as they are.

    Args:
        source: the file.
        target: the copy, of the same format.
        names: the columns `choose` wants to see; None for all.
        choose: given a chunk, returns for each row whether it stays.

    Returns:
        How many rows stayed and how many did not.

    Raises:
        DatasetError, StorageUnavailable: as `formats.read`.
    """
    kept = dropped = 0

    def counted(rows: Chunk) -> Sequence[bool]:
        nonlocal kept, dropped
        mask = list(choose(rows))
        kept, dropped = kept + sum(mask), dropped + rows.rows - sum(mask)
        return mask

    for _ in _passes(source, target, names, counted):
        pass
    return kept, dropped


def _passes(source: Path, target: Path | None, names: Sequence[str] | None, choose: Keep) -> Iterator[Chunk]:
    """Yield every chunk; with a target, write the rows that `choose` keeps."""
    kind = _known_format(source)
    with _named_errors(source):
        if kind == ".parquet":
            yield from _parquet(source, target, names, choose)
        elif kind in _IPC:
            yield from _ipc(source, target, names, choose)
        else:
            yield from _text(source, target, kind.split(".")[1], names, choose)


def _shaped(found: Chunk, names: Sequence[str] | None) -> Chunk:
    """Return a chunk whose cells are one a row already with the columns that are asked for."""
    import pyarrow as pa

    aligned = {name: cells for name, cells in found.columns.items() if "[]" not in name}
    wanted = aligned if names is None else {name: aligned.get(name) for name in names}
    given = {name: pa.nulls(found.rows, pa.string()) if cells is None else cells for name, cells in wanted.items()}
    return Chunk(found.rows, given, found.unread, found.number, found.done)


def _parquet(source: Path, target: Path | None, names: Sequence[str] | None, choose: Keep) -> Iterator[Chunk]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if target is None:
        yield from (_shaped(one, names) for one in parquet.read(source, None, Part()))
        return
    schema = bare(pq.read_schema(source))
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(batch_size=parquet.ROWS, row_groups=[group], use_threads=False):
                found = _shaped(chunk(Part(number=group), batch.schema.names, batch.columns), names)
                arrays = Leaves(_same, clean=True).edited(batch.schema.names, _filtered(batch, choose(found)))
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
                yield found


def _ipc(source: Path, target: Path | None, names: Sequence[str] | None, choose: Keep) -> Iterator[Chunk]:
    import pyarrow as pa

    if target is None:
        yield from (_shaped(one, names) for one in ipc.read(source, Part()))
        return
    with ipc.opened(source) as (schema, found, is_file):
        new = bare(schema)
        options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=is_file)
        encode = ipc.Growing() if is_file else anew
        with (pa.ipc.new_file if is_file else pa.ipc.new_stream)(str(target), new, options=options) as writer:
            for number, batch in enumerate(found):
                rows = _shaped(chunk(Part(number=number), schema.names, batch.columns), names)
                arrays = Leaves(_same, encode, clean=True).edited(schema.names, _filtered(batch, choose(rows)))
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=new))
                yield rows


def _filtered(batch: Any, mask: Sequence[bool]) -> list[Any]:
    import pyarrow as pa

    return list(batch.filter(pa.array(mask, pa.bool_())).columns)


def _same(_: str, cells: pa.StringArray) -> pa.StringArray:
    return cells


def _text(source: Path, target: Path | None, kind: str, names: Sequence[str] | None, choose: Keep) -> Iterator[Chunk]:
    pieces = {"jsonl": _json, "csv": _csv, "txt": _plain, "md": _plain}[kind]
    with source.open("rb") as old_raw, streams.opened(old_raw, source) as old:
        if target is None:
            yield from (rows for rows, _ in pieces(old, names))
            return
        with target.open("wb") as new_raw, streams.created(new_raw, target, old.encoding) as new:
            for rows, lines in pieces(old, names):
                mask = choose(rows) if rows.rows else ()
                # a piece has as many lines as rows, but for the header of CSV, which stands first and stays
                stays = [True] * (len(lines) - rows.rows) + list(mask)
                new.writelines(_ended(line) for line, stay in zip(lines, stays, strict=True) if stay)
                yield rows


def _ended(line: str) -> str:
    """End the last line of a file, so that none runs into the next."""
    return line if line.endswith(("\n", "\r")) else f"{line}\n"


def _json(old: TextIO, names: Sequence[str] | None) -> Iterator[tuple[Chunk, list[str]]]:
    import pyarrow as pa

    part = Part()
    for batch in batches(jsonl.rows_with_lines(old, part), part):
        values = [value for _, value in batch]
        wanted = names if names is not None else [one for one in jsonl.slots(values) if "[]" not in one]
        cells = {name: pa.array([jsonl.cell_at(value, name) for value in values], pa.string()) for name in wanted}
        yield part.chunk(len(batch), cells), [line for line, _ in batch]


def _csv(old: TextIO, names: Sequence[str] | None) -> Iterator[tuple[Chunk, list[str]]]:
    part, head = Part(), True
    for header, first, records in csvrows.chunks(old, part):
        found = part.chunk(len(records), csvrows.columns(header, records))
        lines = [one.text for one in records]
        yield _shaped(found, names), [first, *lines] if head else lines
        head = False


def _plain(old: TextIO, names: Sequence[str] | None) -> Iterator[tuple[Chunk, list[str]]]:
    part = Part()
    for found in text.read(old, part):
        yield _shaped(found, names), [str(one) for one in found.columns["text"].to_pylist()]
