# SPDX-License-Identifier: Apache-2.0
"""Finds, in many cells at once, where the factors of many patterns hold.

The cells are joined with a border between them, each character as its kind. Factors are put into buckets, as many as a
word has bits. For each two characters of a window a table tells, for every pair of kinds, which buckets it suits; the
tables are applied to the whole text and the shifted results are and-ed. What is left are the places where some factor
of a bucket may hold, and there each factor is looked at whole.
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

BUCKETS = 64
BLOCK = 1 << 16  # characters looked at in one go, so that what that takes stays in the processor's cache
MARGIN = 64  # more than any run is long
SHELF = 64  # factors told apart by one look at the places of a bucket
AROUND = range(-3, 10)  # characters of that look, counted from the window
NOTHING_MORE = 1e-7  # share of characters; a factor that adds no more shares its bucket

Key = TypeVar("Key", bound=Hashable)


class Joined:
    """Cells as one text of kinds, a border before each and after the last.

    Args:
        cells: the texts; those that are all ASCII are quicker in front.
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = cells
        lengths = np.fromiter(map(len, cells), np.int64, len(cells))
        self.starts = np.cumsum(lengths + 1) - lengths  # of each cell
        self.ends = self.starts + lengths
        self.shortest = int(lengths.min()) if len(cells) else 0
        self.kinds = self._kinds()
        edge = bytes([BORDER]) * MARGIN
        self._where: dict[Kinds, np.ndarray] = {}
        self.padded = np.frombuffer(edge + self.kinds + edge, np.uint8)  # so that runs can be looked at over the ends

    def _kinds(self) -> bytes:
        plain = next((at for at, cell in enumerate(self.cells) if not cell.isascii()), len(self.cells))
        kinds = "\xff".join(("", *self.cells[:plain], "")).encode("latin-1")
        return kinds + _mapped(self.cells[plain:]) if plain < len(self.cells) else kinds

    @cached_property
    def array(self) -> np.ndarray:
        """The kinds as an array of bytes."""
        return np.frombuffer(self.kinds, np.uint8)

    @cached_property
    def gaps(self) -> np.ndarray:
        """Where ASCII white space and borders stand."""
        return np.flatnonzero(charset.table(charset.ASCII_SPACE | 1 << BORDER)[self.array])

    def where(self, kinds: Kinds) -> np.ndarray:
        """Return where characters of some kinds stand."""
        known = self._where.get(kinds)
        if known is None:
            known = self._where[kinds] = np.flatnonzero(charset.table(kinds)[self.array])
        return known

    def cell_of(self, places: np.ndarray) -> np.ndarray:
        """Return the index of the cell that each place is in; a border belongs to the cell after it."""
        return np.minimum(np.searchsorted(self.ends, places, "left"), len(self.cells) - 1)


def _mapped(cells: Sequence[str]) -> bytes:
    """Return the kinds of cells, each with a border after it."""
    points = np.frombuffer("\n".join((*cells, "")).encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = charset.kind_by_code_point()[points]
    kinds[np.cumsum([len(cell) + 1 for cell in cells]) - 1] = BORDER
    return kinds.tobytes()


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

    def at(self, offset: int) -> Kinds:
        """Return what the run asks for at a place counted from its window."""
        place = offset + self.start
        return self.factor.run[place] if 0 <= place < len(self.factor.run) else ALL

    @cached_property
    def rest(self) -> list[tuple[int, np.ndarray]]:
        """What the look around does not see of the run, rarest first."""
        places = [place for place in range(len(self.factor.run)) if place - self.start not in AROUND]
        places.sort(key=lambda place: share(self.factor.run[place : place + 1]))
        return [(place - self.start, charset.table(self.factor.run[place])) for place in places]


class Shelf:
    """Up to SHELF factors of one bucket."""

    def __init__(self) -> None:
        self.planned: list[Planned] = []

    @cached_property
    def tables(self) -> list[tuple[int, np.ndarray]]:
        """For each place around, most telling first: which factors each kind suits, as bits."""
        tables = [(offset, self._table(offset)) for offset in AROUND]
        return sorted((one for one in tables if not (one[1] == one[1][BORDER]).all()), key=lambda one: _ones(one[1]))

    def _table(self, offset: int) -> np.ndarray:
        table = np.zeros(256, np.uint64)
        for bit, one in enumerate(self.planned):
            table |= charset.table(one.at(offset)).astype(np.uint64) << np.uint64(bit)
        return table

    def look(self, kinds: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return those of some places that suit a factor all around, and for each which factors."""
        suited = np.full(len(places), np.uint64((1 << len(self.planned)) - 1))
        for offset, table in self.tables:
            suited &= table[kinds[places + (MARGIN + offset)]]
            left = suited != 0
            if not left.all():
                places, suited = places[left], suited[left]
        return places, suited


Spot = tuple[int, int, int]  # bucket, shelf in it, bit of it


class Sieve(Generic[Key]):
    """Finds where factors hold.

    Args:
        factors: by what they stand for.
    """

    def __init__(self, factors: Mapping[Key, Sequence[Factor]]) -> None:
        self._masks: list[list[Kinds]] = []
        self.shelves: list[list[Shelf]] = []
        self.spots: dict[Key, list[tuple[Spot, Planned]]] = {key: [] for key in factors}
        planned = [(key, Planned(one, *one.window)) for key, many in factors.items() for one in many]
        for key, one in sorted(planned, key=lambda pair: -share(pair[1].mask)):
            self.spots[key].append((self._spot(one), one))
        self._tables = [self._pairs(at) for at in range(0, WIDTH, 2)]

    def _spot(self, one: Planned) -> Spot:
        bucket = self._bucket(one)
        shelves = self.shelves[bucket]
        if len(shelves[-1].planned) == SHELF:
            shelves.append(Shelf())
        shelves[-1].planned.append(one)
        return bucket, len(shelves) - 1, len(shelves[-1].planned) - 1

    def _bucket(self, one: Planned) -> int:
        """Put a factor where it makes a bucket least more common, or into a bucket of its own."""
        costs = [(share(_union(mask, one.mask)) - share(mask), at) for at, mask in enumerate(self._masks)]
        cost, best = min(costs, default=(1.0, -1))
        if len(self._masks) < BUCKETS and cost > NOTHING_MORE:
            self._masks.append(one.mask)
            self.shelves.append([Shelf()])
            return len(self._masks) - 1
        self._masks[best] = _union(self._masks[best], one.mask)
        return best

    def _pairs(self, at: int) -> np.ndarray:
        """Return which buckets each pair of kinds suits at a place of the window, the first kind in the low byte."""
        both: np.ndarray = self._single(at)[np.newaxis, :] & self._single(at + 1)[:, np.newaxis]
        return both.ravel()

    def _single(self, at: int) -> np.ndarray:
        table = np.zeros(256, np.uint64)
        for bucket, mask in enumerate(self._masks):
            table |= charset.table(mask[at]).astype(np.uint64) << np.uint64(bucket)
        return table

    def look(self, text: Joined) -> Sighting[Key]:
        """Look through a text for what all buckets have in common."""
        size = len(text.kinds)
        kinds = np.frombuffer(text.kinds + bytes([BORDER]) * WIDTH, np.uint8)
        pairs = kinds[:-1] | kinds[1:].astype(np.uint16) << 8
        blocks = [
            self._block(pairs[at : at + BLOCK + WIDTH], min(BLOCK, size - at), at) for at in range(0, size, BLOCK)
        ]
        places, suited = (np.concatenate(column) for column in zip(*blocks, strict=True))
        return Sighting(text, self, places, suited)

    def _block(self, pairs: np.ndarray, size: int, begin: int) -> tuple[np.ndarray, np.ndarray]:
        suited = self._tables[0].take(pairs[:size])
        for at, table in enumerate(self._tables[1:], 1):
            suited &= table.take(pairs[2 * at : 2 * at + size])
        here = np.flatnonzero(suited)
        return here + begin, suited[here]


class Sighting(Generic[Key]):
    """Where buckets hold in a text; whether a factor does is looked at when it is asked for."""

    def __init__(self, text: Joined, sieve: Sieve[Key], places: np.ndarray, suited: np.ndarray) -> None:
        self._text, self._sieve = text, sieve
        self._looked: dict[tuple[int, int], tuple[np.ndarray, np.ndarray, int]] = {}
        self._present = int(np.bitwise_or.reduce(suited)) if len(suited) else 0
        by_byte = suited.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
        held = [(np.flatnonzero(column), column) for column in by_byte.T]
        self._groups = [(places[here], column[here]) for here, column in held]

    def held(self, key: Key) -> list[tuple[Factor, np.ndarray]]:
        """Return those factors of a key that hold somewhere, with the places where their runs begin, in order."""
        found = []
        for (bucket, shelf, bit), one in self._sieve.spots.get(key, ()):
            if self._present >> bucket & 1:
                places, suited, present = self._shelf(bucket, shelf)
                if not present >> bit & 1:
                    continue
                places = places[suited & np.uint64(1 << bit) != 0]
                for offset, table in one.rest:
                    places = places[table[self._text.padded[places + (MARGIN + offset)]]]
                if len(places):
                    found.append((one.factor, places - one.start))
        return found

    def places(self, key: Key) -> np.ndarray:
        """Return where a factor of a key holds: what is sure to be in the match, in order."""
        inside = [places + factor.inside for factor, places in self.held(key)]
        return np.sort(np.concatenate(inside)) if inside else np.zeros(0, np.int64)

    def cells(self, key: Key) -> frozenset[int]:
        """Return the cells in which some factor of a key holds."""
        return frozenset(self._text.cell_of(self.places(key)).tolist())

    def _shelf(self, bucket: int, shelf: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Return where factors of a shelf suit all around, for each place which, and which do anywhere."""
        if (bucket, shelf) not in self._looked:
            places, bits = self._groups[bucket // 8]
            here = places[bits & (1 << bucket % 8) != 0]
            places, suited = self._sieve.shelves[bucket][shelf].look(self._text.padded, here)
            present = int(np.bitwise_or.reduce(suited)) if len(suited) else 0
            self._looked[bucket, shelf] = places, suited, present
        return self._looked[bucket, shelf]


def _ones(table: np.ndarray) -> int:
    return sum(int(one).bit_count() for one in table[:128])


def _union(one: Sequence[Kinds], other: Sequence[Kinds]) -> list[Kinds]:
    return [mine | theirs for mine, theirs in zip(one, other, strict=True)]
