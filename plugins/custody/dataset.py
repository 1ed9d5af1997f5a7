# SPDX-License-Identifier: Apache-2.0
r"""A dataset: where its bytes are, their listing and their address.

The address is the in-toto `dirHash`: the SHA-256 of the listing, which is what `sha256sum` prints for every file, in C
order of the paths. Anyone can redo it in the dataset's directory without custody:

    find . -type f | cut -c3- | LC_ALL=C sort | xargs -r -d '\n' sha256sum -- | sha256sum

Every regular file counts, hidden ones too; empty directories do not. Symbolic links, special files and names that are
not UTF-8 or have a newline, a carriage return or a backslash are refused: they have no address a stranger could redo.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from custody.errors import DatasetError, IntegrityError, UsageError

READ_SIZE = 1 << 20  # bytes per read when hashing
_UNSAFE = frozenset("\n\r\\")


@dataclass(frozen=True)
class Listing:
    """The digest of every file of a dataset at one moment."""

    digests: Mapping[str, str]  # path relative to the dataset -> SHA-256, lowercase hex

    @property
    def text(self) -> str:
        """The listing as `sha256sum` prints it; `sha256sum -c` accepts it."""
        paths = sorted(self.digests, key=os.fsencode)
        return "".join(f"{self.digests[path]}  {path}\n" for path in paths)

    @property
    def address(self) -> str:
        """The dirHash, lowercase hex."""
        return hashlib.sha256(os.fsencode(self.text)).hexdigest()

    @classmethod
    def parse(cls, text: str) -> Listing:
        """Read a listing back.

        Raises:
            IntegrityError: a line is not `<64 hex>  <path>` with a path below the dataset, or the lines are not what
                `text` would print: out of order, twice, or cut off.
        """
        digests: dict[str, str] = {}
        for number, line in enumerate(text.split("\n")[:-1], 1):
            digest, gap, path = line[:64], line[64:66], line[66:]
            # one spelling of each path: `a` and `./a` would be two files here and one on a disk
            below = {"", ".", ".."}.isdisjoint(path.split("/")) and not {"\0", *_UNSAFE} & set(path)
            if gap != "  " or not below or not is_sha256(digest):
                raise IntegrityError("not a sha256sum line", where=f"listing line {number}", allowed="<64 hex>  <path>")
            digests[path] = digest
        listing = cls(digests)
        if listing.text != text:
            raise IntegrityError("the listing is cut off, out of order or names a file twice", remedy="restore it")
        return listing

    def differences(self, other: Listing) -> list[str]:
        """Say in words, file by file, how another listing differs from this one."""
        lines = []
        for path in sorted({*self.digests, *other.digests}):
            mine, theirs = self.digests.get(path), other.digests.get(path)
            if theirs is None:
                lines.append(f"{path}: missing")
            elif mine is None:
                lines.append(f"{path}: added")
            elif mine != theirs:
                lines.append(f"{path}: expected sha256 {mine[:12]}…, found {theirs[:12]}…")
        return lines


@dataclass(frozen=True)
class Dataset:
    """A file or directory that is addressed as one thing.

    Args:
        path: the file or directory. A single file is addressed as a directory that holds just it.
        name: how people call it; by default the last part of the path without extension. It becomes part of paths.

    Raises:
        UsageError: the name cannot be a file name.
    """

    path: Path
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            last = self.path.name if self.path.name.strip(".") else self.path.resolve().name  # "." has a name, too
            object.__setattr__(self, "name", last if self.path.is_dir() else last.split(".")[0] or last)
        if self.name in ("", ".", "..") or {"/", "\0"} & set(self.name):
            raise UsageError(
                f"{self.name!r} cannot name a dataset", where=str(self.path), allowed="a name without /, not . or .."
            )

    @property
    def root(self) -> Path:
        """The directory that listed paths are relative to."""
        return self.path if self.path.is_dir() else self.path.parent

    def files(self) -> list[str]:
        """List the dataset's files in C order, relative to its root.

        Raises:
            DatasetError: nothing is there, or something there cannot be addressed.
        """
        if not self.path.exists():
            raise DatasetError("there is nothing here", where=str(self.path), remedy="check the path of the dataset")
        found = list(_walk(self.path)) if self.path.is_dir() else [_checked(self.path, self.path.parent)]
        if not found:
            raise DatasetError("the dataset has no files", where=str(self.path), remedy="check the path of the dataset")
        _refuse_collisions(found)
        return sorted(found, key=os.fsencode)

    def listing(self) -> Listing:
        """Read every byte and return the listing.

        Raises:
            DatasetError: a file cannot be addressed or read.
        """
        return Listing({path: file_sha256(self.root / path) for path in self.files()})

    @contextmanager
    def held(self) -> Iterator[Listing]:
        """Give the listing, and refuse what was done inside the block if the bytes changed meanwhile.

        Raises:
            IntegrityError: the dataset changed between the start and the end of the block.
        """
        before = self.listing()
        yield before
        changed = before.differences(self.listing())
        if changed:
            raise IntegrityError(
                "the dataset changed while it was being read: " + "; ".join(changed[:5]),
                where=str(self.path),
                remedy="stop whatever writes to it, then run this step again",
            )


def is_sha256(text: str) -> bool:
    """Tell whether a text is a SHA-256 digest in lowercase hex."""
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, lowercase hex.

    Raises:
        DatasetError: the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            while block := file.read(READ_SIZE):
                digest.update(block)
    except (OSError, ValueError) as error:  # a ValueError is a name that no file can have
        why = getattr(error, "strerror", None) or "no file can have this name"
        raise DatasetError(
            f"cannot be read ({why})", where=str(path), remedy="check permissions, the name and the disk"
        ) from error
    return digest.hexdigest()


def _walk(root: Path) -> Iterator[str]:
    waiting = [root]
    while waiting:
        for entry in _entries(waiting.pop()):
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                yield _checked(Path(entry.path), root)


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except OSError as error:
        raise DatasetError(
            f"cannot be listed ({error.strerror})", where=str(directory), remedy="check permissions and the disk"
        ) from error


def _checked(path: Path, root: Path) -> str:
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "a special file"
        raise DatasetError(f"is {kind}", where=str(path), allowed="regular files", remedy="copy the bytes in place")
    relative = path.relative_to(root).as_posix()
    if _UNSAFE & set(relative):
        raise DatasetError("the name has a newline or a backslash", where=repr(str(path)), remedy="rename the file")
    if any("\ud800" <= character <= "\udfff" for character in relative):
        raise DatasetError("the name is not UTF-8", where=repr(str(path)), remedy="rename the file")
    if relative == "-":
        raise DatasetError("sha256sum takes the name - for its input", where=str(path), remedy="rename the file")
    return relative


def _refuse_collisions(paths: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in sorted({str(part) for path in paths for part in (PurePosixPath(path), *PurePosixPath(path).parents)}):
        if (other := seen.setdefault(_folded(name), name)) != name:
            raise DatasetError(
                f"the names {other!r} and {name!r} differ only by case or Unicode form",
                where=name,
                remedy="rename one: on many file systems the second would overwrite the first",
            )


def _folded(name: str) -> str:
    """Fold case and form as the Unicode standard does for canonical caseless matching."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
