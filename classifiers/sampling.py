# SPDX-License-Identifier: Apache-2.0
"""Which rows are read when not all are: the same for the same seed, with one chance for every row.

A stratum is a file and a chunk or row group of it. Its rows have a fixed random order, and every round reads further in
it. A scan counts the rows of each stratum first, then goes round:

    sampler = Sampler(plan, {(path, 0): 8192, ...})
    while sampler.more():
        for key, chunk in ...:
            rows = sampler.take(key, chunk.rows)    # new row numbers of this round, sorted
            ... analyse them, then sequential.add_column(column, filled, {entity: cells})
        if sequential.decided():
            break

Shares are rounded to whole rows by a coin per stratum, not to the nearest: rounding to the nearest reads some strata
too often in every round, and that bias is larger than the shares of 0.1 % that rules ask for.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass

from custody.errors import IntegrityError, UsageError

FIRST = 1_000  # rows of the first round
GROWTH = 4  # each round reads so many times what was read before: few passes over the files, little read in vain
Stratum = tuple[str, int]  # file, chunk or row group


@dataclass(frozen=True)
class Plan:
    """How to sample.

    Args:
        seed: of every random choice.
        confidence: that a grade from the sample is the grade of the whole, 0.5 to below 1.
        max_rows: stop after so many rows, in any case; None to go on until the grade cannot change.
        sample_all: also sample the entities of which one hit decides. Then a hit can be missed.

    Raises:
        UsageError: one of them is out of its range.
    """

    seed: int
    confidence: float = 0.95
    max_rows: int | None = None
    sample_all: bool = False

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence < 1:
            raise UsageError(f"a confidence of {self.confidence} cannot be kept", allowed="0.5 to below 1")
        if self.max_rows is not None and self.max_rows < 1:
            raise UsageError(f"a sample of {self.max_rows} rows says nothing", allowed="1 or more")

    def targets(self, total: int, strata: int) -> list[int]:
        """Return the rows read in all after each round. There is one of each stratum in the first.

        Args:
            total: rows in the whole.
            strata: how many hold any.
        """
        last = total if self.max_rows is None else min(self.max_rows, total)
        rounds = []
        size = max(FIRST, strata)
        while size < last:
            rounds.append(size)
            size *= GROWTH
        return [*rounds, last] if last else []


class Sampler:
    """Takes the rows of each round.

    Args:
        plan: how to sample.
        strata: the rows of each stratum.

    After `more`, `read` counts the rows up to this round, and `fraction` is the chance of each row to be among them.
    `tilt` says how far the sample's mix of strata is from that of the whole, as a total variation distance, 0 to 1; it
    is above 0 only where a stratum is so small that its one row is more than its share.
    """

    def __init__(self, plan: Plan, strata: Mapping[Stratum, int]) -> None:
        self.plan, self.strata = plan, dict(strata)
        self.total = sum(self.strata.values())
        self.targets = plan.targets(self.total, sum(1 for rows in self.strata.values() if rows))
        self.round = self.read = 0
        self.fraction = self.tilt = 0.0

    @property
    def whole(self) -> bool:
        """Whether every row was read."""
        return self.total == 0 or (self.round > 0 and self.targets[self.round - 1] == self.total)

    def more(self) -> bool:
        """Start the next round. Return whether there is one."""
        if self.round == len(self.targets):
            return False
        self.round += 1
        self.fraction = self.targets[self.round - 1] / self.total
        self.read = sum(self._upto(key, self.round) for key in self.strata)
        self.tilt = self._tilt()
        return True

    def _tilt(self) -> float:
        taken = {key: max(1.0, self.fraction * rows) for key, rows in self.strata.items() if rows}
        size = sum(taken.values())
        return sum(abs(one / size - self.strata[key] / self.total) for key, one in taken.items()) / 2

    def take(self, key: Stratum, rows: int) -> list[int]:
        """Return the numbers of the rows to read in this round, from 0, sorted.

        Args:
            key: the stratum.
            rows: how many rows it has.

        Raises:
            IntegrityError: it had another number of rows when they were counted.
        """
        if self.strata.get(key) != rows:
            raise IntegrityError(
                f"chunk {key[1]} has {rows:,} rows and had {self.strata.get(key, 0):,}",
                where=key[0],
                remedy="do not write to a dataset while it is scanned; classify it again",
            )
        before, upto = self._upto(key, self.round - 1), self._upto(key, self.round)
        order = _order(_chance(self.plan.seed, key)[1], rows, before if upto == rows else upto)
        if upto < rows:
            return sorted(order[before:])
        taken = frozenset(order)
        return [row for row in range(rows) if row not in taken]

    def _upto(self, key: Stratum, round_: int) -> int:
        rows = self.strata[key]
        if round_ <= 0 or not rows:
            return 0
        target = self.targets[round_ - 1]
        if target == self.total:
            return rows
        coin, _ = _chance(self.plan.seed, key)
        return min(rows, max(1, int(rows * target / self.total + coin)))


def select(plan: Plan, strata: Mapping[Stratum, int]) -> dict[Stratum, list[int]]:
    """Return the rows of a sample of `plan.max_rows` rows in one round, or all rows. Keys and values as `take`."""
    sampler = Sampler(plan, strata)
    sampler.targets = sampler.targets[-1:]
    sampler.more()
    return {key: sampler.take(key, rows) for key, rows in strata.items()}


def _chance(seed: int, key: Stratum) -> tuple[float, random.Random]:
    """Return a stratum's coin, 0 to below 1, and what orders its rows.

    Of `random`, only `random()` is promised to give the same numbers in every version of Python.
    """
    text = f"{seed}\0{key[0]}\0{key[1]}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
    source = random.Random(int.from_bytes(digest))  # noqa: S311 - a sample is no secret
    return source.random(), source


def _order(source: random.Random, rows: int, upto: int) -> list[int]:
    """Return the start of a random order of the rows (Fisher and Yates), in memory for that start only."""
    moved: dict[int, int] = {}
    order = []
    for place in range(upto):
        other = place + int(source.random() * (rows - place))
        order.append(moved.get(other, other))
        moved[other] = moved.get(place, place)
    return order
