# SPDX-License-Identifier: Apache-2.0
"""The audit: every source of a file against one intent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from custody.audit import crawled, inputs, optoutlists, rowlicences
from custody.audit import evidence as kept
from custody.audit import sources as intake
from custody.audit.case import Case
from custody.audit.claims import Claim
from custody.audit.evidence_store import EvidenceStore
from custody.audit.intake import read_all
from custody.audit.licences.names import normalise, terms
from custody.audit.lineage import inherited
from custody.audit.mixtures import mixed, part
from custody.audit.optoutlists import Lists
from custody.audit.records import suppliers
from custody.audit.rows import RowLicences, row_licences
from custody.audit.rules import judge
from custody.audit.screens import screen
from custody.audit.verdicts import REFUSALS, Finding, Verdict, strictest
from custody.audit.waivers import Circumstances, Waiver, Weighed, finding_digest, weigh
from custody.dataset import Dataset, Listing, file_sha256
from custody.errors import IntegrityError
from custody.policy import Policy

Waivers = Callable[[str, str], Iterable[Waiver]]  # by a source's name and address


@dataclass(frozen=True)
class SourceVerdict:
    """One source's verdict, with four licence fields that are never mixed.

    declared: what each party says. found: SHA-256 of the licence text that is kept. found_licence: what that text is,
        as an SPDX expression; empty where it is none that is known. concluded: the one SPDX
        expression the claims agree on, or nothing. permitted: that is `verdict`, for this intent.
    """

    name: str
    path: Path
    listing: Listing
    weighed: Weighed
    declared: tuple[Claim, ...]
    found: str
    found_licence: str
    concluded: str
    source: intake.Source
    text: Path | None = None  # where the licence's text is kept
    inputs: Mapping[str, str] = field(default_factory=dict)  # file that was read for it -> SHA-256
    rest: Weighed | None = None  # without the rows that may not be used; None where nothing is judged by row

    @property
    def address(self) -> str:
        """The dirHash of the bytes that were judged."""
        return self.listing.address

    @property
    def verdict(self) -> Verdict:
        """What counts: the findings with the waivers."""
        return self.weighed.verdict

    @property
    def ruled(self) -> Verdict:
        """What the rules say, whatever was waived."""
        return strictest(*(one.verdict for one in self.findings))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, waived or not, in a fixed order."""
        return self.weighed.findings

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings that stop the source."""
        return tuple(one for one in self.findings if self.weighed.effective(one) in REFUSALS)

    @property
    def usable(self) -> Weighed | None:
        """The findings under which it is used, as it is or without some rows; None where it may not be used."""
        return self.weighed if self.verdict not in REFUSALS else self.rest if self.admissible else None

    @property
    def obligations(self) -> tuple[str, ...]:
        """What must be done when the data may be used."""
        return duties(self.weighed)

    @property
    def admissible(self) -> bool:
        """Whether it may be used once the rows that may not be used are left out."""
        return self.rest is not None and self.rest.verdict not in REFUSALS

    def waiver(self, finding: Finding) -> Waiver | None:
        """Return the waiver that counts for a finding."""
        return self.weighed.waived.get(finding_digest(finding))


@dataclass(frozen=True)
class AuditReport:
    """All sources. Deterministic: the same files, policy, waivers and day give the same report."""

    intent: str
    policy: str
    as_of: str  # the day it holds for, UTC
    sources: tuple[SourceVerdict, ...] = field(default=())
    inputs: Mapping[str, str] = field(default_factory=dict)  # file that was read for all sources -> SHA-256
    screened: bool = False  # whether the texts were screened against poisoning

    @property
    def verdict(self) -> Verdict:
        """The strictest verdict of any source."""
        return strictest(*(one.verdict for one in self.sources))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, see `custody audit-schema`. Paths are left out, they differ from machine to machine."""
        from custody.audit.output.document import document

        return document(self)

    def to_html(self) -> str:
        """Return the audit as one page that loads nothing."""
        from custody.audit.output.page import page

        return page(self)

    def to_text(self) -> str:
        """Return the JSON form as text."""
        from custody.audit.output.document import text

        return text(self)


def audit(
    sources_file: Path,
    intent: str,
    rules: Policy,
    today: date | None = None,
    waivers: Waivers | None = None,
    *,
    evidence: EvidenceStore | None = None,
    screens: bool = False,
) -> AuditReport:
    """Judge every source of a sources file.

    Args:
        sources_file: the file; paths in it are relative to it.
        intent: a name under `intents` in the policy.
        rules: the policy.
        today: judge as of this day; today in UTC when not given.
        waivers: returns what stewards signed about a source.
        evidence: where evidence is that the sources file names by its digest.
        screens: screen the texts of all sources against poisoning, too; that takes three passes over their bytes.

    Raises:
        PolicyError: the sources file or its register of suppliers does not say what it must.
        DatasetError: a dataset cannot be read.
        IntegrityError: the sources file or a list it names changed meanwhile.
    """
    day = today or datetime.now(UTC).date()
    found = intake.load(sources_file)
    base, read = sources_file.parent, inputs.of_file(sources_file, found)
    register = suppliers.load(base / found.suppliers) if found.suppliers else None
    lists = optoutlists.read(found.optouts, base)
    cases = [_case(one, base, intent, rules, day, register, evidence, lists) for one in found.sources]
    own = {case.source.name: judge(case) for case in cases}
    more = inherited(cases, own)
    if screens:
        held_out = [one.name for one in found.sources if one.held_out]
        seen = screen({case.source.name: case.dataset for case in cases}, rules.audit.screens, held_out)
        more = {name: (*more.get(name, ()), *findings) for name, findings in seen.items()}
    verdicts = [_verdict(one, own[one.source.name], more.get(one.source.name, ()), rules, waivers) for one in cases]
    parts = [part(case, one.weighed) for case, one in zip(cases, verdicts, strict=True)]
    together = mixed(parts, rules.intents[intent], intent)
    for index, case in enumerate(cases):
        if mine := together.get(case.source.name):
            every = (*more.get(case.source.name, ()), *mine)
            verdicts[index] = _verdict(case, own[case.source.name], every, rules, waivers)
    if changed := inputs.changed(read, inputs.of_file(sources_file, found)):
        what = f"{', '.join(changed)} changed while it was read"
        raise IntegrityError(what, where=str(sources_file), remedy="run the audit again")
    return AuditReport(intent, rules.digest, day.isoformat(), tuple(verdicts), read, screens)


def _case(
    source: intake.Source,
    base: Path,
    intent: str,
    rules: Policy,
    today: date,
    register: suppliers.Register | None,
    evidence: EvidenceStore | None,
    lists: Lists,
) -> Case:
    dataset, by_row = Dataset((base / source.path).resolve(), source.name), source.row_licence
    case = Case(
        source=source,
        base=base,
        listing=dataset.listing(),
        metadata=read_all(base / name for name in source.metadata),
        intent=rules.intents[intent],
        intent_name=intent,
        settings=rules.audit,
        today=today,
        register=register,
        evidence=kept.load(source, base, evidence),
        rows=row_licences(dataset, by_row.column, by_row.glob) if by_row else RowLicences(),
        optouts=lists,
        screened=optoutlists.screen(
            dataset, optoutlists.of_rows(lists.entries, source), optoutlists.columns(source.row_origin)
        ),
    )
    return replace(case, crawled=crawled.judge_rows(case, dataset))


def _verdict(
    case: Case, own: Iterable[Finding], inherited: Iterable[Finding], rules: Policy, waivers: Waivers | None
) -> SourceVerdict:
    text, address = case.licence_text, case.listing.address
    signed = tuple(waivers(case.source.name, address) if waivers else ())
    now = circumstances(case.source.name, address, case.intent_name, rules, case.today)
    weighed = weigh(tuple(sorted({*own, *inherited})), signed, now)
    by_row = rowlicences.by_row(case) and weighed.verdict in REFUSALS
    return SourceVerdict(
        name=case.source.name,
        path=(case.base / case.source.path).resolve(),
        listing=case.listing,
        weighed=weighed,
        declared=case.claims,
        found=file_sha256(text) if text else "",
        found_licence=next((one.match.expression for one in case.found if one.match and not one.part), ""),
        concluded=_concluded(case.claims),
        source=case.source,
        text=text,
        inputs=inputs.of_source(case.source, case.base),
        rest=weigh(tuple(sorted({*judge(rowlicences.rest(case)), *inherited})), signed, now) if by_row else None,
    )


def duties(weighed: Weighed) -> tuple[str, ...]:
    """Return what must be done when the data may be used."""
    told = (one.remedy for one in weighed.findings if one.verdict == "allow_with_obligations")
    return tuple(dict.fromkeys(told))


def circumstances(source: str, address: str, intent: str, rules: Policy, today: date) -> Circumstances:
    """Return what waivers of a source are held against."""
    may_deny, auditors = frozenset(rules.audit.waive_deny), rules.signers_of("audit")
    return Circumstances(source, address, intent, rules.digest, today, may_deny, auditors)


def _concluded(claims: tuple[Claim, ...]) -> str:
    """Return the licence all claims agree on, with the branch taken where it offers a choice."""
    expressions = {normalise(claim.text) for claim in claims}
    if len(expressions) != 1 or (only := expressions.pop()) is None:
        return ""
    known = terms(only)
    return known[0] if known else only
