# SPDX-License-Identifier: Apache-2.0
"""What the licence claims allow, each held against the intent, so that one more claim never relaxes a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.claims import Claim
from custody.audit.licences.names import Terms, normalise, terms
from custody.audit.verdicts import Finding


def licence(case: Case) -> Iterator[Finding]:
    """Judge the licence claims. Each claim is held against the intent, so one more claim never relaxes the verdict."""
    name = case.source.name
    if not case.claims:
        yield Finding(
            "LIC001",
            "deny" if case.intent.redistribute_data else "review",
            "no licence is stated",
            name,
            "without a licence all rights are reserved",
            "ask the publisher for a licence and write it, with its source, into `licence`",
        )
    expressions = {normalise(claim.text) for claim in case.claims if not claim.part} - {None}
    if len(expressions) > 1:
        yield Finding(
            "LIC003",
            "review",
            f"the claims differ: {', '.join(sorted(map(str, expressions)))}",
            name,
            "only one of them can be what the publisher granted",
            "find out which holds, and correct the other",
        )
    for claim in sorted(case.claims, key=lambda one: (one.by, one.text)):
        yield from _claim(claim, case)


def _claim(claim: Claim, case: Case) -> Iterator[Finding]:
    where = f"{case.source.name}, {claim.by}" + (f", {claim.part}" if claim.part else "")
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
    yield from _terms(*known, where, case)


def _terms(licence: str, found: Terms, where: str, case: Case) -> Iterator[Finding]:
    intent = case.intent
    if not found.commercial and intent.purpose == "commercial":
        yield Finding(
            "LIC010",
            "deny",
            f"{licence} forbids commercial use",
            where,
            f"the intent {case.intent_name!r} is commercial",
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
            f"the intent {case.intent_name!r} redistributes data",
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
        yield from _text(licence, where, case)


def _text(licence: str, where: str, case: Case) -> Iterator[Finding]:
    if not case.source.licence_file:
        yield Finding(
            "LIC005",
            "review" if case.intent.redistribute_data else "allow_with_obligations",
            f"the text of {licence} is not kept with the data",
            where,
            "its duty cannot be met without the text",
            "store the licence's text and name it in `licence_file`",
        )
