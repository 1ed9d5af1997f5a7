# SPDX-License-Identifier: Apache-2.0
"""Runs of one to three words that decide what follows: the trace of a trigger put into training data.

A run is suspect in one source when rows with it have one target far more often than chance, hardly another target, and
the run is rarer in every other source. Two things look the same and are told apart:

- Copies of one row: then most runs of its words are tied, not a few (`copies.py` tells of copies).
- Words that mean what the target says: then the other words of these rows speak for the target as well. A trigger is
  put into rows whose other words speak for something else.

Two passes over a sample of at most MOST rows of a source, each text once. A trigger in fewer than LEAST of the sampled
rows, or one whose rows keep their true target, or that is a common word, is not found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from custody.audit.screens import hashing

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST = 100_000  # rows
LEAST = 8  # rows
LONGEST = 3  # words
PURE = 0.95  # share of the rows that have the target
RARER = 5.0  # times, compared with the other sources
CHANCE = 1e-3  # of one false run in a source, by a Chernoff bound over all runs
_KEPT = 1 << 20  # runs that are counted, the commonest
_PENDING = 1 << 19
_FEW = 0.4  # of the runs of a row: more that are tied are copies
_FOR_VOTE = 3  # rows; rarer words do not vote
_SPOKEN = 0.02  # words that speak no clearer than that for the targets say nothing
_SPEAKS = 1 / 3  # of what the words of other rows say for the target, at the least


@dataclass
class Tied:
    """How often each run is met, and how often with its commonest target. sets: sums of the keys of the rows."""

    runs: Array
    rows: Array
    targets: Array
    agree: Array
    sets: Array

    @classmethod
    def none(cls) -> Tied:
        """Return no runs."""
        import numpy as np

        return cls(*(np.empty(0, kind) for kind in (np.uint64, np.int32, np.uint64, np.int32, np.uint64)))

    def merged(self, runs: Array, targets: Array, keys: Array) -> Tied:
        """Add rows: one run, the target of its row and the key of its row each."""
        import numpy as np

        if not len(runs):
            return self
        # what did not agree has the target 0, which no row has and which never becomes the commonest
        other = np.flatnonzero(self.rows > self.agree)
        all_runs = np.concatenate([runs, self.runs, self.runs[other]])
        all_targets = np.concatenate([targets, self.targets, np.zeros(len(other), np.uint64)])
        rest = (self.rows - self.agree)[other]
        weights = np.concatenate([np.ones(len(runs), np.int32), self.agree, rest])
        sets = np.concatenate([keys, self.sets, np.zeros(len(other), np.uint64)])
        order = np.lexsort((all_targets, all_runs))
        all_runs, all_targets, weights, sets = all_runs[order], all_targets[order], weights[order], sets[order]
        new = np.concatenate([[True], (all_runs[1:] != all_runs[:-1]) | (all_targets[1:] != all_targets[:-1])])
        at = np.flatnonzero(new)
        pairs, kinds, counts = all_runs[at], all_targets[at], np.add.reduceat(weights, at)
        first = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]]))
        rows = np.add.reduceat(counts, first)
        known = np.where(kinds == 0, 0, counts)
        agree = np.maximum.reduceat(known, first)
        owner = np.repeat(np.arange(len(first)), np.diff([*first, len(pairs)]))
        best = np.flatnonzero(known == agree[owner])
        place = np.zeros(len(first), np.int64)
        place[owner[best]] = best
        return _cut(Tied(pairs[first], rows, kinds[place], agree, np.add.reduceat(sets, at[first])))


def _cut(tied: Tied) -> Tied:
    """Forget the rarest runs when there are too many."""
    least = 1
    while len(tied.runs) > _KEPT:
        least += 1
        keep = tied.rows >= least
        tied = Tied(tied.runs[keep], tied.rows[keep], tied.targets[keep], tied.agree[keep], tied.sets[keep])
    return tied


@dataclass
class First:
    """The first pass over one source. share: the share of texts to take, by the digest of the text."""

    seed: int
    share: float
    rows: int = 0
    seen: set[int] = field(default_factory=set)
    single: Tied = field(default_factory=Tied.none)
    longer: Tied = field(default_factory=Tied.none)
    targets: dict[int, int] = field(default_factory=dict)
    _waiting: list[tuple[int, Array, Array, Array]] = field(default_factory=list)
    _size: int = 0

    def add(self, texts: Sequence[bytes], targets: Sequence[str]) -> None:
        """Add normal texts and their targets."""
        import numpy as np

        for batch in _batches(texts, targets, self.share, self.seen, self.seed):
            self.rows += len(batch.texts)
            for kind, count in zip(
                *(part.tolist() for part in np.unique(batch.kinds, return_counts=True)), strict=True
            ):
                self.targets[kind] = self.targets.get(kind, 0) + count
            for length in range(1, LONGEST + 1):
                runs, owners = once(*batch.words.runs(length))
                self._waiting.append((length, runs, batch.kinds[owners], hashing.mixed(batch.keys)[owners]))
                self._size += len(runs)
            if self._size > _PENDING:
                self.settle()

    def settle(self) -> None:
        """Count what waits."""
        import numpy as np

        for name, lengths in (("single", (1,)), ("longer", range(2, LONGEST + 1))):
            mine = [columns for length, *columns in self._waiting if length in lengths]
            if mine:
                setattr(self, name, getattr(self, name).merged(*map(np.concatenate, zip(*mine, strict=True))))
        self._waiting, self._size = [], 0

    def suspects(self) -> tuple[Array, Array]:
        """Return the runs that are tied to a target beyond chance, sorted, and the sum of the keys of their rows."""
        import numpy as np

        self.settle()
        tests = len(self.single.runs) + len(self.longer.runs)
        told = [_tied(one, self.targets, self.rows, tests) for one in (self.single, self.longer)]
        runs, sets = (np.concatenate(part) for part in zip(*told, strict=True))
        order = np.argsort(runs)
        return runs[order], sets[order]


@dataclass(frozen=True)
class _Batch:
    """Some texts of the sample that were not seen before: their digests, those of their targets, and their words."""

    texts: Sequence[bytes]
    keys: Array
    kinds: Array
    places: Sequence[int]  # in what was given
    words: hashing.Words


def _batches(
    texts: Sequence[bytes], targets: Sequence[str], share: float, seen: set[int], seed: int
) -> Iterator[_Batch]:
    import numpy as np

    limit = int(share * (1 << 64))
    told = []
    for place, text in enumerate(texts):
        key = hashing.digest(text)
        if key < limit and key not in seen and text:
            seen.add(key)
            told.append((text, key, place))
    for first, batch in hashing.batches([text for text, _, _ in told]):
        mine = told[first : first + len(batch)]
        kinds = np.array([_kind(targets[place]) for _, _, place in mine], np.uint64)
        keys = np.array([key for _, key, _ in mine], np.uint64)
        yield _Batch(batch, keys, kinds, [place for _, _, place in mine], hashing.words(batch, seed))


def _kind(target: str) -> int:
    """Return the digest of a target, never 0."""
    return hashing.digest(" ".join(target.casefold().split()).encode("utf-8", "surrogatepass")) | 1


def once(runs: Array, owners: Array) -> tuple[Array, Array]:
    """Count a run once in a text."""
    import numpy as np

    order = np.lexsort((runs, owners))
    runs, owners = runs[order], owners[order]
    new = np.ones(len(runs), bool)
    new[1:] = (runs[1:] != runs[:-1]) | (owners[1:] != owners[:-1])
    return runs[new], owners[new]


def _tied(counts: Tied, targets: Mapping[int, int], rows: int, tests: int) -> tuple[Array, Array]:
    import numpy as np

    keep = (counts.rows >= LEAST) & (counts.agree >= PURE * counts.rows)
    runs, sets = counts.runs[keep], counts.sets[keep]
    met, kinds, agree = counts.rows[keep], counts.targets[keep], counts.agree[keep]
    base = np.array([targets.get(kind, rows) / rows for kind in kinds.tolist()], float)
    beyond = met * divergence(agree / met, base) > math.log(max(tests, 1) / CHANCE)
    beyond &= agree / met > base
    return runs[beyond], sets[beyond]


def divergence(share: Array, base: Array) -> Array:
    """Return the Kullback-Leibler divergence of two shares; a binomial tail is below exp(-n times it) (Chernoff)."""
    import numpy as np

    share, base = np.clip(share, 0, 1), np.clip(base, 1e-12, 1 - 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(share > 0, share * np.log(share / base), 0.0)
        two = np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - base)), 0.0)
    return np.asarray(one + two)


@dataclass
class Second:
    """The second pass: what the suspects of one source look like in every source's rows.

    Args:
        seed, share: as in the first pass.
        suspects, sets: what the first pass found. The same rows have the same sum of keys.
        single: its words.
        targets: how many rows have each target.
    """

    seed: int
    share: float
    suspects: Array
    sets: Array
    single: Tied
    targets: Mapping[int, int]
    rows: int = 0
    seen: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        import numpy as np

        count = len(self.suspects)
        self.met = np.zeros(count, np.int64)
        self.first = np.full(count, -1, np.int64)
        self.crowd = np.zeros(count)  # sum over the rows of the share of their runs that are suspects
        self.votes = np.zeros(count)
        self.whole = np.zeros(count)  # the votes with all words
        self.kinds = np.zeros(count, np.uint64)
        self.usual: dict[int, tuple[float, int]] = {}  # by target, the votes of its rows and their number

    def add(self, texts: Sequence[bytes], targets: Sequence[str], numbers: Sequence[int]) -> None:
        """Look at rows of the source itself. numbers: of the texts in the source."""
        import numpy as np

        for batch in _batches(texts, targets, self.share, self.seen, self.seed):
            self.rows += len(batch.texts)
            found = [self._found(batch.words, length) for length in range(1, LONGEST + 1)]
            at, owners = (np.concatenate(part) for part in zip(*found, strict=True))
            np.add.at(self.met, at, 1)
            sizes = np.bincount(batch.words.texts, minlength=len(batch.texts)) * LONGEST
            suspects = np.bincount(owners, minlength=len(batch.texts))
            np.add.at(self.crowd, at, (suspects / np.maximum(sizes, 1))[owners])
            np.add.at(self.votes, at, self._votes(batch, at, owners))
            self.kinds[at] = batch.kinds[owners]
            for index, owner in zip(at.tolist(), owners.tolist(), strict=True):
                if self.first[index] < 0:
                    self.first[index] = numbers[batch.places[owner]]

    def _found(self, words: hashing.Words, length: int) -> tuple[Array, Array]:
        """Return which suspects stand in which texts, each once."""
        import numpy as np

        runs, owners = once(*words.runs(length))
        if not len(self.suspects):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        at = np.minimum(np.searchsorted(self.suspects, runs), len(self.suspects) - 1)
        hit = self.suspects[at] == runs
        return at[hit], owners[hit]

    def _votes(self, batch: _Batch, at: Array, owners: Array) -> list[float]:
        """Return how the other words of the texts in which suspects stand speak for the target: their mean share.

        Words that stand in the same rows as the suspect are left out: they are a part of it.
        """
        import numpy as np

        total, count = np.zeros(len(batch.texts)), np.zeros(len(batch.texts))
        special: dict[int, list[tuple[int, float]]] = {}
        known = self.single
        if len(known.runs):
            runs, of = once(*batch.words.runs(1))
            word = np.minimum(np.searchsorted(known.runs, runs), len(known.runs) - 1)
            use = (known.runs[word] == runs) & (known.rows[word] >= _FOR_VOTE)
            word, of, runs = word[use], of[use], runs[use]
            # without the row itself; of the targets that are not a word's commonest, each gets an even part of the rest
            others, rows, agree = max(1, len(self.targets) - 1), known.rows[word] - 1, known.agree[word]
            mine = known.targets[word] == batch.kinds[of]
            speaks = np.where(mine, agree - 1, np.maximum(rows - agree, 0) / others) / rows
            np.add.at(total, of, speaks)
            np.add.at(count, of, 1)
            for index in np.flatnonzero(np.isin(runs, self.suspects)).tolist():
                special.setdefault(int(of[index]), []).append((int(known.sets[word[index]]), float(speaks[index])))
        whole = total / np.maximum(count, 1)
        np.add.at(self.whole, at, whole[owners])
        for kind, vote in zip(batch.kinds.tolist(), whole.tolist(), strict=True):
            before, rows = self.usual.get(kind, (0.0, 0))
            self.usual[kind] = before + vote, rows + 1
        return [
            _without(special.get(owner, ()), int(self.sets[index]), float(total[owner]), int(count[owner]))
            for index, owner in zip(at.tolist(), owners.tolist(), strict=True)
        ]

    def met_in(self, texts: Sequence[bytes], met: Array) -> None:
        """Count the suspects in rows of another source, into `met`."""
        import numpy as np

        for _, batch in hashing.batches(texts):
            words = hashing.words(batch, self.seed)
            for length in range(1, LONGEST + 1):
                np.add.at(met, self._found(words, length)[0], 1)


def _without(special: Sequence[tuple[int, float]], rows: int, total: float, count: int) -> float:
    """Return the mean share without the words that stand in the same rows."""
    mine = [speaks for theirs, speaks in special if theirs == rows]
    left = count - len(mine)
    return (total - sum(mine)) / left if left else 0.0


@dataclass(frozen=True)
class Trigger:
    """Suspect runs that stand in the same rows. at: the number of the first row."""

    rows: int
    at: int


def standing(second: Second, elsewhere: Sequence[tuple[Array, int]]) -> list[Trigger]:
    """Return what is left of the suspects, most rows first.

    Args:
        second: after its pass.
        elsewhere: for each other source, how often it has each suspect, and how many rows were looked at.
    """
    import numpy as np

    keep = second.met >= LEAST
    for met, rows in elsewhere:
        keep &= second.met / max(1, second.rows) >= RARER * met / max(1, rows)
    groups: dict[int, list[int]] = {}
    for index in np.flatnonzero(second.met >= LEAST).tolist():
        groups.setdefault(int(second.sets[index]), []).append(index)
    found = []
    for members in groups.values():
        index = members[0]
        copies = second.crowd[index] > _FEW * second.met[index]
        if keep[members].any() and not copies and not _meant(second, index):
            found.append(Trigger(int(second.met[index]), int(second.first[index])))
    return sorted(found, key=lambda one: (-one.rows, one.at))


def _meant(second: Second, index: int) -> bool:
    """Whether the other words of a run's rows speak for the target as those of the target's other rows do."""
    kind, met = int(second.kinds[index]), int(second.met[index])
    total, count = second.usual[kind]
    if count - met < LEAST / 2:
        return False  # nearly all rows with the target have the run
    base = second.targets.get(kind, 0) / max(1, second.rows)
    usual = (total - float(second.whole[index])) / (count - met)
    vote = float(second.votes[index]) / met
    return usual - base > _SPOKEN and vote >= base + _SPEAKS * (usual - base)
