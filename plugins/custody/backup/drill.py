# SPDX-License-Identifier: Apache-2.0
"""A restore drill: bring a backup back into an empty place, compare, and measure."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from custody.backup.repository import Repository
from custody.errors import DatasetError, IntegrityError

CHECKS = ("restored", "address")


@dataclass(frozen=True)
class DrillResult:
    """What a drill measured.

    rto_seconds: from the start of the restore until the restored bytes were proven. rpo_seconds: the snapshot's age
        at the drill. reasons: why it failed; empty when it passed.
    """

    rto_seconds: float
    rpo_seconds: float
    files: int
    bytes: int
    reasons: tuple[str, ...] = ()
    checks_passed: tuple[str, ...] = CHECKS

    @property
    def passed(self) -> bool:
        """Whether what came back is what was backed up."""
        return not self.reasons

    @property
    def checks_failed(self) -> tuple[str, ...]:
        """The checks that did not pass."""
        return tuple(check for check in CHECKS if check not in self.checks_passed)


def drill(repository: Repository, snapshot: str, expected_address: str, out: Path) -> DrillResult:
    """Restore a snapshot and recompute its address from the restored bytes.

    A failure is a result, not an exception, so that it can be signed.

    Args:
        repository: opened with keys loaded afresh.
        snapshot: its id.
        expected_address: the dirHash that must come back.
        out: where to restore; the bytes are proven in an empty directory, which then takes the place of an
            earlier drill's.

    Raises:
        StorageUnavailable: the repository did not answer; nothing is proven either way.
        UsageError: `out` holds something else than an earlier drill's copy.
    """
    started = time.monotonic()
    try:
        told = repository.get(snapshot)
        listing = repository.restore(snapshot, out)
    except (IntegrityError, DatasetError) as error:  # DatasetError: a blob that cannot be read
        return DrillResult(time.monotonic() - started, 0.0, 0, 0, (str(error),), ())
    took = time.monotonic() - started
    age = (datetime.now(UTC) - datetime.fromisoformat(told.created_at)).total_seconds()
    size = sum(one.size for one in told.files)
    if listing.address != expected_address:
        reason = f"the restored bytes have the address {listing.address[:12]}…, expected {expected_address[:12]}…"
        return DrillResult(took, age, len(told.files), size, (reason,), ("restored",))
    return DrillResult(took, age, len(told.files), size)
