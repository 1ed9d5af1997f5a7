# SPDX-License-Identifier: Apache-2.0
"""The audit as a person reads it: the verdict first, then what, where, why and what to do, then the duties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from custody.audit.output.document import ordered, unchecked
from custody.audit.output.safe import clean
from custody.audit.verdicts import VERDICTS, Finding, Verdict

if TYPE_CHECKING:
    from custody.audit.report import AuditReport, SourceVerdict

HEADS: dict[Verdict, tuple[str, str]] = {  # how a verdict is called, and what it means for who reads it
    "deny": ("DENIED", "do not use it: do one of the things below for each point, then audit again"),
    "review": ("A PERSON MUST DECIDE", "do not use it yet: settle each point below, or let a steward waive it"),
    "allow_with_obligations": ("ALLOWED, WITH DUTIES", "use it, and do what stands under `you must`"),
    "allow": ("ALLOWED", "use it"),
}
_SHORT: dict[Verdict, str] = {"deny": "denied", "review": "for a person to decide", "allow": "allowed"}
_SHORT["allow_with_obligations"] = "allowed with duties"


def lines(report: AuditReport) -> Iterator[str]:
    """Yield the lines of the whole audit, fit for a terminal."""
    yield from (clean(line) for line in _lines(report))


def _lines(report: AuditReport) -> Iterator[str]:
    sources = ordered(report)
    counted = {verdict: sum(one.verdict == verdict for one in sources) for verdict in reversed(VERDICTS)}
    told = ", ".join(f"{count} {_SHORT[verdict]}" for verdict, count in counted.items() if count)
    yield f"audit for {report.intent}, as of {report.as_of}: {told or 'no source'}"
    yield from (f"! not checked: {what}" for what in unchecked(report))
    for one in sources:
        yield ""
        yield from _source(one)


def _source(one: SourceVerdict) -> Iterator[str]:
    head, meaning = HEADS[one.verdict]
    yield f"{head}: {one.name}"
    yield f"  {meaning}"
    if one.admissible:
        yield "  or leave out the rows that may not be used, with `custody admit`: the rest may be used"
    yield f"  licence: {_licence(one)}"
    for points in _grouped(one, one.refusals):
        yield from _points(points)
    for finding in one.findings:
        if waiver := one.waiver(finding):
            yield f"  waived: {finding.code} {finding.what} ({finding.verdict}, counts as {waiver.lowered_to})"
            yield f"    by {waiver.who}, asked by {waiver.asked_by}, until {waiver.expires}: {waiver.why}"
    if one.verdict not in ("deny", "review"):
        for duty, findings in _duties(one).items():
            yield f"  you must: {duty}"
            yield f"    because of {'; '.join(dict.fromkeys(f'{each.code}: {each.what}' for each in findings))}"


def _duties(one: SourceVerdict) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in one.findings:
        if finding.verdict == "allow_with_obligations":
            found.setdefault(finding.remedy, []).append(finding)
    return found


def _licence(one: SourceVerdict) -> str:
    said = "; ".join(dict.fromkeys(f"{claim.text!r} says the {claim.by}" for claim in one.declared))
    kept = "its text is kept" if one.found else "its text is not kept"
    return f"{one.concluded or 'not settled'} ({said or 'nobody states one'}; {kept})"


def _grouped(one: SourceVerdict, findings: tuple[Finding, ...]) -> list[list[Finding]]:
    """Put findings with one defect in several places together, the strictest first."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.code, one.weighed.effective(finding), finding.what, finding.why, finding.remedy)
        groups.setdefault(key, []).append(finding)
    return sorted(groups.values(), key=lambda group: (-VERDICTS.index(group[0].verdict), group[0]))


def _points(points: list[Finding]) -> Iterator[str]:
    first = points[0]
    yield f"  {first.verdict} {first.code}: {first.what}"
    yield f"    where: {'; '.join(dict.fromkeys(one.where for one in points))}"
    yield f"    why: {first.why}"
    yield f"    to do: {first.remedy}"
