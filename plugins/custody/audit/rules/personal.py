# SPDX-License-Identifier: Apache-2.0
"""May the people in the data be there? After GDPR Art. 5, 6, 8 and 9, which are recalled, not quoted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from custody.audit.case import Case
from custody.audit.records import classification
from custody.audit.records.basis import Basis, LegalBasis, PersonalData
from custody.audit.records.classification import SPECIAL, Scan
from custody.audit.records.dates import Term
from custody.audit.verdicts import Finding, Verdict

_PERSONAL = "personal data needs a basis that can be shown"


def personal_data(case: Case) -> Iterator[Finding]:
    """Ask for the legal basis on which people may be in the data."""
    told, scan = case.source.personal_data, _scan(case)
    if scan.problem:
        yield _finding(
            case,
            "review",
            f"the classification report {case.source.classification!r} is {scan.problem}",
            "whether it found people is not known",
            "classify exactly these bytes and name that report",
            code="EVD080",
        )
    if told is None:
        yield _finding(
            case,
            "review",
            "it is not stated whether people are in the data",
            "unknown is not allowed",
            "classify it, then write `personal_data: {present: …}`",
        )
    else:
        yield from _contradictions(case, told, scan)
        yield from _basis(case, told)
        yield from _vulnerable(case, told)


def _scan(case: Case) -> Scan:
    name = case.source.classification
    return classification.read(case.base / name, case.listing.address) if name else Scan()


def _contradictions(case: Case, told: PersonalData, scan: Scan) -> Iterator[Finding]:
    """Hold what is stated against what the scan found and what the metadata says."""
    if not told.present and case.metadata.personal:
        yield _finding(
            case,
            "review",
            "it is stated that there are no people, and the metadata says there are",
            "one of the two is wrong",
            "find out which; correct `personal_data`, or ask the publisher to correct the metadata",
        )
    if not told.present and scan.personal:
        yield _finding(
            case,
            "review",
            f"it is stated that there are no people; the scan found {', '.join(sorted(scan.personal))}",
            "one of the two is wrong",
            "write the legal basis, redact the people, or dismiss the findings in the review if they are none",
        )
    for kind, found, stated in (
        ("special categories of data", scan.entities & SPECIAL, told.special_categories),
        ("data of children", scan.entities & {"MINOR"}, told.minors),
    ):
        if found and not stated:
            yield _finding(
                case,
                "review",
                f"the scan found {kind} ({', '.join(sorted(found))}), and the record does not say so",
                "the law asks more of such data",
                "state it in `personal_data`, redact it, or dismiss the findings in the review if they are none",
            )


def _basis(case: Case, told: PersonalData) -> Iterator[Finding]:
    if not told.present:
        return
    if isinstance(told.legal_basis, LegalBasis):
        yield from _record(case, told.legal_basis)
    elif not (told.legal_basis and told.record):
        yield _finding(
            case,
            "review",
            "people are in the data and no legal basis is on record",
            _PERSONAL,
            "write `legal_basis` and where its record is, or remove the people",
        )
    elif told.legal_basis not in get_args(Basis):
        yield _finding(
            case,
            "review",
            "the legal basis is none of those there are",
            _PERSONAL,
            f"write one of: {', '.join(get_args(Basis))}",
        )
    elif case.settings.personal.full:
        yield _finding(
            case,
            "review",
            "the legal basis is recorded in short",
            "the policy asks for purpose, data subjects and reference",
            "write `legal_basis` as a record",
        )


def _record(case: Case, basis: LegalBasis) -> Iterator[Finding]:
    for missing, why in (
        ("" if basis.reference else "reference", "nobody can look the basis up"),
        ("" if basis.purpose else "purpose", "what the data may be used for is not known"),
        ("" if basis.data_subjects else "data_subjects", "whose data it is is not known"),
        ("valid_until" if basis.basis == "consent" and not basis.valid_until else "", "consent ends some day"),
    ):
        if missing:
            what = f"the legal basis has no `{missing}`"
            yield _finding(case, "review", what, why, f"write `{missing}` into the record")
    if basis.purpose and case.intent.use not in basis.purpose:
        yield _finding(
            case,
            "deny",
            f"the legal basis is for {' and '.join(basis.purpose)}, not to {case.intent.use}",
            "personal data stays bound to the purpose it was got for",
            "get a basis for this purpose, or remove the people",
        )
    if basis.valid_until:
        yield from _until(case, basis)


def _until(case: Case, basis: LegalBasis) -> Iterator[Finding]:
    state = Term("", basis.valid_until, begins=False).on(case.today)
    if state == "over":
        yield _finding(
            case,
            "deny",
            f"the legal basis ended on {basis.valid_until}",
            f"the audit is as of {case.today.isoformat()}",
            "renew it, or remove the people",
            code="EVD081",
        )
    elif state == "unreadable":
        yield _finding(
            case,
            "review",
            "the last day of the legal basis cannot be read",
            "whether it still holds is not known",
            "write it as 2026-12-31, or `perpetual`",
            code="EVD081",
        )


def _vulnerable(case: Case, told: PersonalData) -> Iterator[Finding]:
    """Special categories and children: nothing without a record of their own."""
    basis = told.legal_basis if isinstance(told.legal_basis, LegalBasis) else None
    if told.special_categories and not (told.present and basis and basis.special and basis.reference):
        yield _finding(
            case,
            "deny",
            "special categories of personal data are in the data, and no condition for them is on record",
            "they are forbidden unless a condition holds",
            "write `legal_basis` as a record with `special`, or remove them",
        )
    if told.minors and not (told.present and basis and basis.guardians):
        yield _finding(
            case,
            "deny",
            "data of children is in the data, and no consent of their guardians is on record",
            "children cannot agree for themselves",
            "write `legal_basis` as a record with `guardians`, or remove them",
        )
    if (told.special_categories or told.minors) and basis and not basis.dpia:
        what = "there is no data protection impact assessment on record"
        yield _finding(case, "review", what, "the risk for these people is high", "make one and write `dpia`")
    if basis and basis.special == "research" and case.intent.purpose != "research":
        yield _finding(
            case,
            "deny",
            "special categories are there for research, and the intent is commercial",
            "the condition holds for research only",
            "remove them, or obtain explicit consent",
        )


def _finding(case: Case, verdict: Verdict, what: str, why: str, remedy: str, code: str = "PII060") -> Finding:
    return Finding(code, verdict, what, case.source.name, why, remedy)
