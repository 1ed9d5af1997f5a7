# SPDX-License-Identifier: Apache-2.0
"""Admit: take a dataset out of quarantine, without the rows that may not be used, under a signed verdict.

The quarantine is where the data was fetched to: the path that the sources file names. Nothing there is changed. The
promoted copy appears by one rename, and its verdict is signed after that; a task that is killed leaves the quarantine
as it was and either no copy or a whole one, which no gate lets pass until the retry has signed for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.audit.verdicts import REFUSALS
from custody.dataset import Dataset, Listing
from custody.errors import DatasetError, IntegrityError, SourcesRefused, UsageError
from custody.lineage import predicates
from custody.lineage.statement import Statement, dataset_subject, file_subject
from custody.verbs.session import Outcome, Session

if TYPE_CHECKING:
    from custody.audit.admission import Admission, RowFilter
    from custody.audit.case import Case


@dataclass(frozen=True)
class _Audited:
    """The signed audit of the bytes in quarantine: its statement, and what the report says of them.

    inputs: what the audit read beside the data, by SHA-256.
    """

    statement: Statement
    report: str
    source: Mapping[str, Any]
    inputs: Mapping[str, str]


def admit(session: Session, dataset: Dataset, sources: Path, intent: str, output: Path) -> Outcome:
    """Copy an audited dataset to `output/NAME` without the rows that may not be used, and sign the copy's verdict.

    Args:
        session: the home and run.
        dataset: the bytes in quarantine; the audit must have named exactly these.
        sources: the sources file that describes them.
        intent: a name under `intents` in the policy.
        output: the directory to promote into.

    Raises:
        IntegrityError: these bytes were not audited for this intent under this policy, or they changed meanwhile.
        SourcesRefused: the audit's verdict does not permit them, or no row is left. Nothing is promoted.
        DatasetError: a file cannot be held against what must be taken out. Nothing is promoted.
        UsageError: the policy has no such intent, or something is at the output that custody did not write.
    """
    from custody.audit.admission import admit as copy

    session.intent(intent)
    target = output / dataset.name
    judging = _Judging(session, dataset, sources, intent)
    done = copy(dataset, judging.filters, target)
    made = _sign(session, dataset, Dataset(target, dataset.name).listing(), judging, done)
    verdict = judging.verdict
    detail = {"rows": done.kept, "left_out": done.gone, "by": dict(done.dropped), "verdict": verdict}
    address = made.subjects[0]["digest"]["dirHash"]
    return Outcome("admit", dataset.name, str(target), address, None, made.digest, detail)


@dataclass
class _Judging:
    """What decides about the bytes in quarantine, and what it rests on."""

    session: Session
    dataset: Dataset
    sources: Path
    intent: str
    audited: _Audited = field(init=False)
    verdict: str = field(init=False)
    duties: list[str] = field(init=False)

    def filters(self, listing: Listing) -> Sequence[RowFilter]:
        """Return what names the rows that may not be used. Errors as `admit`, when the verdict does not permit it."""
        self.audited = _audited(self.session, self.dataset, listing, self.intent)
        if not self.audited.statement.link.detail.get("screened"):
            _screen(self.session, self.dataset)
        case = _case(self.session, self.dataset, self.sources, self.intent, listing, self.audited.inputs)
        found = tuple(_filters(case))
        self.verdict, self.duties = _permitted(self.audited, self.dataset, by_row=bool(found))
        return found


def _audited(session: Session, dataset: Dataset, listing: Listing, intent: str) -> _Audited:
    statement = session.ledger.latest(listing.address, "audit", intent)
    if statement is None or statement.link.policy != session.policy.digest:
        raise IntegrityError(
            f"these bytes were not audited for {intent!r} under this policy",
            where=str(dataset.path),
            remedy="run the audit on them as they are, then admit them",
        )
    digest = str(statement.link.detail["report"])
    report = json.loads(session.ledger.read_document(digest))
    mine = [one for one in report["sources"] if one["address"] == listing.address]
    if not mine:
        raise IntegrityError("the signed audit rests on a report without these bytes", where=f"document {digest[:12]}…")
    today = datetime.now(UTC).date().isoformat()
    if expired := sorted(str(one["code"]) for one in statement.link.detail.get("waived", ()) if one["expires"] < today):
        what = f"the waiver of {', '.join(expired)} has expired since the audit"
        raise SourcesRefused(what, where=str(dataset.path), remedy="decide anew, then audit again")
    return _Audited(statement, digest, mine[0], {**mine[0]["inputs"], **report["inputs"]})


def _screen(session: Session, dataset: Dataset) -> None:
    """Screen what the audit did not. Raises SourcesRefused when a person should look at something."""
    from custody.audit.screens import screen

    found = screen({dataset.name: dataset}, session.policy.audit.screens)[dataset.name]
    if stops := [one for one in found if one.verdict in REFUSALS]:
        reasons = [f"{one.code} {one.what}: {one.why}. To mend it: {one.remedy}" for one in stops]
        remedy = "mend the data; or audit it with --screen, let a steward waive what is harmless, and audit again"
        raise SourcesRefused(f"{dataset.name} does not pass the screens", reasons, remedy=remedy)


def _filters(case: Case) -> Iterator[RowFilter]:
    """Yield what names the rows that may not be used."""
    from custody.audit import crawled, optoutlists, rowlicences
    from custody.audit.admission import RowFilter

    if case.optouts.problems:
        raise DatasetError(
            case.optouts.problems[0], where=case.source.name, remedy="restore the list, then audit again"
        )
    listed = optoutlists.of_rows(case.optouts.entries, case.source)
    if listed.needs:
        yield optoutlists.row_filter(listed, optoutlists.columns(case.source.row_origin))
    if by_crawl := crawled.row_filter(case):
        yield by_crawl
    if case.source.row_licence:
        column = case.source.row_licence.column
        drops, glob = rowlicences.drops(case, column), case.source.row_licence.glob
        yield RowFilter(rowlicences.NAME, partial(_if_there, column), drops, demands=True, glob=glob)


def _if_there(column: str, known: Sequence[str]) -> Sequence[str]:
    return [column] if column in known else []


def _case(
    session: Session, dataset: Dataset, sources: Path, intent: str, listing: Listing, read: Mapping[str, str]
) -> Case:
    """Return the source of these bytes with what the audit knows of it, but for the counts of rows.

    Raises:
        IntegrityError: what the audit read is not what it was: who may change it could let rows through.
        UsageError: no source has the path of the dataset.
    """
    from custody.audit import evidence, inputs, optoutlists
    from custody.audit import sources as intake
    from custody.audit.case import Case
    from custody.audit.evidence_store import EvidenceStore
    from custody.audit.intake import read_all

    here, base, rules = dataset.path.resolve(), sources.parent, session.policy
    found = intake.load(sources)
    source = next((one for one in found.sources if (base / one.path).resolve() == here), None)
    if source is None:
        raise UsageError("no source has this path", where=str(here), remedy=f"describe it in {sources}, then audit it")
    now = {**inputs.of_source(source, base), **inputs.of_file(sources, found)}
    if changed := inputs.changed(read, now):
        what = f"{', '.join(changed[:5])} is not what the audit read"
        raise IntegrityError(what, where=str(sources), remedy="restore it, or run the audit again")
    return Case(
        source,
        base,
        listing,
        metadata=read_all(base / name for name in source.metadata),
        intent=rules.intents[intent],
        intent_name=intent,
        settings=rules.audit,
        today=datetime.now(UTC).date(),
        evidence=evidence.load(source, base, EvidenceStore.of(session.home)),
        optouts=optoutlists.read(found.optouts, base),
    )


def _permitted(audited: _Audited, dataset: Dataset, *, by_row: bool) -> tuple[str, list[str]]:
    """Return the verdict on what the filters leave, and its duties."""
    told = audited.source
    if told["verdict"] in REFUSALS and by_row and told["without_refused_rows"]:
        told = told["without_refused_rows"]
    if told["verdict"] in REFUSALS:
        reasons = audited.statement.link.detail.get("reasons", ())
        raise SourcesRefused(f"the audit's verdict is {told['verdict']}", list(reasons), where=str(dataset.path))
    return told["verdict"], list(told["obligations"])


def _sign(session: Session, dataset: Dataset, listing: Listing, judging: _Judging, done: Admission) -> Statement:
    audited, before = judging.audited, judging.audited.statement.link.detail
    predicate = predicates.observed(
        [dataset_subject(dataset.name, done.source.address), file_subject("audit.json", audited.report)],
        passed=[f"permission:{judging.intent}", "digests", *done.dropped],
        warned=sorted({f"{name}: {file} tells it nothing" for file, names in done.unseen.items() for name in names}),
    )
    admitted = {"from": done.source.address, "rows": done.kept, "left_out": done.gone, "by": dict(done.dropped)}
    detail = {**before, "verdict": judging.verdict, "obligations": judging.duties, "reasons": [], "admitted": admitted}
    subject = session.subject(dataset.name, listing)
    return session.record("audit", [subject], predicate, prev=[audited.statement.digest], detail=detail)
