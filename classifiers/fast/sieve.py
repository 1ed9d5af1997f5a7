# SPDX-License-Identifier: Apache-2.0
"""Finds, in many cells at once, where the factors of many patterns hold.

The cells are joined with a border between them, each character as its kind. Factors are put into buckets, eight to a
byte. For each of the first few characters of a window a table tells, for every kind, which buckets it suits; the tables
are applied to the whole text and the shifted results are and-ed. What is left are the places where some factor of a
bucket may hold, and there each factor is looked at whole.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from custody.classifiers.fast import charset
from custody.classifiers.fast.charset import ALL, BORDER, Kinds
from custody.classifiers.fast.factors import WIDTH, Factor
from custody.classifiers.fast.rarity import share

GROUPS = 6  # bytes of buckets; one more costs a pass over the text for each character of a window
BUCKETS = 8 * GROUPS
NOTHING_MORE = 1e-7  # share of characters; a factor that adds no more shares its bucket

Key = TypeVar("Key", bound=Hashable)


class Joined:
    """Cells as one text of kinds, a border before each and after the last.

    Args:
        cells: the texts; either all of them ASCII or not all.
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = cells
        lengths = np.fromiter(map(len, cells), np.int64, len(cells))
        self.starts = np.cumsum(lengths + 1) - lengths  # of each cell
        self.ends = self.starts + lengths
        self.kinds = self._kinds()

    def _kinds(self) -> bytes:
        joined = "\xff".join(("", *self.cells, ""))
        if all(map(str.isascii, self.cells)):
            return joined.encode("latin-1")
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        kinds = charset.kind_by_code_point()[points]
        kinds[self.starts - 1] = BORDER
        kinds[-1] = BORDER
        return kinds.tobytes()

    @cached_property
    def array(self) -> np.ndarray:
        """The kinds as an array of bytes."""
        return np.frombuffer(self.kinds, np.uint8)

    @cached_property
    def gaps(self) -> np.ndarray:
        """Where ASCII white space and borders stand."""
        return np.flatnonzero(charset.table(charset.ASCII_SPACE | 1 << BORDER)[self.array])

    def cell_of(self, places: np.ndarray) -> np.ndarray:
        """Return the index of the cell that each place is in; a border belongs to the cell after it."""
        return np.minimum(np.searchsorted(self.ends, places, "left"), len(self.cells) - 1)


@dataclass(frozen=True)
class Planned:
    """A factor with the window of its run that decides about buckets."""

    factor: Factor
    start: int
    end: int

    @cached_property
    def mask(self) -> list[Kinds]:
        """The window, made WIDTH long."""
        run = self.factor.run[self.start : self.end]
        return [*run, *[ALL] * (WIDTH - len(run))]

    @cached_property
    def tables(self) -> list[tuple[int, np.ndarray]]:
        """The sets of the run, rarest first, with their places relative to the window."""
        order = sorted(range(len(self.factor.run)), key=lambda at: share(self.factor.run[at : at + 1]))
        return [(at - self.start, charset.table(self.factor.run[at])) for at in order if self.factor.run[at] != ALL]


class Sieve(Generic[Key]):
    """Finds where factors hold.

    Args:
        factors: by what they stand for.
    """

    def __init__(self, factors: Mapping[Key, Sequence[Factor]]) -> None:
        self._masks: list[list[Kinds]] = []
        self.placed: dict[Key, list[tuple[int, Planned]]] = {key: [] for key in factors}
        planned = [(key, Planned(one, *one.window)) for key, many in factors.items() for one in many]
        for key, one in sorted(planned, key=lambda pair: share(pair[1].mask)):
            self.placed[key].append((self._place(one), one))
        self._tables = [self._group(group) for group in range(GROUPS)]

    def _place(self, one: Planned) -> int:
        """Put a factor where it makes a bucket least more common, or into a bucket of its own."""
        costs = [(share(_union(mask, one.mask)) - share(mask), at) for at, mask in enumerate(self._masks)]
        cost, best = min(costs, default=(1.0, -1))
        if len(self._masks) < BUCKETS and cost > NOTHING_MORE:
            self._masks.append(one.mask)
            return len(self._masks) - 1
        self._masks[best] = _union(self._masks[best], one.mask)
        return best

    def _group(self, group: int) -> list[bytes]:
        masks = self._masks[8 * group : 8 * group + 8]
        tables = np.zeros((WIDTH, 256), np.uint8)
        for bit, mask in enumerate(masks):
            for at, kinds in enumerate(mask):
                tables[at] |= charset.table(kinds).astype(np.uint8) << bit
        needed = max((at + 1 for mask in masks for at in range(WIDTH) if mask[at] != ALL), default=0)
        return [tables[at].tobytes() for at in range(needed)]

    def look(self, text: Joined) -> Sighting[Key]:
        """Look through a text for what all buckets have in common."""
        padded = text.kinds + bytes([BORDER]) * WIDTH
        groups = []
        for tables in self._tables:
            bits = np.zeros(len(text.kinds), np.uint8)
            for at, one in enumerate(tables):
                suited = np.frombuffer(padded.translate(one), np.uint8)[at : at + len(text.kinds)]
                bits = bits & suited if at else suited
            places = np.flatnonzero(bits != 0)
            groups.append((places, bits[places]))
        return Sighting(text, self.placed, groups)


class Sighting(Generic[Key]):
    """Where buckets hold in a text; whether a factor does is looked at when it is asked for."""

    def __init__(
        self,
        text: Joined,
        placed: Mapping[Key, list[tuple[int, Planned]]],
        groups: list[tuple[np.ndarray, np.ndarray]],
    ) -> None:
        self._text, self._placed, self._groups = text, placed, groups
        self._buckets: dict[int, np.ndarray] = {}
        self._present = [int(np.bitwise_or.reduce(bits)) if len(bits) else 0 for _, bits in groups]

    def held(self, key: Key) -> list[tuple[Factor, np.ndarray]]:
        """Return those factors of a key that hold somewhere, with the places where their runs begin, in order."""
        found = []
        for bucket, one in self._placed.get(key, ()):
            if self._present[bucket // 8] >> bucket % 8 & 1:
                places = _held(one, self._text.array, self._bucket(bucket))
                if len(places):
                    found.append((one.factor, places - one.start))
        return found

    def cells(self, key: Key) -> frozenset[int]:
        """Return the cells in which some factor of a key holds."""
        inside = [places + factor.inside for factor, places in self.held(key)]
        return frozenset(self._text.cell_of(np.concatenate(inside)).tolist()) if inside else frozenset()

    def _bucket(self, bucket: int) -> np.ndarray:
        if bucket not in self._buckets:
            places, bits = self._groups[bucket // 8]
            self._buckets[bucket] = places[bits & (1 << bucket % 8) != 0]
        return self._buckets[bucket]


def _held(one: Planned, kinds: np.ndarray, places: np.ndarray) -> np.ndarray:
    places = places[(places >= one.start) & (places < len(kinds) - (len(one.factor.run) - one.start) + 1)]
    for offset, table in one.tables:
        if not len(places):
            break
        places = places[table[kinds[places + offset]]]
    return places


def _union(one: Sequence[Kinds], other: Sequence[Kinds]) -> list[Kinds]:
    return [mine | theirs for mine, theirs in zip(one, other, strict=True)]
