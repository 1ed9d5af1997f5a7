# SPDX-License-Identifier: Apache-2.0
"""Conditions of use in running text that name no licence, as patterns over folded sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from custody.audit.licences.table import data

UPSTREAM = "LicenseRef-upstream-terms"
RESEARCH = "LicenseRef-research-only"
NON_COMMERCIAL = "LicenseRef-NonCommercial-custom"
FOR_RESEARCH = "LicenseRef-for-research"  # meant for research, which may or may not rule other uses out
CONDITIONS = frozenset({UPSTREAM, RESEARCH, NON_COMMERCIAL, FOR_RESEARCH})

_FIELD = r"(?:academic|research|educational|scientific|scholarly)\b"
_ONLY = r"(?:only|solely|exclusively|purely|strictly|restricted|limited)"
_NC = r"non ?commercial"
_WORDS = r"(?: \w+)"
_SOURCES = r"(?:original|upstream|sources?|underlying|respective)"
_SITES = r"(?:twitter|reddit|common crawl|youtube|facebook|flickr)"
_RESEARCH = (
    rf"{_ONLY}{_WORDS}{{0,5}} (?:for|to){_WORDS}{{0,4}} {_FIELD}",
    rf"{_FIELD}(?: (?:and|or|use|uses|purposes?|teaching|non ?profit|community|{_FIELD}))* (?:only|exclusively|solely)",
    rf"{_NC}{_WORDS}{{0,3}} {_FIELD}{_WORDS}{{0,6}} only",
    rf"only{_WORDS}{{0,6}} {_NC}{_WORDS}{{0,2}} {_FIELD}",
)
_NO = r"(?:not|never|no|prohibit\w*|forbid\w*|disallow\w*|without)"
_USE = r"(?:use|usage|uses|purposes?|exploitation|products?|applications?|gain)"
_BARRED = r"(?:not|prohibited|forbidden|disallowed|requires?|excluded)"
_NON_COMMERCIAL = (
    rf"{_ONLY}{_WORDS}{{0,6}} {_NC}",
    rf"{_NC}{_WORDS}{{0,5}} (?:only|exclusively|solely)",
    rf"(?:for|any) {_NC}{_WORDS}{{0,3}} (?:use|uses|usage|purposes?)",
    rf"{_NC} license",
    rf"{_NO}{_WORDS}{{0,8}} commercial(?:ly)?{_WORDS}{{0,3}} ?{_USE}\b",
    rf"commercial (?:use|usage|exploitation|purposes?){_WORDS}{{0,4}} {_BARRED}",
    rf"not{_WORDS}{{0,4}} (?:used|sold|exploited|distributed){_WORDS}{{0,2}} commercially",
)
_BIND = r"(?:subject to|bound by|governed by|comply with|abide by|respect|under|according to)"
_RULES = r"(?:terms|licenses?|licensing|polic(?:y|ies)|rights|conditions)"
_HOLDERS = r"(?:original|respective|owners?|authors?|publishers?|holders?|creators?)"
_STANDS = r"(?:apply|applies|hold|govern|remain|must|should|respected)"
_FOR_RESEARCH = (rf"for(?: \w+){{0,2}} {_FIELD}(?:(?: and| or)? {_FIELD})* (?:use|purposes?)",)
_UPSTREAM = (
    rf"{_BIND}{_WORDS}{{0,2}} {_SITES} (?:terms|polic(?:y|ies)|rules)",
    rf"(?:terms|licenses?|conditions){_WORDS}{{0,3}} {_SOURCES}",
    rf"{_BIND}{_WORDS}{{0,5}} {_RULES}{_WORDS}{{0,6}} (?:{_SOURCES}|{_SITES})",
    rf"{_SOURCES}{_WORDS}{{0,3}} (?:terms|licenses?|licensing|copyrights?){_WORDS}{{0,4}} {_STANDS}",
    rf"copyrights?{_WORDS}{{0,5}} (?:belongs?|remains?|held|owned|retained?){_WORDS}{{0,5}} {_HOLDERS}",
)
_BOTH = re.compile(
    rf"(?<!non )commercial(?:ly)?(?: use| purposes?)? (?:and|or|as well as|and or) {_NC}"
    rf"|{_NC}(?: use| purposes?)? (?:and|or|as well as|and or) commercial"
)


@cache
def _clauses() -> tuple[tuple[str, re.Pattern[str]], ...]:
    other = data("phrases.yaml")["conditions"]  # in other languages
    return tuple(
        (key, re.compile("|".join((*patterns, *other.get(name, {}).values()))))
        for key, name, patterns in (
            (RESEARCH, "research only", _RESEARCH),
            (FOR_RESEARCH, "for research", _FOR_RESEARCH),
            (NON_COMMERCIAL, "non-commercial", _NON_COMMERCIAL),
            (UPSTREAM, "upstream", _UPSTREAM),
        )
    )


def clauses(sentence: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the conditions a folded sentence states, and where. Names of licences must be blanked out of it."""
    only = False
    for key, pattern in _clauses():
        found = pattern.search(sentence)
        if found is None or (key == NON_COMMERCIAL and _BOTH.search(sentence)) or (only and key == FOR_RESEARCH):
            continue
        yield key, found.span()
        if key == RESEARCH:  # "non-commercial research only" is one condition
            only = True
            sentence = re.sub(_NC, lambda one: " " * len(one[0]), sentence)
