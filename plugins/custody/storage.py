# SPDX-License-Identifier: Apache-2.0
"""The one seam to bytes custody writes: write-once objects, and local files that appear whole or not at all.

Objects go through obstore, whose conditional put is what makes a store append-only: whoever writes first wins and
nobody overwrites. Local outputs are built under a temporary name in the same directory and renamed.
"""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.errors import IntegrityError, StorageUnavailable, UsageError

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Store

RETRY: Any = {"max_retries": 5}  # by obstore, with growing pauses; then the task is retried
PARTIAL = ".partial-"  # prefix of every temporary name; safe to delete when no task runs


class ObjectStore:
    """Write-once objects under one directory or under a prefix of an object store.

    Args:
        root: a local directory, made when it is first written to; or `s3://BUCKET/PREFIX`, `gs://…`, `az://…`, which
            needs the rights to list, get and put, and delete for `delete` alone. Credentials, region and endpoint are
            those of the environment.
    """

    def __init__(self, root: Path | str) -> None:
        self.place = str(root)
        self.root = Path(root)  # of a local store
        self._uri = root if isinstance(root, str) else None

    @cached_property
    def _remote(self) -> Store | None:
        from obstore.store import from_url

        return from_url(self._uri, retry_config=RETRY) if self._uri else None

    def _store(self) -> Store:
        from obstore.store import LocalStore

        return self._remote or LocalStore(self.root, mkdir=True)

    @property
    def _is_there(self) -> bool:
        return self._uri is not None or self.root.is_dir()  # reading makes nothing

    def put_new(self, key: str, data: bytes) -> bool:
        """Write an object unless the key exists.

        Returns:
            Whether this call wrote it.

        Raises:
            StorageUnavailable: the store refused or did not answer.
        """
        from obstore.exceptions import AlreadyExistsError, BaseError

        try:
            self._store().put(key, data, mode="create")
        except AlreadyExistsError:
            return False
        except (BaseError, OSError) as error:
            raise self._unavailable(key, error) from error
        return True

    def put_file(self, key: str, source: Path) -> bool:
        """Write a file's bytes as an object unless the key exists; memory stays flat.

        Returns:
            Whether this call wrote it.

        Raises:
            StorageUnavailable: the store refused or did not answer.
        """
        target = self.path(key)
        partial = _partial(target)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, partial)
            _sync(partial)
            return _linked(partial, target)
        except OSError as error:
            raise self._unavailable(key, error) from error
        finally:
            with suppress(OSError):
                partial.unlink()

    def path(self, key: str) -> Path:
        """Return where an object of a local store is, to read it as a stream."""
        return self.root / key

    def get(self, key: str, most: int | None = None) -> bytes | None:
        """Read an object whole, or None where there is none.

        Args:
            key: of the object.
            most: bytes; a larger object is not read.

        Raises:
            IntegrityError: it is larger than that.
            StorageUnavailable: the store refused or did not answer.
        """
        from obstore.exceptions import BaseError, NotFoundError

        try:
            if not self._is_there:
                return None
            found = self._store().get(key)
            if most is not None and found.meta["size"] > most:
                raise IntegrityError(f"larger than {most:,} bytes", where=f"{self.place}/{key}", remedy="restore it")
            return bytes(found.bytes())
        except (NotFoundError, FileNotFoundError):
            return None
        except (BaseError, OSError) as error:
            raise self._unavailable(key, error) from error

    def delete(self, key: str) -> None:
        """Remove an object that can be made again, such as an index marker; one that is not there stays so.

        Raises:
            StorageUnavailable: the store refused or did not answer.
        """
        from obstore.exceptions import BaseError, NotFoundError

        try:
            self._store().delete(key)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise self._unavailable(key, error) from error

    def has(self, key: str) -> bool:
        """Tell whether there is an object of this key.

        Raises:
            StorageUnavailable: the store refused or did not answer.
        """
        from obstore.exceptions import BaseError, NotFoundError

        try:
            return self._is_there and bool(self._store().head(key))
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise self._unavailable(key, error) from error

    def keys(self, prefix: str) -> list[str]:
        """List the keys below a prefix, sorted.

        Raises:
            StorageUnavailable: the store refused or did not answer.
        """
        from obstore.exceptions import BaseError

        if not self._is_there:
            return []
        try:
            return sorted(str(meta["path"]) for page in self._store().list(prefix) for meta in page)
        except (BaseError, OSError) as error:
            raise self._unavailable(prefix, error) from error

    def _unavailable(self, key: str, error: Exception) -> StorageUnavailable:
        return StorageUnavailable(
            f"the store failed with {type(error).__name__}",
            where=f"{self.place}/{key}",
            remedy="check the path, its permissions and free space, then retry",
        )


@contextmanager
def directory_whole(target: Path) -> Iterator[Path]:
    """Build a directory that appears under its name only when the block ends without an error.

    A target that was made here before is replaced, so that a step can be repeated; the empty file `.custody-NAME`
    beside it says that it was. Anything else under that name, but for an empty directory, is somebody's data and stays.

    Raises:
        UsageError: the target exists and was not made here.
    """
    mark = target.with_name(f".custody-{target.name}")
    if os.path.lexists(target) and not mark.exists() and not _is_empty(target):
        raise UsageError(
            "something is here that custody did not write", where=str(target), remedy="choose another output directory"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(target)
    partial.mkdir()
    try:
        yield partial
        mark.touch()
        _replace_directory(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def write_whole(target: Path, data: bytes) -> Path:
    """Write a file that appears under its name only when it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(target)
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _linked(partial: Path, target: Path) -> bool:
    """Give a finished file its name: whole, and only when the name is free."""
    try:
        os.link(partial, target)
    except FileExistsError:
        return False
    return True


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _partial(target: Path) -> Path:
    return target.with_name(f"{PARTIAL}{target.name}-{uuid.uuid4().hex[:8]}")


def _replace_directory(partial: Path, target: Path) -> None:
    """Put a finished directory in the place of what is there. Of two that finish at once, the later stays."""
    moved: list[Path] = []
    while not _renamed(partial, target):
        old = _partial(target)
        with suppress(FileNotFoundError):
            target.rename(old)
            moved.append(old)
    for old in moved:
        shutil.rmtree(old, ignore_errors=True)
        if old.is_symlink() or old.exists():  # it was no directory
            old.unlink()


def _renamed(partial: Path, target: Path) -> bool:
    try:
        partial.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise
        return False
    return True
