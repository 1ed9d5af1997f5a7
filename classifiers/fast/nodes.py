# SPDX-License-Identifier: Apache-2.0
"""What one node of a parsed pattern matches, as kinds of characters.

The parser is that of Python's `re`; what it means otherwise than `regex`, or is not known here, is Unknown.
"""

from __future__ import annotations

import re
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any

from custody.classifiers.fast import charset
from custody.classifiers.fast.charset import ASCII, BEYOND, CHARACTERS, NOTHING, WORDS, Kinds
from custody.classifiers.fast.dialect import ANYTHING, LETTER


class Unknown(Exception):  # noqa: N818 - never leaves the modules that read patterns
    """Nothing is known of a pattern."""


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
    raise Unknown


def _property(kind: Any, stands: int) -> tuple[Kinds, Kinds]:
    """Return the kinds of what stands for a property, which `dialect` put there."""
    if kind is op.RANGE:
        raise Unknown
    if stands == ord(ANYTHING):
        return CHARACTERS, NOTHING
    letters = charset.ASCII_LETTERS | WORDS & BEYOND & ~(1 << charset.DIGIT)
    return letters, charset.ASCII_LETTERS if stands == ord(LETTER) else NOTHING


def _category(value: Any, flags: int) -> tuple[Kinds, Kinds]:
    if flags & re.ASCII:
        raise Unknown
    space = charset.ASCII_SPACE
    return {
        op.CATEGORY_DIGIT: (charset.DIGITS, charset.DIGITS),
        op.CATEGORY_WORD: (WORDS, WORDS),
        op.CATEGORY_SPACE: (charset.SPACES, space),
        op.CATEGORY_NOT_DIGIT: (CHARACTERS & ~charset.DIGITS,) * 2,
        op.CATEGORY_NOT_WORD: (CHARACTERS & ~WORDS,) * 2,
        op.CATEGORY_NOT_SPACE: (CHARACTERS & ~space, CHARACTERS & ~charset.SPACES),
    }[value]
