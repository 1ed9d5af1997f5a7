# SPDX-License-Identifier: Apache-2.0
"""Where a language model enters, if any: the words of the policy become an engine of Presidio's.

`ner` in a policy is one of: nothing or `none`; `custody-small`, the model shipped here; `gliner`; or a mapping in the
form that Presidio's `NlpEngineProvider` takes as `nlp_configuration`. Nothing is ever downloaded: what is not installed
is an error that says how to install it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.classifiers.ner import installed, pipeline, present
from custody.classifiers.ner.lemmas import with_lemmas
from custody.errors import PolicyError

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer
    from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpEngine
    from spacy.language import Language

NONE, SMALL, GLINER = "none", "custody-small", "gliner"
MODEL = Path(__file__).parent / "model" / "custody-small.spacy"
MAPPING = {"PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANIZATION"}
SCORE = (
    0.6  # given to each hit of the small model, which has no confidence of its own: above the floor, below a checksum
)

Config = str | Mapping[str, Any] | None


def nlp_engine(config: Config, language: str = pipeline.LANGUAGE) -> NlpEngine:
    """Return the engine a policy asks for, loaded, with lemmas in any case.

    Args:
        config: the policy's `ner`.
        language: of the texts, where the configuration does not say.

    Raises:
        PolicyError: the configuration names nothing known, or what it names is not installed.
    """
    name = kind_of(config)
    if name == GLINER:
        present.require(GLINER, installed.gliner_model(told(config)))
    if name in {NONE, GLINER}:
        return engine_of(_blank(language), language)
    if name == SMALL:
        return engine_of(small(), language)
    assert isinstance(config, Mapping)
    return installed.installed_engine(config)


def recognizers(config: Config, engine: NlpEngine, language: str = pipeline.LANGUAGE) -> list[EntityRecognizer]:
    """Return the recognisers that turn what a model finds into findings; none without a model.

    Args:
        config: the policy's `ner`.
        engine: what `nlp_engine` returned for it.
        language: the language the recogniser is registered for.

    Raises:
        PolicyError: as `nlp_engine`.
    """
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer

    kind = kind_of(config)
    if kind == NONE:
        return []
    if kind == GLINER:
        return [installed.gliner(told(config), language)]
    return [SpacyRecognizer(supported_language=language, supported_entities=sorted(engine.get_supported_entities()))]


def kind_of(config: Config) -> str:
    """Return `none`, `custody-small`, `gliner`, or `presidio` for an engine configuration.

    Raises:
        PolicyError: it is nothing of these.
    """
    if config is None:
        return NONE
    if isinstance(config, Mapping):
        return GLINER if GLINER in config else "presidio"
    if config in (NONE, SMALL, GLINER):  # a tuple: what a policy says need not be hashable
        return str(config)
    raise PolicyError(
        f"no language model is called {config!r}",
        where="ner",
        allowed=f"{NONE}, {SMALL}, {GLINER}, or an NLP engine configuration of Presidio's",
        remedy=f"write {SMALL!r} for the model that is shipped",
    )


def told(config: Config) -> Mapping[str, Any]:
    """Return what `gliner: {…}` says, if anything."""
    return (config[GLINER] or {}) if isinstance(config, Mapping) else {}


@cache
def small() -> Language:
    """Return the shipped model's pipeline, read once per process."""
    return with_lemmas(pipeline.load(MODEL))


def _blank(language: str) -> Language:
    import spacy

    return with_lemmas(spacy.blank(language))


def engine_of(nlp: Language, language: str = pipeline.LANGUAGE) -> NlpEngine:
    """Return Presidio's spaCy engine over a pipeline that is in memory already."""
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    engine = SpacyNlpEngine(
        models=[{"lang_code": language, "model_name": nlp.meta["name"]}], ner_model_configuration=_small_configuration()
    )
    engine.nlp = {language: nlp}  # type: ignore[assignment]  # Presidio declares None
    return engine


def _small_configuration() -> NerModelConfiguration:
    from presidio_analyzer.nlp_engine import NerModelConfiguration

    return NerModelConfiguration(
        model_to_presidio_entity_mapping=MAPPING, labels_to_ignore=[], default_score=SCORE, low_score_entity_names=[]
    )
