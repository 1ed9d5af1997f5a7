# SPDX-License-Identifier: Apache-2.0
"""Presidio's analyzer as custody runs it: no language model, no download, no network.

The recognisers are Presidio's default English set and those in `recognizers/`. The text is cut into words by a blank
spaCy tokenizer whose lemma is the lower-case word; without lemmas Presidio's context words would silently do nothing.
The words of a column's name are context for its cells. `tldextract` is pinned to the suffix list it ships, since by
default it asks the network for a newer one.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import logging
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from custody.classifiers import recognizers
from custody.classifiers.names import hints
from custody.errors import PolicyError
from custody.policy import Policy

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

LANGUAGE = "en"
THRESHOLD = 0.4  # Presidio's floor for a hit with context; its own patterns without checksum start below
MAX_CELL = 1_000_000  # characters; spaCy refuses longer texts
COLUMN_RECOGNIZER = "ColumnRecognizer"  # what the names in columns.yaml end in: these judge cells by column names
CACHED_CELLS = 50_000  # distinct cells whose spans are remembered; memory only, dropped with the scanner
# phonenumbers takes 168947 and the fraction of 0.077453027 for numbers in some region. A cell that is nothing but a
# number needs more than the floor, that is, context such as a column called `phone`
_BARE_NUMBER = re.compile(r"\s*[+-]?\d*\.?\d+\s*")


@dataclass(frozen=True)
class Span:
    """One hit in a cell. Offsets are code points; the text itself is not kept."""

    entity: str
    start: int
    end: int
    score: float
    recognizer: str
    validated: bool  # a checksum of the recogniser holds


class Scanner:
    """Finds entities in cells. Build one per process: it loads Presidio.

    Args:
        rules: the policy whose rules must be able to fire.

    Raises:
        PolicyError: a rule or measure names an entity that no recogniser finds.
    """

    def __init__(self, rules: Policy) -> None:
        self._named = _entities_named(rules)
        self._cache: dict[tuple[tuple[str, ...], str], tuple[Span, ...]] = {}
        _refuse_unknown_entities(rules, self.entities)

    @cached_property
    def analyzer(self) -> AnalyzerEngine:
        """Presidio's engine with custody's configuration."""
        return _analyzer()

    @property
    def recognizers(self) -> list[EntityRecognizer]:
        """The recognisers in use."""
        return list(self.analyzer.registry.recognizers)

    @cached_property
    def entities(self) -> tuple[str, ...]:
        """Every entity that can be found, sorted."""
        return tuple(sorted({entity for one in self.recognizers for entity in one.supported_entities}))

    @cached_property
    def detector(self) -> dict[str, str]:
        """What the findings depend on: Presidio's version and a digest over the recognisers."""
        told = sorted(json.dumps(one.to_dict(), sort_keys=True, default=str) for one in self.recognizers)
        digest = hashlib.sha256("\n".join(told).encode()).hexdigest()
        return {"presidio-analyzer": version("presidio-analyzer"), "recognizers": digest, "ner": "none"}

    def find(self, column: str, text: str) -> tuple[Span, ...]:
        """Return the hits in one cell of a column, as Presidio orders them.

        Args:
            column: the leaf path; its words are context.
            text: the cell, at most MAX_CELL characters.
        """
        key = (hints(column), text)
        if key not in self._cache:
            if len(self._cache) >= CACHED_CELLS:
                self._cache.clear()
            self._cache[key] = self._find(*key)
        return self._cache[key]

    def in_name(self, column: str) -> str:
        """Return the entity the policy names that stands in a column's name itself, or nothing.

        Then the name is data: a CSV without a header, or JSON keyed by what should be a value.
        """
        hits = (one for one in self.find("", column[:MAX_CELL]) if not one.recognizer.endswith(COLUMN_RECOGNIZER))
        return next((one.entity for one in hits if one.entity in self._named), "")

    def _find(self, context: tuple[str, ...], text: str) -> tuple[Span, ...]:
        found = self.analyzer.analyze(text, LANGUAGE, context=list(context), score_threshold=THRESHOLD)
        if _BARE_NUMBER.fullmatch(text):
            found = [one for one in found if one.score > THRESHOLD]
        return tuple(self._span(one) for one in found)

    def _span(self, one: Any) -> Span:
        name = str(one.recognition_metadata[one.RECOGNIZER_NAME_KEY])
        validated = one.score == 1.0 and name in self._checksummed
        return Span(one.entity_type, one.start, one.end, one.score, name, validated)

    @cached_property
    def _checksummed(self) -> frozenset[str]:
        from presidio_analyzer import PatternRecognizer

        return frozenset(
            str(one.name)  # type: ignore[has-type]  # Presidio's classes are typed in part
            for one in self.recognizers
            if isinstance(one, PatternRecognizer) and type(one).validate_result is not PatternRecognizer.validate_result
        )


def _analyzer() -> AnalyzerEngine:
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)  # its warnings list what a default set leaves out
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    _pin_suffix_list()
    engine = _tokenizer()
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    registry.load_predefined_recognizers(languages=[LANGUAGE], nlp_engine=engine)
    registry.remove_recognizer("SpacyRecognizer")  # it would promise the entities of a model that is not there
    for one in recognizers.load():
        registry.add_recognizer(one)
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=engine,
        supported_languages=[LANGUAGE],
        context_aware_enhancer=LemmaContextAwareEnhancer(context_matching_mode="whole_word"),
    )


def _tokenizer() -> SpacyNlpEngine:
    import spacy
    from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine

    class BlankTokenizer(SpacyNlpEngine):
        """spaCy's rules for words, and nothing learned."""

        def load(self) -> None:
            self.nlp = {LANGUAGE: spacy.blank(LANGUAGE)}  # type: ignore[assignment]  # Presidio declares None

        def _doc_to_nlp_artifact(self, doc: Any, language: str) -> NlpArtifacts:
            starts, lemmas = [token.idx for token in doc], [token.lower_ for token in doc]
            return NlpArtifacts([], doc, starts, lemmas, self, language, [])

    engine = BlankTokenizer()
    engine.load()
    return engine


def _pin_suffix_list() -> None:
    import tldextract
    from tldextract import tldextract as module

    module.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _entities_named(rules: Policy) -> frozenset[str]:
    """Return every entity that a rule or a measure is about."""
    named = {entity for rule in rules.grades for entity in (*rule.when.entity, *rule.when.together)}
    return frozenset(named | {entity for measures in rules.measures.values() for entity in measures.redact})


def _refuse_unknown_entities(rules: Policy, known: tuple[str, ...]) -> None:
    for entity in sorted(_entities_named(rules) - set(known)):
        near = difflib.get_close_matches(entity, known, n=1)
        hint = f"write {near[0]!r}" if near else "remove it, or add a recogniser for it"
        raise PolicyError(
            f"nothing finds the entity {entity!r}, so this could never fire", allowed=", ".join(known), remedy=hint
        )
