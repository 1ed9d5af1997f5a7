# SPDX-License-Identifier: Apache-2.0
"""The evidence store: what was got from where and when, write-once and found by its content.

    bytes/<sha256 of the bytes>                              what was got
    records/<sha256 of the bytes>/<sha256 of the record>.json   where, when, how the server answered; one for each time

Bytes are written before the record that names them. The same bytes got twice are kept once, with two records. All is
checked against its name when it is read, so a changed byte is an error and never evidence.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from custody.dataset import is_sha256
from custody.errors import IntegrityError, UsageError
from custody.home import Home
from custody.lineage.statement import strict_json
from custody.storage import ObjectStore

MAX_BYTES = 64 << 20
RECORD_VERSION = "1"


@dataclass(frozen=True)
class Record:
    """One time that evidence was got.

    Args:
        kind: licence, terms, robots, tdmrep, headers, page, rsl, contract or approval.
        url: where it was got; empty for what came otherwise, as a contract.
        fetched_at: when, in UTC.
        http_status: of the answer; None when there was none.
        content_type: as the server said it.
        sha256: of the bytes.
        text_sha256: of the normalised words, which stays when only the layout changes.
        size: of the bytes.
        tool: what made the record, with its version.
    """

    kind: str
    url: str
    fetched_at: datetime
    http_status: int | None
    content_type: str
    sha256: str
    text_sha256: str
    size: int
    tool: str

    def to_json(self) -> bytes:
        """Return the canonical JSON form; its SHA-256 is the record's id."""
        told = asdict(self) | {"fetched_at": self.fetched_at.astimezone(UTC).isoformat(), "version": RECORD_VERSION}
        return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def id(self) -> str:
        """The record's name."""
        return hashlib.sha256(self.to_json()).hexdigest()


class EvidenceStore:
    """Evidence under one directory. Made when something is added.

    Args:
        root: the directory.
    """

    def __init__(self, root: Path) -> None:
        self.store = ObjectStore(root)

    @classmethod
    def of(cls, home: Home) -> EvidenceStore:
        """The evidence of an installation."""
        return cls(home.path / "evidence")

    def add(
        self,
        data: bytes,
        kind: str,
        *,
        text_sha256: str,
        fetched_at: datetime | None = None,
        url: str = "",
        http_status: int | None = None,
        content_type: str = "",
    ) -> Record:
        """Keep bytes with a record of where they are from. To add the same twice changes nothing.

        Args:
            data: the bytes.
            kind: what they are evidence of.
            text_sha256: as in a record.
            fetched_at: when they were got; now when not given.
            url: where.
            http_status: of the answer.
            content_type: as the server said it.

        Raises:
            UsageError: the bytes are too many or none, or the time has no zone.
            IntegrityError: the store holds other bytes under that digest.
            StorageUnavailable: the store did not answer.
        """
        at = fetched_at or datetime.now(UTC)
        if at.tzinfo is None:
            raise UsageError("a time without a zone", allowed="as 2026-11-20T10:00:00Z", remedy="add the zone")
        if not 0 < len(data) <= MAX_BYTES:
            what = f"{len(data):,} bytes cannot be kept as evidence"
            raise UsageError(what, allowed=f"1 to {MAX_BYTES:,}", remedy="keep what states the terms")
        sha256 = hashlib.sha256(data).hexdigest()
        made = Record(kind, url, at.astimezone(UTC), http_status, content_type, sha256, text_sha256, len(data), _tool())
        if not self.store.put_new(f"bytes/{sha256}", data):
            self.get(sha256)  # what is there already must be sound
        self.store.put_new(f"records/{sha256}/{made.id}.json", made.to_json())
        return made

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes of a digest, or None where there are none.

        Raises:
            IntegrityError: the bytes do not have that digest.
            StorageUnavailable: the store did not answer.
        """
        data = self.store.get(f"bytes/{sha256}") if is_sha256(sha256) else None
        if data is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise IntegrityError("evidence was changed in the store", where=sha256, remedy="restore it from a backup")
        return data

    def path(self, sha256: str) -> Path:
        """Return where the bytes of a digest are."""
        return self.store.path(f"bytes/{sha256}")

    def records(self, sha256: str = "") -> tuple[Record, ...]:
        """Return the records of some bytes, or all, the oldest first.

        Raises:
            IntegrityError: a record is not what it was.
            StorageUnavailable: the store did not answer.
        """
        keys = self.store.keys(f"records/{sha256}/" if sha256 else "records/")
        found = (self._record(key) for key in keys if key.endswith(".json"))
        return tuple(sorted(found, key=lambda one: (one.fetched_at, one.id)))

    def _record(self, key: str) -> Record:
        data = self.store.get(key) or b""
        _, sha256, name = key.split("/")
        try:
            if f"{hashlib.sha256(data).hexdigest()}.json" != name:
                raise ValueError("digest")
            found = _parse(strict_json(data))
            if found.sha256 != sha256:
                raise ValueError("place")
        except (ValueError, KeyError, TypeError, RecursionError):
            raise IntegrityError("not a record of evidence", where=key, remedy="restore it from a backup") from None
        return found


def _parse(data: dict[str, Any]) -> Record:
    if data.pop("version") != RECORD_VERSION:
        raise ValueError("version")
    return Record(**data | {"fetched_at": datetime.fromisoformat(data["fetched_at"])})


def _tool() -> str:
    try:
        return f"custody {version('airflow-provider-custody')}"
    except PackageNotFoundError:
        return "custody"
