# SPDX-License-Identifier: Apache-2.0
"""Presidio's analyzer as custody runs it: no language model unless the policy names one, no download, no network.

The recognisers are Presidio's default English set and custody's own. The text is cut into words by a blank spaCy
tokenizer whose lemma is the lower-case word; without lemmas Presidio's context words would silently do nothing.
`tldextract` is pinned to the suffix list it ships, since by default it asks the network for a newer one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from custody.classifiers import recognizers
from custody.classifiers.added import Told, added
from custody.classifiers.fast.context import WordsOnly
from custody.classifiers.ner.seam import NONE, Config, kind_of, nlp_engine
from custody.classifiers.ner.seam import recognizers as models

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngine

LANGUAGE = "en"


def analyzer(ner: Config = None, more: Iterable[Told] = ()) -> AnalyzerEngine:
    """Return Presidio's engine with custody's configuration.

    Args:
        ner: the policy's language model; none by default.
        more: recognisers that the policy adds.

    Raises:
        PolicyError: the model is not installed, or a recogniser cannot be made.
    """
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)  # its warnings list what a default set leaves out
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    pin_suffix_list()
    engine = tokenizer() if kind_of(ner) == NONE else nlp_engine(ner, LANGUAGE)
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    registry.load_predefined_recognizers(languages=[LANGUAGE], nlp_engine=engine)
    registry.remove_recognizer("SpacyRecognizer")  # it would promise the entities of a model that is not there
    for one in (*recognizers.load(), *added(more, LANGUAGE), *models(ner, engine, LANGUAGE)):
        registry.add_recognizer(one)
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=engine,
        supported_languages=[LANGUAGE],
        context_aware_enhancer=LemmaContextAwareEnhancer(context_matching_mode="whole_word"),
    )


def tokenizer() -> NlpEngine:
    """Return an NLP engine that knows spaCy's rules for words, and nothing learned."""
    import spacy
    from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine

    class BlankTokenizer(SpacyNlpEngine, WordsOnly):
        def load(self) -> None:
            self.nlp = {LANGUAGE: spacy.blank(LANGUAGE)}  # type: ignore[assignment]  # Presidio declares None

        def _doc_to_nlp_artifact(self, doc: Any, language: str) -> NlpArtifacts:
            starts, lemmas = [token.idx for token in doc], [token.lower_ for token in doc]
            return NlpArtifacts([], doc, starts, lemmas, self, language, [])

    engine = BlankTokenizer()
    engine.load()
    return engine


def pin_suffix_list() -> None:
    """Keep `tldextract` to the suffix list it ships."""
    import tldextract
    from tldextract import tldextract as module

    module.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
