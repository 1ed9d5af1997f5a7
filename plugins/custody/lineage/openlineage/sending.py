# SPDX-License-Identifier: Apache-2.0
"""Send events: a line each, appended to `openlineage.jsonl` in the custody home, as OpenLineage's file transport does.

Sending comes after signing and fails nothing: whatever goes wrong is a line in the log, by its type alone.
"""

from __future__ import annotations

import fcntl
import json
import logging
from collections.abc import Iterable
from pathlib import Path

from custody.lineage.ledger import Ledger
from custody.lineage.openlineage.events import Event, event

FILE = "openlineage.jsonl"
_LOG = logging.getLogger(__name__)


def tell(ledger: Ledger, statements: Iterable[str], home: Path) -> list[Event]:
    """Send an event of each statement and return what was sent. Raises nothing.

    Args:
        ledger: holds the statements.
        statements: their payload digests.
        home: the custody home.
    """
    sent = []
    for digest in statements:
        try:
            made = event(ledger, ledger.get(digest))
            _append(home / FILE, json.dumps(made, sort_keys=True, ensure_ascii=False, allow_nan=False))
            sent.append(made)
        except Exception as error:
            _LOG.warning(
                "no OpenLineage event was sent for statement %s (%s); the statement stands",
                digest,
                type(error).__name__,
            )
    return sent


def _append(file: Path, line: str) -> None:
    """Append a line whole, whoever else writes."""
    with file.open("ab", buffering=0) as target:
        fcntl.flock(target, fcntl.LOCK_EX)  # released when it is closed
        text = f"{line}\n".encode()
        size = target.seek(0, 2)
        if target.write(text) != len(text):
            target.truncate(size)
            raise OSError("short write")
