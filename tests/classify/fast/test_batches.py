# SPDX-License-Identifier: Apache-2.0
"""How texts are put together for a pass changes nothing of what is found in each."""

from __future__ import annotations

import pytest
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, PhoneRecognizer, UrlRecognizer

from custody.classifiers.fast import analyzer
from tests.classify.fast.engines import Pair


def _few() -> list[EntityRecognizer]:
    number = PatternRecognizer("N", patterns=[Pattern("n", r"\b\d{3}\b", 0.3)], context=["word"])
    return [CreditCardRecognizer(), PhoneRecognizer(), UrlRecognizer(), number]


TEXTS = ["", "word 123", "4111 1111 1111 1111", "", "é 212-555-5555", "a.com", "word 123", "4111", " 1111 1111 1111"]


@pytest.mark.parametrize("size", [1, 7, 30, 1 << 22])
def test_the_size_of_a_batch_makes_no_difference(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(analyzer, "BATCH", size)
    pair = Pair(_few)
    assert not pair.differences(TEXTS)
    assert pair.fast.analyze(TEXTS).results


def test_a_match_never_reaches_from_one_text_into_the_next() -> None:
    pair = Pair(_few)
    for first in ("4111 1111", "212-555", "exam", "word"):
        for second in (" 1111 1111", "-5555", "ple.com", " 123"):
            assert not pair.differences([first, second, first + second])


def test_a_text_longer_than_a_batch_is_analysed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyzer, "BATCH", 1_000)
    long = "lorem ipsum " * 300 + "word 123 " + "dolor " * 300 + "4111 1111 1111 1111"
    pair = Pair(_few)
    assert not pair.differences(["x", long, "word 123", long + "é"])
    assert len(pair.fast.analyze([long]).results[0]) == 2


def test_a_hundred_thousand_texts_have_the_results_of_their_copies() -> None:
    results = Pair(_few).fast.analyze(TEXTS * (100_000 // len(TEXTS) + 1)).results
    first = {at: results.get(at) for at in range(len(TEXTS))}
    assert first[1]
    assert first[2]
    assert all(results.get(at) == first[at % len(TEXTS)] for at in range(100_000))


def test_no_texts_have_no_results() -> None:
    batch = Pair(_few).fast.analyze([])
    assert not batch.results
    assert not batch.failed
