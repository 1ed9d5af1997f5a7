# SPDX-License-Identifier: Apache-2.0
"""Which licence a text is.

exact: the words of a known text. near: a known text with small changes that change nothing, such as a holder's name.
modified: a known text with changes that a person must read; `changes` tells them. bundle: several known texts. unknown:
none of these. What is none is never guessed: `ids` is empty then, and `nearest` only helps whoever reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from custody.audit.texts.alignment import Edit, edits
from custody.audit.texts.changes import material, told
from custody.audit.texts.classes import UNKNOWN, obligations, strictness
from custody.audit.texts.prints import Hashes, Known, Library, Numbers, hashed, runs, shipped
from custody.audit.texts.words import digest, words

Kind = Literal["exact", "near", "modified", "bundle", "unknown"]
NEAR = 0.90  # share of runs (dice), measured on licence files of packages
NEAR_WORDS = 0.95  # or share of words: a holder's name in each clause of a short text breaks many runs
GAPS = 2  # places where words are only missing; in a text that differs in names alone there are hardly any
MODIFIED = 0.75  # share of words
CONTAINED = 0.80  # of a known text's runs, for a text that holds it among others
OWN = 0.35  # of a known text's runs that no text found before in the same bundle explains
CLOSE = 0.90  # of the best share of runs; texts that come so close are compared word by word
RIVALS = 4  # texts
MAX_TEXT = 4 << 20  # characters; the longest licence file of a package seen has 1.5 million


@dataclass(frozen=True)
class TextMatch:
    """What a text is.

    Args:
        kind: as the module says.
        ids: SPDX ids. Of one text: all ids it has, as GPL-2.0-only and -or-later have one text. Of a bundle: one for
            each text, in the order of the text.
        similarity: share of words that are the known text's, 0 to 1; of a bundle, share of its words that are known.
        obligations: the class of duties that all ids have; `not known` where they differ or the text was modified.
        digest: SHA-256 of the normalised words.
        nearest: the most similar known text, also where it is not similar enough.
        changes: the differences, in words; empty but for near and modified.
    """

    kind: Kind
    ids: tuple[str, ...]
    similarity: float
    obligations: str
    digest: str
    nearest: str
    changes: tuple[str, ...] = ()

    @property
    def expression(self) -> str:
        """One SPDX expression for the text: the preferred id, or all of a bundle."""
        return " AND ".join(dict.fromkeys(self.ids)) if self.kind == "bundle" else "".join(self.ids[:1])


def identify(text: str, known: Library | None = None) -> TextMatch:
    """Tell which licence a text is.

    Args:
        text: the text. Of more than `MAX_TEXT` characters the rest is not read, and the text is unknown.
        known: the known texts; those that custody ships when not given.
    """
    known = known or shipped()
    said = words(text[:MAX_TEXT])
    mark = digest(said)
    if not said or len(text) > MAX_TEXT:
        return TextMatch("unknown", (), 0.0, UNKNOWN, mark, "")
    if (place := known.exact.get(mark)) is not None:
        ids = known.texts[place].ids
        return TextMatch("exact", ids, 1.0, obligations(ids), mark, ids[0])
    return _similar(said, mark, known)


def _similar(said: list[str], mark: str, known: Library) -> TextMatch:
    own = hashed(said)
    shared, size = known.shared(own)
    sizes = np.array([one.size for one in known.texts])
    held = _held(own, shared, sizes, known)
    if len(held) > 1:
        return _bundle(own, mark, [known.texts[place] for place in held])
    dice = 2 * shared / (size + sizes)
    first = held[0] if held else int(dice.argmax())
    close = np.flatnonzero((dice >= CLOSE * dice[first]) | (shared >= CONTAINED * sizes))
    rivals = sorted(set(close.tolist()) - {first}, key=lambda one: (-dice[one], one))[:RIVALS]
    best = _compared(own, known.texts[first], float(dice[first]))
    if not _near(said, best):
        several = [best, *(_compared(own, known.texts[place], float(dice[place])) for place in rivals)]
        # the most words in common; of two that have as many, the one that asks for more
        best = max(several, key=lambda one: (round(one.similarity, 3), strictness(one.known.ids)))
    return _one(said, mark, best)


@dataclass(frozen=True)
class _Compared:
    """A known text beside the text in question. dice: share of runs. similarity: share of words."""

    known: Known
    dice: float
    found: tuple[Edit, ...]
    same: int
    similarity: float


def _compared(own: Hashes, known: Known, dice: float) -> _Compared:
    found = edits(own, known.words)
    same = len(own) - sum(one.end - one.start for one in found)
    return _Compared(known, dice, found, same, 2 * same / (len(own) + len(known.words)))


def _near(said: Sequence[str], best: _Compared) -> bool:
    replaced = best.similarity >= NEAR_WORDS and sum(one.start == one.end for one in best.found) <= GAPS
    return (best.dice >= NEAR or replaced) and not material(best.found, said, best.known.words)


def _one(said: Sequence[str], mark: str, best: _Compared) -> TextMatch:
    ids, words_of = best.known.ids, best.known.words
    if _near(said, best):
        kind: Kind = "near"
    elif best.similarity >= MODIFIED or best.same >= CONTAINED * len(words_of):
        kind = "modified"
    else:
        return TextMatch("unknown", (), best.similarity, UNKNOWN, mark, ids[0])
    duties = obligations(ids) if kind == "near" else UNKNOWN  # whatever the changes make of them
    return TextMatch(kind, ids, best.similarity, duties, mark, ids[0], told(best.found, said, words_of))


def _held(own: Hashes, shared: Numbers, sizes: Numbers, known: Library) -> list[int]:
    """Return the known texts that stand in a text, the best explained first, none that another one explains."""
    whole = np.flatnonzero(shared >= CONTAINED * sizes)
    chosen: list[int] = []
    explained = np.array([], dtype=np.uint64)
    mine = np.unique(runs(own))
    for place in sorted(whole.tolist(), key=lambda one: (sizes[one] - 2 * shared[one], one)):
        here = np.intersect1d(mine, runs(known.texts[place].words))
        if len(np.setdiff1d(here, explained, assume_unique=True)) >= OWN * sizes[place]:
            chosen.append(place)
            explained = np.union1d(explained, here)
    return chosen


def _bundle(own: Hashes, mark: str, held: list[Known]) -> TextMatch:
    mine = runs(own)
    found = [np.isin(mine, runs(one.words)) for one in held]
    order = sorted(range(len(held)), key=lambda one: float(np.median(np.flatnonzero(found[one]))))
    ids = tuple(held[one].ids[0] for one in order)
    every = [name for one in held for name in one.ids]
    share = float(np.logical_or.reduce(found).mean())
    return TextMatch("bundle", ids, share, obligations(every), mark, ids[0])
