# SPDX-License-Identifier: Apache-2.0
"""Licences follow the data: what a dataset was made from is a floor for what may be done with it.

Parents are named in the sources file and in metadata. A parent is another source of the file (by its name, the URL it
was got from, or its id on the Hub), or one outside it, which then needs a licence of its own. A parent that is neither
is unresolved: that is for review, as is a circle. No chain is too long, and no circle hangs: verdicts spread level by
level, the strictest first, and each source takes each level once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from custody.audit import overlaps
from custody.audit.case import Case
from custody.audit.claims import Metadata
from custody.audit.rules.licence import licence
from custody.audit.rules.outputs import outputs
from custody.audit.sources import Parent, Source
from custody.audit.verdicts import VERDICTS, Finding, Verdict, strictest
from custody.audit.weblinks import canonical, hub_id

Names = Mapping[str, Sequence[str]]
_MEET = "meet the duties of {!r}, too"
_SETTLE = "settle what is found on {!r}, or drop both"
_CORRECT = "correct what `derived_from` or the metadata says of {!r}, or drop what was made from it"


@dataclass(frozen=True)
class Ancestry:
    """The parents of every source.

    Args:
        inside: source -> the sources it was made from.
        outside: source -> parents of which the licence, or the model that wrote them, is told where they are named.
        unresolved: source -> parents of which nothing is known.
    """

    inside: Names
    outside: Mapping[str, Sequence[Parent]]
    unresolved: Names


def inherited(cases: Sequence[Case], own: Mapping[str, Sequence[Finding]]) -> dict[str, tuple[Finding, ...]]:
    """Return what each source has to take over from its parents, and from others of the same bytes.

    That is LIC030 and LIC031, and LIC003 for the latter.

    Args:
        cases: all sources of a file.
        own: source -> what the rules found on it alone.
    """
    found, same = ancestry(cases), overlaps.groups(cases)
    if not (found.inside or found.outside or found.unresolved or same):
        return {}
    by_name = {case.source.name: case for case in cases}
    alone = {name: _verdict(findings) for name, findings in own.items()}
    outside = {
        name: [(one.name, _outside(one, by_name[name])) for one in parents] for name, parents in found.outside.items()
    }
    circle = circular(found.inside)
    least: dict[str, Verdict] = dict.fromkeys(circle | set(found.unresolved), "review")
    floors = {
        name: strictest(verdict, least.get(name, "allow"), *(_verdict(its) for _, its in outside.get(name, ())))
        for name, verdict in alone.items()
    }
    apart = propagate(floors, found.inside)
    twins = {name: finding for names in same for name, finding in overlaps.told(names, apart)}
    final = propagate({name: strictest(one, _verdict(_of(twins, name))) for name, one in floors.items()}, found.inside)
    told = {
        name: (
            *_unresolved(name, found.unresolved.get(name, ()), circle=name in circle),
            *_floors(name, [(one, final[one], own[one]) for one in found.inside.get(name, ())], _SETTLE),
            *_floors(name, [(one, _verdict(its), its) for one, its in outside.get(name, ())], _CORRECT),
            *_of(twins, name),
        )
        for name in by_name
    }
    return {name: findings for name, findings in told.items() if findings}


def ancestry(cases: Iterable[Case]) -> Ancestry:
    """Find the parents of every source among the sources, and outside them."""
    cases = list(cases)
    find = _finder([case.source for case in cases])
    inside: dict[str, list[str]] = {}
    outside: dict[str, list[Parent]] = {}
    unresolved: dict[str, list[str]] = {}
    for case in cases:
        name = case.source.name
        for parent in _parents(case):
            names = find(parent)
            inside.setdefault(name, []).extend(names)
            if parent.licence or parent.generated_by:  # said where it is named: counts beside what its own entry says
                outside.setdefault(name, []).append(parent)
            elif not names:
                unresolved.setdefault(name, []).append(parent.name)
    once = {name: tuple(dict.fromkeys(names)) for name, names in inside.items() if names}
    return Ancestry(once, outside, unresolved)


def propagate(own: Mapping[str, Verdict], parents: Names) -> dict[str, Verdict]:
    """Return each source's verdict when every parent's is a floor for its children, over any number of steps.

    Args:
        own: source -> its verdict alone.
        parents: source -> the sources it was made from; they may form circles.
    """
    children: dict[str, list[str]] = {}
    for child, names in parents.items():
        for name in names:
            children.setdefault(name, []).append(child)
    final: dict[str, Verdict] = {}
    for verdict in reversed(VERDICTS):
        waiting = deque(name for name, one in own.items() if one == verdict and name not in final)
        while waiting:
            name = waiting.popleft()
            if name not in final:
                final[name] = verdict
                waiting.extend(children.get(name, ()))
    return final


def circular(parents: Names) -> set[str]:
    """Return the sources that were made from themselves, over any number of steps, or stand between two such."""
    nodes = {*parents, *(one for names in parents.values() for one in names)}
    children: dict[str, list[str]] = {}
    for child, names in parents.items():
        for one in set(names):
            children.setdefault(one, []).append(child)
    return _without_ends(_without_ends(nodes, parents, children), children, parents)


def _without_ends(nodes: set[str], before: Names, after: Names) -> set[str]:
    """Take away, again and again, what nothing stands before."""
    left = {one: len(nodes & set(before.get(one, ()))) for one in nodes}
    waiting = [one for one, count in left.items() if not count]
    gone = set(waiting)
    while waiting:
        for one in set(after.get(waiting.pop(), ())) & nodes:
            left[one] -= 1
            if not left[one]:
                gone.add(one)
                waiting.append(one)
    return nodes - gone


def _parents(case: Case) -> Iterator[Parent]:
    yield from case.source.derived_from
    for one in case.metadata.parents:
        yield Parent(name=one.name, url=one.url, licence=one.licence)


def _finder(sources: Sequence[Source]) -> Callable[[Parent], tuple[str, ...]]:
    by_name: dict[str, list[Source]] = {}
    by_url: dict[str, list[str]] = {}
    for source in sources:
        by_name.setdefault(source.name.casefold(), []).append(source)
        for key in {canonical(source.origin.url), hub_id(source.origin.url)} - {""}:
            by_url.setdefault(key, []).append(source.name)

    def find(parent: Parent) -> tuple[str, ...]:
        for key in (canonical(parent.url), hub_id(parent.url), canonical(parent.name), parent.name.casefold()):
            if key and key in by_url:
                return tuple(by_url[key])
        named = by_name.get(parent.name.casefold(), [])
        # a parent that was got from elsewhere is another dataset of the same name
        return tuple(one.name for one in named if not (parent.url and one.origin.url))

    return find


def _outside(parent: Parent, case: Case) -> tuple[Finding, ...]:
    source = Source(name=parent.name, path="", licence=parent.licence, generated_by=parent.generated_by)
    alone = replace(case, source=source, metadata=Metadata())
    return tuple(one for rule in (licence, outputs) for one in rule(alone))


def _verdict(findings: Iterable[Finding]) -> Verdict:
    return strictest(*(one.verdict for one in findings))


def _of(twins: Mapping[str, Finding], name: str) -> tuple[Finding, ...]:
    return (twins[name],) if name in twins else ()


def _unresolved(name: str, parents: Iterable[str], *, circle: bool) -> Iterator[Finding]:
    for parent in parents:
        yield Finding(
            "LIC031",
            "review",
            f"it was made from {parent[:80]!r}, of which nothing is known",
            name,
            "the terms of what data was made from hold for it, too",
            "add that dataset as a source, or write its licence under `derived_from`",
        )
    if circle:
        yield Finding(
            "LIC031",
            "review",
            "it was made from itself, over one or more steps",
            name,
            "a circle has no origin whose terms could be read",
            "correct `derived_from`",
        )


def _floors(name: str, parents: Iterable[tuple[str, Verdict, Sequence[Finding]]], remedy: str) -> Iterator[Finding]:
    """Tell what binds the parents, however strict the child is itself: its own findings may be waived or mended."""
    for parent, verdict, its in parents:
        if verdict == "allow":
            continue
        codes = ", ".join(sorted({one.code for one in its if one.verdict == verdict}))
        yield Finding(
            "LIC030",
            verdict,
            f"it was made from {parent!r}, which is: {verdict}",
            name,
            "a parent's terms are a floor" + (f" ({codes})" if codes else ""),
            (_MEET if verdict == "allow_with_obligations" else remedy).format(parent),
        )
