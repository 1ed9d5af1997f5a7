# SPDX-License-Identifier: Apache-2.0
"""Where two texts differ, word by word.

Runs of words that stand once in the known text, where they first stand in the other, are the fixed points (much as in
patience diff; the other text may hold the licence twice). Only what lies between two of them is
compared word by word, and only when it is short. So the time is near linear, whatever the texts are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from custody.audit.texts.prints import RUN, Hashes, runs

LONGEST = 300  # words; a longer stretch without a fixed point counts as replaced whole


@dataclass(frozen=True)
class Edit:
    """A stretch of a text (from, to) in the place of a stretch of the known text; either may be empty."""

    start: int
    end: int
    known_start: int
    known_end: int


def edits(text: Hashes, known: Hashes) -> tuple[Edit, ...]:
    """Return what must change in the known text to give the text, in order."""
    found: list[Edit] = []
    at, known_at = 0, 0
    for start, known_start, length in (*_same(text, known), (len(text), len(known), 0)):
        found += _between(text, known, Edit(at, start, known_at, known_start))
        at, known_at = start + length, known_start + length
    return tuple(found)


def _between(text: Hashes, known: Hashes, gap: Edit) -> Iterator[Edit]:
    here, there = text[gap.start : gap.end].tolist(), known[gap.known_start : gap.known_end].tolist()
    if not here and not there:
        return
    if not here or not there or max(len(here), len(there)) > LONGEST:
        yield gap
        return
    for kind, there_from, there_to, here_from, here_to in SequenceMatcher(
        a=there, b=here, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            yield Edit(
                gap.start + here_from, gap.start + here_to, gap.known_start + there_from, gap.known_start + there_to
            )


def _same(text: Hashes, known: Hashes) -> Iterator[tuple[int, int, int]]:
    """Give stretches that are the same, as (place, known place, words), in rising order of both."""
    at, known_at, length = 0, 0, 0
    for place, known_place in _rising(_fixed_points(text, known)):
        if place - at == known_place - known_at and place <= at + length:
            length = place + RUN - at
        elif place >= at + length and known_place >= known_at + length:
            yield from [(at, known_at, length)] if length else []
            at, known_at, length = place, known_place, RUN
    yield from [(at, known_at, length)] if length else []


def _fixed_points(text: Hashes, known: Hashes) -> list[tuple[int, int]]:
    """Return (place, known place) of the runs that stand once in the known text, in the order of the text."""
    own, places = np.unique(runs(text), return_index=True)
    others, known_places, counts = np.unique(runs(known), return_index=True, return_counts=True)
    _, mine, theirs = np.intersect1d(own, others[counts == 1], assume_unique=True, return_indices=True)
    return sorted(zip(places[mine].tolist(), known_places[counts == 1][theirs].tolist(), strict=True))


def _rising(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of the points whose known places rise."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, known_place) in enumerate(points):
        length = bisect_left(tails, known_place)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [known_place]
        ends[length : length + 1] = [number]
    chain, number = [], ends[-1] if ends else -1
    while number >= 0:
        chain.append(points[number])
        number = before[number]
    return chain[::-1]
