# SPDX-License-Identifier: Apache-2.0
"""Audit: may the third-party data be used for this intent?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from custody.dataset import Dataset, file_sha256
from custody.errors import SourcesRefused
from custody.lineage import predicates
from custody.lineage.statement import file_subject
from custody.storage import write_whole
from custody.verbs.session import Session

if TYPE_CHECKING:
    from custody.audit import AuditReport, SourceVerdict

OnRefusal = Literal["fail", "filter"]
_REFUSED = ("review", "deny")


@dataclass(frozen=True)
class AuditOutcome:
    """Which sources may be used.

    Args:
        admitted: paths of the datasets that may go on.
        refused: name -> why not.
        statements: payload digests, one per source.
        report: path of the audit's JSON; the attributions stand beside it.
    """

    admitted: tuple[str, ...]
    refused: Mapping[str, tuple[str, ...]]
    statements: tuple[str, ...]
    report: str
    step: str = field(default="audit", init=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def audit(
    session: Session, sources: Path, intent: str, *, on_deny: OnRefusal = "fail", on_review: OnRefusal = "fail"
) -> AuditOutcome:
    """Judge every source for an intent and sign one test-result per source.

    Args:
        session: the home and run.
        sources: the `sources.yaml`; dataset paths in it are relative to it.
        intent: a name under `intents` in the policy.
        on_deny: what a denied source does: fail the step, or only leave it out.
        on_review: the same for a source that a person must decide on.

    Raises:
        SourcesRefused: a source fails the step. Everything is signed and written before.
        PolicyError: the sources file or the policy does not say what it must.
        UsageError: the policy has no such intent.
    """
    from custody.audit import audit as judge

    session.intent(intent)
    report = judge(sources, intent, session.policy)
    document = json.dumps(report.to_dict(), indent=1, sort_keys=True, ensure_ascii=False).encode()
    digest = session.ledger.document(document)
    made = [_sign(session, one, intent, digest, sources) for one in report.sources]
    target = write_whole(session.home.path / "reports" / f"audit-{intent}.json", document)
    write_whole(target.with_name(f"ATTRIBUTION-{intent}.md"), report.attribution().encode())
    _refuse_if_told(report, {"deny": on_deny, "review": on_review}, sources)
    admitted = tuple(str(one.path) for one in report.sources if one.verdict not in _REFUSED)
    refused = {one.name: _reasons(one) for one in report.sources if one.verdict in _REFUSED}
    return AuditOutcome(admitted, refused, tuple(made), str(target))


def _sign(session: Session, source: SourceVerdict, intent: str, report: str, sources: Path) -> str:
    listing = Dataset(source.path, source.name).listing()
    codes = {
        verdict: sorted({one.code for one in source.findings if one.verdict == verdict})
        for verdict in ("allow_with_obligations", "review", "deny")
    }
    failed = codes["deny"] + codes["review"]
    predicate = predicates.observed(
        [file_subject("sources.yaml", file_sha256(sources)), file_subject("audit.json", report)],
        passed=[] if failed else [f"permission:{intent}"],
        warned=codes["allow_with_obligations"],
        failed=failed,
    )
    detail = {
        "intent": intent,
        "verdict": source.verdict,
        "licence": source.concluded,
        "obligations": list(source.obligations),
        "reasons": list(_reasons(source)),
        "report": report,
        "origin": source.origin,
    }
    return session.record("audit", [session.subject(source.name, listing)], predicate, detail=detail).digest


def _refuse_if_told(report: AuditReport, told: Mapping[str, OnRefusal], sources: Path) -> None:
    refused = [one for one in report.sources if told.get(one.verdict) == "fail"]
    if refused:
        reasons = [f"{one.name}: {reason}" for one in refused for reason in _reasons(one)]
        names = ", ".join(f"{one.name} ({one.verdict})" for one in refused)
        raise SourcesRefused(f"the audit does not admit {names}", reasons, where=str(sources))


def _reasons(source: SourceVerdict) -> tuple[str, ...]:
    refusals = (one for one in source.findings if one.verdict in _REFUSED)
    # two claims with one defect are one reason
    return tuple(dict.fromkeys(f"{one.code} {one.what}: {one.why}. To mend it: {one.remedy}" for one in refusals))
