# SPDX-License-Identifier: Apache-2.0
"""The licence texts that are kept with a source, and which licences they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from custody.audit.claims import Claim
from custody.audit.evidence import Evidence, decoded, newest
from custody.audit.records.files import is_file
from custody.audit.sources import Source
from custody.audit.texts import TextMatch, identify
from custody.audit.texts.matching import MAX_TEXT
from custody.errors import IntegrityError

BY = "licence file"
MANY = 4096  # texts
_KNOWN: dict[str, TextMatch] = {}  # by the SHA-256 of the bytes: many sources of one file have the same text


@dataclass(frozen=True)
class Found:
    """One licence text that is kept.

    Args:
        name: what findings call it.
        part: the files it is about, as `files` names them; the whole data when empty.
        sha256: of the bytes.
        match: which licence it is; None with a problem.
        problem: why it could not be read.
    """

    name: str
    part: str = ""
    sha256: str = ""
    match: TextMatch | None = None
    problem: str = ""

    @property
    def digests(self) -> frozenset[str]:
        """What an approval may name it by: the SHA-256 of its words, or of its bytes."""
        return frozenset({self.sha256, self.match.digest if self.match else ""} - {""})


def texts(source: Source, base: Path, evidence: Iterable[Evidence], today: date) -> tuple[Found, ...]:
    """Read the licence texts of a source: its licence file, those of its parts, and the newest licence evidence."""
    told = [("", source.licence_file), *((part.glob, part.licence_file) for part in source.files)]
    there = [(part, name) for part, name in told if name and is_file(base / name)]
    return (
        *(_identified(base / name, name, part) for part, name in there),
        *(_of_evidence(one) for one in newest(evidence, today) if one.kind == "licence"),
    )


def claims(found: Iterable[Found], declared: frozenset[str]) -> Iterator[Claim]:
    """Give what the texts say as claims.

    Args:
        found: the texts.
        declared: the SPDX expressions others state. A text that has several ids, as GPL-2.0-only and -or-later have one
            text, cannot contradict one of them.
    """
    for one in found:
        if one.match is not None and one.match.kind != "unknown":
            same = sorted(declared.intersection(one.match.ids)) if one.match.kind != "bundle" else []
            yield Claim(BY, same[0] if same else one.match.expression, one.part)


def _identified(path: Path, name: str, part: str) -> Found:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TEXT + 1)
    except OSError as error:
        return Found(name, part, problem=f"not readable ({type(error).__name__})")
    return _of_bytes(data, Found(name, part))


def _of_evidence(one: Evidence) -> Found:
    try:
        return _of_bytes(one.body, Found(one.name))
    except IntegrityError as error:
        return Found(one.name, problem=error.what)


def _of_bytes(data: bytes, about: Found) -> Found:
    if len(data) > MAX_TEXT:
        return Found(about.name, about.part, problem=f"larger than {MAX_TEXT:,} bytes, and no licence text is")
    sha256 = hashlib.sha256(data).hexdigest()
    return Found(about.name, about.part, sha256, _KNOWN.get(sha256) or _match(data, sha256))


def _match(data: bytes, sha256: str) -> TextMatch:
    if len(_KNOWN) >= MANY:
        _KNOWN.clear()
    return _KNOWN.setdefault(sha256, identify(decoded(data)))
