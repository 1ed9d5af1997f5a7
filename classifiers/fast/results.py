# SPDX-License-Identifier: Apache-2.0
"""Results as plain tuples, and Presidio's rules for dropping one for another."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple


class Result(NamedTuple):
    """One result: entity, code points from and to, score, the recogniser's index, and what its check said.

    tried: a check was computed, such as a checksum. held: and it held.
    """

    entity: str
    start: int
    end: int
    score: float
    recognizer: int
    tried: bool = False
    held: bool = False


def without_duplicates(results: list[Result]) -> list[Result]:
    """Return what `EntityRecognizer.remove_duplicates` keeps, in its order.

    A result is dropped when one of the same entity holds it and scores no less, and when it scores nothing.
    """
    if len(results) == 1:
        return results if results[0].score else []
    ordered = sorted(results, key=lambda one: (one.entity, one.start, one.start - one.end, -one.score))
    kept = [one for _, same in groupby(ordered, itemgetter(0)) for one in _uncontained(same)]
    return sorted(kept, key=lambda one: (-one.score, one.start, one.start - one.end))


def _uncontained(results: Iterable[Result]) -> list[Result]:
    kept: list[Result] = []
    for one in results:
        if one.score and not any(one.end <= other.end and one.score <= other.score for other in kept):
            kept.append(one)
    return kept
