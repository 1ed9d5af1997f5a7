# SPDX-License-Identifier: Apache-2.0
"""The audit as a home sees it: with its policy, its evidence store, and what its stewards have waived."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from custody.errors import IntegrityError
from custody.lineage.statement import Statement
from custody.verbs.session import Session

if TYPE_CHECKING:
    from custody.audit import AuditReport
    from custody.audit.waivers import Waiver

WAIVER = "waiver"  # the key in a review's detail; reviews of findings in data have `decision`


def judged(session: Session, sources: Path, intent: str, *, screens: bool = False) -> AuditReport:
    """Judge every source of a file, with `screens` also their texts against poisoning. Nothing is signed.

    Raises:
        PolicyError: the sources file does not say what it must.
        DatasetError: a dataset cannot be read.
        IntegrityError: a signed waiver is damaged or forged.
        UsageError: the policy has no such intent.
    """
    from custody.audit import audit
    from custody.audit.evidence_store import EvidenceStore

    session.intent(intent)
    return audit(
        sources,
        intent,
        session.policy,
        waivers=lambda *source: signed_waivers(session, *source),
        evidence=EvidenceStore.of(session.home),
        screens=screens,
    )


def signed_waivers(session: Session, source: str, address: str) -> list[Waiver]:
    """Return every waiver of a source, whatever its bytes were, so that one for other bytes can be told.

    Raises:
        IntegrityError: a record is damaged, forged, or signed by a key that may not review.
    """
    digests = sorted({address, *session.ledger.addresses(source)})
    found = {one.digest: one for each in digests for one in session.ledger.about(each, "review")}
    return [_parsed(one) for _, one in sorted(found.items()) if WAIVER in one.link.detail]


def _parsed(one: Statement) -> Waiver:
    from custody.audit.waivers import Waiver

    of_statement = {"policy": one.link.policy, "statement": one.digest, "signer": one.signer}
    try:
        return Waiver.from_dict(one.link.detail[WAIVER], **of_statement)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise IntegrityError(
            "a signed waiver has details of another form",
            where=f"statement {one.digest[:12]}…",
            remedy="find out who signed it with the steward's key",
        ) from None
