# SPDX-License-Identifier: Apache-2.0
"""Held-out texts that stand in training data: whole, or by a run of 13 words.

13 words as in Brown et al. 2020 (GPT-3), appendix C. A text of fewer words counts only when it stands there whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from custody.audit.screens import hashing

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

RUN = 13  # words
MOST = 1 << 22  # runs of held-out texts that are kept, 16 bytes each


@dataclass
class HeldOut:
    """Some held-out texts, and which of them were met."""

    seed: int
    texts: int = 0
    whole: bool = True  # False when there were more runs than can be kept
    _runs: list[tuple[Array, Array]] = field(default_factory=list)
    _kept: int = 0

    def add(self, texts: Sequence[bytes]) -> None:
        """Add held-out texts."""
        import numpy as np

        for first, batch in hashing.batches(texts):
            hashes, owners = self.hashed(batch)
            if self._kept + len(hashes) > MOST:
                self.whole = False
                continue
            self._runs.append((hashes, owners.astype(np.int64) + first + self.texts))
            self._kept += len(hashes)
        self.texts += len(texts)

    def hashed(self, batch: Sequence[bytes]) -> tuple[Array, Array]:
        """Return the hashes a batch can be met by: runs of words, and whole texts that are shorter."""
        import numpy as np

        runs, owners = hashing.words(batch, self.seed).runs(RUN)
        short = [index for index, text in enumerate(batch) if 2 <= text.count(b" ") < RUN - 1]
        keys = np.array([hashing.digest(batch[index]) for index in short], np.uint64)
        return np.concatenate([runs, keys]), np.concatenate([owners, np.array(short, np.int64)])

    def index(self) -> Met:
        """Return a fresh counter of meetings."""
        import numpy as np

        hashes = np.concatenate([np.empty(0, np.uint64), *(one for one, _ in self._runs)])
        owners = np.concatenate([np.empty(0, np.int64), *(two for _, two in self._runs)])
        order = np.argsort(hashes, kind="stable")
        return Met(self, hashes[order], owners[order], np.zeros(len(hashes), bool))


@dataclass
class Met:
    """Which held-out texts were met in one source."""

    held_out: HeldOut
    hashes: Array
    owners: Array
    hit: Array

    def add(self, texts: Sequence[bytes]) -> None:
        """Look at training texts."""
        import numpy as np

        if not len(self.hashes):
            return
        for _, batch in hashing.batches(texts):
            theirs = np.unique(self.held_out.hashed(batch)[0])
            first = np.searchsorted(self.hashes, theirs, side="left")
            last = np.searchsorted(self.hashes, theirs, side="right")
            for low, high in zip(first[first < last], last[first < last], strict=True):
                self.hit[low:high] = True

    @property
    def texts(self) -> int:
        """How many held-out texts were met."""
        return len(set(self.owners[self.hit].tolist()))
