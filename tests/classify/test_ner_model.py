# SPDX-License-Identifier: Apache-2.0
"""The small language model that is shipped: what it finds, what it is made of, and what is said of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ner_columns
from custody.classifiers.ner import card, column_entity, column_share, describe, nlp_engine, pipeline, seam
from custody.errors import IntegrityError
from custody.lineage.verify import verify
from tests.conftest import ROOT

MODEL = Path(card.__file__).parent / "model"
SMALL = "custody-small"
TABLES = ROOT.parent / "shared" / "data"
MEGABYTES_ALLOWED = 10
NAMES = ["Rosa Keller", "Martin Brandt", "Keller, Rosa", "HANNA LINDGREN", "Thomas Moore", "Anna Fischer", "David Cole"]
THINGS = ["Rear brake pads, pair", "Mountain frame 42", "order shipped", "Out of stock", "Tomato sauce 500 ml", "Blue"]


def found(engine: Any, text: str) -> list[tuple[str, str]]:
    return [(one.text, one.label_) for one in engine.process_text(text, "en").entities]


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maria Jensen met the board in Chicago.", "Maria Jensen"),
        ("The report was written by John Carter for the council.", "John Carter"),
        ("David Miller lives in London.", "David Miller"),
    ],
)
def test_the_shipped_model_finds_a_person_offline_through_presidio(text: str, name: str) -> None:
    assert (name, "PERSON") in found(nlp_engine(SMALL), text)


@pytest.mark.usefixtures("no_network")
def test_places_come_out_under_the_names_presidio_gives_them() -> None:
    engine = nlp_engine(SMALL)
    assert ("London", "LOCATION") in found(engine, "David Miller lives in London.")
    assert sorted(engine.get_supported_entities()) == ["LOCATION", "ORGANIZATION", "PERSON"]


def test_a_text_without_names_gives_none() -> None:
    assert found(nlp_engine(SMALL), "the pads should be replaced every two years") == []


def test_the_model_directory_is_small_enough_to_ship() -> None:
    size = sum(one.stat().st_size for one in MODEL.rglob("*") if one.is_file())
    assert 1_000_000 < size <= MEGABYTES_ALLOWED * 1_000_000


def bom() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((MODEL / "model.cdx.json").read_text())
    return told


def test_the_bom_names_the_bytes_of_the_model_file() -> None:
    component = bom()["metadata"]["component"]
    digest = hashlib.sha256(seam.MODEL.read_bytes()).hexdigest()
    assert (component["name"], component["hashes"][0]["content"]) == (seam.MODEL.name, digest)


def test_the_bom_names_the_four_sets_with_their_licences() -> None:
    licences = {one["name"]: one["licenses"][0]["license"]["id"] for one in bom()["components"]}
    assert licences == {"btc": "CC-BY-4.0", "sec": "CC-BY-3.0", "wikigold": "CC-BY-4.0", "wnut": "CC-BY-4.0"}


def test_the_bom_verifies_with_its_bundle_and_the_model_file() -> None:
    found = verify(MODEL / "model.cdx.json", MODEL / "bundle", MODEL)
    assert found.mismatches == []
    assert any(seam.MODEL.name in text for text in found.checked)
    assert found.result == "incomplete"  # the training texts are not shipped, and it says so


def test_another_model_file_does_not_pass_for_the_one_of_the_bom(tmp_path: Path) -> None:
    (tmp_path / seam.MODEL.name).write_bytes(seam.MODEL.read_bytes()[:-1] + b"?")
    assert verify(MODEL / "model.cdx.json", MODEL / "bundle", tmp_path).result == "mismatch"


def test_the_card_is_what_the_measurements_render_to() -> None:
    assert (MODEL / card.CARD).read_text() == card.render(MODEL)
    assert "{" not in (MODEL / card.CARD).read_text()


def test_the_scores_next_to_the_model_are_those_inside_it() -> None:
    assert json.loads((MODEL / "scores.json").read_text()) == pipeline.scores_of(seam.small())


def test_the_threshold_that_columns_were_measured_with_is_the_one_of_the_model() -> None:
    assert json.loads((MODEL / "columns.json").read_text())["threshold"] == describe(SMALL)["threshold"]


def test_what_is_told_of_the_shipped_model_comes_from_its_own_bytes() -> None:
    told, scores = describe(SMALL), json.loads((MODEL / "scores.json").read_text())
    recall = scores["spans"]["all"]["PER"]["recall"]
    assert told["digest"] == hashlib.sha256(seam.MODEL.read_bytes()).hexdigest()
    assert f"{recall:.0%}" in told["warning"]
    assert told["licence"] == "CC-BY-4.0"


def test_a_column_of_names_is_of_persons_and_one_of_things_is_not() -> None:
    engine, least = nlp_engine(SMALL), describe(SMALL)["threshold"]
    assert column_entity(column_share(NAMES, engine), least) == "PERSON"
    assert column_entity(column_share(THINGS, engine), least) != "PERSON"


@pytest.mark.parametrize("cells", [[], ["", "  "]])
def test_a_column_without_cells_is_of_nothing(cells: list[str]) -> None:
    assert column_share(cells, nlp_engine(SMALL)) == {}
    assert column_entity({}, 0.0) == ""


def test_a_name_within_prose_does_not_make_the_cell_a_name() -> None:
    prose = "Maria Jensen wrote that the delivery was late and that nobody had answered the three letters she sent."
    assert column_share([prose], nlp_engine(SMALL)) == {}
    assert column_share([prose * 100], nlp_engine(SMALL)) == {}


@pytest.mark.parametrize(
    ("shares", "threshold", "entity"),
    [
        ({"PERSON": 0.5}, 0.5, "PERSON"),
        ({"PERSON": 0.49}, 0.5, ""),
        ({"PERSON": 0.4, "LOCATION": 0.45}, 0.3, "LOCATION"),
        ({"PERSON": 0.0}, 0.5, ""),
    ],
)
def test_a_column_is_of_its_most_frequent_entity_from_the_threshold_on(
    shares: dict[str, float], threshold: float, entity: str
) -> None:
    assert column_entity(shares, threshold) == entity


@pytest.mark.skipif(not (TABLES / "adventureworks").is_dir(), reason=f"the public tables are not at {TABLES}")
def test_columns_of_persons_in_public_tables_are_found_with_few_false_alarms() -> None:
    told = ner_columns.outcome(list(ner_columns.judged(TABLES)))
    assert (told["spans"], told["others"]) == (19, 125)
    assert told["recall"] >= 0.95
    assert told["false_alarms"] <= 0.03


@given(st.lists(st.text(max_size=40), max_size=8))
def test_shares_are_shares_whatever_the_cells_are(cells: list[str]) -> None:
    shares = column_share(cells, nlp_engine(SMALL))
    assert all(0 < share <= 1 for share in shares.values())
    assert sum(shares.values()) <= 1 + 1e-9


@given(st.permutations(NAMES + THINGS))
def test_shares_do_not_depend_on_the_order_of_cells(cells: list[str]) -> None:
    engine = nlp_engine(SMALL)
    assert column_share(cells, engine) == column_share(NAMES + THINGS, engine)


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 40, json.dumps({"ner": 1}).encode()])
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError):
        pipeline.unpack(data, "some.spacy")


def test_the_model_file_holds_no_words_of_the_texts_it_was_trained_on() -> None:
    raw = seam.MODEL.read_bytes()
    assert all(word not in raw for word in (b"Obama", b"Putin", b"London", b"Twitter", b"Borrower"))
