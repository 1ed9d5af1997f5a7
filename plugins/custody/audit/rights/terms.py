# SPDX-License-Identifier: Apache-2.0
"""Where terms of use may bar crawling or training: clauses found by keywords, for a person to read.

Nothing here says what terms allow. A clause that is found is a place to look at; that none is found means only that no
keyword was. Text in a language without keywords is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

from custody import yamlfile
from custody.yamlfile import Strict

MAX_TEXT = 2 << 20  # characters that are read
MAX_SENTENCE = 2000  # characters
_MARKUP = re.compile(r"<[^<>]*+>")
_CODE = re.compile(r"<(script|style)\b", re.IGNORECASE)
_BREAK = re.compile(r"(?<=[.!?;。；！？])\s*(?=\S)|\n\s*\n|\n(?=\s*(?:[-*•]|\(?\w{1,3}[.)])\s)")  # noqa: RUF001 - Chinese ends
_BLOCKS = ("<p>", "<p ", "</p", "<li", "</l", "<br", "<h1", "<h2", "<h3", "<h4", "<td", "<di", "</d")
_UNDER = 40  # sentences that a heading which ends with a colon reaches


class _Language(Strict):
    common: tuple[str, ...]
    bars: tuple[str, ...]
    topics: Mapping[str, tuple[str, ...]]


class _Terms(Strict):
    version: str
    languages: Mapping[str, _Language]


@dataclass(frozen=True, order=True)
class Clause:
    """A place to read. topic: what it may bar. sentence: its number in the text, from 1. language: of the keywords."""

    topic: str
    sentence: int
    language: str


@dataclass(frozen=True)
class Terms:
    """What was found. read: the languages whose words are in the text; none means nobody read it."""

    clauses: tuple[Clause, ...] = ()
    read: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True)
class _Words:
    common: re.Pattern[str]
    bars: re.Pattern[str]
    topics: Mapping[str, re.Pattern[str]]


def find(text: str) -> Terms:
    """Find the clauses of a text, plain or HTML."""
    sentences = list(_sentences(text[:MAX_TEXT]))
    sample = " ".join(sentences)
    read = tuple(name for name, words in _languages().items() if len(words.common.findall(sample, 0, 20_000)) > 1)
    found = {clause for name in read for clause in _clauses(sentences, name, _languages()[name])}
    return Terms(tuple(sorted(found)), read, len(text) <= MAX_TEXT)


def _clauses(sentences: list[str], language: str, words: _Words) -> Iterator[Clause]:
    reach = 0
    for number, sentence in enumerate(sentences, 1):
        bars = bool(words.bars.search(sentence))
        if bars or reach > 0:
            yield from (
                Clause(topic, number, language) for topic, said in words.topics.items() if said.search(sentence)
            )
        heading = sentence.rstrip().endswith((":", "：")) or ":\n" in sentence  # noqa: RUF001 - as written there
        reach = _UNDER if bars and heading else reach - 1 if not heading else 0


def _sentences(text: str) -> Iterator[str]:
    shown = "".join(_without_code(text))
    plain = unescape(_MARKUP.sub(lambda found: "\n\n" if found.group()[:3].lower() in _BLOCKS else " ", shown))
    for part in _BREAK.split(plain):
        sentence = " ".join((part or "").split())
        for start in range(0, len(sentence), MAX_SENTENCE):
            yield sentence[start : start + MAX_SENTENCE]


def _without_code(text: str) -> Iterator[str]:
    """Yield what is outside of scripts and styles; one that does not end takes the rest along."""
    small, at = text.lower(), 0
    while found := _CODE.search(text, at):
        yield text[at : found.start()]
        at = small.find(f"</{found[1].lower()}", found.end())
        if at < 0:
            return
    yield text[at:]


@cache
def _languages() -> Mapping[str, _Words]:
    path = Path(__file__).with_name("terms.yaml")
    parsed = yamlfile.parse(path.read_bytes(), _Terms, str(path)).value
    return {name: _compiled(one) for name, one in parsed.languages.items()}


def _compiled(language: _Language) -> _Words:
    topics = {topic: _any(patterns) for topic, patterns in language.topics.items()}
    return _Words(_any(language.common), _any(language.bars), topics)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)
