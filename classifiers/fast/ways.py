# SPDX-License-Identifier: Apache-2.0
"""The ways through a parsed pattern: what must stand side by side on each.

Look-around is dropped, but for a negative look at one character; back-references and long alternatives become gaps,
and repeats keep their least count, so a way never asks for more than the pattern does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any, ClassVar

from custody.classifiers.fast import charset
from custody.classifiers.fast.charset import ALL, BORDER, NOTHING, Kinds
from custody.classifiers.fast.nodes import Unknown, kinds_of_node

MAX_WAYS = 96  # ways followed through one pattern before alternatives are merged
CUTS = (24, 12, 8, 6, 5, 4)  # items of a way that are kept when there are too many ways
MAX_RUN = 40  # characters of a factor; longer ones say little more
FEW = 3  # a repeat whose counts differ by no more is followed count by count
ENDLESS = 1 << 20  # a width as good as infinite


@dataclass(frozen=True)
class Gap:
    """Characters of which nothing is known but how many there are at least and at most."""

    least: int
    most: int


@dataclass(frozen=True)
class Between:
    """A place with no width: what may stand before it and after it."""

    before: Kinds
    after: Kinds


class Boundary:
    """A word boundary."""


Item = Kinds | Gap | Between | Boundary
Way = tuple[Item, ...]


class Ways:
    """Follows the ways through a parsed pattern.

    Args:
        flags: of the module `re`, that hold for the nodes.
    """

    def __init__(self, flags: int) -> None:
        self.flags = flags

    def follow(self, nodes: Iterable[Any]) -> list[Way]:
        """Return the ways through parsed nodes. Raises Unknown when nothing is known of one."""
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
            raise Unknown
        ways: list[Way] = self._NODES[kind](self, value)
        return ways

    def _group(self, value: Any) -> list[Way]:
        _, add, remove, inner = value
        return Ways((self.flags | add) & ~remove).follow(inner)

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
            gap = (Gap(0, min(most - least, ENDLESS)),) if most > least else ()
            kept = min(least, MAX_RUN)
            rest = (Gap(least - kept, least - kept),) if least > kept else ()
            return [ways[0] * kept + rest + gap]
        if least == most and len(ways) ** least <= MAX_WAYS and least <= MAX_RUN:
            return self.follow([*inner] * least)
        low, high = (min(ENDLESS, one) for one in inner.getwidth())
        if least and len(ways) <= MAX_WAYS // 4:  # the first time round is certain
            return [(*way, Gap(low * (least - 1), min(ENDLESS, high * (most - 1)))) for way in ways]
        return [(Gap(low * least, min(ENDLESS, high * most)),)]

    def _not_beside(self, value: Any) -> list[Way]:
        """Keep a negative look at one character; other looks are dropped."""
        direction, inner = value
        if len(inner) != 1 or inner[0][0] not in (op.LITERAL, op.NOT_LITERAL, op.IN):
            return [()]
        what, characters = inner[0]
        without = ALL & ~kinds_of_node(what, characters, self.flags)[1]
        return [(Between(without, ALL),)] if direction < 0 else [(Between(ALL, without),)]

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
        op.GROUPREF: lambda _, __: [(Gap(0, ENDLESS),)],
    }


def _place(value: Any, flags: int) -> Item:
    border, line = 1 << BORDER, 1 << BORDER | charset.kinds_of("\n")
    if value is op.AT_BOUNDARY:
        if flags & re.ASCII:
            raise Unknown
        return Boundary()
    if value is op.AT_BEGINNING_STRING or (value is op.AT_BEGINNING and not flags & re.MULTILINE):
        return Between(border, ALL)
    if value is op.AT_END_STRING:
        return Between(ALL, border)
    if value is op.AT_BEGINNING:
        return Between(line, ALL)
    return Between(ALL, line) if value is op.AT_END else Between(ALL, ALL)


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
        widths = [width_of(item) for item in way[length:]]
        rests.setdefault(head, []).append((sum(low for low, _ in widths), sum(high for _, high in widths)))
    cut: list[Way] = []
    for head, widths in rests.items():
        low, high = min(one for one, _ in widths), min(ENDLESS, max(one for _, one in widths))
        cut.append((*head, Gap(low, high)) if high else head)
    return cut


def _merged(ways: list[Way]) -> Way:
    """Return one way that holds wherever one of several does: characters position by position, then a gap."""
    bare = [[item for item in way if isinstance(item, int | Gap)] for way in ways]
    heads = [_head(way) for way in bare]
    common = min(map(len, heads))
    low = min(sum(width_of(item)[0] for item in way) for way in bare)
    high = min(ENDLESS, max(sum(width_of(item)[1] for item in way) for way in bare))
    union = tuple(either(head[at] for head in heads) for at in range(common))
    return (*union, Gap(low - common, high - common)) if high else ()


def _head(way: Iterable[Item]) -> list[Kinds]:
    head: list[Kinds] = []
    for item in way:
        if not isinstance(item, int):
            break
        head.append(item)
    return head


def either(sets: Iterable[Kinds]) -> Kinds:
    """Return the kinds that are in any of some sets."""
    whole = NOTHING
    for one in sets:
        whole |= one
    return whole


def width_of(item: Item) -> tuple[int, int]:
    """Return how many characters an item stands for at least and at most."""
    if isinstance(item, Gap):
        return item.least, item.most
    return (1, 1) if isinstance(item, int) else (0, 0)
