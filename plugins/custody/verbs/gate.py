# SPDX-License-Identifier: Apache-2.0
"""The gate: may exactly these bytes train this model?"""

from __future__ import annotations

from collections.abc import Sequence

from custody.dataset import Dataset, Listing
from custody.errors import GateRefused
from custody.lineage import gate, predicates
from custody.lineage.statement import Statement, now
from custody.verbs.session import Outcome, Session


def verify_custody(session: Session, datasets: Sequence[Dataset], intent: str) -> list[Outcome]:
    """Recompute every dataset's address, examine its records, and sign a verification summary for each.

    Args:
        session: the home and run.
        datasets: exactly what training will read.
        intent: a name under `intents` in the policy.

    Raises:
        GateRefused: at least one dataset may not be used, or none was given. All reasons are in the message, and the
            summaries are signed before.
        UsageError: the policy has no such intent.
        DatasetError: a dataset cannot be read.
    """
    session.intent(intent)
    if not datasets:
        raise GateRefused("there is nothing to train on", remedy="admit at least one source")
    examined = [(dataset, dataset.listing()) for dataset in datasets]
    results = [(dataset, listing, _examine(session, dataset, listing, intent)) for dataset, listing in examined]
    made = [_sign(session, listing, result, intent) for _, listing, result in results]
    if reasons := [reason for _, _, result in results for reason in result.reasons]:
        raise GateRefused(f"these bytes may not train a model for {intent!r}", reasons)
    return [
        Outcome("gate", dataset.name, str(dataset.path), listing.address, result.grade, one.digest, {"intent": intent})
        for (dataset, listing, result), one in zip(results, made, strict=True)
    ]


def _examine(session: Session, dataset: Dataset, listing: Listing, intent: str) -> gate.Examination:
    return gate.examine(session.ledger, dataset.name, listing.address, intent, now(), listing)


def _sign(session: Session, listing: Listing, result: gate.Examination, intent: str) -> Statement:
    inputs = [one.digest for one in result.statements]
    summary = predicates.verification_summary(result.name, session.policy.digest, inputs, passed=result.passed)
    detail = {"intent": intent, "reasons": result.reasons}
    subject = session.subject(result.name, listing) if result.passed else _refused_subject(result)
    return session.record("gate", [subject], summary, prev=inputs, grade=result.grade, detail=detail)


def _refused_subject(result: gate.Examination) -> dict[str, object]:
    """Name refused bytes without keeping their listing: they are not a version the ledger vouches for."""
    return {"name": result.name, "digest": {"dirHash": result.addresses[0], "sha256": result.addresses[0]}}
