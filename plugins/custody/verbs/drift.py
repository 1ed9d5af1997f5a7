# SPDX-License-Identifier: Apache-2.0
"""Drift: find the report a new one is compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from custody.lineage.statement import Statement
from custody.verbs.session import Session

if TYPE_CHECKING:
    from custody.classifiers.drift import Drift


def drift(session: Session, report: Mapping[str, Any]) -> Drift | None:
    """Compare a report with the newest earlier one of the same dataset name, whatever its bytes were.

    Args:
        session: the home.
        report: the new one in its JSON form; it need not be in the ledger yet.

    Returns:
        The comparison, or None when there is no earlier report.

    Raises:
        IntegrityError: an earlier record is damaged or forged.
    """
    from custody.classifiers.drift import compare

    earlier = _previous(session, report["dataset"], report["created_at"])
    return None if earlier is None else compare(earlier, report)


def _previous(session: Session, name: str, before: str) -> Mapping[str, Any] | None:
    earlier = (one for one in _classified(session, name) if one.link.created_at < before)
    newest = max(earlier, key=lambda one: (one.link.created_at, one.digest), default=None)
    return dict(json.loads(session.ledger.read_document(str(newest.link.detail["report"])))) if newest else None


def _classified(session: Session, name: str) -> Iterator[Statement]:
    for address in session.ledger.addresses(name):
        for one in session.ledger.about(address, "classify"):
            # the same bytes may have been classified under another name
            if any(subject["name"] == name for subject in one.subjects):
                yield one
