# SPDX-License-Identifier: Apache-2.0
"""Exact intervals of a share (Clopper and Pearson, Biometrika 26, 1934)."""

from __future__ import annotations


def interval(hits: int, size: int, population: int, confidence: float) -> tuple[float, float]:
    """Return the two-sided interval of a share.

    Args:
        hits: items in the sample that have the property.
        size: of the sample.
        population: when all of it was looked at, the share is known.
        confidence: of the interval, such as 0.95. Each of its ends alone errs half as often as both together.
    """
    from scipy.special import betaincinv

    if not size:
        return 0.0, 1.0
    if size >= population:
        return hits / size, hits / size
    tail = (1 - confidence) / 2
    low = float(betaincinv(hits, size - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, size - hits, 1 - tail)) if hits < size else 1.0
    return low, high
