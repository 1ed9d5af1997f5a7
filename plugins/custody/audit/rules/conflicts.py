# SPDX-License-Identifier: Apache-2.0
"""Claims about one licence that cannot all be true.

Claims conflict when they differ in what they allow or ask: uses, passing on, adaptations, credit. Two names for the
same terms do not. The stricter claim is applied anyway; the conflict itself is for review, as only one can be what was
granted. A field that is weaker than the card's words or the licence's text is told in any case; any other difference
only where it matters to the intent. A card's words may name licences of parts, too: they conflict only with what is
weaker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from custody.audit.case import Case
from custody.audit.licences.clauses import UPSTREAM
from custody.audit.licences.expressions import terms
from custody.audit.licences.names import read
from custody.audit.licences.prose import of_data
from custody.audit.licences.table import terms_of
from custody.audit.licences.terms import COMMERCIAL, MODIFY, REDISTRIBUTION, Terms
from custody.audit.rules.licence_terms import findings
from custody.audit.verdicts import Finding

TAGS = (
    "card",
    "card tag",
    "croissant",
    "data package",
    "cyclonedx",
    "spdx",
    "hugging face",
    "github",
    "papers with code",
)
PROSE = "card text"
TEXTS = (PROSE, "licence file", "licence text")
CODE_HOSTS = ("github", "gitlab")
_UNKNOWN = {"unknown", "per-grant"}


@dataclass(frozen=True, order=True)
class _Said:
    """One party's word. tag: it is a field, which anybody fills in by choosing from a list."""

    by: str
    name: str
    terms: Terms

    @property
    def tag(self) -> bool:
        return self.by in TAGS


def conflicts(case: Case) -> Iterator[Finding]:
    """Judge whether the claims about the whole of the data agree."""
    said = sorted({*_claims(case), *_prose(case)}, key=lambda one: (one.by, one.name))
    for one, other in combinations(said, 2):
        if _different(one.terms, other.terms) and not _of_code(one, other):
            yield from _told(one, other, case)
    yield from _upstream(said, case)


def _claims(case: Case) -> Iterator[_Said]:
    for claim in case.claims:
        found = read(claim.text)
        if claim.part or not found.expression:
            continue
        if known := terms(found.expression):
            yield _Said(claim.by, known[0], known[1])


def _prose(case: Case) -> Iterator[_Said]:
    for one in of_data(case.metadata.prose):
        if one.key != UPSTREAM and not one.passing and (found := terms_of(one.key)):
            yield _Said(PROSE, one.key, found)


def _upstream(said: list[_Said], case: Case) -> Iterator[Finding]:
    """A tag that the card's words replace by the terms of the sources, instead of confirming it."""
    words = of_data(case.metadata.prose)
    if not any(one.key == UPSTREAM and not one.passing for one in words):
        return
    told = {one.terms.obligations_class for one in said if one.by == PROSE}
    for one in said:
        if one.tag and one.terms.commercial and one.terms.obligations_class not in told:
            yield Finding(
                "LIC004",
                "review",
                f"the {one.by} says {_plain(one.name)}, but the {PROSE} names the terms of the sources instead",
                case.source.name,
                "a field is filled in more easily than a licence is changed",
                "find out which terms hold, and state them in `licence`",
            )


def _different(one: Terms, other: Terms) -> bool:
    """Whether two terms differ where both say something. A condition in words says nothing of duties."""
    if "unknown" in {one.kind, other.kind}:
        return False
    if (
        one.commercial_use not in _UNKNOWN
        and other.commercial_use not in _UNKNOWN
        and one.commercial != other.commercial
    ):
        return True
    if "terms" in {one.kind, other.kind}:
        return False
    return any(
        mine != theirs and not {mine, theirs} & _UNKNOWN
        for mine, theirs in (
            (one.redistribution, other.redistribution),
            (one.modify, other.modify),
            (one.use, other.use),
        )
    ) or bool(one.duty) != bool(other.duty)


def _of_code(one: _Said, other: _Said) -> bool:
    """A software licence of a code host beside a licence for content: the one is of the code, the other of the data."""
    return any(
        code.by in CODE_HOSTS
        and code.terms.kind == "software"
        and data.terms.kind in {"content", "data", "pd"}
        and data.by not in CODE_HOSTS
        for code, data in ((one, other), (other, one))
    )


def _strictness(terms: Terms) -> tuple[int, ...]:
    return (
        COMMERCIAL.index(terms.commercial_use) + terms.research_only,
        MODIFY.index(terms.modify),
        REDISTRIBUTION.index(terms.redistribution),
        bool(terms.duty),
    )


def _told(one: _Said, other: _Said, case: Case) -> Iterator[Finding]:
    weak, strict = sorted((one, other), key=lambda said: _strictness(said.terms))
    if weak.by == PROSE:
        return
    if weak.tag and strict.by in TEXTS:
        yield Finding(
            "LIC004",
            "review",
            f"the {weak.by} says {_plain(weak.name)}, but the {strict.by} says {_plain(strict.name)}",
            case.source.name,
            "a field is filled in more easily than a licence is changed; the stricter one is applied",
            "find out which holds; to use the weaker one, keep the rights holder's word as evidence",
        )
    elif _meaning(one, case) != _meaning(other, case):
        yield Finding(
            "LIC003",
            "review",
            f"the claims differ: {one.by} says {_plain(one.name)}, {other.by} says {_plain(other.name)}",
            case.source.name,
            "only one of them can be what the publisher granted; the stricter one is applied",
            "find out which holds, and correct the other",
        )


def _meaning(said: _Said, case: Case) -> set[tuple[str, str]]:
    """What a claim comes to for the intent. The words of duties differ from licence to licence; their kind counts."""
    return {(one.code, one.verdict) for one in findings(said.name, said.terms, "", case)}


def _plain(name: str) -> str:
    return name.removeprefix("LicenseRef-")
