# SPDX-License-Identifier: Apache-2.0
"""What every format shares: chunks, the limits of reading, names of columns, and errors that name a place."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    Edit = Callable[[str, "pa.StringArray"], "pa.StringArray"]

CHUNK_ROWS = 8192  # rows per chunk for the line formats; Parquet uses its row groups
MAX_LINE = 64 << 20  # bytes; a longer line is an error, not an out-of-memory kill
REPAIR = "restore the file from its source or a backup, or give it the extension of what it is"


@dataclass(frozen=True)
class Chunk:
    """Some rows of one file as text columns."""

    rows: int
    columns: Mapping[str, pa.StringArray]
    unread: frozenset[str] = field(default=frozenset())  # leaf paths that have no text form
    done: float = 1.0  # share of the file's bytes that is behind this chunk


class PlaceError(ValueError):
    """What is wrong and where in the file; `formats` makes a DatasetError of it."""

    def __init__(self, what: str, place: str, remedy: str = REPAIR) -> None:
        super().__init__(what)
        self.place, self.remedy = place, remedy


class LineError(PlaceError):
    """A PlaceError at a line."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what, f"line {line}")


def free_name(name: str, taken: Container[str]) -> str:
    """Number a name that is taken: a file may use a name twice, and no column may hide behind another."""
    numbered = (f"{name}#{n}" for n in count(1))
    return name if name not in taken else next(one for one in numbered if one not in taken)
