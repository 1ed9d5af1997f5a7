# SPDX-License-Identifier: Apache-2.0
"""What was kept to show on which terms data was got: a licence's text, terms of use, robots.txt, a page, a contract.

Evidence is a file beside the sources file, or bytes in the evidence store named by their SHA-256. Whatever is wrong
with it is told in `problem`, never raised: what evidence would say is then not known, and a rule says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from custody.audit.evidence_store import EvidenceStore
from custody.audit.sources import EvidenceEntry, Source
from custody.audit.texts.words import digest, words
from custody.dataset import is_sha256
from custody.errors import CustodyError, IntegrityError

MAX_BODY = 64 << 20  # bytes; a page of 50 MB is still evidence
MAX_WORDS = 4 << 20  # bytes of a text whose words are compared


@dataclass(frozen=True)
class Evidence:
    """One thing that was kept.

    Args:
        kind: licence, terms, robots, tdmrep, headers, page, rsl, contract or approval.
        name: what findings call it: its file, or its digest.
        url: where it was got.
        fetched_at: when, in UTC; None when nobody says.
        status: the HTTP status of the answer; None when nobody says.
        content_type: as the server said it.
        sha256: of the bytes; empty when they cannot be read.
        path: where the bytes are; None with a problem. They are read when somebody asks, as a source may have many.
        problem: why it shows nothing, in words; empty when it can be relied on.
    """

    kind: str
    name: str
    url: str = ""
    fetched_at: datetime | None = None
    status: int | None = None
    content_type: str = ""
    sha256: str = ""
    path: Path | None = field(default=None, repr=False)
    problem: str = ""

    @property
    def stands(self) -> bool:
        """Whether it shows what it is kept for: an error page states no licence and no terms."""
        refused = self.status is not None and self.status >= 400 and self.kind in ("licence", "terms")
        return not self.problem and not refused

    @property
    def body(self) -> bytes:
        """The bytes; none with a problem.

        Raises:
            IntegrityError: they changed since the audit began.
        """
        if self.path is None:
            return b""
        found = _read(self.path)
        if isinstance(found, str) or hashlib.sha256(found).hexdigest() != self.sha256:
            raise IntegrityError("evidence changed while it was read", where=self.name, remedy="run the audit again")
        return found

    @property
    def text(self) -> str:
        """The bytes as text; what is no UTF-8 or UTF-16 has replacement characters."""
        return decoded(self.body)

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the normalised words, which stays when only the layout changes; empty with a problem."""
        return "" if self.problem else text_sha256(self.body)


def decoded(data: bytes) -> str:
    """Return bytes as text. A byte order mark decides, otherwise UTF-8; what does not decode is replaced."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if utf16 else "utf-8-sig", "replace")


def text_sha256(data: bytes) -> str:
    """Return the SHA-256 of a text's normalised words; of what is too long to be a text, of its bytes."""
    if len(data) > MAX_WORDS:
        return hashlib.sha256(data).hexdigest()
    return digest(words(decoded(data)))


def load(source: Source, base: Path, store: EvidenceStore | None = None) -> tuple[Evidence, ...]:
    """Return a source's evidence, in the order of the sources file.

    Args:
        source: what the sources file says.
        base: the directory of the sources file; files outside it are no evidence.
        store: where evidence without a file is; None when there is none.
    """
    return tuple(found for entry in source.evidence for found in _entry(entry, base, store))


def newest(some: Iterable[Evidence], today: date) -> tuple[Evidence, ...]:
    """Keep of what stands the latest of each kind and URL, and whatever has no time or one after today.

    What does not stand, or is not dated soundly, puts nothing else aside.
    """
    standing = [one for one in some if one.stands]
    latest: dict[tuple[str, str], datetime] = {}
    for one in standing:
        if one.fetched_at is not None and one.fetched_at.date() <= today:
            key = (one.kind, one.url)
            latest[key] = max(one.fetched_at, latest.get(key, one.fetched_at))
    return tuple(
        one
        for one in standing
        if one.fetched_at is None or one.fetched_at.date() > today or one.fetched_at == latest[one.kind, one.url]
    )


def _entry(entry: EvidenceEntry, base: Path, store: EvidenceStore | None) -> Iterator[Evidence]:
    told = Evidence(
        kind=entry.kind,
        name=entry.file or f"sha256 {entry.digest[:12]}",
        url=entry.url,
        fetched_at=entry.fetched_at,
        status=entry.status,
        content_type=entry.content_type,
    )
    stated = entry.digest.removeprefix("sha256:").lower()
    if stated and not is_sha256(stated):
        yield replace(told, problem="named by a digest that is no sha256")
    elif entry.file:
        yield _held(told, _file(base, entry.file), stated)
    elif not stated:
        yield replace(told, name=entry.url or entry.kind, problem="named without a file or a digest")
    else:
        yield from _stored(told, stated, store)


def _stored(told: Evidence, stated: str, store: EvidenceStore | None) -> Sequence[Evidence]:
    """Return the evidence once for each time it was got, as the store's records tell it."""
    if store is None:
        return [replace(told, problem="kept in an evidence store, and there is none here")]
    try:
        there, records = store.get(stated) is not None, store.records(stated)
    except CustodyError as error:
        return [replace(told, problem=error.what)]
    if not there:
        return [replace(told, problem="not in the evidence store")]
    held = replace(told, sha256=stated, path=store.path(stated))
    wanted = [one for one in records if one.kind == told.kind and told.url in ("", one.url)]
    if told.fetched_at is not None or not wanted:
        return [held]
    return [
        replace(held, url=one.url, fetched_at=one.fetched_at, status=one.http_status, content_type=one.content_type)
        for one in wanted
    ]


def _held(told: Evidence, path: Path | str, stated: str) -> Evidence:
    """Add where the bytes are, or say why they show nothing. `path` is a file, or what is wrong with it."""
    body = _read(path) if isinstance(path, Path) else path
    if isinstance(body, str) or isinstance(path, str):
        return replace(told, problem=str(body))
    actual = hashlib.sha256(body).hexdigest()
    if stated and stated != actual:
        return replace(told, sha256=actual, problem="not what was kept: its sha256 differs from the stated one")
    return replace(told, sha256=actual, path=path) if body else replace(told, sha256=actual, problem="empty")


def _file(base: Path, name: str) -> Path | str:
    try:
        path = (base / name).resolve()
        if not path.is_relative_to(base.resolve()):
            return "outside the directory of the sources file"
        return path if path.is_file() else "not there"
    except (OSError, ValueError) as error:
        return f"not readable ({type(error).__name__})"


def _read(path: Path) -> bytes | str:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BODY + 1)
    except OSError as error:
        return f"not readable ({type(error).__name__})"
    return body if len(body) <= MAX_BODY else f"larger than {MAX_BODY:,} bytes"
