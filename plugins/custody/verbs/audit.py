# SPDX-License-Identifier: Apache-2.0
"""Audit: may the third-party data be used for this intent?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.audit.verdicts import REFUSALS
from custody.errors import SourcesRefused
from custody.intents import OnRefusal
from custody.lineage import predicates
from custody.lineage.statement import file_subject
from custody.storage import write_whole
from custody.verbs.judged import judged
from custody.verbs.session import Session

if TYPE_CHECKING:
    from custody.audit import AuditReport, SourceVerdict

__all__ = ["AuditOutcome", "OnRefusal", "audit", "report_on"]
MOST_TOLD = 50  # sources in the JSON form of an outcome
TOLD = 5  # reasons of each


@dataclass(frozen=True)
class AuditOutcome:
    """Which sources may be used.

    Args:
        admitted: paths of the datasets that may go on as they are.
        admissible: paths of those that may go on without some rows, which `admit` leaves out.
        refused: name -> why not.
        statements: payload digests, one per source.
        report: path of the audit's JSON; what licences ask to be passed on stands beside it.
        skip: names of the sources for which the step is skipped; then nothing is admitted.
        page: digest of the audit as a page, in the ledger.
    """

    admitted: tuple[str, ...]
    admissible: tuple[str, ...]
    refused: Mapping[str, tuple[str, ...]]
    statements: tuple[str, ...]
    report: str
    skip: tuple[str, ...] = ()
    page: str = ""
    step: str = field(default="audit", init=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, small enough for an XCom however many sources there are; the report has the rest."""
        refused = {name: list(why[:TOLD]) for name, why in islice(self.refused.items(), MOST_TOLD)}
        lists = {
            name: list(getattr(self, name)[:MOST_TOLD]) for name in ("admitted", "admissible", "statements", "skip")
        }
        counts = {name: len(getattr(self, name)) for name in (*lists, "refused")}
        about = {"step": self.step, "report": self.report, "detail": {"page": self.page}}
        return {**about, **lists, "refused": refused, "counts": counts}


def audit(
    session: Session,
    sources: Path,
    intent: str,
    *,
    on_deny: OnRefusal | None = None,
    on_review: OnRefusal | None = None,
    screen: bool = False,
) -> AuditOutcome:
    """Judge every source for an intent and sign one test-result per source.

    Args:
        session: the home and run.
        sources: the `sources.yaml`; dataset paths in it are relative to it.
        intent: a name under `intents` in the policy.
        on_deny: what a denied source does: fail the step, skip it, or only be left out; by default as the policy says.
        on_review: the same for a source that a person must decide on.
        screen: screen the texts against poisoning, too.

    Raises:
        SourcesRefused: a source fails the step. Everything is signed and written before.
        PolicyError: the sources file or the policy does not say what it must.
        IntegrityError: a signed waiver is damaged or forged.
        UsageError: the policy has no such intent.
    """
    outcome, report = report_on(session, sources, intent, on_deny=on_deny, on_review=on_review, screen=screen)
    _refuse_if_told(report, told(session, on_deny, on_review), sources)
    return outcome


def report_on(
    session: Session,
    sources: Path,
    intent: str,
    *,
    on_deny: OnRefusal | None = None,
    on_review: OnRefusal | None = None,
    screen: bool = False,
) -> tuple[AuditOutcome, AuditReport]:
    """Audit, sign and write; return the report as well. Here `fail` only leaves a source out; else as `audit`."""
    session.home.signer("audit")  # fails before the work; and opening a key takes 128 MiB, which should not come on top
    report = judged(session, sources, intent, screens=screen)
    document = report.to_text().encode()
    digest, config = session.ledger.document(document), report.inputs[sources.name]
    html = report.to_html()
    page = session.ledger.document(html.encode())
    made = [_sign(session, one, report, digest, config) for one in report.sources]
    target = write_whole(session.home.path / "reports" / f"audit-{intent}.json", document)
    _write_beside(target, report, html)
    how = told(session, on_deny, on_review)
    skip = tuple(one.name for one in report.sources if how.get(one.verdict) == "skip")
    admitted = tuple(str(one.path) for one in report.sources if one.verdict not in REFUSALS and not skip)
    admissible = tuple(str(one.path) for one in report.sources if one.admissible and not skip)
    refused = {one.name: reasons(one) for one in report.sources if one.verdict in REFUSALS}
    return AuditOutcome(admitted, admissible, refused, tuple(made), str(target), skip, page), report


def told(session: Session, on_deny: OnRefusal | None, on_review: OnRefusal | None) -> dict[str, OnRefusal]:
    """Return what a refused source does, by its verdict."""
    ours = session.policy.audit
    return {"deny": on_deny or ours.on_deny, "review": on_review or ours.on_review}


def reasons(source: SourceVerdict) -> tuple[str, ...]:
    """Return why a source may not be used, each reason with its remedy."""
    # two claims with one defect are one reason
    return tuple(
        dict.fromkeys(f"{one.code} {one.what}: {one.why}. To mend it: {one.remedy}" for one in source.refusals)
    )


def _write_beside(target: Path, report: AuditReport, html: str) -> None:
    from custody.audit.output import attribution, sources_list

    texts = {
        f"ATTRIBUTION-{report.intent}.md": attribution.attribution(report),
        f"NOTICE-{report.intent}": attribution.notice(report),
        f"audit-{report.intent}.html": html,
        f"sources-{report.intent}.csv": sources_list.to_csv(report),
    }
    for name, text in texts.items():
        write_whole(target.with_name(name), text.encode())


def _sign(session: Session, source: SourceVerdict, audited: AuditReport, report: str, config: str) -> str:
    codes = {verdict: _codes(source, verdict) for verdict in ("allow_with_obligations", "review", "deny")}
    failed = codes["deny"] + codes["review"]
    predicate = predicates.observed(
        [file_subject("sources.yaml", config), file_subject("audit.json", report)],
        passed=[] if failed else [f"permission:{audited.intent}"],
        warned=codes["allow_with_obligations"],
        failed=failed,
    )
    waivers = {one.statement: one for one in source.weighed.waived.values()}
    detail = {
        "intent": audited.intent,
        "screened": audited.screened,
        "verdict": source.verdict,
        "licence": source.concluded,
        "obligations": list(source.obligations),
        "reasons": list(reasons(source)),
        "report": report,
        "origin": source.source.origin.model_dump(mode="json"),
        "waived": [{"code": one.code, "expires": one.expires} for _, one in sorted(waivers.items())],
    }
    subject = session.subject(source.name, source.listing)
    return session.record("audit", [subject], predicate, prev=waivers, detail=detail).digest


def _codes(source: SourceVerdict, verdict: str) -> list[str]:
    return sorted({one.code for one in source.findings if source.weighed.effective(one) == verdict})


def _refuse_if_told(report: AuditReport, how: Mapping[str, OnRefusal], sources: Path) -> None:
    refused = [one for one in report.sources if how.get(one.verdict) == "fail"]
    if refused:
        names = ", ".join(f"{one.name} ({one.verdict})" for one in refused[:MOST_TOLD])
        told = list(islice(_all(refused), MOST_TOLD + 1))
        more = [*told[:MOST_TOLD], "and more: see the report"] if len(told) > MOST_TOLD else told
        raise SourcesRefused(f"the audit does not admit {names}", more, where=str(sources))


def _all(refused: Iterable[SourceVerdict]) -> Iterable[str]:
    return (f"{one.name}: {reason}" for one in refused for reason in reasons(one))
