# SPDX-License-Identifier: Apache-2.0
"""Characters by kind: the alphabet in which cells are sieved.

Each character becomes one byte, its *kind*. ASCII characters are their own kind. The rest falls into five kinds, so
that a character class of a pattern can be judged without its inside; a sixth marks where a cell ends. A `Kinds` is a
set of kinds as the bits of an int.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import regex

DIGIT, WORD, SPACE, OTHER, FOLDED = range(0x80, 0x85)  # beyond ASCII; FOLDED equals an ASCII letter but for case
BORDER = 0xFF  # before the first and after the last character of a cell

FOLDED_POINTS = (0x130, 0x131, 0x17F, 0x212A)  # the last kind: dotted and dotless i, long s, the Kelvin sign

Kinds = int

NOTHING: Kinds = 0
ASCII: Kinds = (1 << 0x80) - 1
BEYOND: Kinds = sum(1 << kind for kind in (DIGIT, WORD, SPACE, OTHER, FOLDED))
CHARACTERS: Kinds = ASCII | BEYOND
ALL: Kinds = CHARACTERS | 1 << BORDER


def kinds_of(characters: str) -> Kinds:
    """Return the kinds of ASCII characters."""
    return sum(1 << ord(one) for one in set(characters))


ASCII_DIGITS = kinds_of("0123456789")
ASCII_LETTERS = kinds_of("".join(map(chr, (*range(65, 91), *range(97, 123)))))
ASCII_WORD = ASCII_DIGITS | ASCII_LETTERS | kinds_of("_")
ASCII_SPACE = kinds_of(" \t\n\v\f\r")
DIGITS = ASCII_DIGITS | 1 << DIGIT
WORDS = ASCII_WORD | 1 << DIGIT | 1 << WORD | 1 << FOLDED
# the separators U+001C to U+001F are space to `re` and `str.split`, not to `regex`: count them as either
SPACES = ASCII_SPACE | kinds_of("\x1c\x1d\x1e\x1f") | 1 << SPACE


@cache
def without_case(kinds: Kinds) -> Kinds:
    """Return what a set matches when case does not count."""
    for letter in range(26):
        either = 1 << (65 + letter) | 1 << (97 + letter)
        if kinds & either:
            kinds |= either
    return kinds | 1 << FOLDED if kinds & ASCII_LETTERS else kinds


def table(kinds: Kinds) -> np.ndarray:
    """Return a table of 256 flags, True for each kind of the set."""
    bits = np.frombuffer(kinds.to_bytes(32, "little"), np.uint8)
    return np.unpackbits(bits, bitorder="little").astype(bool)


@cache
def kind_by_code_point() -> np.ndarray:
    """Return the kind of each code point, as `regex` itself classes it."""
    kinds = np.full(0x110000, OTHER, np.uint8)
    kinds[:0x80] = range(0x80)
    plain = range(0x80, 0xD800), range(0xE000, 0x110000)  # surrogates are no characters
    for points in plain:
        text = "".join(map(chr, points))
        for pattern, kind in ((r"\w+", WORD), (r"\d+", DIGIT), (r"\s+", SPACE), (r"(?i)[\x00-\x7f]", FOLDED)):
            for run in regex.finditer(pattern, text):
                kinds[points.start + run.start() : points.start + run.end()] = kind
    return kinds
