# SPDX-License-Identifier: Apache-2.0
"""How often a recogniser's check passes by chance: what random texts of the same form would give.

Digits are drawn anew for digits and letters for letters; what the recogniser's patterns no longer match is drawn again.
A recogniser can say its chance itself, in an attribute of that name; then that counts.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Sequence
from typing import Any

import regex

SAMPLES = 100  # texts whose form is drawn from
DRAWS = 20  # for each of them
ENOUGH = 200  # texts drawn that match; with fewer nothing is said of chance, and no check is held back


def chance(recognizer: Any, texts: Sequence[str]) -> float:
    """Return the share of random texts that pass, 0 to 1, in two digits; 0 when it cannot be told.

    Args:
        recognizer: a pattern recogniser with a check.
        texts: some texts that were checked.
    """
    told = getattr(type(recognizer), "chance", None)
    if told is not None:
        return float(told)
    drawn = list(_drawn(recognizer, texts))
    if len(drawn) < ENOUGH:
        return 0.0
    return float(f"{sum(recognizer.validate_result(one) is True for one in drawn) / len(drawn):.2g}")


def _drawn(recognizer: Any, texts: Sequence[str]) -> Iterator[str]:
    source = random.Random(0)  # noqa: S311 - a simulation is no secret, and the same data gives the same grade
    flags = recognizer.global_regex_flags
    matches = [regex.compile(one.regex, flags).fullmatch for one in getattr(recognizer, "patterns", ())]
    for text in sorted(texts)[:SAMPLES]:
        for _ in range(DRAWS):
            other = "".join(_other(one, source) for one in text)
            if any(match(other, timeout=1) for match in matches):
                yield other


def _other(character: str, source: random.Random) -> str:
    for kind in (string.digits, string.ascii_uppercase, string.ascii_lowercase):
        if character in kind:
            return source.choice(kind)
    return character
