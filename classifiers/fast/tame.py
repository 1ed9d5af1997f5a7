# SPDX-License-Identifier: Apache-2.0
"""On how long a stretch of text trying a pattern surely takes little time.

A backtracking matcher may go through every way in which the repeats and alternatives of a pattern can share out a text.
Here these ways are counted, from above: a repeat counts as many times as it has lengths, unless what must follow it is
none of its own characters, for then one length only can succeed; alternatives count together when they can begin with
the same character; a repeated group counts to the power of its repeats. Nothing is tame of which that is not small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from custody.classifiers.fast.charset import ALL, ASCII_LETTERS, FOLDED, NOTHING, Kinds

LENGTHS = (4096, 1024, 256, 64)  # characters; watching the time costs more than a tame pattern takes on so few
STEPS = 200_000_000  # of the matcher; some seconds
_CHARACTER = (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY)
_REPEAT = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)

KindsOf = Callable[[Any, Any, int], tuple[Kinds, Kinds]]


class _Cost(NamedTuple):
    """What a part of a pattern can begin with, whether it can be empty, whether it can fail, and what it takes.

    ways: through it. steps: to go all of them.
    """

    first: Kinds
    empty: bool
    fails: bool
    ways: int
    steps: int


def tame_length(parsed: Any, kinds_of: KindsOf) -> int:
    """Return over how many characters a pattern, parsed by `re`, takes no more than STEPS; 0 when that is not known.

    Args:
        parsed: the pattern.
        kinds_of: returns the kinds that a node of one character may match, under flags.
    """
    return next((length for length in LENGTHS if _steps(parsed, kinds_of, length) <= STEPS), 0)


def _steps(parsed: Any, kinds_of: KindsOf, length: int) -> int:
    return length * _Judge(kinds_of, length).sequence(parsed, parsed.state.flags, NOTHING).steps


class _Judge:
    """Counts ways. `follow` is what can come after a part; NOTHING when the match is then complete."""

    def __init__(self, kinds_of: KindsOf, length: int) -> None:
        self._kinds_of, self._length = kinds_of, length

    def sequence(self, nodes: Iterable[Any], flags: int, follow: Kinds) -> _Cost:
        """Return the cost of nodes one after another."""
        rest = _Cost(NOTHING, empty=True, fails=follow != NOTHING, ways=1, steps=0)
        for kind, value in reversed(list(nodes)):
            one = self._node(kind, value, flags, rest.first | (follow if rest.empty else NOTHING))
            if kind in (op.AT, op.ASSERT, op.ASSERT_NOT) and rest.empty and not follow:
                follow = ALL  # the match may still fail here, and what was before be tried otherwise
            first = one.first | (rest.first if one.empty else NOTHING)
            steps = one.steps + (one.ways if rest.fails else 1) * rest.steps
            ways, fails = min(STEPS, one.ways * rest.ways), one.fails or rest.fails
            rest = _Cost(first, one.empty and rest.empty, fails, ways, min(STEPS, steps) + STEPS * (steps > STEPS))
        return rest

    def _node(self, kind: Any, value: Any, flags: int, follow: Kinds) -> _Cost:
        if kind in _CHARACTER:
            return _Cost(_unfolded(self._kinds_of(kind, value, flags)[0]), empty=False, fails=True, ways=1, steps=1)
        if kind is op.SUBPATTERN:
            return self.sequence(value[3], (flags | value[1]) & ~value[2], follow)
        if kind is op.BRANCH:
            return _either([self.sequence(one, flags, follow) for one in value[1]])
        if kind in _REPEAT:
            return self._repeat(value, flags, follow, once=kind is op.POSSESSIVE_REPEAT)
        if kind in (op.ATOMIC_GROUP, op.ASSERT, op.ASSERT_NOT):
            once = self._once(value if kind is op.ATOMIC_GROUP else value[1], flags)
            return once if kind is op.ATOMIC_GROUP else once._replace(first=NOTHING, empty=True, fails=True)
        return _Cost(NOTHING if kind is op.AT else ALL, empty=True, fails=True, ways=1, steps=self._length)

    def _once(self, nodes: Any, flags: int) -> _Cost:
        """Return the cost of what is not tried again once it has matched."""
        return self.sequence(nodes, flags, NOTHING)._replace(ways=1)

    def _repeat(self, value: Any, flags: int, follow: Kinds, *, once: bool) -> _Cost:
        least, most, inner = min(value[0], self._length), min(value[1], self._length), value[2]
        own = self.sequence(inner, flags, NOTHING).first
        body = self.sequence(inner, flags, follow | own if most > 1 else follow)
        ways = _power(body.ways, most)
        if body.empty and most > 1:
            ways = STEPS + 1
        steps = body.steps * most * ways
        if own & follow and not once:
            ways *= most - least + 1
        return _Cost(body.first, body.empty or not least, body.fails and least > 0, 1 if once else ways, steps)


def _unfolded(kinds: Kinds) -> Kinds:
    """Leave out what equals a letter but for case: it is in every set with a letter, and in common with that letter."""
    return kinds & ~(1 << FOLDED) if kinds & ASCII_LETTERS else kinds


def _power(base: int, times: int) -> int:
    return base if base == 1 else min(STEPS + 1, base ** min(times, 64))


def _either(costs: list[_Cost]) -> _Cost:
    """Return the cost of alternatives: the ways of those that can begin alike count together."""
    ways, steps, first = Counter[int](), Counter[int](), NOTHING
    for one in costs:
        first |= one.first
        for kind in _kinds(ALL if one.empty else one.first):
            ways[kind] += one.ways
            steps[kind] += one.steps
    empty, fails = any(one.empty for one in costs), all(one.fails for one in costs)
    return _Cost(first, empty, fails, max(1, *ways.values()), max(1, *steps.values()) + len(costs))


def _kinds(kinds: Kinds) -> Iterator[int]:
    while kinds:
        lowest = kinds & -kinds
        yield lowest
        kinds ^= lowest
