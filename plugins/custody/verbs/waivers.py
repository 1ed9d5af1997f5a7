# SPDX-License-Identifier: Apache-2.0
"""Waive: a steward's decision that findings of an audit shall not stop a source, signed as a review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from custody.errors import IntegrityError, UsageError
from custody.lineage import predicates
from custody.lineage.statement import Statement, dataset_subject, file_subject
from custody.verbs.judged import WAIVER, judged
from custody.verbs.review import refuse_values
from custody.verbs.session import Outcome, Session

if TYPE_CHECKING:
    from custody.audit import SourceVerdict
    from custody.audit.verdicts import Finding, Verdict
    from custody.audit.waivers import Waiver

SCREENS = "POI"  # how codes of findings begin that only a screening audit has


@dataclass(frozen=True)
class Wish:
    """What a steward wants to record.

    Args:
        source: the source's name.
        intent: a name under `intents` in the policy.
        code: of the findings.
        why: the reason. It is kept and shown for good, so it must not hold personal data.
        lasts: how long it counts, in whole days, at most 365.
        who: who decides.
        asked_by: who asked for it; another person.
        lowered_to: what the findings count as; their own verdict withdraws earlier waivers.
    """

    source: str
    intent: str
    code: str
    why: str
    lasts: timedelta
    who: str
    asked_by: str
    lowered_to: Verdict = "allow_with_obligations"


def waive(session: Session, sources: Path, wish: Wish) -> Outcome:
    """Sign a waiver of every finding of one code that stops a source now.

    Raises:
        UsageError: there is no such source or finding, the waiver could never count, or its reason holds personal data.
        IntegrityError: the source was never audited as it is, or a record is damaged or forged.
        PolicyError: the sources file does not say what it must.
    """
    report = judged(session, sources, wish.intent, screens=wish.code.startswith(SCREENS))
    source = next((one for one in report.sources if one.name == wish.source), None)
    if source is None:
        names = ", ".join(one.name for one in report.sources)
        raise UsageError(f"there is no source {wish.source!r}", where=str(sources), allowed=names)
    findings = _findings(source, wish)
    waiver = _waiver(session, source, findings, wish)
    refuse_values(session, wish.why)
    before = _audited(session, source, wish.intent)
    made = session.record(
        "review",
        [dataset_subject(source.name, source.address)],
        predicates.observed(
            [file_subject("audit.json", before.link.detail["report"])],
            passed=[],
            warned=[f"{one.code} {one.verdict}: {one.what}"[:200] for one in findings],
        ),
        prev=[before.digest],
        detail={WAIVER: waiver.to_dict()},
    )
    detail = {"code": wish.code, "findings": len(findings), "counts_as": wish.lowered_to, "expires": waiver.expires}
    return Outcome("waive", source.name, str(source.path), source.address, None, made.digest, detail)


def _findings(source: SourceVerdict, wish: Wish) -> tuple[Finding, ...]:
    """Return what the waiver is about: findings that stop the source or, to withdraw one, that were waived."""
    from custody.audit.verdicts import REFUSALS

    known = [one for one in source.findings if one.verdict in REFUSALS and not one.code.startswith("WVR")]
    found = tuple(one for one in known if one.code == wish.code)
    if not found:
        codes = ", ".join(sorted({one.code for one in known})) or "none: nothing stops it"
        raise UsageError(f"no finding {wish.code} stops {source.name}", allowed=codes)
    return found


def _waiver(session: Session, source: SourceVerdict, findings: Sequence[Finding], wish: Wish) -> Waiver:
    """Return the waiver to sign. Raises UsageError when it could never count."""
    from custody.audit.report import circumstances
    from custody.audit.verdicts import strictest
    from custody.audit.waivers import Waiver, finding_digest, problem

    today: date = datetime.now(UTC).date()
    waiver = Waiver(
        code=wish.code,
        findings=tuple(sorted(finding_digest(one) for one in findings)),
        source=source.name,
        address=source.address,
        intent=wish.intent,
        lowered_from=strictest(*(one.verdict for one in findings)),
        lowered_to=wish.lowered_to,
        who=wish.who,
        asked_by=wish.asked_by,
        why=wish.why,
        made=today.isoformat(),
        expires=(today + wish.lasts).isoformat(),
        policy=session.policy.digest,
        signer=session.home.signer("review").public,
    )
    now = circumstances(source.name, source.address, wish.intent, session.policy, today)
    if why := problem(waiver, findings, now):
        raise UsageError(f"this waiver could never count: {why}")
    return waiver


def _audited(session: Session, source: SourceVerdict, intent: str) -> Statement:
    audited = session.ledger.latest(source.address, "audit", intent)
    if audited is None or audited.link.policy != session.policy.digest:
        raise IntegrityError(
            f"{source.name} was not audited for {intent!r} as it is and under this policy",
            remedy="run the audit first, so that what is waived is on record",
        )
    return audited
