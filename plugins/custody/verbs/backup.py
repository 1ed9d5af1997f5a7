# SPDX-License-Identifier: Apache-2.0
"""Back up, and prove the backup by restoring it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from custody.dataset import Dataset
from custody.errors import DrillFailed, IntegrityError
from custody.home import Home
from custody.lineage import predicates
from custody.lineage.statement import Statement, dataset_subject, file_subject, now
from custody.verbs.session import Outcome, Session

if TYPE_CHECKING:
    from custody.backup.repository import Repository


def backup(session: Session, dataset: Dataset) -> Outcome:
    """Add a snapshot of a dataset to the policy's repository and sign its provenance.

    Raises:
        IntegrityError: no signed step knows these bytes, or they changed while they were copied.
        StorageUnavailable: the repository did not answer.
    """
    started = now()
    listing = dataset.listing()
    before = session.follows(dataset, listing, "encrypt", "redact", "classify")
    snapshot = repository(session.home).snapshot(dataset)
    if snapshot.address != listing.address:
        raise IntegrityError("the dataset changed while it was copied", where=str(dataset.path), remedy="run it again")
    detail = {
        "snapshot": snapshot.id,
        "repository": session.policy.backups.repository,
        "created_at": snapshot.created_at,
    }
    made = session.record(
        "backup",
        [file_subject(f"snapshot:{dataset.name}", snapshot.id)],
        predicates.provenance("backup", [dataset_subject(dataset.name, listing.address)], detail, started, session.run),
        prev=[before.digest],
        grade=before.link.grade,
        detail=detail,
    )
    return Outcome("backup", dataset.name, str(dataset.path), listing.address, before.link.grade, made.digest, detail)


def drill(session: Session, dataset: Dataset, output: Path) -> Outcome:
    """Restore the newest snapshot of a dataset to the empty directory `output/NAME` and sign what came back.

    The keys are loaded afresh, so a drill also proves that they are there.

    Args:
        session: the home and run.
        dataset: the bytes that the backup must give back.
        output: where to restore; the copy stays there for the steps after it.

    Raises:
        DrillFailed: what came back is not what was backed up. The result is signed before.
        IntegrityError: these bytes have no backup.
    """
    from custody.backup.drill import drill as restore

    listing = dataset.listing()
    saved = _newest_backup(session, dataset, listing.address)
    target = output / dataset.name
    result = restore(repository(session.home), saved.link.detail["snapshot"], listing.address, target)
    detail = {
        "snapshot": saved.link.detail["snapshot"],
        "rto_seconds": round(result.rto_seconds, 3),
        "rpo_seconds": round(result.rpo_seconds, 3),
        "files": result.files,
        "bytes": result.bytes,
    }
    made = session.record(
        "drill",
        [session.subject(dataset.name, listing)],
        predicates.observed([saved.subjects[0]], result.checks_passed, result.checks_failed),
        prev=[saved.digest],
        grade=saved.link.grade,
        detail=detail,
    )
    if not result.passed:
        raise DrillFailed(
            f"the restore of {dataset.name} failed", result.reasons, remedy="back it up again, then drill"
        )
    return Outcome("drill", dataset.name, str(target), listing.address, saved.link.grade, made.digest, detail)


def repository(home: Home) -> Repository:
    """Open the policy's backup repository with keys loaded afresh."""
    from custody.backup.repository import Repository

    return Repository(home.path / home.policy.backups.repository, home.secret(home.policy.backups.key))


def _newest_backup(session: Session, dataset: Dataset, address: str) -> Statement:
    saved = [one for one in session.ledger.about(address, "backup") if one.materials]
    if not saved:
        raise IntegrityError("these bytes have no backup", where=str(dataset.path), remedy="run the backup first")
    return max(saved, key=lambda one: one.link.created_at)
