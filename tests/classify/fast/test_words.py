# SPDX-License-Identifier: Apache-2.0
"""Words and the context around a place are those that spaCy and Presidio's enhancer find."""

from __future__ import annotations

import secrets
from functools import cache
from random import Random
from typing import Any

import pytest
from presidio_analyzer import Pattern, PatternRecognizer

from custody.classifiers.fast.context import Context, Runs, Words
from custody.classifiers.presidio import LANGUAGE
from tests.classify.fast.engines import engine

_SPACES = ["", "", "", "", " ", " ", "  ", "\t", "\n", "\r\n", " \n ", "\u2028", "\u3000", "\x85", "\u00a0"]
_PIECES = [
    *"80-)(.,!?;:'\"/\\_*+=<>^~@#$%&[]{}|",
    *("the", "of", "card", "Id", "xD", "don't", "cannot", "o'clock", "'s", "\u2019s", "a.m.", "U.S.", "3km", "10am"),
    *("$5", "€5", "5€", "http://a.com/b", "a@b.co", "www.x.org", "be", "-PRON-", "a:the", "the:of", "A:B:c", "::"),
    *(":)", ":D", "(o:", ":o", "):", ":o)", ":p", "x:)", "<3", "8)", "1-8)", "0_0", "0.0", "8-0,", "...", "--", "—"),
    *("\u017f", "é", "ß", "i\u0307", "中文", "\u0301", "\u200b", "12", "007", "1-2-3", "12.", "12)", "1,000", "Dr."),
    *("i.e.", "I'm", "we'll", "\x00", "\x7f", "😀"),
]


@cache
def _parts() -> tuple[Any, Any, Any, Any, list[str]]:
    own = engine([PatternRecognizer("X", patterns=[Pattern("p", "x", 0.5)], context=["word"])])
    nlp: Any = own.nlp_engine
    tokenizer = nlp.nlp[LANGUAGE].tokenizer
    return Context(own, LANGUAGE), own.context_aware_enhancer, nlp, tokenizer, list(tokenizer.rules)


def _text(random: Random) -> str:
    rules = _parts()[4]
    pieces = (random.choice(rules) if random.random() < 0.25 else random.choice(_PIECES) for _ in range(14))
    count = random.choice((1, 2, 3, 5, 8, 14))
    return "".join(random.choice(_SPACES) + piece for piece, _ in zip(pieces, range(count), strict=False))


def _differs(text: str, places: set[int]) -> list[tuple[int, set[str], set[str]]]:
    """Return the places of a text around which other words stand than Presidio sees."""
    context, enhancer, nlp, _, _ = _parts()
    artifacts, around, differ = nlp.process_text(text, LANGUAGE), context.around(text, 0), []
    for start in places:
        try:
            expected = set(enhancer._extract_surrounding_words(artifacts, text[start : start + 1], start))  # noqa: SLF001
        except ValueError:  # no word is there, or after it
            continue
        low, high = context.words.reach(Runs(text), start)
        assert all(one in text[low:high].lower() for one in expected if one.strip()), (text, start)
        if (found := set(around._words(start))) != expected:  # noqa: SLF001
            differ.append((start, found, expected))
    return differ


def _fuzz(random: Random, count: int) -> None:
    for _ in range(count):
        text = _text(random)
        places = {random.randrange(len(text)) for _ in range(4)} if text else set()
        assert not _differs(text, places), text


def test_words_around_any_place_are_those_presidio_sees() -> None:
    _fuzz(Random(1), 6_000)


def _chunk(random: Random) -> str:
    letters, digits = "abcdefghkmnopqrstuvwxyzABKMX", "0123456789"
    cores = (
        "".join(random.choices(letters, k=random.randint(1, 8))),
        "".join(random.choices(digits, k=random.randint(1, 5))),
        random.choice(_parts()[4]),
        random.choice(["john.doe", "a_b", "x1.y2"]) + "@" + random.choice(["acme.com", "x.co.uk", "km.cm", "of.the"]),
        random.choice(".,-").join(str(random.randint(0, 99)) for _ in range(3)),
        random.choice(["km", "am", "th", "GB", "x", "D", "o"]),
    )
    core: str = random.choice(cores) + (random.choice(cores) if random.random() < 0.3 else "")
    return f"""{random.choice(["", "", "(", "[", '"', "'"])}{core}{random.choice(["", "", *".,;:!?)]'"])}"""


def test_stretches_that_need_no_tokenizer_are_cut_as_it_cuts_them() -> None:
    context, tokenizer, random = _parts()[0], _parts()[3], Random(3)
    for chunk in filter(str.strip, (_chunk(random) for _ in range(20_000))):
        expected = [(word.idx + len(word), word.text.lower()) for word in tokenizer(chunk)]
        assert "".join(chunk.split()) != chunk or list(context.words._tokens(chunk)) == expected, chunk  # noqa: SLF001


@pytest.mark.slow
def test_words_around_many_more_places_are_those_presidio_sees() -> None:
    seed = secrets.randbits(32)
    print("seed", seed)  # noqa: T201 - to run it again
    _fuzz(Random(seed), 300_000)


# where an exception of the tokenizer reaches over white space; a colon makes stop words count; places in white space
AWKWARD = [
    *("foo[ :)x card 12", "see 12) :)= card 1", "name:o ) card 12 a b c", "x:) ) card 1", "a:the the of the 12 the"),
    *("  card   \n 12", "card 12 ", "\n\n12 card", "1-8) card 1-8)", "8-0, card 5-8)", "the:of: the 12 of", "be 12 be"),
    "card a b c d e f 12 g h card",
]


@pytest.mark.parametrize("text", AWKWARD)
def test_words_around_every_place_of_an_awkward_text_are_those_presidio_sees(text: str) -> None:
    assert not _differs(text, set(range(len(text))))


@pytest.mark.parametrize(("text", "place"), [("x:) )", 0), ("foo[ :)x", 7)])
def test_stretches_that_cannot_be_cut_alone_are_noticed(text: str, place: int) -> None:
    """Else this would be no more than chance; the words are those of the text cut as one."""
    context, tokenizer = _parts()[0], _parts()[3]
    whole = [str(word) for word in tokenizer(text)]
    alone = [str(word) for run in text.split() for word in tokenizer(run)]
    assert whole != alone
    assert context.words.near(Runs(text), place, None) is None


def test_caches_that_are_full_start_again(monkeypatch: pytest.MonkeyPatch) -> None:
    emptied = 0
    forget = Words._forget  # noqa: SLF001

    def forgetting(words: Words) -> None:
        nonlocal emptied
        emptied += 1
        forget(words)

    monkeypatch.setattr("custody.classifiers.fast.context.ENTRIES", 900)
    monkeypatch.setattr(Words, "_forget", forgetting)
    _fuzz(Random(2), 1_000)
    assert emptied
