# SPDX-License-Identifier: Apache-2.0
"""For whatever recognisers, the fast path finds what Presidio finds: entity, place, score and order."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

from custody.classifiers.fast.analyzer import FastAnalyzer
from custody.classifiers.fast.plain import PlainAnalyzer
from custody.classifiers.presidio import LANGUAGE
from tests.classify.fast.engines import FLAGS, Pair, engine, predefined
from tests.classify.fast.texts import Texts, padded

Made = Callable[[], Sequence[EntityRecognizer]]
MODES = ("whole_word", "substring")
_CONTEXTS = ((), ("card", "phone", "ID"))


@cache
def _pair(mode: str, threshold: float, flags: int | None) -> Pair:
    return Pair(lambda: predefined(flags), mode, threshold)


def _differences(pair: Pair, made: Sequence[EntityRecognizer], seed: int, count: int) -> list[Any]:
    texts = Texts(made, Random(seed)).many(count)
    return [one for context in _CONTEXTS for one in pair.differences(texts, context)]


@pytest.mark.parametrize("flags", [FLAGS, None])
@pytest.mark.parametrize("threshold", [0.0, 0.4])
@pytest.mark.parametrize("mode", MODES)
def test_all_that_presidio_has_is_found_as_presidio_finds_it(mode: str, threshold: float, flags: int | None) -> None:
    pair = _pair(mode, threshold, flags)
    assert len(pair.fast.recognizers) > 80
    assert not _differences(pair, predefined(), 1, 200)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_all_that_presidio_has_is_found_in_many_texts(mode: str) -> None:
    for threshold in (0.0, 0.4):
        seed = secrets.randbits(32)
        print("seed", seed)  # noqa: T201 - to run it again
        assert not _differences(_pair(mode, threshold, FLAGS), predefined(), seed, 8_000)


def _pattern(regex: str, score: float = 0.5, context: Sequence[str] = ()) -> PatternRecognizer:
    return PatternRecognizer("X", patterns=[Pattern("p", regex, score)], context=list(context))


class Checked(PatternRecognizer):
    """Checks a last digit, and refuses what begins with a nought."""

    def validate_result(self, pattern_text: str) -> bool | None:
        return None if pattern_text[-1] == "5" else int(pattern_text[-1]) % 2 == 0

    def invalidate_result(self, pattern_text: str) -> bool:
        return pattern_text.startswith("0")


class Asking(EntityRecognizer):
    """Finds what it is asked for, and says it in odd ways."""

    def __init__(self, *, score: float = 0.5, **metadata: Any) -> None:
        super().__init__(["Y", "Z"], name="Asking", context=["word"])
        self._score, self._metadata = score, metadata

    def load(self) -> None:
        pass

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:
        asked = "X" in entities and nlp_artifacts is not None
        explained = PatternRecognizer.build_regex_explanation(
            "Asking", "", "", 0.5, validation_result=True, regex_flags=0
        )
        one = RecognizerResult("Y", 0, min(3, len(text)), self._score, explained, dict(self._metadata))
        return [one] if asked else []


class Wrapping(Asking):
    """Hands on what a recogniser that the engine does not have has found."""

    def analyze(self, text: str, **_: Any) -> list[RecognizerResult]:  # type: ignore[override]
        return _pattern(r"\d{3}").analyze(text, ["X"])


class Unexplained(Asking):
    """Gives no explanation, at which Presidio fails when it lifts the score."""

    def analyze(self, **_: Any) -> list[RecognizerResult]:  # type: ignore[override]
        return [RecognizerResult("Y", 0, 1, 0.5)]


class Enhancing(PatternRecognizer):
    """Lifts its results when another recogniser has found something."""

    def enhance_using_context(  # type: ignore[override]
        self, raw_recognizer_results: list[RecognizerResult], other_raw_recognizer_results: list[Any], **_: Any
    ) -> list[RecognizerResult]:
        for one in raw_recognizer_results if other_raw_recognizer_results else ():
            one.score = 0.9
        return raw_recognizer_results


class Failing(Asking):
    """Fails at some texts."""

    def analyze(self, text: str, **_: Any) -> list[RecognizerResult]:  # type: ignore[override]
        if "7" in text:
            raise KeyError(text)
        return []


def _twice() -> list[EntityRecognizer]:
    one, other = _pattern(r"\d{3}"), _pattern(r"\d{2,9}", 0.2, ["word"])
    return [one, one, other]


def _loading() -> list[EntityRecognizer]:
    one = _pattern(r"\d{3}")
    one.is_loaded = False
    return [one]


OTHERS: dict[str, Made] = {
    "a check": lambda: [Checked("X", patterns=[Pattern("p", r"\d{3,5}", 0.3)], context=["word"])],
    "a check by an attribute": lambda: [_with(_pattern(r"\d{3}"), validate_result=lambda text: text != "123")],
    "an analysis by an attribute": lambda: [_with(_pattern(r"\d{3}"), analyze=lambda **_: [])],
    "a list of words": lambda: [
        PatternRecognizer("X", deny_list=["123", "ab c", "a.b", "\u017f"], deny_list_score=0.7)
    ],
    "words of context that are no words": lambda: [_pattern(r"\d+", 0.1, ["a b", "e-mail", "É", ":", "x" * 99])],
    "an empty word of context": lambda: [_pattern(r"\d+", 0.1, ["e-mail", "", "word"])],
    "space": lambda: [_pattern(r"\s", 0.3, ["word"])],
    "space at the end": lambda: [_pattern(r"\s+$", 0.5, ["word"])],
    "nothing": lambda: [_pattern(r"x*", 0.5, ["word"])],
    "no score": lambda: [_pattern(r"\d{3}", 0.0, ["word"])],
    "what is left out of the match": lambda: [_pattern(r"(?:id|nr):?\s*\K\d{2,}", 0.3, ["word"])],
    "a look before and after": lambda: [_pattern(r"(?<!\p{L})\d{3}(?!\d)(?=.*5)", 0.5)],
    "nested results": lambda: [_pattern(r"\d{2}", 0.4), _pattern(r"\d{2,}", 0.3, ["word"]), _pattern(r"\d{4}", 0.6)],
    "a recogniser twice": _twice,
    "one that has to be loaded": _loading,
    "one that asks": lambda: [Asking(), _pattern(r"\d{3}")],
    "one that scores nothing": lambda: [Asking(score=0), _pattern(r"\d{3}")],
    "one whose context is counted": lambda: [Asking(is_score_enhanced_by_context=True), _pattern(r"\d{3}")],
    "one that names another": lambda: [Asking(recognizer_identifier="nobody"), _pattern(r"\d{3}")],
    "one that wraps another": lambda: [Wrapping(), _pattern(r"\d{2}")],
    "one that does not explain": lambda: [Unexplained(), _pattern(r"\d{3}")],
    "one that sees the others": lambda: [Enhancing("Y", patterns=[Pattern("p", r"\d", 0.1)]), _pattern("ab")],
    "one that fails": lambda: [Failing(), _pattern(r"\d{3}")],
}


def _with(recognizer: Any, **attributes: Any) -> Any:
    vars(recognizer).update(attributes)
    return recognizer


_TEXTS = [
    *("word 123", "word 1234 and 0123 12345", "123word:", "a:the the 77 word", " ", "x ", "ab cd ", "none", "ab 5"),
    *("e-mail 12", "id: 12345", "nr\n12 word 12", "É 12", "a b 12", "ab c a.b 123", "x" * 99 + " 12", "\ud800 123"),
    *("123 \x1c word", "word \u212a 123", "", "123\n456 word", "d123 123d 123 5", "the word of the of a 123"),
]


@pytest.mark.parametrize("threshold", [0.0, 0.4])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", OTHERS)
def test_recognisers_of_others_find_what_they_find_under_presidio(name: str, mode: str, threshold: float) -> None:
    pair = Pair(OTHERS[name], mode, threshold)
    texts = [*_TEXTS, *padded(_TEXTS), *Texts(OTHERS[name](), Random(name)).many(20)]
    for context in ((), ("Word",), iter(("zzz",))):
        assert not pair.differences(texts, context)


@pytest.mark.parametrize("back", [0, 1, 5])
@pytest.mark.parametrize("forth", [0, 3])
def test_another_reach_of_context_is_followed(back: int, forth: int) -> None:
    made = lambda: [_pattern(r"\d{3}", 0.2, ["word"])]  # noqa: E731
    pair = Pair(made, context_prefix_count=back, context_suffix_count=forth, context_similarity_factor=0.15)
    assert not pair.differences([*_TEXTS, "word a1 a2 a3 a4 a5 a6 123 b1 b2 b3 word", "123 b1 b2 word"])


def test_a_recogniser_that_sees_the_others_leaves_all_to_presidio() -> None:
    pair = Pair(OTHERS["one that sees the others"])
    assert set(pair.fast.plan.paths) == {"presidio"}
    assert [one.score for one in pair.fast.analyze(["ab 5"]).results[0]] == [0.9, 0.5]


def test_an_enhancer_that_is_not_known_leaves_all_to_presidio() -> None:
    class Other(LemmaContextAwareEnhancer):
        def enhance_using_context(self, **given: Any) -> list[RecognizerResult]:  # type: ignore[override]
            return [_with(one, score=0.7) for one in given["raw_results"]]

    own = engine([_pattern(r"\d{3}", 0.1)])
    own.context_aware_enhancer = Other()
    fast = FastAnalyzer(own, LANGUAGE, 0.4)
    assert set(fast.plan.paths) == {"presidio"}
    assert [one.score for one in fast.analyze(["123"]).results[0]] == [0.7]


def test_recognisers_from_yaml_with_odd_patterns_are_followed(tmp_path: Path) -> None:
    patterns = [r"(?<!\p{L})\d{3}(?!\p{L})", r"^\s*[^\p{L}\s]{4}$", r"(?-i:[A-Z]{3})(?=\d)", r"(?x) \d \. \d # dot"]
    told = "".join(
        f"      - name: p{at}\n        regex: '{one}'\n        score: 0.5\n" for at, one in enumerate(patterns)
    )
    path = tmp_path / "odd.yaml"
    path.write_text(f"recognizers:\n  - name: Odd\n    supported_entity: X\n    patterns:\n{told}    context: [word]\n")

    def made() -> list[EntityRecognizer]:
        registry = RecognizerRegistry(supported_languages=[LANGUAGE])
        registry.add_recognizers_from_yaml(str(path))
        return list(registry.recognizers)

    assert len(vars(made()[0])["patterns"]) == len(patterns)
    texts = Texts(made(), Random(3)).many(300)
    assert not Pair(made).differences([*texts, *padded(texts)])


def test_a_text_that_fails_leaves_the_others_their_results() -> None:
    fast = Pair(OTHERS["one that fails"]).fast
    batch = fast.analyze(["123", "127 123", "123"])
    assert batch.failed == {1: "a recogniser failed (KeyError)"}
    assert set(batch.results) >= {0, 2}


@pytest.mark.parametrize("recognizer", ["pattern", "whole call"])
def test_a_text_that_takes_too_long_is_told_and_others_keep_their_results(
    monkeypatch: pytest.MonkeyPatch, recognizer: str
) -> None:
    monkeypatch.setattr("custody.classifiers.fast.patterns.TIMEOUT", 0.05)
    monkeypatch.setattr("custody.classifiers.fast.plain.TIMEOUT", 0.05)

    class Calling(PatternRecognizer):
        def analyze(self, *given: Any, **named: Any) -> list[RecognizerResult]:
            return super().analyze(*given, **named)

    kind = PatternRecognizer if recognizer == "pattern" else Calling
    made = engine([kind("X", patterns=[Pattern("p", r"(?:a|aa)+$", 0.5), Pattern("q", r"\d{3}", 0.5)])])
    texts = ["123", "a" * 60 + "b 123", "aaa"]
    for analyzer in (FastAnalyzer(made, LANGUAGE, 0.4), PlainAnalyzer(made, LANGUAGE, 0.4)):
        batch = analyzer.analyze(texts)
        assert batch.failed == {1: "a recogniser took too long"}
        assert set(batch.results) - {1} == {0, 2}
