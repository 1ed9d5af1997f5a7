# SPDX-License-Identifier: Apache-2.0
"""The texts of a dataset, with what each is to be answered by.

A row's text is what stands in its columns of several words, and its target what stands in its target column. In lists
such as `messages[].content`, where cells are no rows, each cell is a text and the next cell its target. A row without
such columns is a row of a table: its text is all of it, and it has no target. Columns are told by the first chunk of a
file, unless the settings name them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody import formats
from custody.intents import ScreenSettings

if TYPE_CHECKING:
    from custody.formats import Chunk

MAX_TEXT = 1 << 16  # characters of a text that are looked at
_TARGETS = frozenset(
    {"label", "labels", "target", "output", "response", "answer", "completion", "chosen", "class", "sentiment"}
    | {"category", "summary", "intent", "reply", "assistant"}
)
_LONG, _SPACES = 20, 2  # characters and spaces of a text; columns with fewer are numbers, names, dates and codes
_LONG_UNSPACED = 8  # characters, in scripts that need several bytes for one and no spaces
# scripts without spaces: each character is a word
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")


@dataclass(frozen=True)
class Units:
    """Some texts of one file.

    first: the number of the first one in its column. targets: None where there are none. table: rows of a table, which
    are alike by nature.
    """

    path: str
    column: str  # empty when the texts are rows
    first: int
    texts: Sequence[str]
    targets: Sequence[str] | None
    table: bool = False

    def place(self, index: int) -> str:
        """Name a text as `path#row`, or as `path#column:number` where it is no row."""
        return f"{self.path}#{self.column}{':' if self.column else ''}{self.first + index}"


def units(root: Path, paths: Iterable[str], settings: ScreenSettings) -> Iterator[Units]:
    """Yield the texts of some files.

    Raises:
        DatasetError: a file cannot be read as what it claims to be.
        StorageUnavailable: the disk failed.
    """
    for path in paths:
        yield from _file(root, path, settings)


def _file(root: Path, path: str, settings: ScreenSettings) -> Iterator[Units]:
    counts: dict[str, int] = {}
    chosen: tuple[list[str], str, bool] | None = None
    for chunk in formats.read(root / path):
        chosen = chosen or _columns(chunk, settings)
        texts, target, table = chosen
        rows = [name for name in texts if name in chunk.columns and len(chunk.columns[name]) == chunk.rows]
        if rows:
            targets = _texts(chunk.columns.get(target), chunk.rows)
            yield Units(path, "", counts.get("", 0), _joined(chunk.columns, rows), targets, table)
        counts[""] = counts.get("", 0) + chunk.rows
        for name in texts:
            if name in chunk.columns and name not in rows:
                cells = [cell or "" for cell in chunk.columns[name].to_pylist()]
                targets = None if table else [*cells[1:], ""]
                yield Units(path, name, counts.get(name, 0), cells, targets, table)
                counts[name] = counts.get(name, 0) + len(cells)


def _columns(chunk: Chunk, settings: ScreenSettings) -> tuple[list[str], str, bool]:
    """Return the text columns, the target column, and whether this is but a table."""
    named = {name: name.lower().rstrip("[]").rsplit(".", 1)[-1] for name in chunk.columns}
    target = settings.target or next((name for name, last in named.items() if last in _TARGETS), "")
    if settings.text:
        return [name for name in named if name in settings.text], target, False
    texts = [name for name in named if name != target and _is_text(chunk.columns[name])]
    return (texts, target, False) if texts else (list(named), "", True)


def _is_text(cells: Any) -> bool:
    import pyarrow.compute as pc

    length, size = pc.utf8_length(cells), pc.binary_length(cells)
    characters, total = (float(pc.mean(one).as_py() or 0.0) for one in (length, size))
    spaces = float(pc.mean(pc.count_substring(cells, " ")).as_py() or 0.0)
    spaced = characters >= _LONG and spaces >= _SPACES
    return spaced or (characters >= _LONG_UNSPACED and total > 2 * characters)


def _texts(cells: Any, rows: int) -> list[str] | None:
    if cells is None or len(cells) != rows:
        return None
    return [cell or "" for cell in cells.to_pylist()]


def _joined(columns: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    cells = [columns[name].to_pylist() for name in names]
    return [" ".join(cell for cell in row if cell) for row in zip(*cells, strict=True)]


def normal(text: str) -> bytes:
    """Return a text without what hides a copy: width, case and spacing; words are split by one space."""
    text = text[:MAX_TEXT]
    if not text.isascii():
        text = _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFKC", text))
    return " ".join(text.casefold().split()).encode("utf-8", "surrogatepass")
