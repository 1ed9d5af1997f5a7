# SPDX-License-Identifier: Apache-2.0
"""Models that write data, and the terms under which their outputs stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from custody.audit.licences.fold import fold
from custody.audit.licences.table import data, terms_of
from custody.audit.licences.terms import Terms

# What a card says when a model had a hand in the data. The name of a model alone says nothing: cards also list models
# that were tried on the data.
_VERBS = r"(?:generated|written|created|produced|synthesi[sz]ed|augmented|annotated|labell?ed|paraphrased|translated)"
_MODELS = (
    r"(?:chat ?gpt|gpt|llama|claude|gemini|palm|openai|davinci|codex|mistral|mixtral|llms?|(?:large )?language models?)"
)
_HINT = re.compile(
    r"\b(?:chat ?gpt|share ?gpt|self instruct|evol instruct|distill?ed from"
    r"|synthetic(?:ally)? (?:data|generated|dataset)"
    r"|(?:model|machine|llm|ai) generated"
    rf"|{_VERBS} (?:\w+ ){{0,3}}(?:by|with|using|from|via) (?:\w+ ){{0,4}}{_MODELS})\b"
)


NEAR = 150  # characters around a word of a model in which the rest is looked for
_WORTH = re.compile(
    r"gpt|llama|claude|gemini|palm|openai|davinci|codex|mi[sx]tral|llm|language\W+model|self\W+instruct|evol\W+instruct"
    r"|synthetic|distil|generated"
)
# Beside the name of an open model: sizes, versions, tunings, and who published it.
_TRIVIAL = re.compile(
    r"\d.*|[abmtvxls]|k|xs|xx?l|tiny|mini|small|base|medium|large|instruct|chat|cnn|xsum|hf|it|lm|model|generated|distil"
    r"|finetuned|google|facebook|openai|mistralai|mistral|meta|allenai|bigscience|eleutherai|and|or|the|from|de"
)


@dataclass(frozen=True)
class Writer:
    """A model in the table.

    Args:
        licence: under which its outputs come; empty when nothing is asked.
        terms: of that licence, or None when it asks nothing.
        basis: text, name or recalled.
        owners: accounts of whoever runs it, in letters and digits only.
    """

    licence: str
    terms: Terms | None
    basis: str
    owners: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """Whether nothing is asked of outputs."""
        return self.terms is None or (self.terms.commercial and self.terms.use == "none" and not self.terms.effects)


def writers(name: str) -> tuple[Writer, ...] | None:
    """Return every model a name names, or None when a part of it is not understood.

    What restricts counts wherever it stands. Of an open model nothing may be left but its size, version or tuning.
    """
    words, found = fold(name).text, []
    for pattern, row in _table():
        words, count = pattern.subn(" ", words)
        found += [row] * bool(count)
    rest = [one for one in words.split() if not _TRIVIAL.fullmatch(one)]
    if not found or (rest and all(one.open for one in found)):
        return None
    return tuple(found)


def written_by_model(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text says that a model had a hand in the data."""
    for start, end in _windows(text):
        folded = fold(text[start:end])
        for match in _HINT.finditer(folded.text):
            first, last = folded.place(*match.span())
            yield start + first, start + last


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts that may say so, none inside another: most cards have none, and folding takes time."""
    if not text.isascii():
        yield 0, len(text)
        return
    at, lower = 0, text.lower()
    while found := _WORTH.search(lower, at):
        at = found.end() + NEAR
        yield max(0, found.start() - NEAR), at


@cache
def _table() -> tuple[tuple[re.Pattern[str], Writer], ...]:
    rows = data("models.yaml")
    return tuple(
        (
            re.compile(r"(?<!\S)(?:" + "|".join(row["names"]) + ")"),
            Writer(row["licence"], terms_of(row["licence"]), row["basis"], frozenset(row.get("owners", ()))),
        )
        for row in rows
    )
