# SPDX-License-Identifier: Apache-2.0
"""Single cells: what a column of names, places, organisations or other words looks like."""

from __future__ import annotations

import random
from collections.abc import Callable

from custody.classifiers.ner.corpus import Text
from custody.classifiers.ner.pool import Pool

OTHER = "O"
_CASES: tuple[Callable[[str], str], ...] = (str, str, str.title, str.upper, str.lower)
_SUFFIXES = ("", "", "", " {n}", "-{n}", ", {n}", " {n} ml", " ({n})", " No. {n}")  # as products and versions have


def person(source: Pool, draw: random.Random, style: random.Random) -> str:
    """Draw a person in one of the ways a column writes them."""
    first, last, middle = draw.choice(source.firsts), draw.choice(source.lasts), draw.choice(source.firsts)[0]
    full = f"{first} {last}"
    forms = (
        *([full] * 6),
        *([first] * 3),
        *([last] * 3),
        f"{last}, {first}",
        f"{last}, {first} {middle}.",
        f"{last}, {first}".upper(),
        full.upper(),
        full.lower(),
        f"{first[0]}. {last}",
        f"{first} {middle}. {last}",
        f"{full}-{draw.choice(source.lasts)}",
    )
    return style.choice(forms)


def place(source: Pool, draw: random.Random, style: random.Random) -> str:
    """Draw a location."""
    return style.choice(_CASES)(draw.choice(source.places))


def body(source: Pool, draw: random.Random, style: random.Random) -> str:
    """Draw an organisation."""
    return style.choice(_CASES)(draw.choice(source.bodies))


def other(source: Pool, draw: random.Random, style: random.Random) -> str:
    """Draw words that name nobody: a title, a product, a status."""
    change = style.choice((str.title, str.title, str.title, str.upper, str.lower))
    length, suffix = style.choice((1, 1, 2, 2, 3, 4)), style.choice(_SUFFIXES)
    run = draw.choice(source.phrases)
    start = draw.randrange(max(len(run) - length, 0) + 1)
    return change(" ".join(run[start : start + length])) + suffix.format(n=draw.randint(1, 999))


KINDS: dict[str, Callable[[Pool, random.Random, random.Random], str]] = {
    "PER": person,
    "LOC": place,
    "ORG": body,
    OTHER: other,
}


def seeded(seed: float) -> random.Random:
    """Return a source of draws that repeats itself."""
    return random.Random(seed)  # noqa: S311 - it draws examples and keeps no secret


def cell(source: Pool, label: str, draw: random.Random) -> Text:
    """Draw one cell of a label; all of it is marked, or nothing for OTHER."""
    words = KINDS[label](source, draw, draw)
    return Text(words, () if label == OTHER else ((0, len(words), label),))


def drawn(source: Pool, draw: random.Random, kinds: tuple[tuple[str, int], ...], share: int = 1) -> list[Text]:
    """Draw cells of every kind.

    Args:
        source: what to draw from.
        draw: the draws.
        kinds: label and how many.
        share: draw only one in so many of them.
    """
    return [cell(source, label, draw) for label, count in kinds for _ in range(count // share)]


def column(source: Pool, label: str, draw: random.Random, size: int) -> list[str]:
    """Draw a column of so many cells that are all written in one way."""
    style = draw.random()
    return [KINDS[label](source, draw, seeded(style)) for _ in range(size)]


def recased(one: Text, draw: random.Random) -> Text:
    """Return a text in another case; characters whose case changes the length are left alone."""
    change = draw.choice((str.upper, str.lower, str.title))
    text = change(one.text)
    return Text(text, one.marks) if len(text) == len(one.text) else one
