# SPDX-License-Identifier: Apache-2.0
"""How often characters stand in texts, roughly: in prose, and in records full of numbers.

It decides what is looked for first, never what is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod

from custody.classifiers.fast.charset import ALL, BORDER, Kinds

RECORDS = 0.1  # what records weigh beside prose
_MARKS = "-/:;_='\"()[]`*"


def _model(digit: float, upper: float, lower: float, space: float, mark: float) -> dict[int, float]:
    model = dict.fromkeys(range(256), 0.0005) | dict.fromkeys(map(ord, _MARKS), mark)
    model |= dict.fromkeys(range(48, 58), digit) | dict.fromkeys(range(65, 91), upper)
    return model | dict.fromkeys(range(97, 123), lower) | {32: space, 46: 0.01, 44: 0.01, 10: 0.02, BORDER: 0.01}


_PROSE = _model(0.003, 0.002, 0.028, 0.15, 0.004)
_NUMBERS = _model(0.035, 0.003, 0.015, 0.1, 0.015)


def share(run: Sequence[Kinds]) -> float:
    """Return how often a run of sets holds, as a share of places."""
    return prod(_held(one)[0] for one in run) + RECORDS * prod(_held(one)[1] for one in run)


@cache
def _held(kinds: Kinds) -> tuple[float, float]:
    if kinds == ALL:
        return 1.0, 1.0
    held = [kind for kind in range(256) if kinds >> kind & 1]
    return min(1.0, sum(_PROSE[kind] for kind in held)), min(1.0, sum(_NUMBERS[kind] for kind in held))
