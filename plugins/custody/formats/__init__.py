# SPDX-License-Identifier: Apache-2.0
"""Files as columns of text cells: read them in chunks, or rewrite them cell by cell.

A chunk maps a leaf path to its cells as an Arrow string array. Nested values become paths: `address.city`,
`messages[].content`, and of a map `tags[].key`, `tags[].item`. A column that has no text form (binary that is not
UTF-8, unions) is named as unread, never passed over in silence.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from custody.errors import CustodyError, DatasetError, StorageUnavailable
from custody.formats import csvrows, ipc, jsonl, parquet, streams, text
from custody.formats.chunk import CHUNK_ROWS, MAX_LINE, REPAIR, Chunk, Part, PlaceError

if TYPE_CHECKING:
    from custody.formats.chunk import Edit

__all__ = ["CHUNK_ROWS", "FORMATS", "MAX_LINE", "Chunk", "fields", "format_of", "read", "read_stream", "rewrite"]

FORMATS = (".parquet", ".arrow", ".feather", ".ipc", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".csv", ".txt", ".md")
_WEATHER = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE})
_IPC = frozenset({".arrow", ".feather", ".ipc"})
_LINES = {"jsonl": jsonl, "csv": csvrows, "txt": text, "md": text}
_MAGIC = {  # the first bytes of what is often given another extension
    b"PAR1": "Parquet",
    b"ARROW1": "an Arrow file",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"PK\x03\x04": "a zip archive",
    b"Obj\x01": "Avro",
}


def format_of(path: Path) -> str | None:
    """Name the format by extension, or None when custody does not read it."""
    lower = path.name.lower()
    return next((suffix for suffix in sorted(FORMATS, key=len, reverse=True) if lower.endswith(suffix)), None)


def read(path: Path, *, decryption: Any = None, part: tuple[int, int] = (0, 1)) -> Iterator[Chunk]:
    """Yield the file's chunks.

    Args:
        path: the file.
        decryption: pyarrow's decryption properties, for an encrypted Parquet file.
        part: (k, n) yields the chunks of the k-th of n readers alone, k from 0. The n parts hold each chunk once, and
            of one fault that all would meet, one tells.

    Raises:
        DatasetError: the format is unknown, or the bytes are not what the extension says. Names file and line, never
            the content.
        StorageUnavailable: the disk is full or failed.
    """
    kind = _known_format(path)
    mine = Part(*part)
    with _named_errors(path):
        try:
            if kind == ".parquet":
                yield from parquet.read(path, decryption, mine)
            elif kind in _IPC:
                yield from ipc.read(path, mine)
            else:
                with path.open("rb") as raw:
                    size = os.fstat(raw.fileno()).st_size
                    mine.done = lambda: raw.tell() / max(1, size)
                    yield from _read_lines(raw, path, mine)
        except Exception as error:
            if mine.mine or _not_of_the_data(error):
                raise


def read_stream(raw: IO[bytes], path: Path) -> Iterator[Chunk]:
    """Yield the chunks of a stream in one of the line formats or Arrow IPC.

    Args:
        raw: the bytes.
        path: names the format by its extension, and the file in errors.

    Raises:
        DatasetError: as `read`.
    """
    kind = _known_format(path)
    with _named_errors(path):
        yield from ipc.read_stream(raw, Part()) if kind in _IPC else _read_lines(raw, path, Part())


def fields(path: Path) -> list[str]:
    """Return the top-level columns of a Parquet file; other formats have none that could be protected singly.

    Raises:
        DatasetError: as `read`.
    """
    if _known_format(path) != ".parquet":
        return []
    import pyarrow.parquet as pq

    with _named_errors(path), pq.ParquetFile(path) as file:
        return list(file.schema_arrow.names)


def rewrite(source: Path, target: Path, edit: Edit) -> None:
    """Copy a file with every text cell passed through `edit(leaf path, cells)`; format, names and types stay.

    A cell of another type that `edit` changes becomes null, since its type cannot hold a replacement text.

    Raises:
        DatasetError, StorageUnavailable: as `read`. DatasetError also when the schema cannot hold an edited cell.
    """
    kind = _known_format(source)
    with _named_errors(source):
        if kind == ".parquet":
            parquet.rewrite(source, target, edit)
        elif kind in _IPC:
            ipc.rewrite(source, target, edit)
        else:
            with (
                source.open("rb") as old_raw,
                target.open("wb") as new_raw,
                streams.opened(old_raw, source) as old,
                streams.created(new_raw, target, old.encoding) as new,
            ):
                _LINES[kind.split(".")[1]].rewrite(old, new, edit)


def _known_format(path: Path) -> str:
    kind = format_of(path)
    if kind is None:
        raise DatasetError(
            f"custody does not read {path.suffix or 'files without extension'}",
            where=str(path),
            allowed=", ".join(FORMATS),
            remedy="convert the file, or move it out of the dataset",
        )
    return kind


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Turn a library's error into ours; its text may quote data, so only its kind is kept."""
    try:
        yield
    except CustodyError:
        raise
    except PlaceError as error:
        what = error.args[0] + _rather(path)
        raise DatasetError(what, where=f"{path}, {error.place}", remedy=error.remedy) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _WEATHER:
            what = f"reading or writing failed ({os.strerror(error.errno)})"
            raise StorageUnavailable(what, where=str(path), remedy="make space or mend the disk, then retry") from None
        what = f"cannot be read as {format_of(path)} ({type(error).__name__})"
        raise DatasetError(what + _rather(path), where=str(path), remedy=REPAIR) from None


def _not_of_the_data(error: Exception) -> bool:
    """Whether only this reader may have met it, so that no other would tell."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None)


def _rather(path: Path) -> str:
    """Say what a file is that is not what its extension says."""
    try:
        with path.open("rb") as raw:
            head = raw.read(8)
    except OSError:
        return ""
    kind = format_of(path) or ""
    others = {} if kind.endswith((".gz", ".zst")) or kind in {".parquet", *_IPC} else _MAGIC
    return next((f"; it begins as {what} does" for magic, what in others.items() if head.startswith(magic)), "")


def _read_lines(raw: IO[bytes], path: Path, part: Part) -> Iterator[Chunk]:
    with streams.opened(raw, path) as file:
        yield from _LINES[_known_format(path).split(".")[1]].read(file, part)
