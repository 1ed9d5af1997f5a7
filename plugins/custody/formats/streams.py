# SPDX-License-Identifier: Apache-2.0
"""Streams of text: decompressed, decoded by their byte order mark, cut into lines."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

from custody.formats.chunk import MAX_LINE, LineError, PlaceError

# Unicode Standard 23.8: the longer marks come first, as that of UTF-32 begins with that of UTF-16
_MARKS = {
    b"\xff\xfe\0\0": "utf-32-le",
    b"\0\0\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}


class Headed(io.RawIOBase):
    """A stream some bytes of which have been read already."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:  # noqa: D102 - as the base class
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: D102 - as the base class
        into = memoryview(buffer)
        data, self._head = self._head[: len(into)], self._head[len(into) :]
        data += self._rest.read(len(into) - len(data)) if len(data) < len(into) else b""
        into[: len(data)] = data
        return len(data)


@contextmanager
def opened(raw: IO[bytes], path: Path) -> Iterator[TextIO]:
    """Give a byte stream as text: UTF-8, or what its byte order mark says; the name says how it is compressed."""
    with _decompressed(raw, path.name.lower(), "r") as binary:
        head, encoding = _encoding(binary)
        text = io.TextIOWrapper(io.BufferedReader(Headed(head, binary), 1 << 17), encoding, newline="")
        yield text


@contextmanager
def created(raw: IO[bytes], path: Path, encoding: str) -> Iterator[TextIO]:
    """Give a byte stream to write text to, with a byte order mark unless it is UTF-8."""
    with _decompressed(raw, path.name.lower(), "w") as binary:
        text = io.TextIOWrapper(binary, encoding, newline="")
        try:
            if encoding != "utf-8":
                text.write("\ufeff")
            yield text
            text.flush()
        finally:
            text.detach()


def _encoding(binary: IO[bytes]) -> tuple[bytes, str]:
    head = b""
    while len(head) < 4 and (more := binary.read(4 - len(head))):
        head += more
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return head.removeprefix(mark), encoding
    if b"\0" in head and (not any(head[::2]) or not any(head[1::2])):
        raise LineError("the text looks like UTF-16 without a byte order mark", 1)
    return head, "utf-8"


@contextmanager
def _decompressed(raw: IO[bytes], name: str, mode: str) -> Iterator[IO[bytes]]:
    if name.endswith(".gz"):
        # mtime=0 and no name: the same content gives the same bytes, so a retry gives the same address
        with gzip.GzipFile(filename="", fileobj=_filled(raw, mode), mode=mode + "b", mtime=0) as file:
            yield file  # type: ignore[misc]  # GzipFile is not declared as IO[bytes]
    elif name.endswith(".zst"):
        with _zstd_reader(_filled(raw, mode)) if mode == "r" else _zstd_writer(raw) as file:
            yield file
    else:
        yield raw


def _filled(raw: IO[bytes], mode: str) -> IO[bytes]:
    """Refuse a packed file of no bytes: the libraries take it for a packed file of no content."""
    if mode == "w":
        return raw
    if not (head := raw.read(1)):
        raise PlaceError("a packed file cannot be empty", "byte 0")
    return io.BufferedReader(Headed(head, raw))


def _zstd_reader(raw: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    import pyarrow as pa

    # the reader of zstandard takes a file that was cut off for a shorter one
    return pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")  # type: ignore[no-any-return]


def _zstd_writer(raw: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    import zstandard

    return zstandard.ZstdCompressor().stream_writer(raw, closefd=False)


def lines(file: TextIO) -> Iterator[tuple[int, str]]:
    """Yield each line, with its end, and its number from 1.

    Raises:
        LineError: a line is not text in the encoding, has a NUL byte or is longer than MAX_LINE.
    """
    number = 1
    while line := _line(file, number):
        if len(line) >= MAX_LINE:
            raise LineError(f"the line is longer than {MAX_LINE >> 20} MiB", number)
        if "\0" in line:
            # UTF-16 without a mark may be valid UTF-8 full of NULs, in which nothing would be found
            raise LineError(f"the line has a NUL byte: this is not {file.encoding} text", number)
        yield number, line
        number += 1


def _line(file: TextIO, number: int) -> str:
    try:
        return file.readline(MAX_LINE)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(error.encoding, "replace")
        # no line end was left in what was decoded before, or readline would have returned it (but for a lone carriage
        # return at its very end, which may be half a line end)
        raise LineError(f"this is not {file.encoding} text", number + len(re.findall("\r\n?|\n", before))) from None


def unmarked_lines(file: TextIO) -> Iterator[tuple[int, str]]:
    """Yield the lines without the byte order mark that some programs put before the first."""
    for number, line in lines(file):
        yield number, line.removeprefix("\ufeff") if number == 1 else line
