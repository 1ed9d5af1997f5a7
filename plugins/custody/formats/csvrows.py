# SPDX-License-Identifier: Apache-2.0
"""CSV with a header, every cell text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from custody.formats.chunk import CHUNK_ROWS, MAX_LINE, Chunk, LineError, free_name
from custody.formats.text import unmarked_lines

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit


def _csv_rows(file: IO[str]) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yield the header with batches of rows of the same width."""
    csv.field_size_limit(MAX_LINE)  # of the process; the module's own limit of 128 KiB is less than a document has
    reader = csv.reader((line for _, line in unmarked_lines(file)), strict=True)
    header: list[str] | None = None
    batch: list[list[str]] = []
    for row in _csv_parsed(reader):
        if header is None:
            header = row
            continue
        if not row:  # a blank line is no row
            continue
        if len(row) != len(header):
            raise LineError(f"the row has {len(row)} fields, the header {len(header)}", reader.line_num)
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
        raise LineError("the line is not CSV", reader.line_num) from None


def _csv_columns(header: list[str], rows: list[list[str]]) -> dict[str, pa.StringArray]:
    import pyarrow as pa

    columns: dict[str, pa.StringArray] = {}
    for index, name in enumerate(header):
        columns[free_name(name, columns)] = pa.array([row[index] or None for row in rows], pa.string())
    return columns


def read(file: IO[str]) -> Iterator[Chunk]:
    """Yield the chunks of CSV."""
    for header, rows in _csv_rows(file):
        yield Chunk(len(rows), _csv_columns(header, rows))


def rewrite(old: IO[str], new: IO[str], edit: Edit) -> None:
    """Copy CSV with every cell passed through `edit`."""
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
