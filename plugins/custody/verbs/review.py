# SPDX-License-Identifier: Apache-2.0
"""Review: what a steward decides about a finding, signed and kept beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from custody.dataset import Dataset
from custody.errors import UsageError
from custody.lineage import predicates
from custody.lineage.statement import TIME, Subject, dataset_subject, file_subject, now
from custody.verbs.decisions import Classified, classified_as, reviewed
from custody.verbs.session import Outcome, Session

if TYPE_CHECKING:
    from custody.classifiers.memory import Decision

FINGERPRINT = "custodyFingerprint"  # the algorithm's name in a subject's digest: the first 64 bits of an HMAC-SHA-256


@dataclass(frozen=True)
class Wish:
    """What a steward wants to record.

    Args:
        kind: accept, false_positive or override.
        entity: what was found.
        why: the reason. It is kept and shown for good, so it must not hold what it is about.
        lasts: how long it counts, at most a year.
        author: who decides.
        asked_by: who asked for it; another person where a grade is lowered.
        file: with `column`, where it was found.
        column: the leaf path.
        fingerprint: or the value it is about, as the report shows it.
        grade: of an override.
    """

    kind: str
    entity: str
    why: str
    lasts: timedelta
    author: str
    asked_by: str = ""
    file: str = ""
    column: str = ""
    fingerprint: str = ""
    grade: str = ""


def review(session: Session, dataset: Dataset, wish: Wish) -> Outcome:
    """Sign a decision about a finding of the newest classification of these bytes.

    Raises:
        IntegrityError: these bytes were never classified, or a record is damaged or forged.
        UsageError: there is no such finding, the decision could never count, or its reason holds what it is about.
    """
    classified = classified_as(session, dataset)
    decision, effective = _decision(session, classified, wish)
    found = session.grade_of(classified.statement)
    raised = effective if session.policy.highest(found, effective) != found else None  # the steps after it follow that
    refuse_values(session, wish.why)
    finding = f"{wish.entity} {wish.fingerprint or f'in {wish.file}, {wish.column}'}"
    lists = {"accept": "passed", "false_positive": "failed", "override": "warned"}
    told = {"passed": (), lists[wish.kind]: (finding,)}
    made = session.record(
        "review",
        list(_subjects(session, dataset.name, classified.address, wish)),
        predicates.observed([file_subject("classification-report.json", classified.digest)], **told),
        prev=[classified.statement.digest],
        grade=raised,
        detail={"decision": decision.to_dict()},
    )
    _, result = reviewed(session, dataset)
    detail = {"decision": wish.kind, "finding": finding, "expires": decision.expires, "found": result.found}
    return Outcome("review", dataset.name, str(dataset.path), classified.address, result.effective, made.digest, detail)


def _decision(session: Session, classified: Classified, wish: Wish) -> tuple[Decision, str]:
    """Return the decision to sign, and the dataset's grade by it alone. Raises UsageError if it could never count."""
    from custody.classifiers.memory import Decision, detector_digest, moment
    from custody.classifiers.reviewed import apply

    report, at = classified.report, now()
    recognizers = sorted({name for one in _findings(report, wish) for name in one["recognizers"]})
    if not recognizers:
        raise _no_finding(report, wish)
    where = {"dataset": report["dataset"], "file": wish.file, "column": wish.column} if wish.file else {}
    decision = Decision(
        **{key: getattr(wish, key) for key in ("kind", "entity", "why", "author", "asked_by", "fingerprint", "grade")},
        **where,
        recognizers=tuple(recognizers),
        detector=detector_digest(report["detector"]),
        policy=session.policy.digest,
        created_at=at,
        expires=(moment(at) + wish.lasts).strftime(TIME),
        content=report["listing"].get(wish.file, ""),
        signer=session.home.signer("review").public,
    )
    tried = apply(report, [decision], session.policy, at, classified.statement.signer)
    notes = [note for one in tried.findings for note in one.notes] + list(tried.ignored.values())
    if notes:
        raise UsageError(f"this decision could never count: {notes[0]}")
    return decision, tried.effective


def _findings(report: Mapping[str, Any], wish: Wish) -> Iterator[Mapping[str, Any]]:
    for file in report["files"]:
        for column in file["columns"]:
            for one in column["findings"]:
                here = (file["path"], column["column"]) == (wish.file, wish.column)
                value = wish.fingerprint in one["previews"] or wish.fingerprint in one["dismissed"]
                if one["entity"] == wish.entity and (value if wish.fingerprint else here):
                    yield one


def _no_finding(report: Mapping[str, Any], wish: Wish) -> UsageError:
    places = [
        f"{one['entity']} in {file['path']}, {column['column']}"
        for file in report["files"]
        for column in file["columns"]
        for one in column["findings"]
    ]
    what = "with this fingerprint" if wish.fingerprint else "in this file and column"
    return UsageError(
        f"the report has no finding of this entity {what}",
        allowed="; ".join(places) or "nothing was found",
        remedy="`custody review list` shows findings and fingerprints",
    )


def refuse_values(session: Session, why: str) -> None:
    """Keep out of the ledger, which forgets nothing, what it must not hold."""
    from custody.classifiers import Scanner

    if found := Scanner(session.policy).in_names([why])[why]:
        raise UsageError(f"the reason itself holds {found}", remedy="describe the value, do not write it")


def _subjects(session: Session, name: str, address: str, wish: Wish) -> Iterator[Subject]:
    """Name what the decision is found by: the dataset, the value, and the policy that a scan asks under."""
    yield dataset_subject(name, address)
    if wish.fingerprint:
        yield {"name": f"value:{wish.entity}", "digest": {FINGERPRINT: wish.fingerprint}}
        yield file_subject("policy.yaml", session.policy.digest)
