# SPDX-License-Identifier: Apache-2.0
"""A backup repository: content-addressed, encrypted before anything leaves, whole files deduplicated, write-once.

    blobs/<keyed name>      an AWS Encryption SDK message with one file's bytes
    snapshots/<id>.json     the manifest of one dataset; the id is the SHA-256 of these bytes

A blob's name is an HMAC of the file's SHA-256 under a key derived from the repository's, so that names tell nobody
who lacks the key which files are inside, and equal files are stored once. The manifest is written last: what has a
manifest is whole.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from custody.dataset import Dataset, Listing, file_sha256, is_sha256
from custody.envelope import seal, unseal
from custody.errors import CustodyError, IntegrityError, StorageUnavailable
from custody.keys import Secret
from custody.lineage.statement import now, strict_json
from custody.storage import PARTIAL, ObjectStore, directory_whole


@dataclass(frozen=True)
class StoredFile:
    """One file of a snapshot. `sha256` is of the file, `stored` of the blob's bytes."""

    path: str
    size: int  # bytes
    sha256: str
    blob: str
    stored: str


@dataclass(frozen=True)
class Snapshot:
    """One dataset at one moment."""

    id: str
    dataset: str
    address: str
    created_at: str  # RFC 3339 UTC
    files: tuple[StoredFile, ...]


class Repository:
    """A repository under one directory.

    Args:
        root: the directory; made when missing.
        secret: encrypts blobs and keys their names.
    """

    def __init__(self, root: Path, secret: Secret) -> None:
        self.root = root
        self._store = ObjectStore(root)
        self._secret = secret
        kdf = HKDF(hashes.SHA256(), 32, salt=None, info=b"custody backup blob names v1")
        self._name_key = kdf.derive(secret.key)

    def snapshot(self, dataset: Dataset) -> Snapshot:
        """Back a dataset up and commit its manifest.

        Raises:
            DatasetError: it cannot be read.
            IntegrityError: it changed meanwhile, or a stored blob is not what was written.
            StorageUnavailable: the repository did not answer.
        """
        with dataset.held() as listing:
            files = [self._store_file(dataset.root / path, path, sha256) for path, sha256 in listing.digests.items()]
        body = {"dataset": dataset.name, "address": listing.address, "created_at": now()}
        manifest = json.dumps(body | {"files": [asdict(one) for one in files]}, sort_keys=True).encode()
        digest = hashlib.sha256(manifest).hexdigest()
        self._store.put_new(f"snapshots/{digest}.json", manifest)
        return Snapshot(digest, dataset.name, listing.address, body["created_at"], tuple(files))

    def snapshots(self) -> list[str]:
        """Return the ids of all snapshots."""
        return [PurePosixPath(key).stem for key in self._store.keys("snapshots/")]

    def get(self, snapshot: str) -> Snapshot:
        """Read a manifest.

        Raises:
            IntegrityError: it is missing, changed, no manifest, or names a path outside the dataset.
        """
        data = self._store.get(f"snapshots/{snapshot}.json")
        if data is None or hashlib.sha256(data).hexdigest() != snapshot:
            raise IntegrityError(
                f"the manifest {'is missing' if data is None else 'has changed'}",
                where=f"snapshot {snapshot}",
                remedy="use another snapshot, or restore the repository from its copy",
            )
        try:
            return _parsed(strict_json(data), snapshot)
        except (CustodyError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            # its name is right: somebody wrote it so
            raise IntegrityError(
                "is no manifest, or names a path outside the dataset",
                where=f"snapshot {snapshot}",
                remedy="use another snapshot, and find out who wrote this one",
            ) from None

    def verify(self, snapshot: str) -> None:
        """Re-hash the stored bytes of a snapshot, without any key.

        Raises:
            IntegrityError: a blob is missing or changed, or the manifest is.
        """
        for one in self.get(snapshot).files:
            self._check_stored(one)

    def restore(self, snapshot: str, out: Path) -> Listing:
        """Write a snapshot's files to a directory that appears whole or not at all.

        Returns:
            The listing, recomputed from the restored bytes.

        Raises:
            IntegrityError: a blob is missing, changed or under another key.
            StorageUnavailable: the repository did not answer.
        """
        told = self.get(snapshot)
        with directory_whole(out) as partial:
            for one in told.files:
                self._restore_file(one, partial / one.path)
            return Dataset(partial, told.dataset).listing()

    def _store_file(self, source: Path, path: str, sha256: str) -> StoredFile:
        name = hmac.new(self._name_key, bytes.fromhex(sha256), hashlib.sha256).hexdigest()
        blob = self._store.path(f"blobs/{name}")
        if not blob.exists():
            with self._sealed(source, name) as sealed:
                self._store.put_file(f"blobs/{name}", sealed)
        # read back what is stored, whoever wrote it: only a blob that opens to these bytes may be named by a manifest
        self._prove(blob, name, sha256)
        return StoredFile(path, source.stat().st_size, sha256, name, file_sha256(blob))

    @contextmanager
    def _sealed(self, source: Path, name: str) -> Iterator[Path]:
        self._store.root.mkdir(parents=True, exist_ok=True)
        try:
            with tempfile.NamedTemporaryFile(dir=self._store.root, prefix=PARTIAL) as file:
                with source.open("rb") as plain:
                    seal(plain, file, self._secret, {"blob": name})
                file.flush()
                yield Path(file.name)
        except OSError as error:
            raise StorageUnavailable(
                f"the repository failed with {type(error).__name__}",
                where=str(self._store.root),
                remedy="check its permissions and free space, then retry",
            ) from error

    def _prove(self, blob: Path, name: str, sha256: str) -> None:
        digest = _Digest()
        try:
            self._open(blob, name, digest)
        except IntegrityError as error:
            raise _damaged(name, str(blob)) from error
        if digest.hexdigest() != sha256:
            raise _damaged(name, str(blob))

    def _restore_file(self, one: StoredFile, target: Path) -> None:
        self._check_stored(one)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            self._open(self._store.path(f"blobs/{one.blob}"), one.blob, file)
        if file_sha256(target) != one.sha256:
            raise _damaged(one.blob, one.path)

    def _open(self, blob: Path, name: str, target: object) -> None:
        with blob.open("rb") as sealed:
            unseal(sealed, target, self._secret, {"blob": name}, f"blob {name[:12]}…")  # type: ignore[arg-type]

    def _check_stored(self, one: StoredFile) -> None:
        blob = self._store.path(f"blobs/{one.blob}")
        if not is_sha256(one.blob) or not blob.is_file() or file_sha256(blob) != one.stored:
            raise _damaged(one.blob, one.path)


class _Digest:
    """A target that keeps nothing but the digest."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.hexdigest = self._digest.hexdigest

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return len(data)


def _damaged(name: str, where: str) -> CustodyError:
    return IntegrityError(
        f"the blob {name[:12]}… is missing or damaged",
        where=where,
        remedy="restore the repository from its copy; a damaged blob must go before a new backup can replace it",
    )


def _parsed(told: dict[str, Any], snapshot: str) -> Snapshot:
    files = tuple(StoredFile(**one) for one in told["files"])
    names = [one.path for one in files]
    above = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    if any(map(_outside, names)) or len(set(names)) != len(names) or above & set(names):
        raise ValueError("paths")
    if not all(is_sha256(one.sha256) and is_sha256(one.blob) for one in files) or sum(one.size for one in files) < 0:
        raise ValueError("files")
    Dataset(Path(), told["dataset"])  # refuses what is no name
    if datetime.fromisoformat(told["created_at"]).tzinfo is None:
        raise ValueError("created_at")
    return Snapshot(snapshot, told["dataset"], str(told["address"]), told["created_at"], files)


def _outside(path: str) -> bool:
    """Tell whether a path is not written as a listing writes one, below the dataset."""
    parts = PurePosixPath(path)
    return str(parts) != path or parts.is_absolute() or ".." in parts.parts or not parts.parts or "\0" in path
