# SPDX-License-Identifier: Apache-2.0
"""Engines of Presidio's over models that the user installed: spaCy, transformers, stanza, GLiNER; never a download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from custody.classifiers.ner.lemmas import with_lemmas
from custody.classifiers.ner.present import fetch, require, unloadable
from custody.errors import PolicyError

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer
    from presidio_analyzer.nlp_engine import NlpEngine
    from spacy.language import Language

ENGINES = ("spacy", "transformers", "stanza")  # Presidio's names; each is the module it needs as well
GLINER_MODEL = "urchade/gliner_multi_pii-v1"  # the one Presidio's recogniser takes when none is named


def installed_engine(config: Mapping[str, Any]) -> NlpEngine:
    """Return the engine of an NLP configuration of Presidio's.

    Args:
        config: as `NlpEngineProvider(nlp_configuration=…)` takes it.

    Raises:
        PolicyError: the configuration is malformed, or the engine or a model is not installed; says how to install it.
    """
    for name, model in models(config):
        require(name, model)
    try:
        engine: Any = _provider(config).create_engine()
    except Exception as error:
        raise unloadable(error, [fetch(name, model) for name, model in models(config)]) from None
    pipelines: dict[str, Language] = engine.nlp
    for nlp in pipelines.values():
        with_lemmas(nlp)
    return cast("NlpEngine", engine)


def models(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the engine and the name of each model a configuration needs.

    Raises:
        PolicyError: it is no such configuration.
    """
    engine = config.get("nlp_engine_name")
    try:
        named = [one["model_name"] for one in config["models"] if one["lang_code"]]
        wanted = [{"spacy": one} if isinstance(one, str) else dict(one) for one in named]
        kinds = [(kind, name) for one in wanted for kind, name in one.items()]
    except (KeyError, TypeError, ValueError):
        kinds = []
    if engine not in ENGINES or not kinds or not all(kind in ENGINES and name for kind, name in kinds):
        raise PolicyError(
            "this is no NLP engine configuration",
            where="ner",
            allowed=f"nlp_engine_name: {' | '.join(ENGINES)}, and models: [{{lang_code: …, model_name: …}}]",
            remedy="write it as for Presidio's NlpEngineProvider",
        )
    for kind, name in kinds:
        yield engine if engine == "stanza" else kind, str(name)


def gliner_model(told: Mapping[str, Any]) -> str:
    """Return the model that Presidio's GLiNER recogniser will load."""
    return str(told.get("model_name", GLINER_MODEL))


def gliner(told: Mapping[str, Any], language: str) -> EntityRecognizer:
    """Return Presidio's GLiNER recogniser.

    Args:
        told: what the recogniser takes, such as `model_name` (a directory, or a model in the local cache).
        language: the language it is registered for.

    Raises:
        PolicyError: as `installed_engine`.
    """
    model = gliner_model(told)
    require("gliner", model)
    from presidio_analyzer.predefined_recognizers import GLiNERRecognizer

    try:
        return GLiNERRecognizer(supported_language=language, **told)
    except Exception as error:
        raise unloadable(error, [fetch("gliner", model)]) from None


def _provider(config: Mapping[str, Any]) -> Any:
    from presidio_analyzer.nlp_engine import (
        NlpEngineProvider,
        SpacyNlpEngine,
        StanzaNlpEngine,
        TransformersNlpEngine,
    )

    class OfflineStanza(StanzaNlpEngine):
        """Stanza, which would otherwise fetch its list of models each time."""

        def __init__(self, **told: Any) -> None:
            super().__init__(**told, download_if_missing=False)

    engines = (SpacyNlpEngine, TransformersNlpEngine, OfflineStanza)
    return NlpEngineProvider(nlp_engines=engines, nlp_configuration=dict(config))
