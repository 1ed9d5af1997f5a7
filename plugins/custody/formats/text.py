# SPDX-License-Identifier: Apache-2.0
"""Streams of text: decompressed, decoded, cut into lines; and plain text itself, a row a line."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from custody.formats.chunk import CHUNK_ROWS, MAX_LINE, Chunk, LineError

if TYPE_CHECKING:
    from custody.formats.chunk import Edit


@contextmanager
def opened(raw: IO[bytes], path: Path, mode: str) -> Iterator[IO[str]]:
    """Give a byte stream as UTF-8 text; the name says how it is compressed."""
    with _decompressed(raw, path.name.lower(), mode) as binary:
        text = io.TextIOWrapper(binary, encoding="utf-8", errors="strict", newline="")
        try:
            yield text
            if mode == "w":
                text.flush()
        finally:
            text.detach()


@contextmanager
def _decompressed(raw: IO[bytes], name: str, mode: str) -> Iterator[IO[bytes]]:
    if name.endswith(".gz"):
        # mtime=0 and no name: the same content gives the same bytes, so a retry gives the same address
        with gzip.GzipFile(filename="", fileobj=raw, mode=mode + "b", mtime=0) as file:
            yield file  # type: ignore[misc]  # GzipFile is not declared as IO[bytes]
    elif name.endswith(".zst"):
        with _zstd_reader(raw) if mode == "r" else _zstd_writer(raw) as file:
            yield file
    else:
        yield raw


def _zstd_reader(raw: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    import pyarrow as pa

    # the reader of zstandard takes a file that was cut off for a shorter one
    return pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")  # type: ignore[no-any-return]


def _zstd_writer(raw: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    import zstandard

    return zstandard.ZstdCompressor().stream_writer(raw, closefd=False)


def _lines(file: IO[str]) -> Iterator[tuple[int, str]]:
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) >= MAX_LINE:
            raise LineError(f"the line is longer than {MAX_LINE >> 20} MiB", number)
        if "\0" in line:
            # UTF-16 without a mark is valid UTF-8 full of NULs, in which nothing would be found
            raise LineError("the line has a NUL byte: this is not UTF-8 text", number)
        yield number, line


def unmarked_lines(file: IO[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines without the byte order mark that some programs put before the first."""
    for number, line in _lines(file):
        yield number, line.removeprefix("\ufeff") if number == 1 else line


def read(file: IO[str]) -> Iterator[Chunk]:
    """Yield the chunks of plain text."""
    import pyarrow as pa

    batch: list[str] = []
    for _, line in _lines(file):
        batch.append(line)
        if len(batch) == CHUNK_ROWS:
            yield Chunk(len(batch), {"text": pa.array(batch, pa.string())})
            batch = []
    if batch:
        yield Chunk(len(batch), {"text": pa.array(batch, pa.string())})


def rewrite(old: IO[str], new: IO[str], edit: Edit) -> None:
    """Copy plain text with every cell passed through `edit`."""
    for chunk in read(old):
        new.writelines(cell or "" for cell in edit("text", chunk.columns["text"]).to_pylist())
