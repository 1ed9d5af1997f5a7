# SPDX-License-Identifier: Apache-2.0
"""A dataset in an object store, brought to the disk for as long as it is read.

Every object is asked for as it was when it was listed, by its ETag, and written below a directory that nobody else sees
and that is removed in the end. Memory stays flat; the disk has to hold the dataset once. Credentials, region and
endpoint are those of the environment, such as AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from custody.dataset import Dataset
from custody.errors import DatasetError, IntegrityError, StorageUnavailable, UsageError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES = ("s3", "gs", "az")
RETRY: Any = {"max_retries": 5}  # by obstore, with growing pauses; then the task is retried
STILL = "stop whatever writes to it, then run this step again"
PIECE = 8 << 20  # bytes read from the store at once


def is_remote(path: str) -> bool:
    """Tell whether a dataset is named by the URI of an object store."""
    return path.split("://", 1)[0] in SCHEMES and "://" in path


@contextmanager
def brought(path: str) -> Iterator[Dataset]:
    """Give a dataset by its path, or by the URI of an object or of all objects below a prefix.

    Args:
        path: a local path, or `s3://BUCKET/PREFIX`, `gs://…`, `az://…`. Needs the right to list and to get.

    Raises:
        UsageError: the URI names no bucket.
        DatasetError: nothing is there, or an object has a name that cannot be a path below a directory.
        IntegrityError: an object changed while it was read.
        StorageUnavailable: the store or the disk failed.
    """
    if not is_remote(path):
        yield Dataset(Path(path))
        return
    name = PurePosixPath(path.split("://", 1)[1]).name
    if not name:
        raise UsageError("this names no bucket", where=path, allowed="s3://BUCKET/PREFIX, gs://… or az://…")
    with tempfile.TemporaryDirectory(prefix="custody-") as folder:
        target = Path(folder) / name
        target.mkdir()
        _bring(path, target)
        yield Dataset(target, name)


def _bring(uri: str, target: Path) -> None:
    from obstore.exceptions import BaseError

    try:
        store, objects = listed(uri)
        for one in objects:
            _fetch(store, one, target / _safe(one["path"], uri), uri)
    except BaseError as error:
        raise _failed(uri, error) from None  # its text quotes answers of the store
    except OSError as error:
        raise StorageUnavailable(f"the disk failed ({error.strerror})", where=uri, remedy="make space") from None


def listed(uri: str) -> tuple[ObjectStore, list[Mapping[str, Any]]]:
    """Return the store with what is below a prefix, or the one object."""
    from obstore.exceptions import NotFoundError

    store = _store(uri)
    if found := [one for page in store.list() for one in page]:
        return store, list(found)
    parent, _, name = uri.rstrip("/").rpartition("/")
    try:
        above = _store(parent)
        return above, [above.head(name)]
    except (NotFoundError, FileNotFoundError):
        what = "there is nothing here"
        raise DatasetError(what, where=uri, remedy="check the bucket and the prefix of the dataset") from None


def _store(uri: str) -> ObjectStore:
    from obstore.store import from_url

    return from_url(uri, retry_config=RETRY)


def _safe(key: str, uri: str) -> str:
    parts = key.split("/")
    if {"", ".", ".."} & set(parts) or "\\" in key:
        what = "an object's name cannot be a path below a directory"
        raise DatasetError(what, where=f"{uri}: {key!r}", remedy="copy the object under another name")
    return key


def _fetch(store: ObjectStore, meta: Mapping[str, Any], target: Path, uri: str) -> None:
    from obstore.exceptions import NotFoundError, PreconditionError

    changed = "the object changed while the dataset was read"
    target.parent.mkdir(parents=True, exist_ok=True)
    options: Any = {"if_match": meta["e_tag"]} if meta.get("e_tag") else {}
    try:
        with target.open("xb") as file:
            for piece in store.get(meta["path"], options=options).stream(min_chunk_size=PIECE):
                file.write(piece)
    except (NotFoundError, FileNotFoundError):
        target.unlink(missing_ok=True)
        if meta["size"]:
            raise IntegrityError(changed, where=f"{uri}: {meta['path']}", remedy=STILL) from None
        return  # what consoles make for a folder: its name ends in a slash, which a listing leaves out
    except PreconditionError:
        raise IntegrityError(changed, where=f"{uri}: {meta['path']}", remedy=STILL) from None
    if target.stat().st_size != meta["size"]:
        what = f"the store gave {target.stat().st_size:,} of {meta['size']:,} bytes"
        raise StorageUnavailable(what, where=f"{uri}: {meta['path']}", remedy="retry")


def _failed(uri: str, error: Exception) -> StorageUnavailable:
    what = f"the store failed with {type(error).__name__}"
    return StorageUnavailable(what, where=uri, remedy="check credentials, region and endpoint, then retry")
