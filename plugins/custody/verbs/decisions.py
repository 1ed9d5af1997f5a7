# SPDX-License-Identifier: Apache-2.0
"""Decisions of stewards, read out of the ledger and held against a report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from custody.dataset import Dataset
from custody.errors import IntegrityError
from custody.lineage.statement import Statement, now
from custody.verbs.session import Session

if TYPE_CHECKING:
    from custody.classifiers.counts import Wrong
    from custody.classifiers.memory import Decision
    from custody.classifiers.reviewed import Reviewed


@dataclass(frozen=True)
class Classified:
    """The newest classification of a dataset: its statement, its report and the report's digest."""

    statement: Statement
    report: Mapping[str, Any]
    digest: str
    address: str


def reviewed(session: Session, dataset: Dataset) -> tuple[Mapping[str, Any], Reviewed]:
    """Return the newest report on these bytes, and how it reads with the decisions made so far.

    Raises:
        IntegrityError: these bytes were never classified, or a record is damaged or forged.
        UsageError: the policy has changed since.
    """
    from custody.classifiers.reviewed import apply

    classified = classified_as(session, dataset)
    decisions = decisions_about(session, dataset.name, classified.report)
    signer = classified.statement.signer
    return classified.report, apply(classified.report, decisions, session.policy, now(), signer)


def grades_in_effect(
    session: Session, name: str, report: Mapping[str, Any], classified: Statement
) -> dict[str, dict[str, str]]:
    """Return file -> column -> the grade in effect with the decisions made so far.

    Args:
        session: the home.
        name: the dataset's.
        report: on its raw bytes.
        classified: the statement of the report.

    Raises:
        IntegrityError: as `decisions_about`.
        UsageError: the policy has changed since.
    """
    from custody.classifiers.reviewed import apply

    decisions = decisions_about(session, name, report)
    result = apply(report, decisions, session.policy, now(), classified.signer)
    return {path: {name: grade for name, (_, grade) in columns.items()} for path, columns in result.columns.items()}


def decisions_about(session: Session, name: str, report: Mapping[str, Any]) -> list[Decision]:
    """Return every decision on a dataset of this name, whatever its bytes were, and on the values its report shows.

    Raises:
        IntegrityError: a record is damaged, forged, or signed by a key that may not review.
    """
    findings = [one for file in report["files"] for column in file["columns"] for one in column["findings"]]
    values = {value for one in findings for value in (*one["previews"], *one["dismissed"])}
    return _read(session, [*session.ledger.addresses(name), *sorted(values)])


def dismissed_values(session: Session, detector: Mapping[str, str], at: str) -> Wrong:
    """Return the values that stewards say are no findings, for a scan.

    Args:
        session: the home.
        detector: what the scan's findings will depend on.
        at: RFC 3339 UTC.

    Raises:
        IntegrityError: as `decisions_about`.
    """
    from custody.classifiers.memory import Circumstances, detector_digest, dismissed

    rules = session.policy
    circumstances = Circumstances(detector_digest(detector), rules.digest, {}, rules.levels, at)
    return dismissed(_read(session, [rules.digest]), circumstances)


def _read(session: Session, digests: Iterable[str]) -> list[Decision]:
    found = {one.digest: one for digest in digests for one in session.ledger.about(digest, "review")}
    # a review with a waiver is about an audit's findings, not about data
    return [_parsed(one) for _, one in sorted(found.items()) if one.link.detail.keys() != {"waiver"}]


def _parsed(one: Statement) -> Decision:
    from custody.classifiers.memory import Decision

    of_statement = {"policy": one.link.policy, "created_at": one.link.created_at}
    try:
        return Decision.from_dict(one.link.detail["decision"], **of_statement, statement=one.digest, signer=one.signer)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise IntegrityError(
            "a signed review has details of another form",
            where=f"statement {one.digest[:12]}…",
            remedy="find out who signed it with the steward's key",
        ) from None


def classified_as(session: Session, dataset: Dataset) -> Classified:
    """Return the newest classification of these bytes. Raises IntegrityError when there is none."""
    listing = dataset.listing()
    statement = session.follows(dataset, listing, "classify")
    digest = str(statement.link.detail["report"])
    return Classified(statement, json.loads(session.ledger.read_document(digest)), digest, listing.address)
