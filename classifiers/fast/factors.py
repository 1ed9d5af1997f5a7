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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, ClassVar

from custody.classifiers.fast import charset
from custody.classifiers.fast.charset import ALL, ASCII, BEYOND, BORDER, CHARACTERS, NOTHING, WORDS, Kinds
from custody.classifiers.fast.dialect import ANYTHING, LETTER, ForeignError, readable
from custody.classifiers.fast.rarity import share
from custody.classifiers.fast.tame import tame_length

MAX_WAYS = 96  # ways followed through one pattern before alternatives are merged
CUTS = (24, 12, 8, 6, 5, 4)  # items of a way that are kept when there are too many ways
MAX_RUN = 40  # characters of a factor; longer ones say little more
FEW = 3  # a repeat whose counts differ by no more is followed count by count
RARE = 1e-6  # a factor that holds at no more of the characters costs next to nothing
SELDOM = 0.02  # characters that hold at no more of the places are worth a second look
TOO_COMMON = 0.3  # a factor that holds at so many characters sieves nothing
WIDTH = 6  # characters of a factor that the sieve looks at first
ENDLESS = 1 << 20  # a width as good as infinite


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
    except (re.error, _Unknown, ForeignError, RecursionError, Warning):
        return unknown


def _shape(parsed: Any) -> Shape:
    flags = parsed.state.flags
    ways = [list(_runs(way)) for way in _Ways(flags).follow(parsed)]
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
    either = _or(min(way, key=lambda one: share([one])) for way in sets)
    rarest = min([*everywhere, either], key=lambda one: share([one]))
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
        raise _Unknown
    return int(given)


class _Unknown(Exception):  # noqa: N818 - never leaves this module
    pass


@dataclass(frozen=True)
class _Gap:
    least: int
    most: int


@dataclass(frozen=True)
class _Between:
    """A place with no width: what may stand before it and after it."""

    before: Kinds
    after: Kinds


class _Boundary:
    """A word boundary."""


Item = Kinds | _Gap | _Between | _Boundary
Way = tuple[Item, ...]


class _Ways:
    """Follows the ways through a parsed pattern."""

    def __init__(self, flags: int) -> None:
        self.flags = flags

    def follow(self, nodes: Iterable[Any]) -> list[Way]:
        ways: list[Way] = [()]
        for node in nodes:
            further = self._node(*node)
            further = _reduced(further, MAX_WAYS // len(ways))
            ways = list(dict.fromkeys(way + more for way in ways for more in further))
        return ways

    def _node(self, kind: Any, value: Any) -> list[Way]:
        if kind in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
            return [(kinds_of_node(kind, value, self.flags)[0],)]
        if kind not in self._NODES:
            raise _Unknown
        ways: list[Way] = self._NODES[kind](self, value)
        return ways

    def _group(self, value: Any) -> list[Way]:
        _, add, remove, inner = value
        return _Ways((self.flags | add) & ~remove).follow(inner)

    def _branch(self, value: Any) -> list[Way]:
        return _reduced(list(dict.fromkeys(way for one in value[1] for way in self.follow(one))), MAX_WAYS)

    def _repeat(self, value: Any) -> list[Way]:
        least, most, inner = value
        ways = self.follow(inner)
        if (least, most) == (0, 1):
            return [(), *ways]
        if len(ways) == 1 and len(ways[0]) == 1 and isinstance(ways[0][0], int):
            if most - least <= FEW and most <= MAX_RUN:
                return [ways[0] * times for times in range(least, most + 1)]
            gap = (_Gap(0, min(most - least, ENDLESS)),) if most > least else ()
            kept = min(least, MAX_RUN)
            rest = (_Gap(least - kept, least - kept),) if least > kept else ()
            return [ways[0] * kept + rest + gap]
        if least == most and len(ways) ** least <= MAX_WAYS and least <= MAX_RUN:
            return self.follow([*inner] * least)
        low, high = (min(ENDLESS, one) for one in inner.getwidth())
        if least and len(ways) <= MAX_WAYS // 4:  # the first time round is certain
            return [(*way, _Gap(low * (least - 1), min(ENDLESS, high * (most - 1)))) for way in ways]
        return [(_Gap(low * least, min(ENDLESS, high * most)),)]

    def _not_beside(self, value: Any) -> list[Way]:
        """Keep a negative look at one character; other looks are dropped."""
        direction, inner = value
        if len(inner) != 1 or inner[0][0] not in (op.LITERAL, op.NOT_LITERAL, op.IN):
            return [()]
        what, characters = inner[0]
        without = ALL & ~kinds_of_node(what, characters, self.flags)[1]
        return [(_Between(without, ALL),)] if direction < 0 else [(_Between(ALL, without),)]

    _NODES: ClassVar[dict[Any, Callable[[Any, Any], list[Way]]]] = {
        op.AT: lambda self, value: [(_place(value, self.flags),)],
        op.SUBPATTERN: _group,
        op.ATOMIC_GROUP: follow,
        op.BRANCH: _branch,
        op.MAX_REPEAT: _repeat,
        op.MIN_REPEAT: _repeat,
        op.POSSESSIVE_REPEAT: _repeat,
        op.ASSERT: lambda _, __: [()],
        op.ASSERT_NOT: _not_beside,
        op.GROUPREF: lambda _, __: [(_Gap(0, ENDLESS),)],
    }


def kinds_of_node(kind: Any, value: Any, flags: int) -> tuple[Kinds, Kinds]:
    """Return the kinds that a one-character node may match, and those of which it surely matches every character."""
    may, sure, negated = NOTHING, NOTHING, kind is op.NOT_LITERAL
    for inner, what in value if kind is op.IN else [(kind, value)]:
        if inner is op.NEGATE:
            negated = True
            continue
        more, surely = _member(inner, what, flags)
        may, sure = may | more, sure | surely
    if flags & re.IGNORECASE:
        may, sure = charset.without_case(may), charset.without_case(sure) & ASCII
    return (CHARACTERS & ~sure, ASCII & ~may) if negated else (may, sure)


def _member(kind: Any, value: Any, flags: int) -> tuple[Kinds, Kinds]:
    if kind in (op.LITERAL, op.NOT_LITERAL, op.RANGE):
        low, high = value if kind is op.RANGE else (value, value)
        if high >= ord(ANYTHING):
            return _property(kind, high)
        plain = sum(1 << point for point in range(low, min(high, 0x7F) + 1))
        folded = flags & re.IGNORECASE and any(low <= point <= high for point in charset.FOLDED_POINTS)
        return plain | (BEYOND if high > 0x7F else 0) | (charset.ASCII_LETTERS if folded else 0), plain
    if kind is op.ANY:
        return CHARACTERS, CHARACTERS if flags & re.DOTALL else CHARACTERS & ~charset.kinds_of("\n")
    if kind is op.CATEGORY:
        return _category(value, flags)
    raise _Unknown


def _property(kind: Any, stands: int) -> tuple[Kinds, Kinds]:
    """Return the kinds of what stands for a property, which `dialect` put there."""
    if kind is op.RANGE:
        raise _Unknown
    if stands == ord(ANYTHING):
        return CHARACTERS, NOTHING
    letters = charset.ASCII_LETTERS | WORDS & BEYOND & ~(1 << charset.DIGIT)
    return letters, charset.ASCII_LETTERS if stands == ord(LETTER) else NOTHING


def _category(value: Any, flags: int) -> tuple[Kinds, Kinds]:
    if flags & re.ASCII:
        raise _Unknown
    space = charset.ASCII_SPACE
    return {
        op.CATEGORY_DIGIT: (charset.DIGITS, charset.DIGITS),
        op.CATEGORY_WORD: (WORDS, WORDS),
        op.CATEGORY_SPACE: (charset.SPACES, space),
        op.CATEGORY_NOT_DIGIT: (CHARACTERS & ~charset.DIGITS,) * 2,
        op.CATEGORY_NOT_WORD: (CHARACTERS & ~WORDS,) * 2,
        op.CATEGORY_NOT_SPACE: (CHARACTERS & ~space, CHARACTERS & ~charset.SPACES),
    }[value]


def _place(value: Any, flags: int) -> Item:
    border, line = 1 << BORDER, 1 << BORDER | charset.kinds_of("\n")
    if value is op.AT_BOUNDARY:
        if flags & re.ASCII:
            raise _Unknown
        return _Boundary()
    if value is op.AT_BEGINNING_STRING or (value is op.AT_BEGINNING and not flags & re.MULTILINE):
        return _Between(border, ALL)
    if value is op.AT_END_STRING:
        return _Between(ALL, border)
    if value is op.AT_BEGINNING:
        return _Between(line, ALL)
    return _Between(ALL, line) if value is op.AT_END else _Between(ALL, ALL)


def _reduced(ways: list[Way], limit: int) -> list[Way]:
    """Return ways that hold wherever some do, no more than a limit: each cut after fewer and fewer characters."""
    for length in (*CUTS, 0):
        if len(ways) <= max(1, limit):
            return ways
        ways = _cut(ways, length) if length else [_merged(ways)]
    return ways


def _cut(ways: list[Way], length: int) -> list[Way]:
    """Keep so many characters of each way; what follows becomes a gap. Ways that then begin alike become one."""
    rests: dict[Way, list[tuple[int, int]]] = {}
    for way in ways:
        head = tuple(way[:length])
        widths = [_width(item) for item in way[length:]]
        rests.setdefault(head, []).append((sum(low for low, _ in widths), sum(high for _, high in widths)))
    cut: list[Way] = []
    for head, widths in rests.items():
        low, high = min(one for one, _ in widths), min(ENDLESS, max(one for _, one in widths))
        cut.append((*head, _Gap(low, high)) if high else head)
    return cut


def _merged(ways: list[Way]) -> Way:
    """Return one way that holds wherever one of several does: characters position by position, then a gap."""
    bare = [[item for item in way if isinstance(item, int | _Gap)] for way in ways]
    heads = [_head(way) for way in bare]
    common = min(map(len, heads))
    low = min(sum(_width(item)[0] for item in way) for way in bare)
    high = min(ENDLESS, max(sum(_width(item)[1] for item in way) for way in bare))
    union = tuple(_or(head[at] for head in heads) for at in range(common))
    return (*union, _Gap(low - common, high - common)) if high else ()


def _head(way: Iterable[Item]) -> list[Kinds]:
    head: list[Kinds] = []
    for item in way:
        if not isinstance(item, int):
            break
        head.append(item)
    return head


def _or(sets: Iterable[Kinds]) -> Kinds:
    whole = NOTHING
    for one in sets:
        whole |= one
    return whole


def _width(item: Item) -> tuple[int, int]:
    if isinstance(item, _Gap):
        return item.least, item.most
    return (1, 1) if isinstance(item, int) else (0, 0)


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
    for item in (*way, _Gap(0, 0)):
        if isinstance(item, _Gap):
            yield _as_factor(current, began)
            current = []
        else:
            current.append(item)
        low, high = _width(item)
        least, most = least + low, min(ENDLESS, most + high)
        if isinstance(item, _Gap):
            began = least, most


def _as_factor(items: list[Item], began: tuple[int, int]) -> Factor:
    """Make a factor of a run; what stands before or after a place without width narrows or adds a neighbour."""
    sets: list[Kinds] = [ALL, *(item for item in items if isinstance(item, int)), ALL]
    at = 0  # index in `sets` of the character before the place we are at
    for index, item in enumerate(items):
        if isinstance(item, int):
            at += 1
        elif isinstance(item, _Between):
            sets[at] &= item.before
            sets[at + 1] &= item.after
        elif isinstance(item, _Boundary):
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
