# SPDX-License-Identifier: Apache-2.0
"""What every format shares: chunks and the parts they are dealt to, the limits of reading, names of columns, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa

    Edit = Callable[[str, "pa.StringArray"], "pa.StringArray"]

CHUNK_ROWS = 8192  # most rows of a chunk of the line formats
CHUNK_TEXT = 8 << 20  # characters; a chunk of a line format ends with the row that reaches it
CELL_COST = 16  # characters that a cell counts for beside its own: what Python needs to hold a short one
MAX_LINE = 64 << 20  # characters; a longer line is an error, not an out-of-memory kill
REPAIR = "restore the file from its source or a backup, or give it the extension of what it is"
T = TypeVar("T")


@dataclass(frozen=True)
class Chunk:
    """Some rows of one file as text columns."""

    rows: int
    columns: Mapping[str, pa.StringArray]
    unread: frozenset[str] = field(default=frozenset())  # leaf paths that have no text form
    number: int = 0  # of the chunk in its file, from 0, the same whatever the part
    done: float = 1.0  # share of the file that lies behind this chunk, 0 to 1


@dataclass
class Part:
    """Which chunks of a file one of several readers has, and where in the file it is.

    Args:
        index: the reader's number, from 0.
        count: how many readers there are. Each must read the same bytes.
        done: tells the share of the file that is read.
    """

    index: int = 0
    count: int = 1
    done: Callable[[], float] = lambda: 1.0
    number: int = 0  # of the chunk being read
    turn: int = 0  # chunks go to the readers by turn; a format may give many chunks one turn

    @property
    def mine(self) -> bool:
        """Whether this reader has the chunk being read, and tells what is wrong with it."""
        return self.turn % self.count == self.index

    def step(self) -> None:
        """Go to the next chunk."""
        self.number += 1
        self.turn += 1

    def chunk(self, rows: int, columns: Mapping[str, pa.StringArray], unread: frozenset[str] = frozenset()) -> Chunk:
        """Return the chunk being read."""
        return Chunk(rows, columns, unread, self.number, min(1.0, self.done()))


def batches(rows: Iterable[tuple[T, int]], part: Part) -> Iterator[list[T]]:
    """Cut rows, each given with its size in characters, into the chunks of the file; yield those of the part."""
    batch: list[T] = []
    count = size = 0
    for row, cost in rows:
        count, size = count + 1, size + cost
        if part.mine:
            batch.append(row)
        if count == CHUNK_ROWS or size >= CHUNK_TEXT:
            if batch:
                yield batch
            part.step()
            batch, count, size = [], 0, 0
    if batch:
        yield batch


class PlaceError(ValueError):
    """What is wrong and where in the file; `formats` makes a DatasetError of it."""

    def __init__(self, what: str, place: str, remedy: str = REPAIR) -> None:
        super().__init__(what)
        self.place, self.remedy = place, remedy


class LineError(PlaceError):
    """A PlaceError at a line."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what, f"line {line}")


class Names:
    """Numbers a name that is taken: a file may use a name twice, and no column may hide behind another."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}  # a file may use one name 100,000 times

    def free(self, name: str) -> str:
        """Return the name, or with the lowest number that makes it free; it is taken from then on."""
        free, number = name, self._next.get(name, 1)
        while free in self._taken:
            free, number = f"{name}#{number}", number + 1
        self._next[name] = number
        self._taken.add(free)
        return free
