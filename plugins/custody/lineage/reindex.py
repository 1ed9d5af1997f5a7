# SPDX-License-Identifier: Apache-2.0
"""Make the markers of a ledger again from its statements.

A marker whose statement is gone stays: it is the trace of a deletion, and what follows it goes on saying no.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from custody.errors import IntegrityError
from custody.lineage import statement as st
from custody.lineage.ledger import Ledger, markers, name_marker
from custody.lineage.verification import sentence


@dataclass
class Reindexed:
    """What was found and done. `whole` when every statement reads and every marker has its statement."""

    statements: int = 0
    foreign: int = 0
    added: int = 0
    removed: int = 0
    damaged: list[str] = field(default_factory=list)  # statements that do not open, in a sentence each
    lost: list[str] = field(default_factory=list)  # digests that markers name and no statement has

    @property
    def whole(self) -> bool:
        """Whether nothing is damaged or lost."""
        return not self.damaged and not self.lost

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**self.__dict__, "whole": self.whole}


def reindex(ledger: Ledger) -> Reindexed:
    """Add the markers that are missing and remove those that say what no statement says. Safe while others write.

    Raises:
        StorageUnavailable: the store did not answer.
    """
    found, wanted = Reindexed(), set[str]()
    there = set(ledger.store.keys("about/"))  # before the statements: what is written meanwhile is not taken for stale
    digests = ledger.digests()
    unread: set[str] = set()
    for digest in digests:
        try:
            wanted |= _of(ledger, found, digest)
        except IntegrityError as error:
            found.damaged.append(sentence(error))
            unread.add(digest)
    _compare(ledger, found, there, wanted, known=set(digests) - unread, unread=unread)
    return found


def _of(ledger: Ledger, found: Reindexed, digest: str) -> set[str]:
    """Return the markers of one statement."""
    try:
        made = ledger.get(digest)
    except IntegrityError as error:
        if (other := foreign(ledger, digest)) is None:
            raise error from None
        found.foreign += 1
        return set(markers(other))
    found.statements += 1
    return {*markers(made), *_names(ledger, made)}


def foreign(ledger: Ledger, digest: str) -> st.Foreign | None:
    """Return a statement whose predicate custody does not know, or nothing where it is another one or not sound."""
    with suppress(IntegrityError):
        made = st.open_foreign(ledger.envelope(digest), ledger.trusted, "")
        return made if made.digest == digest else None
    return None


def _names(ledger: Ledger, made: st.Statement) -> set[str]:
    """Return the markers of names: of the datasets whose listing the ledger keeps."""
    pairs = ((one["name"], one["digest"].get("dirHash")) for one in made.subjects)
    return {name_marker(name, one) for name, one in pairs if one and ledger.has_document(one)}


def _compare(
    ledger: Ledger, found: Reindexed, there: set[str], wanted: set[str], known: set[str], unread: set[str]
) -> None:
    for key in sorted(wanted - there):
        found.added += ledger.store.put_new(key, b"")
    lost: set[str] = set()
    for key in sorted(there - wanted):
        digest = key.rpartition("/")[2].partition("-")[2]
        if digest in known:
            ledger.store.delete(key)
            found.removed += 1
        elif digest not in unread:
            lost.add(digest)
    found.lost = sorted(lost)
