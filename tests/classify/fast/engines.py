# SPDX-License-Identifier: Apache-2.0
"""Engines to hold the fast path against: every recogniser of Presidio that needs no model, and some of our own."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, predefined_recognizers
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

from custody.classifiers.fast.analyzer import FastAnalyzer
from custody.classifiers.fast.plain import PlainAnalyzer
from custody.classifiers.presidio import LANGUAGE, pin_suffix_list, tokenizer

FLAGS = 26  # DOTALL, MULTILINE and IGNORECASE of the module `regex`: what a registry sets on every recogniser
_MODELS = ("Gliner", "GLiNER", "Transformers", "Stanza", "Spacy", "LangExtract", "Azure", "HuggingFace", "MedicalNER")
Found = list[tuple[str, int, int, float]]


def predefined(flags: int | None = FLAGS) -> list[EntityRecognizer]:
    """Build every predefined recogniser that needs no model, for English.

    Args:
        flags: of their patterns; None leaves each the ones it has.
    """
    made = [_built(kind) for name, kind in sorted(vars(predefined_recognizers).items()) if _is_offline(name, kind)]
    recognizers = [one for one in made if one is not None]
    for one in recognizers:
        if flags is not None and hasattr(one, "global_regex_flags"):
            one.global_regex_flags = flags
    return recognizers


def _is_offline(name: str, kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, EntityRecognizer) and not name.startswith(_MODELS)


def _built(kind: Any) -> EntityRecognizer | None:
    try:
        recognizer: EntityRecognizer = kind(supported_language=LANGUAGE)
    except (TypeError, ImportError, ValueError):
        return None
    return recognizer


@cache
def _tokenizer() -> Any:
    return tokenizer()


def engine(recognizers: Sequence[EntityRecognizer], mode: str = "whole_word", **enhancer: Any) -> AnalyzerEngine:
    """Return Presidio's engine with recognisers and a way in which context words count."""
    pin_suffix_list()
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=list(recognizers), supported_languages=[LANGUAGE]),
        nlp_engine=_tokenizer(),
        supported_languages=[LANGUAGE],
        context_aware_enhancer=LemmaContextAwareEnhancer(context_matching_mode=mode, **enhancer),
    )


class Pair:
    """The fast path and Presidio itself over the same recognisers, with nothing shared between them.

    Args:
        recognizers: makes them; called twice.
        mode: how context words count.
        threshold: least score.
    """

    def __init__(self, recognizers: Any, mode: str = "whole_word", threshold: float = 0.4, **enhancer: Any) -> None:
        self.fast = FastAnalyzer(engine(recognizers(), mode, **enhancer), LANGUAGE, threshold)
        self.plain = PlainAnalyzer(engine(recognizers(), mode, **enhancer), LANGUAGE, threshold)

    def differences(self, texts: Sequence[str], context: Iterable[str] = ()) -> list[tuple[str, Found, Found]]:
        """Return the texts of which the results differ, with what only the fast path and only Presidio found.

        Texts at which Presidio fails are left out: there the fast path may have results, as where a result begins in
        white space at the end of a text and Presidio looks in vain for the word it is in.
        """
        words = list(context)
        fast, plain = self.fast.analyze(texts, words), self.plain.analyze(texts, words)
        differ = []
        for at, text in enumerate(texts):
            mine = [one[:4] for one in fast.results.get(at, ())]
            theirs = [one[:4] for one in plain.results.get(at, ())]
            if at in plain.failed:
                continue  # there is nothing to compare with
            if mine != theirs or at in fast.failed:
                only_mine, only_theirs = [o for o in mine if o not in theirs], [o for o in theirs if o not in mine]
                differ.append((text, only_mine or mine, only_theirs or theirs))
        return differ
