# SPDX-License-Identifier: Apache-2.0
"""What a BOM must tell and does not stops it; what it should tell and does not is counted and named."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.errors import IntegrityError
from custody.lineage.bom.completeness import PLACEHOLDERS, completeness, profile

from .bom_edits import DATA, MODEL, add, at, drop, put
from .boms import Story

Boms = dict[str, dict[str, Any]]
MANDATORY = {
    "the BOM: serial number": drop("/serialNumber"),
    "the BOM: time of writing": drop("/metadata/timestamp"),
    "the BOM: tool": drop("/metadata/tools"),
    "the BOM: dependencies": put("/dependencies", []),
    "the BOM: completeness told": drop("/compositions"),
    "the BOM: how it was made": put("/formulation", []),
    "the BOM: requirements and evidence": drop("/declarations"),
    "model tiny.bin: digest": put(f"{MODEL}/hashes/0/alg", "MD5"),
    "model tiny.bin: signed training": put(f"{MODEL}/externalReferences/0/comment", "review"),
    "model tiny.bin: datasets": put(f"{MODEL}/modelCard/modelParameters/datasets", []),
    "model tiny.bin: intended use": drop(f"{MODEL}/modelCard/considerations/useCases"),
    "model tiny.bin: limits told": drop(f"{MODEL}/modelCard/considerations/technicalLimitations"),
    "model tiny.bin: grade": put(f"{MODEL}/properties", []),
    "model: name": put(f"{MODEL}/name", ""),
    "dataset people: version": drop(f"{DATA}/version"),
    "dataset people: digest": put(f"{DATA}/hashes", [{"alg": "SHA-256", "content": "unknown"}]),
    "dataset people: files or listing": drop(f"{DATA}/components"),
    "dataset people: licence": put(f"{DATA}/licenses", [{"license": {"name": "Unknown"}}]),
    "dataset people: grade": drop(f"{DATA}/data/0/classification"),
    "dataset people: owner": put(f"{DATA}/data/0/governance", {"owners": [{"organization": {"name": " n/a "}}]}),
    "dataset people: use it is cleared for": drop(f"{DATA}/data/0/description"),
    "dataset people: history": drop(f"{DATA}/pedigree"),
    "dataset people: signed classification": drop(f"{DATA}/externalReferences"),
}


@pytest.mark.parametrize("lacking", MANDATORY)
def test_a_mandatory_field_that_is_not_told_is_named(boms: Boms, lacking: str) -> None:
    bom = copy.deepcopy(boms["1.6"])
    MANDATORY[lacking](bom)
    assert lacking in completeness(bom).lacking


@pytest.mark.parametrize("version", ["1.6", "1.7"])
def test_the_bom_of_a_walked_road_lacks_nothing_mandatory(boms: Boms, version: str) -> None:
    found = completeness(boms[version])
    assert found.lacking == ()
    assert found.asked == found.told + len(found.missing)
    assert at(boms[version], "/metadata/properties")[-1] == {"name": "custody:completeness", "value": found.score}


@pytest.mark.parametrize("licence", ["", "unknown", "NOASSERTION", "None"])
def test_a_bom_is_not_made_without_a_licence(story: Story, licence: str) -> None:
    story.licence = {**story.licence, "words": licence}
    with pytest.raises(IntegrityError, match=r"lack 1 mandatory fields: dataset words: licence"):
        story.bom()


def test_a_bom_is_not_made_without_a_source_and_an_owner_and_all_of_them_are_listed(story: Story) -> None:
    story.origin = {}
    with pytest.raises(IntegrityError) as caught:
        story.bom()
    for lacking in ("dataset people: source", "dataset people: owner", "dataset words: source", "dataset words: owner"):
        assert lacking in str(caught.value)


def test_the_address_of_a_source_or_its_publisher_is_enough(story: Story) -> None:
    story.origin = {"publisher": "Example"}
    assert "dataset people: address of the source" in completeness(story.bom()).missing


@pytest.mark.parametrize("word", sorted(PLACEHOLDERS))
def test_a_placeholder_tells_nothing(boms: Boms, word: str) -> None:
    bom = copy.deepcopy(boms["1.6"])
    put(f"{DATA}/data/0/classification", f" {word.upper()} ")(bom)
    assert "dataset people: grade" in completeness(bom).lacking


@settings(max_examples=60, deadline=None)
@given(data=some.data())
def test_taking_something_away_never_raises_the_score(boms: Boms, data: some.DataObject) -> None:
    bom = copy.deepcopy(boms["1.7"])
    before = completeness(bom).told
    for _ in range(data.draw(some.integers(1, 6))):
        holder = data.draw(some.sampled_from([bom, at(boms["1.7"], "/metadata")]), label="holder")
        keys = [one for one in holder if one != "components"]
        (bom if holder is bom else bom.get("metadata", {})).pop(data.draw(some.sampled_from(sorted(keys))), None)
        after = completeness(bom).told
        assert after <= before
        before = after


def test_the_order_of_parts_does_not_matter(boms: Boms) -> None:
    bom = copy.deepcopy(boms["1.6"])
    for pointer in (f"{DATA}/externalReferences", f"{DATA}/properties", f"{MODEL}/properties"):
        at(bom, pointer).reverse()
    assert completeness(bom) == completeness(boms["1.6"])


def test_a_dataset_more_is_asked_as_much_as_the_others(boms: Boms) -> None:
    bom = copy.deepcopy(boms["1.6"])
    add("/components", {"type": "data", "name": "bare"})(bom)
    found = completeness(bom)
    assert found.asked - completeness(boms["1.6"]).asked == len(
        [one for one in profile().fields if one.of == "dataset"]
    )
    assert "dataset bare: digest" in found.lacking


@pytest.mark.parametrize("bom", [{}, {"components": []}, {"metadata": {}}, {"components": [{"type": "data"}]}])
def test_an_empty_bom_lacks_everything_and_does_not_crash(bom: dict[str, Any]) -> None:
    found = completeness(bom)
    assert found.told == 0
    assert len(found.lacking) >= 10


def test_each_field_says_who_asks_for_it_and_leads_somewhere() -> None:
    for one in profile().fields:
        assert one.asked_by
        assert one.at


def test_no_two_fields_of_a_subject_have_one_name() -> None:
    names = [(one.of, one.id) for one in profile().fields]
    assert len(set(names)) == len(names)
