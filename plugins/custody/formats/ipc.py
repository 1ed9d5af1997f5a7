# SPDX-License-Identifier: Apache-2.0
"""Arrow IPC, file and stream, as Feather 2 and `datasets` write it. A record batch is in memory whole."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from custody.formats.arrays import Leaves, anew, bare, chunk, fitted
from custody.formats.chunk import Chunk, Part, PlaceError
from custody.formats.streams import Headed

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit

ROWS = 1 << 16  # most rows of a chunk
SIZE = 16 << 20  # bytes of a chunk, by the average row of its batch
CELLS = 1 << 22  # most cells of a chunk
_FILE = b"ARROW1"
_END = b"\xff\xff\xff\xff\0\0\0\0"  # end of stream, by "Encapsulated message format" of the Arrow specification


def read(path: Path, part: Part) -> Iterator[Chunk]:
    """Yield the chunks of a file or stream."""
    with opened(path) as (schema, found, _):
        yield from _chunks(schema, found, part)


def read_stream(raw: IO[bytes], part: Part) -> Iterator[Chunk]:
    """Yield the chunks of what cannot seek: a file is a stream too, between a mark and an index."""
    import pyarrow as pa

    head = raw.read(8)
    whole = io.BufferedReader(Headed(b"" if head.startswith(_FILE) else head, raw), 1 << 17)
    reader = pa.ipc.open_stream(pa.PythonFile(whole, "r"))
    yield from _chunks(reader.schema, _valid(reader), part)
    while whole.read(1 << 20):  # who decrypts it learns at the end whether it was whole
        pass


def rewrite(source: Path, target: Path, edit: Edit) -> None:
    """Copy a file or stream with every text leaf passed through `edit`, batch by batch, uncompressed."""
    import pyarrow as pa

    with opened(source) as (schema, found, is_file):
        new = bare(schema)
        options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=is_file)
        encode = Growing() if is_file else anew  # a file has one dictionary for a column
        with (pa.ipc.new_file if is_file else pa.ipc.new_stream)(str(target), new, options=options) as writer:
            for number, batch in enumerate(found):
                arrays = Leaves(edit, encode, clean=True).edited(schema.names, batch.columns)
                if any(not one.nullable and cells.null_count for one, cells in zip(new, arrays, strict=True)):
                    what = "an edited cell is null where the schema demands a value"
                    raise PlaceError(what, f"batch {number}", "make the column nullable in the source")
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=new))


class Growing:
    """Encodes as dictionaries each of which begins with the one before; holds every distinct value of a column."""

    def __init__(self) -> None:
        self._values: dict[str, pa.Array] = {}

    def __call__(self, path: str, array: pa.Array, kind: pa.DictionaryType) -> pa.Array:
        """Return the array as the type."""
        import pyarrow as pa
        import pyarrow.compute as pc

        plain = fitted(path, array, kind.value_type)
        known = self._values.get(path, plain[:0])
        fresh = plain.unique().drop_null()
        known = pa.concat_arrays([known, fresh.filter(pc.invert(pc.is_in(fresh, known)))])
        self._values[path] = known
        return pa.DictionaryArray.from_arrays(
            fitted(path, pc.index_in(plain, known), kind.index_type), known, ordered=kind.ordered
        )


@contextmanager
def opened(path: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch], bool]]:
    """Give the schema, the batches, and whether it is a file or a stream."""
    import pyarrow as pa

    with pa.OSFile(str(path)) as file:
        size = file.size()
        is_file = file.read(len(_FILE)) == _FILE
        file.seek(max(0, size - len(_END)))
        if not is_file and file.read() != _END:  # pyarrow takes a stream that was cut off for a shorter one
            raise PlaceError("this is no Arrow file, and no Arrow stream that ends", f"byte {size:,}")
        file.seek(0)
        reader = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(file)
        yield reader.schema, _valid(_each(reader) if is_file else reader), is_file


def _each(reader: Any) -> Iterator[pa.RecordBatch]:
    return (reader.get_batch(number) for number in range(reader.num_record_batches))


def _valid(found: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in found:
        batch.validate(full=True)  # pyarrow trusts the file: a wrong offset would read other memory, or crash
        yield batch


def _chunks(schema: pa.Schema, found: Iterator[pa.RecordBatch], part: Part) -> Iterator[Chunk]:
    import pyarrow as pa

    for batch in found:
        size = max(1, batch.get_total_buffer_size())
        rows = max(1, min(ROWS, CELLS // max(1, len(schema)), SIZE * batch.num_rows // size))
        for first in range(0, batch.num_rows, rows):
            if part.mine:
                piece = batch.slice(first, rows)
                yield chunk(part, piece.schema.names, piece.columns)
            part.step()
    if part.number == 0 and part.mine:
        yield chunk(part, schema.names, [pa.nulls(0, one) for one in schema.types])
