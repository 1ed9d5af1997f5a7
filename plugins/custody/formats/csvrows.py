# SPDX-License-Identifier: Apache-2.0
"""CSV with a header, every cell text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

from custody.formats.chunk import CELL_COST, MAX_LINE, Chunk, LineError, Names, Part, batches
from custody.formats.streams import unmarked_lines

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit


def _csv_rows(file: TextIO, part: Part) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yield the header with batches of rows of the same width; at least one, if there is a header."""
    csv.field_size_limit(MAX_LINE)  # of the process; the module's own limit of 128 KiB is less than a document has
    reader = csv.reader((line for _, line in unmarked_lines(file)), strict=True)
    rows = _csv_parsed(reader)
    if (header := next(rows, None)) is None:
        return
    empty = part.mine
    for batch in batches(_csv_weighed(rows, reader, len(header)), part):
        empty = False
        yield header, batch
    if empty:
        yield header, []


def _csv_weighed(rows: Iterator[list[str]], reader: Any, width: int) -> Iterator[tuple[list[str], int]]:
    for row in rows:
        if not row:  # a blank line is no row
            continue
        if len(row) != width:
            raise LineError(f"the row has {len(row)} fields, the header {width}", reader.line_num)
        yield row, sum(map(len, row)) + CELL_COST * width


def _csv_parsed(reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        long = str(error).startswith("field larger than field limit")
        what = f"a field is longer than {MAX_LINE >> 20} MiB" if long else "the line is not CSV"
        raise LineError(what, reader.line_num) from None


def _csv_columns(header: list[str], rows: list[list[str]]) -> dict[str, pa.StringArray]:
    import pyarrow as pa

    names = Names()
    cells = zip(*rows, strict=True) if rows else ((),) * len(header)
    return {
        names.free(name): pa.array([cell or None for cell in column], pa.string())
        for name, column in zip(header, cells, strict=True)
    }


def read(file: TextIO, part: Part) -> Iterator[Chunk]:
    """Yield the chunks of CSV."""
    for header, rows in _csv_rows(file, part):
        yield part.chunk(len(rows), _csv_columns(header, rows))


def rewrite(old: TextIO, new: TextIO, edit: Edit) -> None:
    """Copy CSV with every cell passed through `edit`."""
    # the writer leaves a lone carriage return bare, and readers take it for the end of the row
    plain, quoted = (csv.writer(new, lineterminator="\n", quoting=how) for how in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL))

    def write(row: list[str]) -> None:
        (quoted if any("\r" in cell for cell in row) else plain).writerow(row)

    for index, (header, rows) in enumerate(_csv_rows(old, Part())):
        if index == 0:
            write(header)
        columns = [edit(name, cells).to_pylist() for name, cells in _csv_columns(header, rows).items()]
        for row in zip(*columns, strict=True):
            write([cell or "" for cell in row])
