# SPDX-License-Identifier: Apache-2.0
"""A text as lower-case words that all spellings share, each with its place in the original.

`CC-BY-NC_SA v4.0`, `cc by nc sa v 4.0` and `(CC BY-NC-SA, V4.0)` have the same words. Letters and numbers are separate
words (`gplv3` is `gpl v 3`), a version is one word, `licence` is spelled `license`. What is no letter, digit or `+`
parts words and is otherwise ignored. Letters that only look Latin stay what they are: no name is read into them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+?(?=v\d)|v(?=\d)|[^\W\d_]+|\d+(?:\.\d+)*[a-z]?(?![^\W_])|\d+(?:\.\d+)*|\++")
_SPELLINGS = {
    "licence": "license",
    "licences": "licenses",
    "licenced": "licensed",
    "licencing": "licensing",
    "lisence": "license",
    "liscense": "license",
}


@dataclass(frozen=True)
class Folded:
    """The words of a text, parted by single spaces, and where each stands in the original."""

    text: str
    starts: tuple[int, ...]  # of each word, in `text`
    places: tuple[tuple[int, int], ...]  # of each word, in the original

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of `text` stands in the original."""
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, max(start, end - 1)) - 1
        return self.places[first][0], self.places[last][1]


def fold(text: str) -> Folded:
    """Return the words of a text. Places are exact: characters are folded one for one."""
    plain = text.lower() if text.isascii() else "".join(map(_one, text))
    words, starts, places, at = [], [], [], 0
    for match in _WORD.finditer(plain):
        word = _SPELLINGS.get(match[0], match[0])
        words.append(word)
        starts.append(at)
        places.append(match.span())
        at += len(word) + 1
    return Folded(" ".join(words), tuple(starts), tuple(places))


def _one(character: str) -> str:
    if character.isascii():
        return character.lower()
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character
