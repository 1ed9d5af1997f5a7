# SPDX-License-Identifier: Apache-2.0
"""Makes strings that a pattern matches, and strings that nearly are such, from a seed.

The pattern is parsed by Python's `re`, and characters are drawn from what each part allows, the rare ones as often as
the common: letters that equal ASCII letters but for case, digits of other scripts, space that is not ASCII.
"""

from __future__ import annotations

import re
import warnings
from random import Random
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import regex

SPACES = " \t\n\r\x0b\x0c\x85\xa0\u2003\u2028\u3000"
DIGITS = "0123456789\u0663\u096b\uff17"
LETTERS = "aAbBkKsSzZ_éßΩжñ\u017f\u212a\u0130\u0131"
OTHERS = "-./:@#'\"()[]{}<>+=,;!?$%&*~^|\\`\u20ac\u200b\u0301\x00\x1c\u2019\u2013"
ANY = SPACES + DIGITS + LETTERS + OTHERS
_CATEGORIES = {
    op.CATEGORY_DIGIT: DIGITS,
    op.CATEGORY_SPACE: SPACES,
    op.CATEGORY_WORD: DIGITS + LETTERS,
    op.CATEGORY_NOT_DIGIT: SPACES + LETTERS + OTHERS,
    op.CATEGORY_NOT_SPACE: DIGITS + LETTERS + OTHERS,
    op.CATEGORY_NOT_WORD: SPACES + OTHERS,
}
_PROPERTY = re.compile(r"\\[pP]\{\w+\}")
_SAME = {"k": "\u212a", "s": "\u017f", "i": "\u0130"}


class UnparsableError(ValueError):
    """A pattern that `re` cannot parse."""


class Maker:
    """Makes strings for one pattern.

    Args:
        pattern: of the module `regex`.
        flags: of the module `regex`.
        random: the source of choices.
    """

    def __init__(self, pattern: str, flags: int, random: Random) -> None:
        self._random, self._fold = random, bool(flags & regex.I)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._parsed = parser.parse(_PROPERTY.sub(r"\\w", pattern), re.VERBOSE if flags & regex.X else 0)
        except (re.error, RecursionError) as error:
            raise UnparsableError(pattern) from error
        self._groups: dict[int, str] = {}

    def make(self) -> str:
        """Return a string that the pattern may match; look-around is not heeded."""
        self._groups.clear()
        return self._all(self._parsed)

    def _all(self, nodes: Any) -> str:
        return "".join(self._one(kind, value) for kind, value in nodes)

    def _one(self, kind: Any, value: Any) -> str:
        if kind in (op.LITERAL, op.IN, op.NOT_LITERAL, op.ANY):
            return self._cased(self._character(kind, value))
        if kind is op.SUBPATTERN:
            return self._group(value[0], value[3])
        if kind in (op.BRANCH, op.ATOMIC_GROUP):
            return self._all(self._random.choice(value[1]) if kind is op.BRANCH else value)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self._repeat(*value)
        return self._groups.get(value, "") if kind is op.GROUPREF else ""

    def _group(self, number: int | None, inner: Any) -> str:
        made = self._all(inner)
        if number is not None:
            self._groups[number] = made
        return made

    def _repeat(self, least: int, most: int, inner: Any) -> str:
        few = min(most, least + self._random.choice((0, 0, 1, 1, 2, 3, 7, 30)))
        times = self._random.choice((least, few, few, min(most, least + 260) if self._random.random() < 0.02 else few))
        return "".join(self._all(inner) for _ in range(times))

    def _character(self, kind: Any, value: Any) -> str:
        if kind is op.LITERAL:
            return chr(value)
        if kind is op.ANY:
            return self._random.choice(ANY)
        members = value if kind is op.IN else [(op.NEGATE, None), (op.LITERAL, value)]
        if members[0][0] is op.NEGATE:
            out = {one for what, which in members[1:] for one in self._members(what, which)}
            return self._random.choice([one for one in ANY if one not in out] or ["\u4e2d"])
        what, which = self._random.choice(members)
        return self._random.choice(self._members(what, which))

    def _members(self, kind: Any, value: Any) -> str:
        if kind is op.LITERAL:
            return chr(value)
        if kind is op.RANGE:
            low, high = value
            return "".join(map(chr, range(low, min(high, low + 300) + 1)))
        return _CATEGORIES.get(value, ANY)

    def _cased(self, character: str) -> str:
        if not self._fold or self._random.random() < 0.5:
            return character
        if self._random.random() < 0.02:
            return _SAME.get(character.lower(), character)
        swapped = character.swapcase()
        return swapped if len(swapped) == 1 else character


def mutated(text: str, random: Random) -> str:
    """Return a text with one character replaced, taken out, doubled or put in."""
    if not text:
        return random.choice(ANY)
    at = random.randrange(len(text))
    what = random.choice((random.choice(ANY), "", text[at] * 2, text[at] + random.choice(ANY)))
    return text[:at] + what + text[at + 1 :]
