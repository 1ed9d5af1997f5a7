# SPDX-License-Identifier: Apache-2.0
"""From what somebody wrote about a licence to what it says: an id, a family, a list, or nothing that is known.

A reading is certain when the text is a licence's name, address or SPDX expression and nothing else, glue such as "this
dataset is licensed under the" aside. Anything more (a condition, a negation, a second licence) makes it uncertain: then
what it restricts still counts, and what it grants does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from custody.audit.licences.clauses import CONDITIONS
from custody.audit.licences.expressions import parse, terms
from custody.audit.licences.fold import fold
from custody.audit.licences.prose import statements
from custody.audit.licences.table import data
from custody.audit.licences.terms import Terms
from custody.audit.licences.urls import URL, read_url
from custody.audit.licences.vocabulary import Mention, mentions

__all__ = ["Reading", "Terms", "normalise", "read", "terms"]

Kind = Literal["licence", "family", "several", "custom", "unstated", "unknown"]
MAX_NAME = 600  # characters; what is longer is no name but a text
_HIDDEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)  # unseen: no certain name
_SERIALISED = re.compile(r"\[[^\]]*\]$|\{")  # a list or mapping somebody wrote as text
_DEDICATIONS = frozenset({"CC0-1.0", "CC0", "CC-PDM-1.0", "CC-PDM", "PDDL-1.0", "Unlicense"})  # to the public domain
_LEGAL = re.compile(r"\b(?:license|agree|agreement|terms|copyright|permission|permitted|rights|policy)")
_FAMILIES = re.compile(r"LicenseRef-[\w.-]+-(?:unversioned|modified)\b")
_SUBJECT = re.compile(
    r"^(?P<subject>.{0,60}?) (?:is|are|was|were)(?: (?:also|now|made))?"
    r" (?:licensed|released|distributed|available|published)"
)


@dataclass(frozen=True)
class Reading:
    """What a text says about a licence.

    Args:
        kind: a licence; a family of which the version is not told; several, or one with other words; terms of its own
            (custom); that nothing is known or granted (unstated); or nothing that is understood (unknown).
        expression: an SPDX expression of the licences found, joined by AND where they all may apply; empty when none.
        certain: the text says this and nothing else.
    """

    kind: Kind
    expression: str = ""
    certain: bool = False


@dataclass(frozen=True)
class _Words:
    unstated: re.Pattern[str]
    fixed: Mapping[str, str]
    glue: frozenset[str]
    glued: re.Pattern[str]
    narrows: frozenset[str]
    modified: re.Pattern[str]


@cache
def _words() -> _Words:
    told = data("phrases.yaml")
    return _Words(
        unstated=re.compile("|".join(told["unstated"])),
        fixed={text: key for key, texts in told["fixed"].items() for text in texts},
        glue=frozenset(told["glue"].split()),
        glued=re.compile(r"\b(?:" + told["glued"] + r")\b"),
        narrows=frozenset(told["narrows"].split()),
        modified=re.compile(r"\b(?:" + "|".join(told["modified"]) + r")\b"),
    )


UNSTATED, UNKNOWN = Reading("unstated"), Reading("unknown")


def normalise(text: str) -> str | None:
    """Return the SPDX expression a text stands for, or None when it is not certain.

    An unversioned or unknown name is not certain.
    """
    found = read(text)
    return found.expression if found.certain else None


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """Return what a text about a licence says. Any text has a reading."""
    plain = " ".join(text.split())
    if len(plain) <= MAX_NAME and not _HIDDEN.search(text):
        for reader in (_phrase, _expression, _address, _name):
            if found := reader(plain):
                return found
    return _sentence(text)


def _phrase(plain: str) -> Reading | None:
    folded, words = fold(plain).text, _words()
    if words.unstated.fullmatch(folded):
        return UNSTATED
    if not folded or _SERIALISED.match(plain):
        return UNKNOWN
    return Reading("custom", words.fixed[folded]) if folded in words.fixed else None


def _expression(plain: str) -> Reading | None:
    found = parse(plain)
    if found and _FAMILIES.search(found):  # an id of custody's own, as the licences of rows are counted by
        return Reading("family", found)
    return Reading("licence", found, certain=True) if found else None


def _address(plain: str) -> Reading | None:
    if not URL.fullmatch(plain):
        return None
    if found := read_url(plain):
        return _one(found.key, certain=found.certain)
    page = fold(plain.rstrip("/").rsplit("/", 1)[-1]).text
    return UNSTATED if _words().unstated.fullmatch(page) else Reading("custom", "LicenseRef-Custom")


def _name(plain: str) -> Reading | None:
    """Read a text that is one name, perhaps told twice or with an address, and glue."""
    rest = fold(URL.sub(" ", plain)).text
    addresses = [read_url(match[0]) for match in URL.finditer(plain)]
    found = [*mentions(rest), *(one for one in addresses if one)]
    key = agreed(found)
    if key is None or None in addresses:
        return None
    left = _around(rest)
    if _words().modified.search(left):
        return Reading("family", "LicenseRef-MIT-modified" if key == "MIT" else key)
    noted = "?" in URL.sub(" ", plain) or plain.count("*") % 2  # a question, or a footnote that is not here
    if set(_words().glued.sub(" ", left).split()) - _words().glue or noted:
        return None
    return _one(key, certain=any(one.certain and one.key == key for one in found))


def _one(key: str, *, certain: bool) -> Reading:
    return Reading("licence" if certain else "family", key, certain)


def agreed(found: list[Mention]) -> str | None:
    """Return the one licence that several mentions mean: a name without a version agrees with one that has it."""
    dedicated = any(one.family in _DEDICATIONS for one in found)
    found = [one for one in found if not (dedicated and one.key == "LicenseRef-scancode-public-domain")]
    if len({one.family for one in found}) != 1:
        return None
    keys = {one.key for one in found if one.certain} or {one.key for one in found}
    return keys.pop() if len(keys) == 1 else None


def _around(text: str) -> str:
    """Return the words beside the names, without the subject of the sentence where it is the whole of the data."""
    names = [one.span for one in mentions(text)]
    subject = _SUBJECT.match(text)
    whole = subject is not None and not _words().narrows & set(subject["subject"].split())
    at, left = len(subject["subject"]) if subject and whole else 0, []
    for start, end in names:
        left.append(text[min(at, start) : start])
        at = max(at, end)
    return " ".join([*left, text[at:]])


def _sentence(text: str) -> Reading:
    """Read what is more than a name: every licence and every condition in it counts, and nothing of it is certain."""
    keys = sorted({one.key for one in statements(text)})
    if not keys:
        told = _LEGAL.search(fold(text[:MAX_NAME]).text)
        return Reading("custom", "LicenseRef-Custom") if told else UNKNOWN
    return Reading("custom" if CONDITIONS.issuperset(keys) else "several", " AND ".join(keys))
