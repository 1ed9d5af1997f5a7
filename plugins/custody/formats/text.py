# SPDX-License-Identifier: Apache-2.0
"""Plain text, a row a line with its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from custody.formats.chunk import Chunk, Part, batches
from custody.formats.streams import lines

if TYPE_CHECKING:
    from custody.formats.chunk import Edit


def read(file: TextIO, part: Part) -> Iterator[Chunk]:
    """Yield the chunks of plain text."""
    import pyarrow as pa

    for batch in batches(((line, len(line)) for _, line in lines(file)), part):
        yield part.chunk(len(batch), {"text": pa.array(batch, pa.string())})


def rewrite(old: TextIO, new: TextIO, edit: Edit) -> None:
    """Copy plain text with every cell passed through `edit`."""
    for chunk in read(old, Part()):
        new.writelines(cell or "" for cell in edit("text", chunk.columns["text"]).to_pylist())
