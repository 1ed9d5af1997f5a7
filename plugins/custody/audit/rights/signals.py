# SPDX-License-Identifier: Apache-2.0
"""Content signals: `Content-Signal: search=yes, ai-train=no` in robots.txt or as a header (contentsignals.org, 2025).

A signal that is absent neither grants nor restricts. Words and values are read in any case; of a word that stands
twice, `no` counts. A word that is not known is kept, never grants, and is a problem if it restricts.
"""

from __future__ import annotations

from collections.abc import Iterable

from custody.audit.rights import vocabulary
from custody.audit.rights.states import Reading, Signal, told

NAME = "content-signal"
BY = "Content-Signal"


def values(statements: Iterable[str]) -> dict[str, str | None]:
    """Return `yes`, `no` or None for each word of the vocabulary in force, and for other words that are there."""
    said: dict[str, str | None] = dict.fromkeys(vocabulary.vocabulary().vocabularies[NAME].current)
    for statement in statements:
        for word, value in _pairs(statement):
            if value == "no" or (value == "yes" and said.get(word) is None):
                said[word] = value
            else:
                said.setdefault(word, None)
    return said


def reading(statement: str, by: str = BY) -> Reading:
    """Return everything a statement says, and what in it is not understood."""
    signals: list[Signal] = []
    problems: list[str] = []
    for word, value in _pairs(statement):
        state = {"yes": "granted", "no": "reserved"}.get(value, "unset")
        signals.append(vocabulary.signal(NAME, by, word, state))  # type: ignore[arg-type] # the three states
        if state == "unset":
            problems.append(f"{by} has a value for {told(word)!r} that is neither yes nor no")
        elif not vocabulary.is_known(NAME, word):
            problems.append(f"{by} has the word {told(word)!r}, which is not known")
    return Reading(tuple(signals), tuple(problems))


def _pairs(statement: str) -> Iterable[tuple[str, str]]:
    for part in statement.split(","):
        word, _, value = part.partition("=")
        if part.strip():
            yield word.strip().lower(), value.strip().lower()
