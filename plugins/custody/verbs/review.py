# SPDX-License-Identifier: Apache-2.0
"""Review: what a steward decides about a finding, signed and kept beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from custody.dataset import Dataset
from custody.errors import IntegrityError, UsageError
from custody.lineage import predicates
from custody.lineage.statement import TIME, Statement, Subject, dataset_subject, file_subject, now
from custody.verbs.session import Outcome, Session

if TYPE_CHECKING:
    from custody.classifiers.memory import Decision
    from custody.classifiers.reviewed import Reviewed
    from custody.classifiers.scan import Wrong

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


@dataclass(frozen=True)
class _Classified:
    """The newest classification of a dataset: its statement, its report and the report's digest."""

    statement: Statement
    report: Mapping[str, Any]
    digest: str
    address: str


def review(session: Session, dataset: Dataset, wish: Wish) -> Outcome:
    """Sign a decision about a finding of the newest classification of these bytes.

    Raises:
        IntegrityError: these bytes were never classified, or a record is damaged or forged.
        UsageError: there is no such finding, the decision could never count, or its reason holds what it is about.
    """
    classified = _classified(session, dataset)
    decision = _decision(session, classified, wish)
    _refuse_values(session, wish.why)
    finding = f"{wish.entity} {wish.fingerprint or f'in {wish.file}, {wish.column}'}"
    lists = {"accept": "passed", "false_positive": "failed", "override": "warned"}
    told = {"passed": (), lists[wish.kind]: (finding,)}
    made = session.record(
        "review",
        list(_subjects(session, dataset.name, classified.address, wish)),
        predicates.observed([file_subject("classification-report.json", classified.digest)], **told),
        prev=[classified.statement.digest],
        detail={"decision": decision.to_dict()},
    )
    _, result = reviewed(session, dataset)
    detail = {"decision": wish.kind, "finding": finding, "expires": decision.expires, "found": result.found}
    return Outcome("review", dataset.name, str(dataset.path), classified.address, result.effective, made.digest, detail)


def reviewed(session: Session, dataset: Dataset) -> tuple[Mapping[str, Any], Reviewed]:
    """Return the newest report on these bytes, and how it reads with the decisions made so far.

    Raises:
        IntegrityError: these bytes were never classified, or a record is damaged or forged.
        UsageError: the policy has changed since.
    """
    from custody.classifiers.reviewed import apply

    classified = _classified(session, dataset)
    decisions = decisions_about(session, dataset.name, classified.report)
    signer = classified.statement.signer
    return classified.report, apply(classified.report, decisions, session.policy, now(), signer)


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
    return [_parsed(one) for _, one in sorted(found.items())]


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


def _classified(session: Session, dataset: Dataset) -> _Classified:
    listing = dataset.listing()
    statement = session.follows(dataset, listing, "classify")
    digest = str(statement.link.detail["report"])
    return _Classified(statement, json.loads(session.ledger.read_document(digest)), digest, listing.address)


def _decision(session: Session, classified: _Classified, wish: Wish) -> Decision:
    """Return the decision to sign. Raises UsageError when it could never count."""
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
    return decision


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


def _refuse_values(session: Session, why: str) -> None:
    """Keep out of the ledger, which forgets nothing, what it must not hold."""
    from custody.classifiers import Scanner

    if found := Scanner(session.policy).in_name(why):
        raise UsageError(f"the reason itself holds {found}", remedy="describe the value, do not write it")


def _subjects(session: Session, name: str, address: str, wish: Wish) -> Iterator[Subject]:
    """Name what the decision is found by: the dataset, the value, and the policy that a scan asks under."""
    yield dataset_subject(name, address)
    if wish.fingerprint:
        yield {"name": f"value:{wish.entity}", "digest": {FINGERPRINT: wish.fingerprint}}
        yield file_subject("policy.yaml", session.policy.digest)
