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

from custody.audit.texts.alignment import edits
from custody.audit.texts.changes import material, told
from custody.audit.texts.classes import UNKNOWN, obligations
from custody.audit.texts.prints import Hashes, Known, Library, Numbers, hashed, runs, shipped
from custody.audit.texts.words import digest, words

Kind = Literal["exact", "near", "modified", "bundle", "unknown"]
NEAR = 0.90  # share of runs (dice), measured on licence files of packages
MODIFIED = 0.75  # share of words
CONTAINED = 0.80  # of a known text's runs, for a text that holds it among others
OWN = 0.35  # of a known text's runs that no text found before in the same bundle explains
MAX_TEXT = 4 << 20  # characters; the longest licence file of a package seen has 1.5 million


@dataclass(frozen=True)
class TextMatch:
    """What a text is.

    Args:
        kind: as the module says.
        ids: SPDX ids. Of one text: all ids it has, as GPL-2.0-only and -or-later have one text. Of a bundle: one for
            each text, in the order of the text.
        similarity: share of words that are the known text's, 0 to 1; of a bundle, share of its words that are known.
        obligations: the class of duties that all ids have, or `not known`.
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
    best = held[0] if held else int(dice.argmax())
    return _one(said, own, mark, known.texts[best], float(dice[best]))


def _one(said: Sequence[str], own: Hashes, mark: str, best: Known, dice: float) -> TextMatch:
    found = edits(own, best.words)
    same = len(own) - sum(one.end - one.start for one in found)
    similarity = 2 * same / (len(own) + len(best.words))
    if dice >= NEAR and not material(found, said, best.words):
        kind: Kind = "near"
    elif similarity >= MODIFIED or same >= CONTAINED * len(best.words):
        kind = "modified"
    else:
        return TextMatch("unknown", (), similarity, UNKNOWN, mark, best.ids[0])
    return TextMatch(
        kind, best.ids, similarity, obligations(best.ids), mark, best.ids[0], told(found, said, best.words)
    )


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
