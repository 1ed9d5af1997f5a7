# SPDX-License-Identifier: Apache-2.0
"""Copies of texts within and between sources: exact ones by digest, near ones by min-hash.

Exact: the first 64 bits of the SHA-256 of the normal text. Near: 32 minima of 8-byte shingles in 8 bands of 4 (Broder
1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3), held against each other before they count.
Texts with a Jaccard similarity of 0.8 meet in a band with a probability of 98 %, of 0.5 with 40 %.

Memory is flat: above MOST texts, only those with the smallest keys are kept, which keeps copies together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from custody.audit.screens import hashing

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST = 1 << 21  # exact keys that are kept, 16 bytes each
MOST_NEAR = 1 << 19  # texts compared for nearness, 76 bytes each
LEAST = 24  # bytes; a shorter text is a word or a number, and its copies say nothing
HASHES, BANDS = 32, 8
SAME = 0.72  # of the 32 minima; the estimate of a similarity of 0.8 is below it in 9 of 100


@dataclass
class Thinned:
    """Columns of numbers, of which only the rows with the smallest keys are kept once there are too many.

    share: of all rows that are kept; those are a fair sample of keys.
    """

    most: int
    share: float = 1.0
    seen: int = 0
    _parts: list[tuple[Array, ...]] = field(default_factory=list)
    _rows: int = 0

    def add(self, keys: Array, *columns: Array) -> None:
        """Add rows. keys: uint64, spread evenly."""
        import numpy as np

        self.seen += len(keys)
        keep = keys <= self._limit
        self._parts.append((keys[keep], *(column[keep] for column in columns)))
        self._rows += int(np.count_nonzero(keep))
        while self._rows > self.most:
            self.share /= 2
            (keys, *rest) = self.columns()
            keep = keys <= self._limit
            self._parts = [(keys[keep], *(column[keep] for column in rest))]
            self._rows = len(self._parts[0][0])

    @property
    def _limit(self) -> Any:
        import numpy as np

        return np.uint64(int(self.share * (1 << 64)) - 1)

    def columns(self) -> tuple[Array, ...]:
        """Return keys and columns."""
        import numpy as np

        if not self._parts:
            return (np.empty(0, np.uint64), np.empty(0, np.int64))
        return tuple(np.concatenate(column) for column in zip(*self._parts, strict=True))


@dataclass(frozen=True)
class Found:
    """Copies in one source.

    Args:
        texts: how many were compared.
        copies: the share of them that repeat another.
        largest: how many are one text, or near copies of one.
        at: the number of the first of these among the source's texts.
    """

    texts: int = 0
    copies: float = 0.0
    largest: int = 0
    at: int = 0


@dataclass
class Copies:
    """Collects one source's texts."""

    seed: int
    exact: Thinned = field(default_factory=lambda: Thinned(MOST))
    near: Thinned = field(default_factory=lambda: Thinned(MOST_NEAR))

    def add(self, texts: Sequence[bytes], numbers: Sequence[int], *, near: bool = True) -> None:
        """Add normal texts, and their numbers in the source. near: whether near copies mean anything."""
        import numpy as np

        chosen = [index for index, text in enumerate(texts) if len(text) >= LEAST]
        long = [texts[index] for index in chosen]
        if not long:
            return
        places = np.array([numbers[index] for index in chosen], np.int64)
        keys = np.array([hashing.digest(text) for text in long], np.uint64)
        self.exact.add(keys, places)
        if near:
            self._add_near(long, keys, places)

    def _add_near(self, long: Sequence[bytes], keys: Array, places: Array) -> None:
        import numpy as np

        minima = np.concatenate([hashing.minima(batch, self.seed, HASHES) for _, batch in hashing.batches(long)])
        bands = minima.reshape(len(long), BANDS, -1).astype(np.uint64)
        joined = np.zeros((len(long), BANDS), np.uint64)
        for column in range(bands.shape[2]):
            joined = hashing.mixed(joined * np.uint64(31) + bands[:, :, column])
        # thinned by their first minimum, which near copies have in common
        self.near.add(
            hashing.mixed(minima[:, 0].astype(np.uint64)),
            keys,
            places,
            minima.astype(np.uint8),
            (joined >> np.uint64(32)).astype(np.uint32),
        )

    def same(self) -> Found:
        """Return the exact copies."""
        import numpy as np

        keys, places = self.exact.columns()[:2]
        if not len(keys):
            return Found()
        _, first, counts = np.unique(keys, return_index=True, return_counts=True)
        most = int(np.argmax(counts))
        return Found(len(keys), 1 - len(counts) / len(keys), int(counts[most]), int(places[first[most]]))

    def alike(self) -> Found:
        """Return the near copies: texts that differ and yet are almost the same."""
        import numpy as np

        if not self.near.seen:
            return Found()
        _, keys, places, signatures, bands = self.near.columns()
        _, first = np.unique(keys, return_index=True)  # each text once: exact copies are told elsewhere
        first = np.sort(first)
        places, signatures, bands = places[first], signatures[first], bands[first]
        groups = _groups(signatures, bands)
        sizes = np.bincount(groups)
        most = int(np.argmax(sizes))
        at = int(places[np.flatnonzero(groups == most)[0]])
        return Found(len(places), 1 - len(sizes) / len(places), int(sizes[most]), at)


def _groups(signatures: Array, bands: Array) -> Array:
    """Number the texts by group: chains of near copies."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(signatures)
    pairs = [np.empty((2, 0), np.int64)]
    for band in range(bands.shape[1]):
        order = np.argsort(bands[:, band], kind="stable")
        together = bands[order[1:], band] == bands[order[:-1], band]
        heads = np.maximum.accumulate(np.where(np.concatenate([[True], ~together]), np.arange(count), 0))
        for left, right in ((order[:-1], order[1:]), (order[heads[1:]], order[1:])):
            near = np.stack([left[together], right[together]])
            pairs.append(near[:, (signatures[near[0]] == signatures[near[1]]).mean(axis=1) >= SAME])
    left, right = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(len(left), bool), (left, right)), shape=(count, count))
    groups: Array = connected_components(graph, directed=False)[1]
    return groups


def shared(one: Copies, other: Copies) -> tuple[float, int]:
    """Return the share of one source's texts that stand in another, and the number of the first of them."""
    import numpy as np

    keys, places = one.exact.columns()[:2]
    theirs = np.unique(other.exact.columns()[0])
    # where one is thinned further, only what both would have kept can be compared
    limit = np.uint64(int(min(one.exact.share, other.exact.share) * (1 << 64)) - 1)
    places, keys = places[keys <= limit], keys[keys <= limit]
    if not len(keys) or not len(theirs):
        return 0.0, 0
    at = np.minimum(np.searchsorted(theirs, keys), len(theirs) - 1)
    hits = theirs[at] == keys
    return float(hits.mean()), int(places[hits].min()) if hits.any() else 0
