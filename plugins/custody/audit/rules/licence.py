# SPDX-License-Identifier: Apache-2.0
"""What the licence claims allow, each held against the intent, so that one more claim never relaxes a verdict.

A licence is read as what is certain of it. A family without a version ("CC BY"), a list, or a name with conditions
keeps every restriction it names, and is for review in any case (LIC002), even where all versions of the family would
suit the intent: which grant was made, and how its attribution has to read, is not known, and what is unknown is never
allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from custody.audit.case import Case
from custody.audit.claims import Claim
from custody.audit.licences.clauses import UPSTREAM
from custody.audit.licences.expressions import branches
from custody.audit.licences.names import Reading, read
from custody.audit.licences.prose import MAX_PROSE, Statement, of_data
from custody.audit.licences.table import terms_of
from custody.audit.licences.unread import unread
from custody.audit.rules.licence_terms import findings
from custody.audit.verdicts import VERDICTS, Finding, strictest

_KNOWN_BY = "state an SPDX identifier with version, or let counsel read the text"


def licence(case: Case) -> Iterator[Finding]:
    """Judge what is said of the licence, by whoever says it."""
    told = of_data(case.metadata.prose)
    if not case.claims and all(one.passing for one in told):
        yield _missing("no licence is stated", case.source.name, case)
    for claim in sorted(case.claims, key=lambda one: (one.by, one.part, one.text)):
        yield from _claim(claim, case)
    for one in told:
        yield from _statement(one, case)
    if len(case.metadata.prose) > MAX_PROSE:
        yield Finding(
            "LIC002",
            "review",
            f"the card's text is longer than {MAX_PROSE:,} characters, and was read up to there",
            case.source.name,
            "what the rest says of the licence is not known",
            "shorten the card, or let somebody read it and state the licence in `licence`",
        )
    if unread(case.metadata.prose):
        yield Finding(
            "LIC002",
            "review",
            "the card's text, or a section of it, is in a language that is not read for conditions",
            case.source.name,
            "what it says of the licence is not known",
            "let somebody who knows the language read it, then waive this or state the licence in `licence`",
        )


def _missing(what: str, where: str, case: Case) -> Finding:
    return Finding(
        "LIC001",
        "deny" if case.intent.redistribute_data else "review",
        what,
        where,
        "without a licence all rights are reserved",
        "ask the publisher for a licence and write it, with its source, into `licence`",
    )


def _claim(claim: Claim, case: Case) -> Iterator[Finding]:
    where = f"{case.source.name}, {claim.by}" + (f", {claim.part}" if claim.part else "")
    found = read(claim.text)
    if found.kind == "unstated":
        yield _missing(f"the licence is said to be {claim.text[:80]!r}", where, case)
        return
    if found.expression:
        yield from _expression(found, where, case)
    if not found.certain:
        yield Finding(
            "LIC002", "review", _unclear(claim, found), where, "what is not known cannot be allowed", _KNOWN_BY
        )


def _unclear(claim: Claim, found: Reading) -> str:
    if found.kind == "family":
        return f"the licence {claim.text[:80]!r} does not say which version"
    if found.kind == "several":
        return f"the licence {claim.text[:80]!r} is more than a licence's name"
    return f"the licence {claim.text[:80]!r} is not known"


def _expression(found: Reading, where: str, case: Case) -> Iterator[Finding]:
    """Judge an expression by the branch that suits the intent best; restrictions alone where it is not certain."""
    judged = [(name, terms, tuple(findings(name, terms, where, case))) for name, terms in branches(found.expression)]
    if not judged:
        if found.certain:
            what = f"{found.expression} has no coded terms"
            yield Finding("LIC002", "review", what, where, "what is not known cannot be allowed", _KNOWN_BY)
        return
    name, terms, told = min(judged, key=lambda one: (_severity(one[2]), one[1].restrictions, one[0]))
    if found.certain and not terms.known:
        yield Finding(
            "LIC002",
            "review",
            f"the terms of {name} are recalled, not read",
            where,
            "; ".join(("what nobody read grants nothing", *terms.notes)),
            "store the licence's text and let somebody read it",
        )
    yield from (one for one in told if found.certain or _severity((one,)) >= VERDICTS.index("review"))


def _severity(told: tuple[Finding, ...]) -> int:
    return VERDICTS.index(strictest(*(one.verdict for one in told)))


def _statement(one: Statement, case: Case) -> Iterator[Finding]:
    """A card's words add what they restrict; they never stand for a licence field that is missing."""
    where, name = f"{case.source.name}, card text", one.key.removeprefix("LicenseRef-")
    if one.key == UPSTREAM:
        yield Finding(
            "LIC031",
            "review",
            "the card says that the terms of its sources hold, too",
            where,
            "what they allow is not stated",
            "name the sources under `derived_from`, each with its licence",
        )
        return
    terms = terms_of(one.key)
    told = findings(name, terms, where, case) if terms else ()
    for each in told:
        if _severity((each,)) >= VERDICTS.index("review"):
            yield replace(each, verdict="review") if one.passing else each
    if not case.claims and not one.passing:
        yield Finding(
            "LIC002",
            "review",
            f"only the card's text names a licence: {name}",
            where,
            "words around a licence may narrow it",
            "read them, then state the licence in `licence`",
        )
