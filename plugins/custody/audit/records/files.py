# SPDX-License-Identifier: Apache-2.0
"""Whether the file a record names is there and is the one that was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from custody.dataset import file_sha256, is_sha256
from custody.errors import DatasetError

Kept = Literal["same", "unpinned", "none named", "not there", "another file", "no digest"]


def kept(base: Path, name: str, sha256: str) -> Kept:
    """Hold a named file against the digest that was written down with it.

    Args:
        base: the directory that the name is relative to.
        name: the file; may be empty.
        sha256: as written; may be empty.
    """
    if not name:
        return "none named"
    if sha256 and not is_sha256(sha256.lower()):
        return "no digest"
    try:
        if not (base / name).is_file():
            return "not there"
        if not sha256:
            return "unpinned"
        return "same" if file_sha256(base / name) == sha256.lower() else "another file"
    except (DatasetError, OSError, ValueError):  # ValueError: a NUL in the name
        return "not there"


def is_file(path: Path) -> bool:
    """Tell whether a file is there. A name that no file can have, such as one that is too long, is of none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def small(path: Path, most: int) -> bytes | None:
    """Return a file's bytes, or None when it is no file, cannot be read, or has more than `most` bytes."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError):
        return None
    return data if len(data) <= most else None
