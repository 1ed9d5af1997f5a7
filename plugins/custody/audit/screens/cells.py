# SPDX-License-Identifier: Apache-2.0
"""The texts of a dataset, with what each is to be answered by.

A row's text is what stands in its text columns, and its target what stands in its target column. In lists such as
`messages[].content`, where cells are no rows, each cell is a text and the next cell its target. Columns are told by the
first chunk of a file, unless the settings name them.
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
_LONG = 20  # characters; columns of shorter texts are numbers, names and codes
# scripts without spaces: each character is a word
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")


@dataclass(frozen=True)
class Units:
    """Some texts of one file. first: the number of the first one in its column. targets: None where there are none."""

    path: str
    column: str  # empty when the texts are rows
    first: int
    texts: Sequence[str]
    targets: Sequence[str] | None

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
    chosen: tuple[list[str], str] | None = None
    for chunk in formats.read(root / path):
        chosen = chosen or _columns(chunk, settings)
        texts, target = chosen
        rows = [name for name in texts if name in chunk.columns and len(chunk.columns[name]) == chunk.rows]
        if rows:
            targets = _texts(chunk.columns.get(target), chunk.rows)
            yield Units(path, "", counts.get("", 0), _joined(chunk.columns, rows), targets)
        counts[""] = counts.get("", 0) + chunk.rows
        for name in texts:
            if name in chunk.columns and name not in rows:
                cells = [cell or "" for cell in chunk.columns[name].to_pylist()]
                yield Units(path, name, counts.get(name, 0), cells, [*cells[1:], ""])
                counts[name] = counts.get(name, 0) + len(cells)


def _columns(chunk: Chunk, settings: ScreenSettings) -> tuple[list[str], str]:
    """Return the text columns and the target column."""
    named = {name: name.lower().rstrip("[]").rsplit(".", 1)[-1] for name in chunk.columns}
    target = settings.target or next((name for name, last in named.items() if last in _TARGETS), "")
    if settings.text:
        return [name for name in named if name in settings.text], target
    others = [name for name in named if name != target]
    long = [name for name in others if _mean_length(chunk.columns[name]) >= _LONG]
    return long or others, target


def _mean_length(cells: Any) -> float:
    import pyarrow.compute as pc

    return float(pc.mean(pc.utf8_length(cells)).as_py() or 0.0)


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
