# SPDX-License-Identifier: Apache-2.0
"""The audit as JSON, ready for a page: what was not checked first, then the strictest sources first.

The published schema is `audit.schema.json`. Every text is cleaned, so a page has only to escape it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from custody.audit.output.safe import cleaned
from custody.audit.verdicts import VERDICTS, Finding

if TYPE_CHECKING:
    from custody.audit.report import AuditReport, SourceVerdict

SCHEMA_VERSION = "1"
UNCHECKED = (
    "who owns the data: a publisher's word on it is a claim, not a proof",
    "whether a use is lawful in a place: exceptions differ, and no rule here decides one",
    "terms of use in prose, beyond keywords: a person has to read them",
)
NOT_SCREENED = "poisoning: texts were not screened for copies, triggers and held-out texts (`--screen`)"


def unchecked(report: AuditReport) -> tuple[str, ...]:
    """Return what this audit did not look at."""
    return UNCHECKED if report.screened else (*UNCHECKED, NOT_SCREENED)


def schema() -> str:
    """Return the JSON Schema of audits, as text."""
    return files("custody.audit.output").joinpath("audit.schema.json").read_text(encoding="utf-8")


def ordered(report: AuditReport) -> list[SourceVerdict]:
    """Return the sources, the strictest first, then by name."""
    return sorted(report.sources, key=lambda one: (-VERDICTS.index(one.verdict), one.name))


def document(report: AuditReport, most: int | None = None) -> dict[str, Any]:
    """Return the JSON form of an audit, with all its sources or the strictest ones."""
    return {**_head(report), "sources": [cleaned(_source(one)) for one in ordered(report)[:most]]}


def text(report: AuditReport) -> str:
    """Return the JSON form as text: one source a line, made one by one, so that thousands do not fill the memory."""
    head = json.dumps(_head(report), indent=1, ensure_ascii=False).removesuffix("\n}")
    lines = (json.dumps(cleaned(_source(one)), ensure_ascii=False) for one in ordered(report))
    return head + ',\n "sources": [\n' + ",\n".join(lines) + "\n ]\n}\n"


def _head(report: AuditReport) -> dict[str, Any]:
    counted = Counter(one.verdict for one in report.sources)
    told = {
        "schema_version": SCHEMA_VERSION,
        "unchecked": list(unchecked(report)),
        "intent": report.intent,
        "policy": report.policy,
        "as_of": report.as_of,
        "inputs": dict(report.inputs),
        "verdict": report.verdict,
        "counts": {verdict: counted[verdict] for verdict in VERDICTS},
    }
    return dict(cleaned(told))


def _source(one: SourceVerdict) -> dict[str, Any]:
    return {
        "name": one.name,
        "address": one.address,
        "verdict": one.verdict,
        "verdict_before_waivers": one.ruled,
        "without_refused_rows": _rest(one),
        "declared": [{"by": claim.by, "text": claim.text} for claim in one.declared],
        "found": one.found,
        "found_licence": one.found_licence,
        "concluded": one.concluded,
        "findings": [_finding(one, each) for each in one.findings],
        "obligations": list(one.obligations),
        "origin": one.source.origin.model_dump(mode="json"),
        "attribution": one.source.attribution,
        "inputs": dict(one.inputs),
        "kind": one.source.kind,
        "derived_from": [
            {"name": name, "url": url, "licence": licence}
            for name, url, licence in sorted({(by.name, by.url, by.licence) for by in one.source.derived_from})
        ],
        "generated_by": sorted({by.model for by in one.source.generated_by}),
        "personal_data": _personal(one),
    }


def _personal(one: SourceVerdict) -> dict[str, Any] | None:
    told = one.source.personal_data
    if told is None:
        return None
    basis = told.legal_basis
    return {"present": told.present, "legal_basis": basis if isinstance(basis, str) else basis.basis}


def _rest(one: SourceVerdict) -> dict[str, Any] | None:
    from custody.audit.report import duties

    return {"verdict": one.rest.verdict, "obligations": list(duties(one.rest))} if one.rest else None


def _finding(source: SourceVerdict, one: Finding) -> dict[str, Any]:
    waiver = source.waiver(one)
    names = ("lowered_to", "who", "asked_by", "why", "expires", "statement")
    told = {name: getattr(waiver, name) for name in names} if waiver else None
    return {**asdict(one), "about": titles().get(one.code, ""), "waiver": told}


@cache
def titles() -> Mapping[str, str]:
    """Return what findings of a code are about."""
    text = files("custody.audit.output").joinpath("codes.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
