# SPDX-License-Identifier: Apache-2.0
"""CSV with a header, every cell text, as the csv module reads it in its strict mode.

That module alone knows where a record ends whose quotes are odd. Where no record of a chunk needs it, pyarrow reads the
chunk, ten times as fast, and chunks of other parts are not parsed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TextIO

from custody.formats.chunk import CELL_COST, MAX_LINE, Chunk, LineError, Names, Part, batches
from custody.formats.streams import unmarked_lines

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit

_FIELD = r'(?:"[^"\r\n]*+(?:""[^"\r\n]*+)*+"|[^",\r\n]*+)'
_REGULAR = re.compile(rf"{_FIELD}(?:,{_FIELD})*+[\r\n]*+")


class _Record(NamedTuple):
    line: int  # where it ends
    text: str
    regular: bool  # one line that every reader of CSV reads alike


def _records(file: TextIO) -> Iterator[_Record]:
    csv.field_size_limit(MAX_LINE)  # of the process; the module's own limit of 128 KiB is less than a document has
    lines = unmarked_lines(file)
    for number, line in lines:
        if not line.strip("\r\n"):  # a blank line is no row
            continue
        regular = '"' not in line or _REGULAR.fullmatch(line) is not None
        yield _Record(number, line, regular=True) if regular else _irregular(number, line, lines)


def _irregular(number: int, line: str, lines: Iterator[tuple[int, str]]) -> _Record:
    """Take as many lines as the csv module says there are to a record."""
    taken: list[tuple[int, str]] = []

    def taking() -> Iterator[str]:
        for one in chain([(number, line)], lines):
            taken.append(one)
            yield one[1]

    try:
        next(csv.reader(taking(), strict=True))
    except csv.Error as error:
        long = str(error).startswith("field larger than field limit")
        what = f"a field is longer than {MAX_LINE >> 20} MiB" if long else "the line is not CSV"
        raise LineError(what, taken[-1][0]) from None
    return _Record(taken[-1][0], "".join(text for _, text in taken), regular=False)


def chunks(file: TextIO, part: Part) -> Iterator[tuple[list[str], str, list[_Record]]]:
    """Yield the header, its line, and the records of each chunk; those of a file without any are one chunk."""
    records = _records(file)
    if (first := next(records, None)) is None:
        return
    header = next(csv.reader([first.text]))
    empty = part.mine
    cost = CELL_COST * len(header)
    for batch in batches(((one, len(one.text) + cost) for one in records), part):
        empty = False
        yield header, first.text, batch
    if empty and part.number == 0:
        yield header, first.text, []


def columns(header: list[str], records: list[_Record]) -> dict[str, pa.StringArray]:
    """Return the records as columns."""
    arrays = _quickly(len(header), records) or _exactly(len(header), records)
    names = Names()
    return {names.free(name): cells for name, cells in zip(header, arrays, strict=True)}


def _quickly(width: int, records: list[_Record]) -> list[pa.StringArray] | None:
    import pyarrow as pa
    from pyarrow import csv as arrow

    text = "".join(one.text for one in records)
    if not text or text.startswith("\ufeff") or not all(one.regular for one in records):
        return None  # pyarrow takes a mark before the first cell for no part of it
    data, names = text.encode(), [str(at) for at in range(width)]
    try:
        table = arrow.read_csv(
            pa.BufferReader(data),
            arrow.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            arrow.ParseOptions(),
            arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None  # the slower way says in which line
    return [column.chunk(0) for column in table.columns]


def _exactly(width: int, records: list[_Record]) -> list[pa.StringArray]:
    import pyarrow as pa

    rows = list(csv.reader((one.text for one in records), strict=True))
    for row, one in zip(rows, records, strict=True):
        if len(row) != width:
            raise LineError(f"the row has {len(row)} fields, the header {width}", one.line)
    cells = zip(*rows, strict=True) if rows else ((),) * width
    return [pa.array([cell or None for cell in column], pa.string()) for column in cells]


def read(file: TextIO, part: Part) -> Iterator[Chunk]:
    """Yield the chunks of CSV."""
    for header, _, records in chunks(file, part):
        yield part.chunk(len(records), columns(header, records))


def rewrite(old: TextIO, new: TextIO, edit: Edit) -> None:
    """Copy CSV with every cell passed through `edit`."""
    # the writer leaves a lone carriage return bare, and readers take it for the end of the row
    plain, quoted = (csv.writer(new, lineterminator="\n", quoting=how) for how in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL))

    def write(row: list[str]) -> None:
        (quoted if any("\r" in cell for cell in row) else plain).writerow(row)

    for index, (header, _, records) in enumerate(chunks(old, Part())):
        if index == 0:
            write(header)
        edited = [edit(name, cells).to_pylist() for name, cells in columns(header, records).items()]
        for row in zip(*edited, strict=True):
            write([cell or "" for cell in row])
