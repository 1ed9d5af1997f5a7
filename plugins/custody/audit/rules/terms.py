# SPDX-License-Identifier: Apache-2.0
"""May the terms of a crawled site bar crawling or training? Keywords find clauses to read; none ever allows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from custody.audit.case import Case
from custody.audit.crawled import concerned
from custody.audit.evidence import Evidence
from custody.audit.rights.terms import Terms, find
from custody.audit.verdicts import Finding, Verdict


def site_terms(case: Case) -> Iterator[Finding]:
    """Look through the terms that were kept."""
    if not concerned(case):
        return
    kept = [one for one in case.evidence if one.kind == "terms" and not one.problem]
    if not kept and "terms" in case.settings.rights.require:
        yield _finding(
            case,
            "review",
            "the terms of the site were not kept",
            "they may bar crawling or training",
            "store the terms as of the crawl, and name them in `evidence` as kind terms",
        )
    for one in kept:
        yield from _terms(case, one)


def _terms(case: Case, one: Evidence) -> Iterator[Finding]:
    found = _found(one)
    topics = sorted({clause.topic for clause in found.clauses})
    for topic in topics:
        at = min(clause.sentence for clause in found.clauses if clause.topic == topic)
        yield _finding(
            case,
            case.settings.rights.terms,
            f"the terms {one.name!r} have a clause that seems to bar {topic}, in sentence {at}",
            "found by keywords; what it means is for a person to say",
            "let somebody read the clause, then drop the source, get a contract, or record a waiver",
        )
    if not found.read or not found.whole:
        yield _finding(
            case,
            "review",
            f"the terms {one.name!r} are "
            + ("too long to be read whole" if found.read else "in no language that is read"),
            "what they bar is not known",
            "let somebody read them",
        )


@lru_cache(maxsize=64)
def _found(one: Evidence) -> Terms:
    return find(one.text)


def _finding(case: Case, verdict: Verdict, what: str, why: str, remedy: str) -> Finding:
    return Finding("TOS050", verdict, what, case.source.name, why, remedy)
