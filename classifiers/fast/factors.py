# SPDX-License-Identifier: Apache-2.0
"""What must stand in a text wherever a pattern matches.

A pattern is parsed and every way through it is followed. On each way, the longest run of characters that must stand
side by side is kept: a *factor*, a list of sets of kinds. Look-around is dropped, back-references and long
alternatives become gaps, repeats keep their least count, so factors never ask for more than the pattern does. Where no
factor can be found the pattern has to be tried on every cell.

The parser is that of Python's `re`; what it cannot parse, or means otherwise than `regex`, has no factors.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from custody.classifiers.fast.charset import ALL, CHARACTERS, NOTHING, WORDS, Kinds
from custody.classifiers.fast.dialect import ForeignError, readable
from custody.classifiers.fast.nodes import Unknown, kinds_of_node
from custody.classifiers.fast.rarity import share
from custody.classifiers.fast.tame import tame_length
from custody.classifiers.fast.ways import ENDLESS, MAX_RUN, Between, Boundary, Gap, Item, Way, Ways, either, width_of

RARE = 1e-6  # a factor that holds at no more of the characters costs next to nothing
SELDOM = 0.02  # characters that hold at no more of the places are worth a second look
TOO_COMMON = 0.3  # a factor that holds at so many characters sieves nothing
WIDTH = 6  # characters of a factor that the sieve looks at first


@dataclass(frozen=True)
class Factor:
    """Sets of kinds that stand side by side.

    least, most: how far before the first of them the match starts. inside: which of them is sure to be in the match.
    """

    run: tuple[Kinds, ...]
    least: int
    most: int
    inside: int

    @property
    def window(self) -> tuple[int, int]:
        """The rarest WIDTH characters of the run: from, to."""
        starts = range(max(1, len(self.run) - WIDTH + 1))
        start = min(starts, key=lambda at: share(self.run[at : at + WIDTH]))
        return start, min(len(self.run), start + WIDTH)


@dataclass(frozen=True)
class Shape:
    """What can be told of a pattern's matches without matching.

    factors: one of them holds wherever the pattern matches; None when nothing is known. width: characters a match has
    at most. reach: characters a match looks at beyond its end. before: characters it looks at before its start. kinds:
    what a match can consist of. tame: characters of text over which trying it surely takes no more than seconds.
    refers: it refers back to groups by number. needs: one of these stands in every match or beside it, besides the
    factor. longest: characters a text has at most in which it matches.
    """

    factors: tuple[Factor, ...] | None
    width: int
    reach: int
    before: int
    kinds: Kinds
    tame: int
    refers: bool
    needs: Kinds = ALL
    longest: int = ENDLESS


def shape_of(pattern: str, flags: int) -> Shape:
    """Return what must hold where a pattern of the module `regex` matches under some of its flags."""
    unknown = Shape(None, ENDLESS, ENDLESS, ENDLESS, CHARACTERS, tame=0, refers=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # where `re` announces another meaning, the meanings may differ already
            return _shape(parser.parse(readable(pattern), _re_flags(flags)))
    except (re.error, Unknown, ForeignError, RecursionError, Warning):
        return unknown


def _shape(parsed: Any) -> Shape:
    flags = parsed.state.flags
    ways = [list(_runs(way)) for way in Ways(flags).follow(parsed)]
    known = _chosen(ways)
    around = _Around()
    around.walk(parsed, flags)
    width, tame = min(parsed.getwidth()[1], ENDLESS), tame_length(parsed, kinds_of_node)
    needs = _needed(ways, known) if known else ALL
    return Shape(
        known, width, around.after, around.before, around.kinds, tame, around.refers, needs, _longest(parsed, width)
    )


def _needed(ways: list[list[Factor]], known: Iterable[Factor]) -> Kinds:
    """Return kinds of which one stands in or beside every match without being in a factor; ALL when they are common."""
    looked_for = {one for factor in known for one in factor.run}
    sets = [{one for factor in way for one in factor.run} - looked_for for way in ways]
    if not all(sets):
        return ALL
    everywhere = [one for one in sets[0] if all(any(not other & ~one for other in way) for way in sets[1:])]
    rarest_of_each = either(min(way, key=lambda one: share([one])) for way in sets)
    rarest = min([*everywhere, rarest_of_each], key=lambda one: share([one]))
    return rarest if share([rarest]) <= SELDOM else ALL


def _longest(parsed: Any, width: int) -> int:
    r"""Return how long a text is at most that a pattern takes whole, from `\A` to `\Z`; ENDLESS when it need not."""
    nodes = list(parsed)
    while len(nodes) == 1 and nodes[0][0] is op.SUBPATTERN:
        nodes = list(nodes[0][1][3])
    if not nodes or nodes[0] != (op.AT, op.AT_BEGINNING_STRING):
        return ENDLESS
    longest = width if nodes[-1] == (op.AT, op.AT_END_STRING) else ENDLESS
    for kind, value in nodes[1:]:
        if kind is op.ASSERT and value[0] > 0 and list(value[1])[-1:] == [(op.AT, op.AT_END_STRING)]:
            longest = min(longest, value[1].getwidth()[1])
        elif kind is not op.ASSERT_NOT:
            break
    return longest


def _re_flags(flags: int) -> int:
    import regex

    known = {regex.I: re.IGNORECASE, regex.M: re.MULTILINE, regex.S: re.DOTALL, regex.X: re.VERBOSE, regex.A: re.ASCII}
    given = sum(of_re for of_regex, of_re in known.items() if flags & of_regex)
    if flags & ~(sum(known) | regex.V0 | regex.U):
        raise Unknown
    return int(given)


def _chosen(ways: list[list[Factor]]) -> tuple[Factor, ...] | None:
    """Return the rarest factor of each way, the same for several where that will do; None when a way has none."""
    best = [_best(way) for way in ways]
    needed: dict[tuple[tuple[Kinds, ...], int], Factor] = {}  # by run and which of it is in the match
    for one, way in sorted(zip(best, ways, strict=True), key=lambda pair: -_commonness(pair[0])):
        if _commonness(one) > TOO_COMMON:
            return None
        shared = next((run for run in way if (run.run, run.inside) in needed), one)
        known = needed.get((shared.run, shared.inside), shared)
        least, most = min(known.least, shared.least), max(known.most, shared.most)
        needed[shared.run, shared.inside] = Factor(shared.run, least, most, shared.inside)
    return _thinned(list(needed.values()))


def _best(way: list[Factor]) -> Factor:
    """Return the rarest factor of a way; one that holds everywhere when there is none."""
    return min((one for one in way if one.run), key=_commonness, default=Factor((ALL,), 0, 0, 0))


def _thinned(factors: list[Factor]) -> tuple[Factor, ...]:
    """Merge factors that differ in a few characters while what is left stays rare: each costs a look."""
    kept: list[Factor] = []
    for one in factors:
        for at, other in enumerate(kept):
            if _placed(other) == _placed(one):
                run = tuple(a | b for a, b in zip(one.run, other.run, strict=True))
                union = Factor(run, one.least, one.most, one.inside)
                if _commonness(union) <= max(RARE, 4 * (_commonness(one) + _commonness(other))):
                    kept[at] = union
                    break
        else:
            kept.append(one)
    return tuple(kept)


def _placed(factor: Factor) -> tuple[int, ...]:
    return len(factor.run), factor.least, factor.most, factor.inside


def _commonness(factor: Factor) -> float:
    start, end = factor.window
    return share(factor.run[start:end]) * (1 if factor.most < ENDLESS else 2)


def _runs(way: Way) -> Iterator[Factor]:
    least = most = 0
    current: list[Item] = []
    began = (0, 0)
    for item in (*way, Gap(0, 0)):
        if isinstance(item, Gap):
            yield _as_factor(current, began)
            current = []
        else:
            current.append(item)
        low, high = width_of(item)
        least, most = least + low, min(ENDLESS, most + high)
        if isinstance(item, Gap):
            began = least, most


def _as_factor(items: list[Item], began: tuple[int, int]) -> Factor:
    """Make a factor of a run; what stands before or after a place without width narrows or adds a neighbour."""
    sets: list[Kinds] = [ALL, *(item for item in items if isinstance(item, int)), ALL]
    at = 0  # index in `sets` of the character before the place we are at
    for index, item in enumerate(items):
        if isinstance(item, int):
            at += 1
        elif isinstance(item, Between):
            sets[at] &= item.before
            sets[at + 1] &= item.after
        elif isinstance(item, Boundary):
            _bound(sets, at, lead=index > 0, trail=index < len(items) - 1)
    lead = 1 if sets[0] != ALL else 0
    run = sets[1 - lead : len(sets) - (sets[-1] == ALL)] if len(sets) > 2 else []
    return Factor(tuple(run[:MAX_RUN]), began[0] - lead, began[1] - lead, lead)


def _bound(sets: list[Kinds], at: int, *, lead: bool, trail: bool) -> None:
    """One side of a boundary is a word character and the other is none; use it where one side is sure."""
    before, after = sets[at], sets[at + 1]
    if trail and after and not after & ~WORDS:
        sets[at] &= ALL & ~WORDS
    elif lead and before and not before & ~WORDS:
        sets[at + 1] &= ALL & ~WORDS


class _Around:
    """How far a pattern looks beyond its match, and what a match can consist of."""

    def __init__(self) -> None:
        self.before = self.after = 1
        self.kinds = NOTHING
        self.refers = False

    def walk(self, nodes: Any, flags: int) -> None:
        for kind, value in nodes:
            if kind in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
                self.kinds |= kinds_of_node(kind, value, flags)[0]
            elif kind in (op.ASSERT, op.ASSERT_NOT):
                self._look(value[0], value[1], flags)
            elif kind is op.AT and value is op.AT_END and not flags & re.MULTILINE:
                self.after = max(self.after, 2)  # before a line break it asks whether anything follows that
            elif kind is op.GROUPREF:
                self.refers = True
            else:
                self._inner(kind, value, flags)

    def _inner(self, kind: Any, value: Any, flags: int) -> None:
        if kind is op.SUBPATTERN:
            self.walk(value[3], (flags | value[1]) & ~value[2])
        elif kind is op.ATOMIC_GROUP:
            self.walk(value, flags)
        elif kind is op.BRANCH:
            for one in value[1]:
                self.walk(one, flags)
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            self.walk(value[2], flags)

    def _look(self, direction: int, inner: Any, flags: int) -> None:
        further, width = _Around(), min(inner.getwidth()[1], ENDLESS)
        further.walk(inner, flags)
        self.before = max(self.before, further.before + (width if direction < 0 else 0))
        self.after = max(self.after, further.after + (width if direction > 0 else 0))
        self.refers |= further.refers
