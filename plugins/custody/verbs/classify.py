# SPDX-License-Identifier: Apache-2.0
"""Classify: what is in this data, how sensitive is it, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from custody.dataset import Dataset, Listing
from custody.errors import GradeRefused, UsageError
from custody.lineage import predicates
from custody.lineage.statement import file_subject, now
from custody.storage import write_whole
from custody.verbs.decisions import dismissed_values, grades_in_effect
from custody.verbs.drift import drift
from custody.verbs.session import Outcome, Session

if TYPE_CHECKING:
    from custody.classifiers.report import ClassificationReport
    from custody.classifiers.sampling import Plan
    from custody.classifiers.scan import Watch

TOLD = 50  # sentences about drift in a statement; the report has all


def classify(session: Session, dataset: Dataset, uri: str = "", **how: Unpack[How]) -> Outcome:
    """Scan and grade a dataset; write its report as JSON and HTML; sign a SCAI statement.

    Files that cannot be read are named in the report and give at least the policy's `unscanned` grade.

    Args:
        session: the home.
        dataset: what to classify.
        uri: where it is for others; by default its path.
        how: how to scan.

    Raises:
        DatasetError: there is no dataset, or it cannot be addressed.
        IntegrityError: the bytes changed while they were read.
        PolicyError: a rule names an entity that nothing detects.
    """
    return report_on(session, dataset, uri, **how)[0]


class How(TypedDict, total=False):
    """How to scan; see `custody.classifiers.classify`."""

    plan: Plan | None
    workers: int
    progress: Watch | None


def report_on(
    session: Session, dataset: Dataset, uri: str = "", **how: Unpack[How]
) -> tuple[Outcome, ClassificationReport]:
    """Classify, and return the report as well. Arguments and errors as `classify`."""
    from custody.classifiers import classify as scan

    secret, at = session.home.secret(session.policy.fingerprint), now()
    report = scan(
        dataset, session.policy, secret, created_at=at, wrong=lambda by: dismissed_values(session, by, at), **how
    )
    changed = drift(session, report.to_dict())
    report = replace(report, drift=changed.to_dict() if changed else None)
    return _recorded(session, dataset, uri or str(dataset.path), report), report


def _recorded(session: Session, dataset: Dataset, uri: str, report: ClassificationReport) -> Outcome:
    listing = Listing(report.listing)
    document = json.dumps(report.to_dict(), indent=1, sort_keys=True, ensure_ascii=False).encode()
    page = report.to_html().encode()
    digest, page_digest = session.ledger.document(document), session.ledger.document(page)
    told = {"why": list(report.why), "unscanned": list(report.unscanned), "drift": _changes(report)}
    made = session.record(
        "classify",
        [session.subject(dataset.name, listing)],
        predicates.scai(_attributes(report, session, digest)),
        grade=report.grade,
        detail={"report": digest, "page": page_digest, "rows": report.rows, **told},
    )
    html = write_whole(session.report_path(dataset.name, listing.address, ".html"), page)
    write_whole(html.with_suffix(".json"), document)
    detail = {"report": str(html), "page": page_digest, **told}
    return Outcome("classify", dataset.name, uri, listing.address, report.grade, made.digest, detail)


def _changes(report: ClassificationReport) -> list[str]:
    """Return the drift as sentences, the first of them."""
    drift = report.drift or {}
    every = [*drift.get("not_comparable", ()), *(one["sentence"] for one in drift.get("changes", ()))]
    return every[:TOLD]


def refuse_grade(session: Session, outcome: Outcome, limit: str | None) -> None:
    """Refuse a dataset by its grade, once its report is written and signed.

    Raises:
        UsageError: the limit is no grade of the policy.
        GradeRefused: the grade is the limit or higher.
    """
    levels = session.policy.levels
    if limit is None:
        return
    if limit not in levels:
        raise UsageError(f"{limit!r} is no grade of the policy", where="fail_at", allowed=", ".join(levels))
    if levels.index(outcome.grade) >= levels.index(limit):
        what = f"{outcome.dataset} is {outcome.grade}, and {limit} or higher is refused"
        raise GradeRefused(what, outcome.detail["why"], remedy=f"read the report: {outcome.detail['report']}")


def column_grades(session: Session, name: str, address: str) -> dict[str, dict[str, str]]:
    """Return file -> column -> the grade its protection follows, as classified for an address; empty when it was not.

    That is the column's own grade, or the file's where a combination raised the file above its columns and the column
    holds part of what was combined, or what a steward raised it to.
    """
    classified = session.ledger.latest(address, "classify")
    if classified is None:
        return {}
    report = json.loads(session.ledger.read_document(classified.link.detail["report"]))
    raised = grades_in_effect(session, name, report, classified)
    return {
        file["path"]: {
            one["column"]: session.policy.highest(_protection(file, one), raised[file["path"]][one["column"]])
            for one in file["columns"]
        }
        for file in report["files"]
    }


def _protection(file: Mapping[str, Any], column: Mapping[str, Any]) -> str:
    return str(file["grade"] if file["why"] and column["findings"] else column["grade"])


def _attributes(report: ClassificationReport, session: Session, digest: str) -> list[dict[str, Any]]:
    evidence = file_subject("classification-report.json", digest)
    conditions = {"scheme": session.policy.scheme, "policy": session.policy.digest}
    grade = {"attribute": f"grade:{report.grade}", "conditions": conditions, "evidence": evidence}
    entities = [{"attribute": f"contains:{entity}", "evidence": evidence} for entity in report.entities]
    return [grade, *entities]
