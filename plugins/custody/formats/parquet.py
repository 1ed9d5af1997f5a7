# SPDX-License-Identifier: Apache-2.0
"""Parquet, in batches of a row group that stay small however large the group is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.formats.arrays import Leaves, bare, chunk
from custody.formats.chunk import Chunk, Part, PlaceError

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit

ROWS = 1 << 16  # most rows of a chunk
CELLS = 1 << 22  # most cells of a chunk: a null takes no room in the file, and some in memory
SIZE = 16 << 20  # bytes of a chunk, by the average row of its group
LARGE = 64 << 20  # bytes, packed; of a row group above it, pages are read one by one and not the column whole


def read(path: Path, decryption: Any, part: Part) -> Iterator[Chunk]:
    """Yield the chunks of a file. Where there are enough row groups, a reader has whole ones."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, decryption_properties=decryption, pre_buffer=False) as file:
        if not (buffer := _buffer(file.metadata)):
            yield from _chunks(file, part)
    if buffer:
        with pq.ParquetFile(path, decryption_properties=decryption, pre_buffer=False, buffer_size=buffer) as file:
            yield from _chunks(file, part)


def _chunks(file: Any, part: Part) -> Iterator[Chunk]:
    meta = file.metadata
    chunks = sum(_counts(meta, group)[1] for group in range(meta.num_row_groups))
    part.done = lambda: (part.number + 1) / chunks if chunks else 1.0
    if not meta.num_rows and part.mine:
        yield _empty(file.schema_arrow, part)
    dealt = meta.num_row_groups >= 2 * part.count
    for group in range(meta.num_row_groups):
        yield from _group(file, group, part, dealt=dealt)


def _empty(schema: pa.Schema, part: Part) -> Chunk:
    table = schema.empty_table().combine_chunks()
    return chunk(part, table.column_names, [column.chunk(0) for column in table.columns])


def _buffer(meta: Any) -> int:
    """Return how many bytes of a column to read at a time, 0 for all."""
    groups = (meta.row_group(one) for one in range(meta.num_row_groups))
    packed = max((sum(g.column(c).total_compressed_size for c in range(g.num_columns)) for g in groups), default=0)
    return 0 if packed <= LARGE else max(1 << 12, min(1 << 20, LARGE // max(1, meta.num_columns)))


def _counts(meta: Any, group: int) -> tuple[int, int]:
    """Return the rows of a chunk and the number of chunks of a row group, by the file's metadata alone."""
    one = meta.row_group(group)
    rows = min(ROWS, CELLS // max(1, meta.num_columns), SIZE * one.num_rows // max(1, one.total_byte_size))
    rows = max(1, rows)
    return rows, -(-one.num_rows // rows)


def _group(file: Any, group: int, part: Part, *, dealt: bool) -> Iterator[Chunk]:
    rows, chunks = _counts(file.metadata, group)
    first = part.number
    turns = [group if dealt else first + i for i in range(chunks)]
    if any(turn % part.count == part.index for turn in turns):
        batches = file.iter_batches(batch_size=rows, row_groups=[group], use_threads=False)
        for number, batch in enumerate(batches, first):
            if number == first + chunks:
                raise PlaceError("the rows hold far more than the file's metadata says", f"row group {group}")
            part.number, part.turn = number, turns[number - first]
            if part.mine:
                yield chunk(part, batch.schema.names, batch.columns)
    part.number = part.turn = first + chunks


def rewrite(source: Path, target: Path, edit: Edit) -> None:
    """Copy a file with every text leaf passed through `edit`, a row group at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = bare(pq.read_schema(source))
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            arrays = Leaves(edit).edited(table.column_names, [_one_array(column) for column in table.columns])
            try:
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            except pa.ArrowInvalid:
                what = "an edited cell is null where the schema demands a value"
                raise PlaceError(what, f"row group {group}", "make the column nullable in the source") from None


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [pa.nulls(0, column.type)])
