# SPDX-License-Identifier: Apache-2.0
"""How each recogniser of an engine is run, and what has to be looked for in the texts to know where."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from custody.classifiers.fast import charset
from custody.classifiers.fast.context import WordsOnly, pieces
from custody.classifiers.fast.factors import Factor, Shape, shape_of
from custody.classifiers.fast.patterns import Rule, overrides
from custody.classifiers.fast.proven import phones_proven
from custody.classifiers.fast.sieve import Sieve
from custody.classifiers.fast.ways import MAX_RUN

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

Path = Literal["patterns", "phone", "gated", "presidio"]
Key = tuple[str, int]  # what was looked for: a `rule`, a `gate` or `context`, and its index


class Plan:
    """The recognisers of an engine with the way each is run.

    patterns: its patterns are tried where they can match. phone: one walk for all regions. gated: Presidio's own call
    for texts in which one of its patterns can match. presidio: Presidio's own call for every text.

    entangled: a recogniser, or what the engine puts context into, sees the results of others, or is none that is known;
    then all is Presidio's own.

    Args:
        engine: Presidio's.
        language: of the texts.
    """

    def __init__(self, engine: AnalyzerEngine, language: str) -> None:
        self.recognizers: list[Any] = list(engine.registry.get_recognizers(language=language, all_fields=True))
        self.entangled = _is_entangled(engine, self.recognizers)
        self.paths: list[Path] = ["presidio" if self.entangled else _path(one) for one in self.recognizers]
        self.rules = [
            Rule(self.recognizers[at], pattern, at)
            for at in self.of("patterns")
            for pattern in _patterns(self.recognizers[at])
        ]
        self.words_only = isinstance(engine.nlp_engine, WordsOnly)
        enhancer: Any = engine.context_aware_enhancer
        self._whole = getattr(enhancer, "context_matching_mode", None) == "whole_word"
        self._split = pieces(engine.nlp_engine, language) if self.words_only else frozenset()

    @cached_property
    def gates(self) -> dict[int, Shape | None]:
        """The shape of the one pattern of each gated recogniser; None when it has several."""
        return {index: _gate(self.recognizers[index]) for index in self.of("gated")}

    @cached_property
    def sieve(self) -> Sieve[Key]:
        """Looks for what rules, gates and context words need."""
        looked: dict[Key, tuple[Factor, ...]] = {("rule", at): rule.factors or () for at, rule in enumerate(self.rules)}
        looked |= {("gate", at): (shape.factors if shape else None) or () for at, shape in self.gates.items()}
        if self.words_only:
            looked |= {("context", at): self._words(one.context or ()) for at, one in enumerate(self.recognizers)}
        return Sieve(looked)

    def _words(self, words: Sequence[str]) -> tuple[Factor, ...]:
        """Return factors that hold wherever one of some words stands, in either case."""
        return tuple(self._word(word) for word in {word.lower() for word in words} if word)

    def _word(self, word: str) -> Factor:
        run = tuple(map(_letter, word))
        if self._whole and word.isascii() and word.isalpha() and word not in self._split and len(word) < MAX_RUN:
            edge = charset.ALL & ~charset.ASCII_LETTERS  # the tokenizer cuts between two letters in its exceptions only
            return Factor((edge, *run, edge), -1, -1, 1)
        return Factor(run[:MAX_RUN], 0, 0, 0)

    def of(self, path: Path) -> list[int]:
        """Return the indices of the recognisers run in a way."""
        return [index for index, one in enumerate(self.paths) if one == path]


def _patterns(recognizer: Any) -> list[Any]:
    return list(recognizer.patterns)


def _is_entangled(engine: Any, recognizers: Sequence[Any]) -> bool:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    known = type(engine) is AnalyzerEngine and type(engine.context_aware_enhancer) is LemmaContextAwareEnhancer
    known &= all(one.is_loaded for one in recognizers) and len({one.id for one in recognizers}) == len(recognizers)
    return not known or any(overrides(one, "enhance_using_context", EntityRecognizer) for one in recognizers)


def _path(recognizer: Any) -> Path:
    from presidio_analyzer import PatternRecognizer
    from presidio_analyzer.predefined_recognizers import IbanRecognizer, PhoneRecognizer

    own = "analyze" in vars(recognizer)
    if type(recognizer) is PhoneRecognizer and _knows_phones(recognizer) and not own:
        return "phone"
    if type(recognizer) is IbanRecognizer and not own:
        return "gated"
    if isinstance(recognizer, PatternRecognizer) and not overrides(recognizer, "analyze"):
        return "patterns"
    return "presidio"


def _knows_phones(recognizer: Any) -> bool:
    from phonenumbers import SUPPORTED_REGIONS

    return recognizer.leniency == 1 and SUPPORTED_REGIONS.issuperset(recognizer.supported_regions) and phones_proven()


def _gate(recognizer: Any) -> Shape | None:
    one = recognizer.patterns
    return shape_of(one[0].regex, int(recognizer.global_regex_flags)) if len(one) == 1 else None


def _letter(character: str) -> charset.Kinds:
    return charset.without_case(1 << ord(character)) if character.isascii() else charset.BEYOND
