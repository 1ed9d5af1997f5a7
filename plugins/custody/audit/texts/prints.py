# SPDX-License-Identifier: Apache-2.0
"""The fingerprints of known licence texts, and which of them a text shares runs of words with.

A text is kept as the order of its words, each word as 64 bits of its BLAKE2b: the package carries no licence text, and
the same text gives the same numbers on every machine (Python's own `hash` is seeded per process). Texts with the same
words are one entry with several ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from custody.audit.texts.words import digest

RUN = 5  # words in a fingerprint: measured to tell all texts of the library apart
_ODD = np.uint64(0x9E3779B97F4A7C15)  # the two factors of splitmix64
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_FILE = "prints.npz"
Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Numbers = np.ndarray[Any, np.dtype[np.integer[Any]]]


@dataclass(frozen=True)
class Known:
    """One known text: its ids (the preferred first), its words as hashes, and how many distinct runs it has."""

    ids: tuple[str, ...]
    words: Hashes
    size: int


@dataclass(frozen=True)
class Library:
    """All known texts and the index of their runs.

    Args:
        texts: the known texts.
        exact: SHA-256 of the normalised words -> place in `texts`.
        runs: all distinct runs, sorted.
        starts: for each run, where its places begin in `places`; one more at the end.
        places: places in `texts`.
    """

    texts: tuple[Known, ...]
    exact: Mapping[str, int]
    runs: Hashes
    starts: Numbers
    places: Numbers

    def shared(self, words: Hashes) -> tuple[Numbers, int]:
        """Return how many distinct runs each known text shares with these words, and how many the words have."""
        own = np.unique(runs(words))
        at = np.searchsorted(self.runs, own)
        at[at == len(self.runs)] = 0
        hit = at[self.runs[at] == own]
        counts = self.starts[hit + 1] - self.starts[hit]
        # the places of all hits, without a loop over them
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        found = self.places[np.repeat(self.starts[hit], counts) + offsets]
        return np.bincount(found, minlength=len(self.texts)), len(own)


def hashed(words: Sequence[str]) -> Hashes:
    """Return the 64-bit hash of each word."""
    known = {word: _hash(word) for word in set(words)}
    return np.fromiter((known[word] for word in words), dtype=np.uint64, count=len(words))


def runs(words: Hashes) -> Hashes:
    """Return the hash of every run of words; a text shorter than a run is one run."""
    if len(words) < RUN:
        words = np.concatenate([words, np.zeros(RUN - len(words), dtype=np.uint64)])
    count = len(words) - RUN + 1
    mixed = np.zeros(count, dtype=np.uint64)
    for place in range(RUN):
        mixed = (mixed * _ODD) ^ words[place : place + count]
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX
    return mixed


def library(texts: Sequence[tuple[tuple[str, ...], Hashes]], exact: Mapping[str, int]) -> Library:
    """Index known texts."""
    single = [np.unique(runs(words)) for _, words in texts]
    known = tuple(Known(ids, words, len(own)) for (ids, words), own in zip(texts, single, strict=True))
    every, owner = np.concatenate(single), np.repeat(np.arange(len(single)), [len(own) for own in single])
    order = np.argsort(every, kind="stable")
    distinct, starts = np.unique(every[order], return_index=True)
    return Library(known, exact, distinct, np.append(starts, len(every)), owner[order].astype(np.int32))


def save(texts: Sequence[tuple[tuple[str, ...], Sequence[str]]], target: Path) -> None:
    """Write the fingerprints of known texts, given as words. The same texts give the same bytes."""
    numbers: dict[str, int] = {}
    sequence = [numbers.setdefault(word, len(numbers)) for _, said in texts for word in said]
    np.savez_compressed(
        target,
        vocabulary=hashed(list(numbers)).astype("<u8"),
        sequence=np.array(sequence, dtype="<u2" if len(numbers) < 1 << 16 else "<u4"),
        lengths=np.array([len(said) for _, said in texts], dtype="<u4"),
        ids=np.array([" ".join(ids) for ids, _ in texts]),
        digests=np.array([digest(said) for _, said in texts]),
    )


@cache
def shipped() -> Library:
    """Load the fingerprints that custody ships."""
    with files("custody.audit.texts").joinpath(_FILE).open("rb") as file, np.load(file, allow_pickle=False) as data:
        words = data["vocabulary"].astype(np.uint64)[data["sequence"]]
        parts = np.split(words, np.cumsum(data["lengths"])[:-1])
        ids = [tuple(str(one).split(" ")) for one in data["ids"]]
        exact = {str(one): place for place, one in enumerate(data["digests"])}
    return library(list(zip(ids, parts, strict=True)), exact)


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
