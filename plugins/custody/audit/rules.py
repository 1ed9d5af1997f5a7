# SPDX-License-Identifier: Apache-2.0
"""The rules: a source's claims against an intent. Verdicts only rise, and the order of claims does not matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from custody.audit.claims import Claim, Metadata
from custody.audit.licences import Terms, normalise, terms
from custody.audit.sources import Source
from custody.dataset import Listing, is_sha256
from custody.policy import Intent

Verdict = Literal["allow", "allow_with_obligations", "review", "deny"]
VERDICTS: tuple[Verdict, ...] = ("allow", "allow_with_obligations", "review", "deny")


@dataclass(frozen=True, order=True)
class Finding:
    """One rule's word on one source."""

    code: str
    verdict: Verdict
    what: str
    where: str
    why: str
    remedy: str


def strictest(*verdicts: Verdict) -> Verdict:
    """Return the strictest verdict; nothing at all allows."""
    return max(verdicts, key=VERDICTS.index, default="allow")


def licence_findings(claims: Sequence[Claim], source: Source, intent: Intent, intent_name: str) -> Iterator[Finding]:
    """Judge the licence claims. Each claim is held against the intent, so one more claim never relaxes the verdict."""
    name = source.name
    if not claims:
        yield Finding(
            "LIC001",
            "deny" if intent.redistribute_data else "review",
            "no licence is stated",
            name,
            "without a licence all rights are reserved",
            "ask the publisher for a licence and write it, with its source, into `licence`",
        )
    expressions = {normalise(claim.text) for claim in claims} - {None}
    if len(expressions) > 1:
        yield Finding(
            "LIC003",
            "review",
            f"the claims differ: {', '.join(sorted(map(str, expressions)))}",
            name,
            "only one of them can be what the publisher granted",
            "find out which holds, and correct the other",
        )
    for claim in sorted(claims, key=lambda one: (one.by, one.text)):
        yield from _claim_findings(claim, name, source, intent, intent_name)


def _claim_findings(claim: Claim, name: str, source: Source, intent: Intent, intent_name: str) -> Iterator[Finding]:
    where = f"{name}, {claim.by}"
    expression = normalise(claim.text)
    known = terms(expression) if expression else None
    if known is None:
        yield Finding(
            "LIC002",
            "review",
            f"the licence {claim.text[:80]!r} is not known"
            if expression is None
            else f"{expression} has no coded terms",
            where,
            "what is not known cannot be allowed",
            "state an SPDX identifier with version, or let counsel read the text",
        )
        return
    yield from _term_findings(*known, where, source, intent, intent_name)


def _term_findings(
    licence: str, found: Terms, where: str, source: Source, intent: Intent, intent_name: str
) -> Iterator[Finding]:
    if not found.commercial and intent.purpose == "commercial":
        yield Finding(
            "LIC010",
            "deny",
            f"{licence} forbids commercial use",
            where,
            f"the intent {intent_name!r} is commercial",
            "drop the data, obtain a commercial licence, or set purpose: research for a model that never is commercial",
        )
    if found.modify == "no" and (intent.release != "none" or intent.redistribute_data):
        yield Finding(
            "LIC011",
            "deny" if intent.redistribute_data else "review",
            f"{licence} forbids sharing adaptations",
            where,
            "whether a released model is an adaptation of its data is contested",
            "drop the data, or let counsel decide",
        )
    if found.modify == "same-licence" and (intent.release == "weights" or intent.redistribute_data):
        yield Finding(
            "LIC012",
            "review",
            f"{licence} asks that adaptations carry the same licence",
            where,
            "whether released weights are an adaptation of their data is contested",
            "let counsel decide, or release under the same licence",
        )
    if not found.redistribute and intent.redistribute_data:
        yield Finding(
            "LIC016",
            "deny",
            f"{licence} forbids passing the data on",
            where,
            f"the intent {intent_name!r} redistributes data",
            "set redistribute_data: false, or drop the data",
        )
    if found.duty:
        yield Finding(
            "LIC013",
            "allow_with_obligations",
            f"{licence} asks: {found.duty}",
            where,
            "a condition of the licence",
            found.duty,
        )
        yield from _licence_text(licence, where, source, intent)


def _licence_text(licence: str, where: str, source: Source, intent: Intent) -> Iterator[Finding]:
    if not source.licence_file:
        yield Finding(
            "LIC005",
            "review" if intent.redistribute_data else "allow_with_obligations",
            f"the text of {licence} is not kept with the data",
            where,
            "its duty cannot be met without the text",
            "store the licence's text and name it in `licence_file`",
        )


def other_findings(
    source: Source, metadata: Metadata, listing: Listing, *, licence_file_found: bool
) -> Iterator[Finding]:
    """Judge evidence, digests and personal data."""
    if metadata.broken:
        yield Finding(
            "EVD080",
            "review",
            f"the metadata {source.metadata!r} is {metadata.broken}",
            source.name,
            "what it would say is not known",
            "repair or remove it",
        )
    if source.licence_file and not licence_file_found:
        yield Finding(
            "EVD080",
            "review",
            f"the licence file {source.licence_file!r} is not there",
            source.name,
            "evidence that is named must exist",
            "store the licence's text there",
        )
    yield from _digest_findings(source, metadata, listing)
    yield from _personal_findings(source)


def _digest_findings(source: Source, metadata: Metadata, listing: Listing) -> Iterator[Finding]:
    by_name = {path.rsplit("/", 1)[-1]: digest for path, digest in listing.digests.items()}
    for name, stated in metadata.digests:
        if not is_sha256(stated.lower()):
            yield Finding(
                "AUT070",
                "review",
                f"the metadata's sha256 of {name!r} is not one",
                source.name,
                "so the bytes cannot be checked against the publisher's word",
                "get the true digest from the publisher",
            )
        elif name in by_name and by_name[name] != stated.lower():
            yield Finding(
                "AUT070",
                "deny",
                f"{name!r} is not the file the publisher described",
                source.name,
                "its sha256 differs from the metadata's",
                "fetch the file again, or find out who changed it",
            )


def _personal_findings(source: Source) -> Iterator[Finding]:
    told = source.personal_data
    if told is None:
        yield Finding(
            "PII060",
            "review",
            "it is not stated whether people are in the data",
            source.name,
            "unknown is not allowed",
            "classify it, then write `personal_data: {present: …}`",
        )
    elif told.present and not (told.legal_basis and told.record):
        yield Finding(
            "PII060",
            "review",
            "people are in the data and no legal basis is on record",
            source.name,
            "personal data needs a basis that can be shown",
            "write `legal_basis` and where its record is, or remove the people",
        )
