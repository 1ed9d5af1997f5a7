# SPDX-License-Identifier: Apache-2.0
"""Does a column hold values with valid checksums, or numbers of which some pass by chance?

Of ten random digits one number in ten or eleven passes a usual check digit, so a column of order numbers is full of
"valid" ones. From MIN_TRIED distinct values on, the passes are compared with what chance gives: unless so many have a
probability of at most ALPHA under chance alone (exact one-sided binomial test), they count as chance. With fewer
values nothing can be told, and each pass counts.

What this costs: real values that are a small part of a column of look-alikes are not seen. `hidden` says how many
there may be, and a rule without `validated` still counts them.
"""

from __future__ import annotations

from custody.classifiers.counts import Finding
from custody.classifiers.grading.shares import at_least, percent, wilson

MIN_TRIED = 20  # distinct values
ALPHA = 0.001  # columns without any real value that still count: one in a thousand


def by_chance(finding: Finding) -> bool:
    """Tell whether the checksums of a finding hold no more often than chance alone would have it."""
    if finding.chance <= 0 or finding.tried < MIN_TRIED:
        return False
    return at_least(finding.passed, finding.tried, finding.chance) > ALPHA


def hidden(finding: Finding) -> int:
    """Return how many of the tried values may be real all the same, by the upper end of the 95 % Wilson interval."""
    high = wilson(finding.passed, finding.tried)[1]
    return round(finding.tried * max(0.0, high - finding.chance) / (1 - finding.chance)) if finding.chance < 1 else 0


def told(finding: Finding) -> str:
    """Say how the passes compare with chance; nothing where no checksum was tried."""
    if finding.chance <= 0 or not finding.tried:
        return ""
    head = f"{finding.passed:,} of {finding.tried:,} distinct values pass the check"
    if by_chance(finding):
        return f"{head}, no more than chance alone gives ({percent(finding.chance)})"
    if finding.tried < MIN_TRIED:
        likely = at_least(finding.passed, finding.tried, finding.chance)
        return f"{head}; chance alone gives as many with a probability of {percent(likely)}, too few to tell"
    return f"{head}; chance alone gives {percent(finding.chance)}"
