# SPDX-License-Identifier: Apache-2.0
"""The audit: every source of a file against one intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from custody.audit import sources as intake
from custody.audit.case import Case
from custody.audit.claims import Claim
from custody.audit.intake import read_all
from custody.audit.licences.names import normalise, terms
from custody.audit.rules import judge
from custody.audit.verdicts import Finding, Verdict, strictest
from custody.dataset import Dataset, file_sha256
from custody.policy import Policy

SCHEMA_VERSION = "1"


@dataclass(frozen=True)
class SourceVerdict:
    """One source's verdict, with four licence fields that are never mixed.

    declared: what each party says. found: SHA-256 of the licence text that is kept. concluded: the one SPDX
        expression the claims agree on, or nothing. permitted: that is `verdict`, for this intent.
    """

    name: str
    path: Path
    address: str
    verdict: Verdict
    declared: tuple[Claim, ...]
    found: str
    concluded: str
    findings: tuple[Finding, ...]
    origin: Mapping[str, str]
    attribution: str

    @property
    def obligations(self) -> tuple[str, ...]:
        """What must be done when the data may be used."""
        return tuple(dict.fromkeys(one.remedy for one in self.findings if one.verdict == "allow_with_obligations"))


@dataclass(frozen=True)
class AuditReport:
    """All sources. Deterministic: the same files, policy and day give the same report."""

    intent: str
    policy: str
    as_of: str  # the day it holds for, UTC
    sources: tuple[SourceVerdict, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; paths are left out, they differ from machine to machine."""
        told = [
            {key: value for key, value in asdict(one).items() if key != "path"} | {"obligations": list(one.obligations)}
            for one in self.sources
        ]
        about = {"intent": self.intent, "policy": self.policy, "as_of": self.as_of}
        return {"schema_version": SCHEMA_VERSION, **about, "sources": told}

    def attribution(self) -> str:
        """Return the attributions of the admitted sources as Markdown."""
        lines = ["# Attribution", ""]
        for one in self.sources:
            if one.verdict == "allow_with_obligations":
                lines += [f"- **{one.name}**: {one.attribution or one.origin.get('publisher') or 'unknown author'}"]
                lines += [f"  Licence: {one.concluded}. Source: {one.origin.get('url') or 'not stated'}"]
        return "\n".join(lines) + "\n"


def audit(sources_file: Path, intent: str, rules: Policy, today: date | None = None) -> AuditReport:
    """Judge every source of a sources file.

    Args:
        sources_file: the file; paths in it are relative to it.
        intent: a name under `intents` in the policy.
        rules: the policy.
        today: judge as of this day; today in UTC when not given.

    Raises:
        PolicyError: the sources file does not say what it must.
        DatasetError: a dataset cannot be read.
    """
    day = today or datetime.now(UTC).date()
    found = intake.load(sources_file)
    verdicts = tuple(_verdict(_case(one, sources_file.parent, intent, rules, day)) for one in found.sources)
    return AuditReport(intent, rules.digest, day.isoformat(), verdicts)


def _case(source: intake.Source, base: Path, intent: str, rules: Policy, today: date) -> Case:
    return Case(
        source=source,
        base=base,
        listing=Dataset((base / source.path).resolve(), source.name).listing(),
        metadata=read_all(base / name for name in source.metadata),
        intent=rules.intents[intent],
        intent_name=intent,
        settings=rules.audit,
        today=today,
    )


def _verdict(case: Case) -> SourceVerdict:
    findings, text = judge(case), case.licence_text
    return SourceVerdict(
        name=case.source.name,
        path=(case.base / case.source.path).resolve(),
        address=case.listing.address,
        verdict=strictest(*(one.verdict for one in findings)),
        declared=case.claims,
        found=file_sha256(text) if text else "",
        concluded=_concluded(case.claims),
        findings=findings,
        origin=case.source.origin.model_dump(),
        attribution=case.source.attribution,
    )


def _concluded(claims: tuple[Claim, ...]) -> str:
    """Return the licence all claims agree on, with the branch taken where it offers a choice."""
    expressions = {normalise(claim.text) for claim in claims}
    if len(expressions) != 1 or (only := expressions.pop()) is None:
        return ""
    known = terms(only)
    return known[0] if known else only
