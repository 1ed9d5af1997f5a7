# SPDX-License-Identifier: Apache-2.0
"""What a BOM declares rests on evidence: no conformance without a claim, no claim without evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custody.lineage.bomcheck.parts import Part


def wrong(every: Iterable[Part]) -> Iterator[str]:
    """Yield what is wrong with the declarations and compositions of a BOM."""
    told: dict[str, str] = {}
    for part in every:
        if part.holder == "map":
            yield from _mapped(part)
        if part.holder == "claims" and part.pointer.startswith("/declarations/"):
            yield from _claim(part)
        if part.holder == "evidence" and part.pointer.startswith("/declarations/evidence/"):
            yield from _evidence(part)
        if part.holder == "compositions":
            yield from _composition(part, told)


def _mapped(part: Part) -> Iterator[str]:
    claims, against = part.value.get("claims", []), part.value.get("counterClaims", [])
    score = part.value.get("conformance", {}).get("score", 0)
    if "requirement" not in part.value:
        yield part.problem("it maps no requirement")
    if score > 0 and not claims:
        yield part.problem("it scores conformance that no claim supports", "conformance")
    if set(claims) & set(against):
        yield part.problem("a claim speaks for and against it", "counterClaims")


def _claim(part: Part) -> Iterator[str]:
    for field, lacks in (
        ("target", "is about nothing"),
        ("predicate", "says nothing"),
        ("evidence", "has no evidence"),
    ):
        if not part.value.get(field):
            yield part.problem(f"the claim {lacks}")


def _evidence(part: Part) -> Iterator[str]:
    if not part.value.get("data") and not part.value.get("description") and not part.value.get("propertyName"):
        yield part.problem("the evidence is empty")


def _composition(part: Part, told: dict[str, str]) -> Iterator[str]:
    for field in ("assemblies", "dependencies", "vulnerabilities"):
        for ref in part.value.get(field, ()):
            before = told.setdefault(f"{field} {ref}", part.value["aggregate"])
            if before != part.value["aggregate"]:
                yield part.problem("one part is told to be of two degrees of completeness", field)
