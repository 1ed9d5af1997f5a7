# SPDX-License-Identifier: Apache-2.0
"""The names and other words of annotated texts, taken apart, to draw single cells from.

Everything comes out of the texts given, so the training part's pool holds nothing of the parts that measure.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from custody.classifiers.ner.corpus import LABELS, Text

_NAME = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)?")
_WORD = re.compile(r"[^\W\d_]{2,}")
_RANKS = {"president", "prince", "princess", "duchess", "duke", "king", "queen", "pope", "senator", "saint", "st"}
_TITLES = _RANKS | {"sir", "lady", "lord", "dr", "mr", "mrs", "ms", "miss"}


@dataclass(frozen=True)
class Pool:
    """What cells are drawn from. Sorted, so that a seed decides the draw.

    Args:
        firsts: given names.
        lasts: family names.
        places: locations, as written.
        bodies: organisations, as written.
        phrases: runs of words in which nothing is marked.
    """

    firsts: tuple[str, ...]
    lasts: tuple[str, ...]
    places: tuple[str, ...]
    bodies: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]


def pool_of(texts: Sequence[Text]) -> Pool:
    """Take names and other words apart."""
    marked: dict[str, set[str]] = {label: set() for label in LABELS}
    for words, label in (pair for one in texts for pair in one.names):
        marked[label].add(words)
    people = [one.split() for one in sorted(marked["PER"])]
    pairs = [one for one in people if len(one) in {2, 3} and _are_names(one)]
    phrases = sorted({phrase for one in texts for phrase in _phrases(one)})
    return Pool(
        firsts=tuple(sorted({one[0] for one in pairs})),
        lasts=tuple(sorted({one[-1] for one in pairs})),
        places=tuple(sorted(marked["LOC"])),
        bodies=tuple(sorted(marked["ORG"])),
        phrases=tuple(phrases),
    )


def invented(source: Pool, draw: random.Random) -> Pool:
    """Return a pool of words that exist nowhere, blended of those in another.

    Shown such, a model learns how names look rather than which there are. Words that are no names are blended too, or
    it would learn that what it does not know is a name.
    """
    return Pool(
        firsts=_blended(source.firsts, draw),
        lasts=_blended(source.lasts, draw),
        places=_blended(source.places, draw),
        bodies=_blended(source.bodies, draw),
        phrases=tuple(
            tuple(_blend(word, draw.choice(draw.choice(source.phrases))) for word in run) for run in source.phrases
        ),
    )


def _blended(some: Sequence[str], draw: random.Random) -> tuple[str, ...]:
    """Blend the first word of each with a word of another; words after the first say what kind of thing it is."""
    others = [word for one in some for word in one.split()]
    parts = [one.split(" ", 1) for one in some]
    return tuple(" ".join([_blend(first, draw.choice(others)), *rest]) for first, *rest in parts)


def _blend(one: str, other: str) -> str:
    """Return the first half of a word and the second half of another."""
    return one[: (len(one) + 1) // 2] + other[len(other) // 2 :].lower()


def unseen(source: Pool, known: Pool) -> Pool:
    """Return what is in one pool and not in another: columns hold names that no training has shown."""
    words = {word.lower() for run in known.phrases for word in run}
    return Pool(
        firsts=_without(source.firsts, known.firsts),
        lasts=_without(source.lasts, known.lasts),
        places=_without(source.places, known.places),
        bodies=_without(source.bodies, known.bodies),
        phrases=tuple(run for run in source.phrases if not {word.lower() for word in run} <= words),
    )


def _without(some: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    dropped = {one.lower() for one in known}
    return tuple(one for one in some if one.lower() not in dropped)


def _are_names(words: Sequence[str]) -> bool:
    named = all(_NAME.fullmatch(word) and word[0].isupper() and len(word) > 1 for word in (words[0], words[-1]))
    return named and words[0].lower() not in _TITLES


def _phrases(one: Text) -> list[tuple[str, ...]]:
    """Return the runs of words around the marks."""
    edges = [0, *(edge for start, end, _ in one.marks for edge in (start, end)), len(one.text)]
    gaps = [one.text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    runs = [tuple(_WORD.findall(part)) for gap in gaps for part in re.split(r"[@#/:.,;!?]\S*", gap)]
    return [run for run in runs if run]
