# SPDX-License-Identifier: Apache-2.0
"""The bundle: what a stranger needs to re-verify a BOM. A custody home without keys, backups or anything unrelated.

policy.yaml                                  the policy the records were made under
ledger/                                      the statements the BOM follows, and the documents they point at
"""

from __future__ import annotations

from pathlib import Path

from custody.lineage.ledger import Ledger
from custody.lineage.statement import Statement
from custody.storage import write_whole

_DOCUMENTS = ("report", "page")  # keys of a statement's detail that name a document


def export(ledger: Ledger, final: Statement, policy: bytes, out: Path) -> None:
    """Copy a statement, everything it follows, and their documents.

    Args:
        ledger: where from.
        final: the BOM's statement.
        policy: the policy file's bytes.
        out: an existing empty directory.

    Raises:
        IntegrityError: something is missing, changed or not signed by a trusted key.
    """
    write_whole(out / "policy.yaml", policy)
    target = Ledger(out / "ledger", ledger.rules)
    for digest in sorted(closure(ledger, final)):
        target.add(ledger.envelope(digest))
        statement = ledger.get(digest)
        for document in _documents(statement):
            target.document(ledger.read_document(document))
        for subject in statement.subjects:
            if address := subject["digest"].get("dirHash"):
                target.keep_listing(subject["name"], ledger.listing(address))


def closure(ledger: Ledger, final: Statement) -> set[str]:
    """Return the digests of a statement and of all it follows. Raises IntegrityError when one is missing."""
    found: set[str] = set()
    waiting = [final.digest]
    while waiting:
        digest = waiting.pop()
        if digest not in found:
            found.add(digest)
            waiting += ledger.get(digest).link.prev
    return found


def _documents(statement: Statement) -> list[str]:
    return [statement.link.detail[key] for key in _DOCUMENTS if key in statement.link.detail]
