# SPDX-License-Identifier: Apache-2.0
"""A licence text as the words that matter: what layout, quotes, comment signs and holders' names add is taken away.

The rules follow the SPDX matching guidelines (Annex B of SPDX 2.3: white space, case, punctuation, bullets and numbers
of clauses, varietal spelling, copyright notices), in a form that does not depend on where lines break, but for
copyright notices, which only lines bound. Time is linear in the text, whatever it holds.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

_TAG = re.compile(r"<[^<>]{1,2000}>")
_IS_HTML = re.compile(r"<(?:!doctype|html|body|head|div|p|br|h[1-6]|li|span|pre)\b[^<>]{0,2000}>", re.IGNORECASE)
_SILENT = ("script", "style")  # elements whose content nobody reads
_CLAUSE = re.compile(r"(?<![\w.])\(?(?:\d{1,2}|[ivx]{1,4})[.)](?=\s)")  # "1." or "(iv)" before a clause
_SIGN = r"(?:copyright|©|\(c\)|\(copr\.\))"
_NOTICE = re.compile(
    rf"^[^\w©(\n]*(?:(?:portions?|all|some|parts?)\s+)?"
    rf"(?:{_SIGN}(?:[ \t]+{_SIGN})*[ \t:]*(?:by\b|[<\[{{]|year|y{{4}}|[12]\d{{3}})"
    r"|all rights reserved|spdx-license-identifier:)"
    r"[^\n]{0,200}$",
    re.IGNORECASE | re.MULTILINE,
)
_NO_NOTICE = re.compile(  # a sentence of a licence that only begins like a notice
    r"\b(?:licen[sc]e[ds]?|notices?|permission|provided|shall|must|may|liable|liability|damages|disclaimer|law|such)\b",
    re.IGNORECASE,
)
_RESERVED = " all rights reserved "  # belongs to a notice, also where no line bounds it
_WORD = re.compile(r"[^\W_]{2,}|\d")
_SPELLINGS = {  # one spelling for each pair of the guidelines that licence texts show
    "licence": "license",
    "licences": "licenses",
    "licenced": "licensed",
    "https": "http",
    "whilst": "while",
    "organisation": "organization",
    "organisations": "organizations",
    "authorised": "authorized",
    "favour": "favor",
    "judgement": "judgment",
    "sublicence": "sublicense",
    "merchantibility": "merchantability",
    "owner": "holder",
    "owners": "holders",
}


def words(text: str) -> list[str]:
    """Return a licence text's words, in order, without what publishers put around a licence."""
    said = f" {' '.join(_all_words(text))} "
    for frame in (*_frames(), _RESERVED):
        said = said.replace(frame, " ")
    return said.split()


@cache
def _frames() -> tuple[str, ...]:
    """The sentences of frames.txt, as words."""
    lines = files("custody.audit.texts").joinpath("frames.txt").read_text(encoding="utf-8").splitlines()
    frames = [f" {' '.join(_all_words(line))} " for line in lines if not line.startswith("#")]
    return tuple(sorted(frames, key=len, reverse=True))


def _all_words(text: str) -> list[str]:
    plain = _without_markup(text) if _IS_HTML.search(text) else text
    plain = _NOTICE.sub(_notice, unicodedata.normalize("NFKC", plain)).casefold()
    return [_SPELLINGS.get(word, word) for word in _WORD.findall(_CLAUSE.sub(" ", plain))]


def digest(said: Sequence[str]) -> str:
    """Return the SHA-256 of a text's words, joined by spaces."""
    return hashlib.sha256(" ".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def _notice(found: re.Match[str]) -> str:
    """Take a copyright notice out, and leave a sentence that only begins like one."""
    return found[0] if _NO_NOTICE.search(found[0]) else " "


def _without_markup(text: str) -> str:
    for element in _SILENT:
        text = _without_element(text, element)
    return html.unescape(_TAG.sub(" ", text))


def _without_element(text: str, name: str) -> str:
    """Cut out an element with its content; one that never ends goes on to the end."""
    lower, kept, at = text.lower(), [], 0
    if len(lower) != len(text):  # a letter whose lower case is longer: positions would not agree
        return text
    while (start := lower.find(f"<{name}", at)) >= 0:
        kept.append(text[at:start])
        end = lower.find(f"</{name}", start)
        if end < 0:
            return "".join(kept)
        at = end
    return "".join([*kept, text[at:]])
