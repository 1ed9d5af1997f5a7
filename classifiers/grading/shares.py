# SPDX-License-Identifier: Apache-2.0
"""What a count of hits says about a share."""

from __future__ import annotations

from math import exp, lgamma, log, log1p, sqrt

Z = 1.959964  # two-sided 95 % of the normal distribution
MISSED = 0.05  # how often an upper bound for a share without hits may be wrong: 95 % confidence


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share (Wilson 1927)."""
    if total == 0:
        return 0.0, 1.0
    share, spread = hits / total, Z * Z / total
    middle = share + spread / 2
    margin = Z * sqrt(share * (1 - share) / total + spread / total / 4)
    return max(0.0, (middle - margin) / (1 + spread)), min(1.0, (middle + margin) / (1 + spread))


def most_missed(total: int) -> float:
    """Return the share that hits have at most, at 95 % confidence, when none is among so many drawn at random.

    Exact (Clopper and Pearson 1934, one-sided); about 3 / total, the rule of three.
    """
    return 1.0 if total == 0 else 1 - MISSED ** (1 / total)


def at_least(hits: int, total: int, chance: float) -> float:
    """Return the probability of at least so many hits in so many independent trials: the exact binomial tail.

    Args:
        hits: 0 to total.
        total: the trials.
        chance: of a hit in one trial, 0 to 1.
    """
    if hits <= 0 or chance >= 1:
        return 1.0
    if chance <= 0:
        return 0.0
    if hits <= total * chance:  # the other tail has fewer terms that count
        return 1 - at_least(total - hits + 1, total, 1 - chance)
    ways = lgamma(total + 1) - lgamma(hits + 1) - lgamma(total - hits + 1)
    term = exp(ways + hits * log(chance) + (total - hits) * log1p(-chance))
    found = 0.0
    while term > found * 1e-16:  # beyond the mean each term is smaller than the one before
        found += term
        hits += 1
        term *= (total - hits + 1) / hits * chance / (1 - chance)
    return min(1.0, found)


def percent(share: float) -> str:
    """Write a share, with the digits a small one needs."""
    if 0 < share < 1e-6:
        return "less than 0.0001 %"
    return f"{100 * share:.1f} %" if share >= 0.001 or share == 0 else f"{100 * share:.2g} %"
