# SPDX-License-Identifier: Apache-2.0
"""Evidence: keep what shows on which terms data was got, and show what was kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from custody.errors import UsageError
from custody.home import Home

if TYPE_CHECKING:
    from custody.audit.evidence_store import Record


def keep(
    home: Home,
    file: Path,
    kind: str,
    *,
    url: str = "",
    fetched_at: datetime | None = None,
    status: int | None = None,
    content_type: str = "",
) -> Record:
    """Keep a file as evidence; a sources file then names it by its digest.

    Args:
        home: whose store.
        file: what was got.
        kind: licence, terms, robots, tdmrep, headers, page, rsl, contract or approval.
        url: where it was got.
        fetched_at: when, with its zone; now when not given.
        status: the HTTP status of the answer.
        content_type: as the server said it.

    Raises:
        UsageError: the kind is none, or the file cannot be evidence.
        IntegrityError, StorageUnavailable: as `EvidenceStore.add`.
    """
    from custody.audit.evidence import text_sha256
    from custody.audit.evidence_store import MAX_BYTES, EvidenceStore
    from custody.audit.sources import EvidenceKind

    if kind not in get_args(EvidenceKind):
        raise UsageError(f"{kind!r} is no kind of evidence", allowed=", ".join(get_args(EvidenceKind)))
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror})", where=str(file), remedy="correct the path") from None
    return EvidenceStore.of(home).add(
        data,
        kind,
        text_sha256=text_sha256(data),
        fetched_at=fetched_at,
        url=url,
        http_status=status,
        content_type=content_type,
    )


def kept(home: Home, digest: str = "") -> tuple[Record, ...]:
    """Return the records of the evidence with a digest or the beginning of one, or all, the oldest first.

    Raises:
        UsageError: there is none with that digest.
        IntegrityError, StorageUnavailable: as `EvidenceStore.records`.
    """
    from custody.audit.evidence_store import EvidenceStore

    found = tuple(one for one in EvidenceStore.of(home).records() if one.sha256.startswith(digest))
    if digest and not found:
        raise UsageError("no such evidence is kept", where=digest, remedy="list what is kept, or keep it first")
    return found


def shown(home: Home, digest: str) -> bytes:
    """Return the bytes of the evidence with a digest or the beginning of one.

    Raises:
        UsageError: there is none, or more than one.
        IntegrityError, StorageUnavailable: as `EvidenceStore.get`.
    """
    from custody.audit.evidence_store import EvidenceStore

    digests = {one.sha256 for one in kept(home, digest)}
    if not digest or len(digests) > 1:
        raise UsageError("more than one piece of evidence fits", where=digest, remedy="give more of the digest")
    data = EvidenceStore.of(home).get(digests.pop())
    if data is None:
        raise UsageError("only the record is kept, the bytes are gone", where=digest, remedy="restore from a backup")
    return data
