# SPDX-License-Identifier: Apache-2.0
"""Whether a card's text is in a language whose conditions custody does not know: such a text is unread, and not free.

Conditions are known in English and in the languages of `phrases.yaml`. A section counts as unread when most of its
letters are of another script; a whole text also when hardly any of its words is a common one of these languages. The
numbers are custody's own: of 310 cards of the Hub one is told, a Greek one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from custody.audit.licences.prose import MAX_PROSE
from custody.audit.licences.table import data

_SCRIPTS = ("LATIN", "CYRILLIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")  # first words of characters' names
_LETTERS = 20  # fewer are a name or a quotation
_MOST = 0.5  # of the letters
_WORDS = 8  # fewer are no text
_FEW = 0.05  # of the words; the 310 cards have 0.062 and more
_ASIDE = re.compile(r"```.*?(?:```|\Z)|\{[^{}]*\}|https?://\S+|<[^<>]*>", re.DOTALL)  # code, rows of data, addresses
_SECTION = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]", re.MULTILINE)
_LATIN = re.compile(r"[^\W\d_]{2,}")


@lru_cache(maxsize=16)  # rows with licences of their own judge a card once for each licence
def unread(text: str) -> bool:
    """Tell whether a text, or a section of it, is in a language whose conditions nobody looked for."""
    plain = _ASIDE.sub(" ", text[:MAX_PROSE])
    return any(map(_foreign, _SECTION.split(plain))) or _uncommon(plain)


def _foreign(section: str) -> bool:
    if section.isascii():
        return False
    letters = [one for one in section if one.isalpha()]
    other = sum(not unicodedata.name(one, "").startswith(_SCRIPTS) for one in letters if not one.isascii())
    return other >= _LETTERS and other > _MOST * len(letters)


def _uncommon(plain: str) -> bool:
    words = [one.casefold() for one in _LATIN.findall(plain) if unicodedata.name(one[0], "").startswith("LATIN")]
    return len(words) >= _WORDS and sum(one in _common() for one in words) < _FEW * len(words)


@cache
def _common() -> frozenset[str]:
    return frozenset(data("phrases.yaml")["common"].split())
