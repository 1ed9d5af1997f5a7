# SPDX-License-Identifier: Apache-2.0
"""What the differences between a licence text and a known one mean, and how they are told.

Known words are kept as hashes, so a word that is gone can be told only where the text has it elsewhere, or where it is
one of the words that change a licence. Those are told always.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from custody.audit.texts.alignment import Edit
from custody.audit.texts.prints import Hashes, hashed, runs

LONG_IN = 25  # words; a longer insertion may be a term of its own
LONG_OUT = 12  # words; a longer gap may be a term that is gone
HEAD = 60  # words before the licence begins: names of projects and holders
TOLD = 6  # changes
SHOWN = 24  # words of a change
# Words that change what a licence allows or asks. A difference in their number is never small.
_WEIGHTY = """
no not non nor neither without unless except excluding only solely other than commercial noncommercial research academic
educational evaluation prohibited prohibit prohibits forbidden restricted restriction may must shall cannot sell sold
resale fee royalty redistribute distribute derivative derivatives adapted sharealike noderivatives military nuclear
weapons competing compete train training machine learning ai gpl agpl lgpl proprietary confidential advertising
acknowledgment patent patents terminate ethical evil you your user users please agree agrees if provided condition
conditions require requires required cite citation credit attribution consent permitted allowed limited limit purpose
purposes use used uses using internal personal private register contact delete revoke revocable expire expires
"""
WEIGHTY = frozenset(_WEIGHTY.split())
LICENSING = frozenset({"license", "licenses", "licensed", "agreement", "permission", "terms", "granted", "rights"})
NAMED = 8  # words; a longer insertion that speaks of licences is more than a title
# What follows tells how to apply the licence: in Apache-2.0 and the GNU licences, and in the GNU documentation licence.
_ENDS = ("end of terms and conditions", "addendum how to use this")


def material(found: Sequence[Edit], said: Sequence[str], known: Hashes) -> bool:
    """Tell whether any difference may change what the licence says."""
    end = _appendix(known)
    return any(_material(one, said, known) for one in found if not (one.known_start >= end and one.start == one.end))


def told(found: Sequence[Edit], said: Sequence[str], known: Hashes) -> tuple[str, ...]:
    """Tell the differences in words, the weighty ones first."""
    readable = {mark: word for word, mark in zip(said, hashed(said).tolist(), strict=True)} | _weighty()
    ordered = sorted(found, key=lambda one: (not _material(one, said, known), one.start))
    lines = [_line(one, said, [readable.get(mark, "…") for mark in _out(one, known)]) for one in ordered[:TOLD]]
    more = len(ordered) - len(lines)
    return (*lines, f"and {more} more") if more else tuple(lines)


def _material(one: Edit, said: Sequence[str], known: Hashes) -> bool:
    added, removed = one.end - one.start, one.known_end - one.known_start
    longest = HEAD if one.start == 0 else LONG_IN
    words = said[one.start : one.end]
    if added > longest or removed > LONG_OUT or (added > NAMED + removed and not LICENSING.isdisjoint(words)):
        return True
    weighty = _weighty()
    now = Counter(word for word in words if word in WEIGHTY)
    return now != Counter(weighty[mark] for mark in _out(one, known) if mark in weighty)


def _out(one: Edit, known: Hashes) -> list[int]:
    return [int(mark) for mark in known[one.known_start : one.known_end]]


def _line(one: Edit, said: Sequence[str], removed: Sequence[str]) -> str:
    added = said[one.start : one.end]
    if not removed:
        return f"added {_shown(added)}"
    return f"{_shown(removed)} became {_shown(added)}" if added else f"missing {_shown(removed)}"


def _shown(some: Sequence[str]) -> str:
    rest = len(some) - SHOWN
    return f'"{" ".join(some[:SHOWN])}"' + (f" and {rest} words more" if rest > 0 else "")


def _appendix(known: Hashes) -> int:
    """Return where the known text says that it ends, before its appendix."""
    ends = [int(runs(hashed(one.split()))[0]) for one in _ENDS]
    places = np.flatnonzero(np.isin(runs(known), np.array(ends, dtype=np.uint64)))
    return int(places[-1]) if len(places) else len(known)


@cache
def _weighty() -> dict[int, str]:
    some = sorted(WEIGHTY)
    return dict(zip(hashed(some).tolist(), some, strict=True))
