# SPDX-License-Identifier: Apache-2.0
"""The words that publishers use, as versioned data: `vocabulary.yaml`, and the names of crawlers in `agents.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from custody import yamlfile
from custody.audit.rights.states import Signal, State, told
from custody.yamlfile import Strict

_HERE = Path(__file__).parent


class Word(Strict):
    """One word.

    binds: whether training on text falls under it. grants: whether a yes to it is a yes to training.
    since, until: when it was part of the vocabulary's text.
    """

    binds: bool
    grants: bool
    since: date
    until: date | None = None


class Words(Strict):
    """One vocabulary: the words of its current text, and all that were ever seen."""

    current: tuple[str, ...]
    words: Mapping[str, Word]


class Vocabulary(Strict):
    """The whole file."""

    version: str
    vocabularies: Mapping[str, Words]


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabularies."""
    path = _HERE / "vocabulary.yaml"
    return yamlfile.parse(path.read_bytes(), Vocabulary, str(path)).value


@cache
def ai_agents(kind: str = "train") -> tuple[str, ...]:
    """Return the product tokens of known AI crawlers: of those that gather training data, or of all.

    From https://github.com/ai-robots-txt/ai.robots.txt (MIT, see the file); 95 of its 166 agents are of unclear
    conduct, so a name in it says what a publisher may mean by it, not what the crawler does.
    """
    known: dict[str, str] = json.loads((_HERE / "agents.json").read_bytes())["agents"]
    return tuple(sorted(name for name, does in known.items() if kind in (does, "all")))


def signal(name: str, by: str, token: str, state: State) -> Signal:
    """Return what a word of a vocabulary says about training.

    Args:
        name: of the vocabulary.
        by: the mechanism, as reports call it.
        token: the word as written.
        state: what is said with it. A grant counts only if the vocabulary in force says that the word grants.
    """
    word = vocabulary().vocabularies[name].words.get(token.lower())
    if state == "granted" and not (word and word.grants):
        return Signal(by, told(token), "unset", binds=False)
    return Signal(by, told(token), state, binds=bool(word and word.binds))


def is_known(name: str, token: str) -> bool:
    """Tell whether the vocabulary has the word."""
    return token.lower() in vocabulary().vocabularies[name].words
