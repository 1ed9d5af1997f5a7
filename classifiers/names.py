# SPDX-License-Identifier: Apache-2.0
"""What the name of a column says: its words, and the words joined as people join them.

Presidio knows context by single words only. `first` and `name` say little, `firstname` says much, so neighbouring words
are also given joined. The last part of a path is given once more whole, after `=`, and its last word after `~`: an
`account_owner` is an owner, an `owner_type` is none. Chinese is written without spaces, so every piece of two to six of
its letters is given.
"""

from __future__ import annotations

import re
from itertools import pairwise

_RUN = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_JOINED = (2, 3)  # so many neighbouring words are joined
_PIECES = range(2, 7)  # letters; 身份证号码 has five, with one more for a suffix
_LONGEST = 200  # letters of a name that are read; a longer one is no name


def words(column: str) -> tuple[str, ...]:
    """Split a column's path into lower-case words, at case, digits and punctuation."""
    return tuple(word.lower() for run in _RUN.findall(column) for word in _camel(run))


def hints(column: str) -> tuple[str, ...]:
    """Return the context that a column's path gives its cells: words, joined words, the leaf whole and its end."""
    path = column[-_LONGEST:]
    single = words(path)
    joined = ("".join(single[at : at + n]) for n in _JOINED for at in range(len(single) - n + 1))
    pieces = (run[at : at + n] for run in _HAN.findall(path) for n in _PIECES for at in range(len(run) - n + 1))
    leaf = words(re.split(r"[./\[\]]+", path.rstrip("[]"))[-1])
    whole = ("=" + "".join(leaf), "~" + leaf[-1]) if leaf else ()
    return tuple(dict.fromkeys((*single, *joined, *pieces, *whole)))


def _camel(run: str) -> list[str]:
    starts = [0, *(at for at in range(1, len(run)) if _starts(run, at)), len(run)]
    return [run[one:two] for one, two in pairwise(starts)]


def _starts(run: str, at: int) -> bool:
    """Return whether a word starts at a capital: after a small letter, or as the last of a run of capitals."""
    before, here, after = run[at - 1], run[at], run[at + 1 : at + 2]
    return here.isupper() and (before.islower() or (before.isupper() and after.islower()))
