# SPDX-License-Identifier: Apache-2.0
"""When a sample is enough: as soon as no rule about shares could say something else of the whole.

After each round the share of every column and entity has an interval (see `intervals`). The error that the plan allows
is divided by the number of rounds there can be and by the number of columns and entities (Bonferroni), so that all
intervals of all rounds hold together with the plan's confidence, whenever the reading stops. A rule fires on the lower
end of the Wilson interval of what was read; it is settled when both the sample and the whole lie on one side of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custody.classifiers.intervals import at_most, firing_share, share_interval
from custody.classifiers.sampling import Plan, Sampler
from custody.policy import Policy

Points = Mapping[str, tuple[tuple[float, float], ...]]  # entity -> (share, count) at which a rule fires


def thresholds(rules: Policy) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return where rules about shares fire, by entity."""
    found: dict[str, list[tuple[float, float]]] = {}
    for rule in rules.grades:
        for entity in rule.when.entity if rule.when.prevalence else ():
            found.setdefault(entity, []).append((rule.when.prevalence, rule.when.count))
    return {entity: tuple(points) for entity, points in found.items()}


def read_in_full(rules: Policy, plan: Plan) -> frozenset[str]:
    """Return the entities of which a single hit can decide. A sample could miss it, so every row is read for these."""
    if plan.sample_all:
        return frozenset()
    whens = [rule.when for rule in rules.grades]
    one_hit = {entity for when in whens if when.validated or not when.prevalence for entity in when.entity}
    return frozenset(one_hit | {entity for when in whens for entity in when.together})


class Sequential:
    """Counts what the rounds found.

    Args:
        sampler: whose rounds they are.
        points: where rules fire, from `thresholds`, without the entities that are read in full.
    """

    def __init__(self, sampler: Sampler, points: Points) -> None:
        self.sampler, self.points = sampler, points
        self.counts: dict[tuple[str, str], tuple[int, int]] = {}  # column, entity -> hits, filled

    def add(self, column: str, entity: str, hits: int, filled: int) -> None:
        """Add what a chunk of this round holds.

        Args:
            column: its name, with the file's where one name stands for several columns.
            entity: looked for.
            hits: cells with a finding; 0 counts, so tell it too.
            filled: cells read that are not null or empty.
        """
        before = self.counts.get((column, entity), (0, 0))
        self.counts[column, entity] = before[0] + hits, before[1] + filled

    def add_column(self, column: str, filled: int, cells: Mapping[str, int]) -> None:
        """Add a chunk's column with every entity that a rule waits for, found or not."""
        for entity in self.points:
            self.add(column, entity, cells.get(entity, 0), filled)

    @property
    def alpha(self) -> float:
        """The error left for one interval of one round."""
        return (1 - self.sampler.plan.confidence) / len(self.sampler.targets or "1") / max(1, len(self.counts))

    def interval(self, column: str, entity: str) -> tuple[float, float]:
        """Return the interval of the share in the whole, wider where tiny strata tilt the sample."""
        hits, filled = self.counts[column, entity]
        if self.sampler.whole:
            return (hits / filled,) * 2 if filled else (0.0, 0.0)
        low, high = share_interval(hits, filled, self.alpha)
        wider = self.sampler.tilt * self.sampler.read / max(1, filled)
        return max(0.0, low - wider), min(1.0, high + wider)

    def decided(self) -> bool:
        """Return whether nothing further could change what a rule says of a column that was seen."""
        return self.sampler.round > 0 and not self.undecided()

    def undecided(self) -> list[tuple[str, str]]:
        """Return the columns and entities whose rules are not settled. Grade these by the upper end."""
        return [] if self.sampler.whole else sorted(one for one in self.counts if not self._settled(*one))

    def _settled(self, column: str, entity: str) -> bool:
        hits, filled = self.counts[column, entity]
        low, high = self.interval(column, entity)
        return all(
            (low >= firing_share(share, filled) and hits >= count) or high < share or high * self.sampler.total < count
            for share, count in self.points.get(entity, ())
        )

    def none_found(self, column: str, entity: str) -> str:
        """Return the sentence for an entity of which nothing was found in the sample."""
        _, filled = self.counts[column, entity]
        whole = f"none found in {self.sampler.read:,} of {self.sampler.total:,} rows"
        if self.sampler.whole:
            return whole
        fraction, confidence = self.sampler.fraction, 100 * self.sampler.plan.confidence
        # the one row of a tiny stratum is more than its share, so not all that was read counts
        even = int(filled * fraction * self.sampler.total / self.sampler.read)
        bound = at_most(even, int(filled / fraction), self.alpha) if filled else 1.0
        return f"{whole}: at {confidence:g} % confidence at most {100 * bound:.3g} % of the cells"

    def proof(self) -> dict[str, Any]:
        """Return what the report says of the sample: rows of rows, seed, strata, confidence, looks, what is open."""
        plan, sampler = self.sampler.plan, self.sampler
        return {
            "seed": plan.seed,
            "confidence": plan.confidence,
            "rows_read": sampler.read,
            "rows": sampler.total,
            "strata": len(sampler.strata),
            "looks": sampler.round,
            "looks_planned": len(sampler.targets),
            "tilt": round(sampler.tilt, 6),
            "intervals": len(self.counts),
            "undecided": [list(one) for one in self.undecided()],
            "none_found": {
                f"{c}: {e}": self.none_found(c, e) for (c, e), (hits, _) in sorted(self.counts.items()) if not hits
            },
        }
