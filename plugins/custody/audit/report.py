# SPDX-License-Identifier: Apache-2.0
"""The audit: every source of a file against one intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from custody.audit import sources as intake
from custody.audit.claims import Claim, Metadata, read_metadata
from custody.audit.licences import normalise, terms
from custody.audit.rules import Finding, Verdict, licence_findings, other_findings, strictest
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
    """All sources. Deterministic: the same files and policy give the same report."""

    intent: str
    policy: str
    sources: tuple[SourceVerdict, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; paths are left out, they differ from machine to machine."""
        told = [
            {key: value for key, value in asdict(one).items() if key != "path"} | {"obligations": list(one.obligations)}
            for one in self.sources
        ]
        return {"schema_version": SCHEMA_VERSION, "intent": self.intent, "policy": self.policy, "sources": told}

    def attribution(self) -> str:
        """Return the attributions of the admitted sources as Markdown."""
        lines = ["# Attribution", ""]
        for one in self.sources:
            if one.verdict == "allow_with_obligations":
                lines += [f"- **{one.name}**: {one.attribution or one.origin.get('publisher') or 'unknown author'}"]
                lines += [f"  Licence: {one.concluded}. Source: {one.origin.get('url') or 'not stated'}"]
        return "\n".join(lines) + "\n"


def audit(sources_file: Path, intent: str, rules: Policy) -> AuditReport:
    """Judge every source of a sources file.

    Args:
        sources_file: the file; paths in it are relative to it.
        intent: a name under `intents` in the policy.
        rules: the policy.

    Raises:
        PolicyError: the sources file does not say what it must.
        DatasetError: a dataset cannot be read.
    """
    found = intake.load(sources_file)
    verdicts = tuple(_judge(one, sources_file.parent, intent, rules) for one in found.sources)
    return AuditReport(intent, rules.digest, verdicts)


def _judge(source: intake.Source, base: Path, intent: str, rules: Policy) -> SourceVerdict:
    path = (base / source.path).resolve()
    listing = Dataset(path, source.name).listing()
    metadata = read_metadata(base / source.metadata) if source.metadata else Metadata()
    own = (Claim("sources file", source.licence),) if source.licence else ()
    claims = (*own, *metadata.claims)
    text = base / source.licence_file
    kept = bool(source.licence_file) and text.is_file()
    findings = sorted(
        {
            *licence_findings(claims, source, rules.intents[intent], intent),
            *other_findings(source, metadata, listing, licence_file_found=kept),
        }
    )
    return SourceVerdict(
        name=source.name,
        path=path,
        address=listing.address,
        verdict=strictest(*(one.verdict for one in findings)),
        declared=claims,
        found=file_sha256(text) if kept else "",
        concluded=_concluded(claims),
        findings=tuple(findings),
        origin=source.origin.model_dump(),
        attribution=source.attribution,
    )


def _concluded(claims: tuple[Claim, ...]) -> str:
    """Return the licence all claims agree on, with the branch taken where it offers a choice."""
    expressions = {normalise(claim.text) for claim in claims}
    if len(expressions) != 1 or (only := expressions.pop()) is None:
        return ""
    known = terms(only)
    return known[0] if known else only
