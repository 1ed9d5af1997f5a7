# SPDX-License-Identifier: Apache-2.0
"""What a sample says of the share in the whole, with bounds that hold at a stated confidence.

Why the bounds hold. Let `p` be the true share of the filled cells, and give each row `x = hit - p * filled`, whose sum
over all rows is 0. Rows are taken with one probability everywhere, in random order without replacement within each
stratum and independently between strata. For any `q`, the product of `1 + l * x` over the taken rows, with
`l = (q - p) / (p (1 - p))`, is at most 1 in expectation: rows of one stratum are negatively associated (Joag-Dev and
Proschan 1983, Ann. Statist. 11(1)), and `1 + y <= exp(y)` between strata, where the `y` sum to 0. So is its mean over
`q` under the Jeffreys prior Beta(1/2, 1/2), a beta-binomial mixture (Robbins 1970, Ann. Math. Statist. 41(5); Howard,
Ramdas, McAuliffe and Sekhon 2021, Ann. Statist. 49(2)). By Markov's inequality it exceeds 1 / alpha with a probability
of at most alpha, so the shares at which it does not are an interval that misses `p` no more often. It needs no count of
the filled cells in the whole, and holds whatever their spread over the strata.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, expm1, inf, lgamma, log, log1p, sqrt

from custody.classifiers.grading.shares import Z, wilson

PRIOR = 0.5  # Jeffreys
STEPS = 60  # bisections; each halves the error, and 2^-60 is below what a float near 1 can tell


def share_interval(hits: int, filled: int, alpha: float) -> tuple[float, float]:
    """Return the interval that misses the true share with probability of at most alpha.

    Args:
        hits: sampled cells with a finding.
        filled: sampled cells that are not null or empty.
        alpha: probability of error, 0 < alpha < 1.
    """
    if filled == 0:
        return 0.0, 1.0
    share, limit = hits / filled, -log(alpha)

    def outside(value: float) -> bool:
        return _evidence(hits, filled, value) > limit

    low = _edge(0.0, share, outside) if hits else 0.0
    high = _edge(1.0, share, outside) if hits < filled else 1.0
    return low, high


def _evidence(hits: int, filled: int, share: float) -> float:
    """Return the logarithm of the mixture against a share."""
    misses = filled - hits
    if (hits and share <= 0) or (misses and share >= 1):
        return inf
    mixed = _log_beta(hits + PRIOR, misses + PRIOR) - _log_beta(PRIOR, PRIOR)
    return mixed - (hits * log(share) if hits else 0.0) - (misses * log1p(-share) if misses else 0.0)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _edge(out: float, inside: float, outside: Callable[[float], bool]) -> float:
    """Return the last value found outside between one outside and one inside; the evidence grows with the distance."""
    for _ in range(STEPS):
        middle = (out + inside) / 2
        out, inside = (middle, inside) if outside(middle) else (out, middle)
    return out


def at_most(rows: int, total: int, alpha: float) -> float:
    """Return the upper bound of the share when nothing was found.

    With `k` such rows in the whole and the fraction `f` read, none is seen with probability of at most `(1 - f)^k`, so
    `k` is below `log(alpha) / log(1 - f)`; and with share `p`, of at most `(1 - p)^rows` (Clopper and Pearson 1934).
    The lower of the two, and 0 when all was read.

    Args:
        rows: read without a finding.
        total: rows in the whole.
        alpha: probability of error, 0 < alpha < 1.
    """
    if rows >= total:
        return 0.0
    if rows == 0:
        return 1.0
    most = max(0, ceil(log(alpha) / log1p(-rows / total)) - 1)
    return min(most / total, -expm1(log(alpha) / rows))


def firing_share(threshold: float, filled: int) -> float:
    """Return the least share at which the lower end of a Wilson interval reaches a threshold.

    The interval is the inverse of the score test (Wilson 1927), so this is where that test's statistic is Z.

    Args:
        threshold: of the rule, a share.
        filled: cells the share is of.
    """
    return threshold + Z * sqrt(threshold * (1 - threshold) / filled) if filled else inf


def difference(before: tuple[int, int], after: tuple[int, int]) -> tuple[float, float]:
    """Return the 95 % interval of the change of a share: Newcombe 1998 (Statist. Med. 17, 873-890), method 10.

    Args:
        before: cells with a finding, and filled cells.
        after: the same, later.
    """
    (old, old_low, old_high), (new, new_low, new_high) = (
        (cells / filled if filled else 0.0, *wilson(cells, filled)) for cells, filled in (before, after)
    )
    change = new - old
    return (
        change - sqrt((new - new_low) ** 2 + (old_high - old) ** 2),
        change + sqrt((new_high - new) ** 2 + (old - old_low) ** 2),
    )
