# SPDX-License-Identifier: Apache-2.0
"""The seam for language models: what a policy may ask for, and what it gets."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from custody.classifiers.ner import describe, nlp_engine, recognizers
from custody.errors import PolicyError

SMALL = "custody-small"


def found(engine: Any, text: str) -> list[tuple[str, str]]:
    return [(one.text, one.label_) for one in engine.process_text(text, "en").entities]


@pytest.mark.parametrize("config", [None, "none"])
def test_without_a_model_there_is_no_recogniser_and_the_report_says_so(config: str | None) -> None:
    assert recognizers(config, nlp_engine(config)) == []
    assert found(nlp_engine(config), "Maria Jensen lives in London.") == []
    assert "were not looked for" in describe(config)["warning"]


def spacy_config(model: str, engine: str = "spacy") -> dict[str, Any]:
    return {"nlp_engine_name": engine, "models": [{"lang_code": "en", "model_name": model}]}


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("config", "command"),
    [
        (spacy_config("en_core_web_xyz"), "python -m spacy download en_core_web_xyz"),
        (spacy_config("my_names"), "pip install my_names"),
        (spacy_config("en", "stanza"), 'pip install "presidio-analyzer[stanza]"'),
        (
            {
                "nlp_engine_name": "transformers",
                "models": [{"lang_code": "en", "model_name": {"transformers": "a/b", "spacy": "en_core_web_xyz"}}],
            },
            'pip install "presidio-analyzer[transformers]"',
        ),
        ("gliner", 'pip install "presidio-analyzer[gliner]"'),
        ({"gliner": {"model_name": "a/b"}}, 'pip install "presidio-analyzer[gliner]"'),
    ],
)
@pytest.mark.parametrize("use", [nlp_engine, describe])
def test_what_is_not_installed_is_refused_with_the_command_that_installs_it(
    config: Any, command: str, use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = {"stanza", "transformers", "gliner"}
    monkeypatch.setattr("custody.classifiers.ner.present.find_spec", lambda name: None if name in absent else name)
    with pytest.raises(PolicyError) as refused:
        use(config)
    assert command in str(refused.value)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("config", ["gliner", {"gliner": {"model_name": "some/model"}}])
def test_a_model_that_is_not_in_the_hubs_cache_is_never_fetched(config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = ModuleType("huggingface_hub")
    monkeypatch.setattr(hub, "try_to_load_from_cache", lambda *_: None, raising=False)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    monkeypatch.setattr("custody.classifiers.ner.present.find_spec", lambda name: name)
    for use in (nlp_engine, describe):
        with pytest.raises(PolicyError, match="run: hf download"):
            use(config)


@pytest.mark.parametrize(
    "config",
    [
        "custody-big",
        "",
        7,
        ["custody-small"],
        {},
        {"nlp_engine_name": "spacy"},
        {"nlp_engine_name": "spacy", "models": []},
        {"nlp_engine_name": "spacy", "models": "en_core_web_lg"},
        {"nlp_engine_name": "spacy", "models": [{"lang_code": "en"}]},
        {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": 3}]},
        {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": ""}]},
        {"nlp_engine_name": "transformers", "models": [{"lang_code": "en", "model_name": {"a.b": "c"}}]},
        {"nlp_engine_name": "spelling", "models": [{"lang_code": "en", "model_name": "x"}]},
    ],
)
def test_what_is_no_configuration_is_refused_with_what_is_allowed(config: Any) -> None:
    with pytest.raises(PolicyError) as refused:
        nlp_engine(config)
    assert refused.value.allowed


def test_a_model_that_is_installed_but_broken_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be loaded"):
        nlp_engine(spacy_config(str(tmp_path)))


def test_a_spacy_model_of_the_users_loads_by_its_directory_and_gets_lemmas(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PER", "pattern": "Zork"}])
    nlp.to_disk(tmp_path / "mine")
    config = spacy_config(str(tmp_path / "mine"))
    engine = nlp_engine(config)
    assert found(engine, "I met Zork") == [("Zork", "PERSON")]
    assert engine.process_text("I MET Zork", "en").lemmas == ["i", "met", "zork"]
    told = describe(config)
    assert (told["version"], len(told["digest"])) == ("0.0.0", 64)


def analyzer(config: Any) -> Any:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.predefined_recognizers import UsSsnRecognizer

    engine = nlp_engine(config)
    found_by = [UsSsnRecognizer(), *recognizers(config, engine)]
    registry = RecognizerRegistry(recognizers=found_by, supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


@pytest.mark.parametrize("config", [None, SMALL])
def test_context_words_in_a_text_still_raise_scores(config: str | None) -> None:
    engine = analyzer(config)
    plain, told = "value 536-90-4399", "her SSN is 536-90-4399"
    scores = [
        max(one.score for one in engine.analyze(text, "en") if one.entity_type == "US_SSN") for text in (plain, told)
    ]
    assert scores[1] > scores[0]


def test_the_recogniser_gives_findings_in_presidios_analyzer() -> None:
    hits = analyzer(SMALL).analyze("David Miller met the board.", "en")
    assert [(one.entity_type, one.start, one.end) for one in hits] == [("PERSON", 0, 12)]
