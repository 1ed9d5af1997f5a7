# SPDX-License-Identifier: Apache-2.0
"""Which items are in a sample: those whose keyed digests are the smallest.

The key of an item is the first 16 hex digits of SHA-256 over seed, address, kind of check and item, joined by NUL.
Whoever has the seed can redo that with any tool, and neither the order of the items nor a library's generator matters.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody import formats

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Sample:
    """A sample of a population.

    Args:
        population: how many items there are.
        keys: those of the sample, sorted (uint64).
        key: returns the key of an item.
    """

    population: int
    keys: np.ndarray[Any, Any]
    key: Callable[[str], int]

    @property
    def size(self) -> int:
        """How many items are drawn."""
        return len(self.keys)

    def has(self, item: str) -> bool:
        """Tell whether an item is in the sample; one that is not in the population is not."""
        import numpy as np

        key = np.uint64(self.key(item))
        place = int(np.searchsorted(self.keys, key))
        return place < len(self.keys) and bool(self.keys[place] == key)

    def of(self, items: Iterable[str]) -> Iterator[str]:
        """Yield the items that are in the sample."""
        return (item for item in items if self.has(item))


def drawn(items: Iterable[str], seed: str, address: str, kind: str, size: Callable[[int], int]) -> Sample:
    """Draw a sample. Memory: 8 bytes an item of the population.

    Args:
        items: the population, each item once.
        seed: what was promised.
        address: of the population.
        kind: of the check; each kind draws its own sample.
        size: returns the size of the sample for a size of the population.
    """
    import numpy as np

    prefix = f"{seed}\0{address}\0{kind}\0".encode("utf-8", "surrogatepass")

    def key(item: str) -> int:
        return int.from_bytes(hashlib.sha256(prefix + item.encode("utf-8", "surrogatepass")).digest()[:8], "big")

    told = array("Q", (key(item) for item in items))
    keys = np.frombuffer(told, np.uint64).copy() if told else np.empty(0, np.uint64)
    count = min(size(len(keys)), len(keys))
    if count < len(keys):
        keys = np.partition(keys, count)[:count]
    return Sample(len(told), np.sort(keys), key)


def rows(root: Path, paths: list[str]) -> Iterator[str]:
    """Yield every row of the files as an item: `path#row`, rows from 0.

    Raises:
        DatasetError: a file cannot be read as rows.
        StorageUnavailable: the disk failed.
    """
    for path in paths:
        count = 0
        for chunk in formats.read(root / path):
            yield from (f"{path}#{count + row}" for row in range(chunk.rows))
            count += chunk.rows
