# SPDX-License-Identifier: Apache-2.0
"""Hashes of many texts at once, with numpy: words, runs of words, and the minima that tell near copies.

All hashes are of 64 bits and depend on a seed. They find candidates; they prove nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

BATCH = 1 << 19  # bytes of text hashed at once; the arrays take about 60 times that
WIDTH = 8  # bytes of a shingle
_MASK = (1 << 64) - 1
# the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)
_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def digest(text: bytes) -> int:
    """Return the first 64 bits of a text's SHA-256."""
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")


def batches(texts: Sequence[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """Cut texts into batches; yield the number of the first text with each."""
    first = size = 0
    for index, text in enumerate(texts):
        if size and size + len(text) > BATCH:
            yield first, list(texts[first:index])
            first, size = index, 0
        size += len(text) + 1
    if first < len(texts):
        yield first, list(texts[first:])


def mixed(values: Array) -> Array:
    """Spread 64-bit values evenly."""
    import numpy as np

    values = (values ^ (values >> np.uint64(30))) * np.uint64(_MIX[0])
    values = (values ^ (values >> np.uint64(27))) * np.uint64(_MIX[1])
    values ^= values >> np.uint64(31)
    return values


@dataclass(frozen=True)
class Words:
    """The words of some texts, in order: their hashes, and which text each is of."""

    hashes: Array
    texts: Array

    def runs(self, length: int) -> tuple[Array, Array]:
        """Return the hashes of all runs of so many words, and which text each is of."""
        import numpy as np

        count = len(self.hashes) - length + 1
        if count <= 0:
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        whole = self.texts[:count] == self.texts[length - 1 :]
        value = np.full(count, length, np.uint64)
        for step in range(length):
            value = mixed(value * np.uint64(_MIX[1]) + self.hashes[step : step + count])
        return value[whole], self.texts[:count][whole]


def words(texts: Sequence[bytes], seed: int) -> Words:
    """Hash the words of normal texts: a batch of them."""
    import numpy as np

    data = np.frombuffer(b" ".join(texts) + b" ", np.uint8)
    ends_of_texts = np.cumsum([len(text) + 1 for text in texts])
    spaces = np.flatnonzero(data == ord(" "))
    starts = np.concatenate([np.zeros(1, np.int64), spaces[:-1] + 1])
    full = spaces > starts  # an empty text leaves a word of nothing
    starts, ends = starts[full], spaces[full]
    powers, inverses = _powers(seed, 1 << (len(data) + 1).bit_length())
    # the polynomial hash of a word, from the sums before and behind it
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((data.astype(np.uint64) + 1) * powers[: len(data)])])
    hashes = mixed((sums[ends] - sums[starts]) * inverses[starts])
    return Words(hashes, np.searchsorted(ends_of_texts, starts, side="right"))


@lru_cache(maxsize=4)
def _powers(seed: int, length: int) -> tuple[Array, Array]:
    import numpy as np

    base = _numbers(seed, 1)[0] | 1  # odd, so that it has an inverse
    told = []
    for one in (base, pow(base, -1, 1 << 64)):
        powers = np.full(length, one, np.uint64)
        powers[0] = 1
        told.append(np.cumprod(powers))
    return told[0], told[1]


def _numbers(seed: int, count: int) -> list[int]:
    """Return numbers of 64 bits, the same for the same seed."""
    texts = (f"custody screens {seed} {index}".encode() for index in range(count))
    return [digest(text) for text in texts]


def minima(texts: Sequence[bytes], seed: int, count: int) -> Array:
    """Return `count` minima (uint32) of the hashed shingles of each of a batch of texts; a row for each text."""
    import numpy as np

    pad = b"\0" * WIDTH
    data = np.frombuffer(b"".join(text + pad for text in texts), np.uint8)
    starts = np.cumsum([0, *(len(text) + WIDTH for text in texts)])
    lengths = np.diff(starts)
    shingles = np.zeros(len(data), np.uint64)
    for step in range(WIDTH):
        shingles[: len(data) - step] |= data[step:].astype(np.uint64) << np.uint64(8 * step)
    # the last shingles of a text reach into its padding; only the first of a short text may
    place = np.arange(len(data)) - np.repeat(starts[:-1], lengths)
    keep = place <= np.maximum(np.repeat(lengths, lengths) - 2 * WIDTH, 0)
    base = mixed(shingles[keep])
    kept = np.concatenate([[0], np.cumsum(keep)])[starts[:-1]]
    found = np.empty((len(texts), count), np.uint32)
    for index, factor in enumerate(_numbers(seed, count)):
        hashed = (base * np.uint64(factor | 1)) >> np.uint64(32)
        found[:, index] = np.minimum.reduceat(hashed, kept)
    return found
