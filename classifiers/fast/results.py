# SPDX-License-Identifier: Apache-2.0
"""Results as plain tuples, and Presidio's rules for dropping one for another."""

from __future__ import annotations

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
    if _apart(results):
        return results
    ordered = sorted(results, key=lambda one: (one.entity, one.start, one.start - one.end, -one.score))
    return sorted(_uncontained(ordered), key=lambda one: (-one.score, one.start, one.start - one.end))


def _apart(results: list[Result]) -> bool:
    """Tell whether results of one entity and one score stand one after the other: the usual matches of one pattern."""
    entity, _, end, score, *_ = results[0]
    if not score:
        return False
    for one in results[1:]:
        if one.start < end or one.score != score or one.entity != entity:
            return False
        end = one.end
    return True


def _uncontained(ordered: list[Result]) -> list[Result]:
    kept: list[Result] = []
    entity, ends = "", dict[float, int]()  # score -> where results of the entity that score so end at last
    for one in ordered:
        if one.entity != entity:
            entity, ends = one.entity, {}
        if one.score and not any(one.end <= end and one.score <= score for score, end in ends.items()):
            kept.append(one)
            ends[one.score] = max(one.end, ends.get(one.score, 0))
    return kept
