# SPDX-License-Identifier: Apache-2.0
"""Random texts in which recognisers find things, and nearly find them, among hostile neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from tests.classify.fast.strings import Maker, UnparsableError, mutated

_NEIGHBOURS = [
    *("a", "Z", "0", "9", "\u0663", "\u017f", "\u0131", "\u0301", "\u200b", "\x00", "\x7f", "\x85", "\u00ad"),
    *(" ", " ", "  ", "\t", "\n", "\r\n", "\u2028", "\u3000", '"', "'", ":", ";", ",", ".", "-", "--", "/", "(", ")"),
    *("[", "]", "+", "=", "@", "€", "$", "%", ":)", ") :)", "xD", "don't", "cannot", "o'clock", "e.g.", "5 a.m."),
    *("id:", "a:the", "A:B:c", "the", "of", "http://", "www.", " my ", "😀", "\U0001d7d8", "中文"),
]
_ODD = re.compile("[\x1c-\x1f\u0130\u212a]")
_SEPARATORS = ("", "", " ", " ", "  ", "\n", ", ")


class Texts:
    """Makes texts for some recognisers.

    Args:
        recognizers: whose patterns and context words are used.
        random: the source of choices.
    """

    def __init__(self, recognizers: Iterable[Any], random: Random) -> None:
        self._random = random
        self.makers = [one for recognizer in recognizers for one in makers(recognizer, random)]
        self.context = sorted({word for one in recognizers for word in (one.context or ())}) or ["word"]

    def many(self, count: int, longest: int = 3000) -> list[str]:
        """Return texts; in most of them is no character that sends them straight to Presidio."""
        return [self._tamed(self._text()[:longest]) for _ in range(count)]

    def _tamed(self, text: str) -> str:
        return text if self._random.random() < 0.05 else _ODD.sub("k", text)

    def _text(self) -> str:
        pieces = self._random.choice((1, 2, 3, 5, 9))
        return self._random.choice(_SEPARATORS).join(self._piece() for _ in range(pieces))

    def _piece(self) -> str:
        random, kind = self._random, self._random.random()
        if kind < 0.45 and self.makers:
            made = random.choice(self.makers).make()
            return mutated(made, random) if random.random() < 0.4 else made
        if kind < 0.65:
            after = random.choice(("", "", ":", ":the", ":of", " the of "))
            return str(random.choice(self.context)) + after
        return random.choice(_NEIGHBOURS)


def makers(recognizer: Any, random: Random) -> list[Maker]:
    """Return what makes strings for those patterns of a recogniser that can be parsed."""
    made = []
    for pattern in getattr(recognizer, "patterns", ()):
        try:
            made.append(Maker(pattern.regex, int(recognizer.global_regex_flags), random))
        except UnparsableError:
            continue
    return made


def padded(texts: Sequence[str]) -> list[str]:
    """Return texts that are too long to be tried whole."""
    return ["lorem ipsum " * 5 + one + " dolor sit" * 6 for one in texts]
