# SPDX-License-Identifier: Apache-2.0
"""What came of a dataset, by its signed statements: what was made of it, of that, and so on, and what was said of each.

Only what was signed is known. Copies by other means, decrypted and restored copies and whoever holds a released model
are not in the ledger. Where things are is not, either: a statement names bytes, not places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from custody.lineage.ledger import Ledger
from custody.lineage.statement import Statement, Subject

KINDS = {
    "audit": "admitted copies",
    "redact": "redacted copies",
    "encrypt": "encrypted copies",
    "backup": "snapshots",
    "train": "models",
}
RECORDS = {"gate": "gates", "bom": "BOMs", "drill": "restore drills"}  # told one by one; other records are counted
UNKNOWN = "copies made without custody, decrypted or restored copies, and released models are in no statement"


@dataclass(frozen=True)
class Made:
    """Something that was made of what is looked at, or of what came of that.

    kind: of `KINDS`. name, digest: what it is; an address, or the SHA-256 of a file. of: the digest it was made of.
    statement: who says so. grade: that it carries.
    """

    kind: str
    name: str
    digest: str
    of: str
    statement: str
    created_at: str
    grade: str | None


@dataclass(frozen=True)
class Said:
    """A record about something of these: its step, result and statement."""

    step: str
    about: str
    result: str
    statement: str
    created_at: str


@dataclass(frozen=True)
class Impact:
    """Everything that is reached.

    starts: the digests that were asked about. made, said: by time. foreign: statements of others about these, which
    custody keeps without knowing what they say.
    """

    starts: tuple[str, ...]
    made: tuple[Made, ...]
    said: tuple[Said, ...]
    foreign: int

    @property
    def known(self) -> bool:
        """Whether any statement is about what was asked."""
        return bool(self.made or self.said or self.foreign)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"notKnown": UNKNOWN}


def impact(ledger: Ledger, starts: Iterable[str]) -> Impact:
    """Follow what was signed from these digests on.

    Args:
        ledger: whose statements count.
        starts: addresses of datasets, or SHA-256 of files.

    Raises:
        IntegrityError: a statement on the way is missing, damaged or forged: what it hid would be missed.
    """
    begin = tuple(sorted(set(starts)))
    made: dict[tuple[str, str], Made] = {}
    said: dict[tuple[str, str], Said] = {}
    foreign: set[str] = set()
    seen, waiting = set(begin), list(begin)
    while waiting:
        digest = waiting.pop()
        foreign |= {one.digest for one in ledger.foreign(digest)}
        for statement in _about(ledger, digest):
            if statement.names(digest):
                said[statement.digest, digest] = _said(statement, digest)
            for subject in made_of(statement, digest):
                found = _made(statement, subject, digest)
                made.setdefault((found.statement, found.digest), found)
                waiting += {found.digest} - seen
                seen.add(found.digest)
    return Impact(begin, _by_time(made.values()), _by_time(said.values()), len(foreign))


def made_of(statement: Statement, digest: str) -> tuple[Subject, ...]:
    """Return what a step made of something: the subjects of a provenance, or of an admission."""
    materials = {one for subject in statement.materials for one in subject["digest"].values()}
    admitted = statement.link.detail.get("admitted")
    if isinstance(admitted, dict):
        materials.add(str(admitted.get("from")))
    return statement.subjects if digest in materials and not statement.names(digest) else ()


def _about(ledger: Ledger, digest: str) -> Iterator[Statement]:
    """Yield what names a digest, and the admissions of copies of it, which name it in their details alone."""
    names = set()
    for one in ledger.about(digest):
        names |= {str(subject["name"]) for subject in one.subjects if digest in subject["digest"].values()}
        yield one
    for name in sorted(names):
        for address in ledger.addresses(name):
            if address != digest:
                yield from (one for one in ledger.about(address, "audit") if made_of(one, digest))


def _made(statement: Statement, subject: Subject, of: str) -> Made:
    digests, link = subject["digest"], statement.link
    digest = str(digests.get("dirHash") or digests.get("sha256") or min(digests.values()))
    kind = KINDS.get(link.step, link.step)
    return Made(kind, str(subject["name"]), digest, of, statement.digest, link.created_at, link.grade)


def _said(statement: Statement, digest: str) -> Said:
    body = statement.predicate
    result = str(body.get("verificationResult") or body.get("result") or statement.link.grade or "")
    return Said(statement.link.step, digest, result, statement.digest, statement.link.created_at)


def _by_time(found: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(found, key=lambda one: (one.created_at, one.statement)))
