# SPDX-License-Identifier: Apache-2.0
"""The OpenLineage events of the whole road: sound, in step with the chain, and without a value out of the data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from custody.lineage.ledger import Ledger
from custody.lineage.openlineage.check import problems
from custody.lineage.openlineage.events import event

from .conftest import Road


@pytest.fixture
def ledger(road: Road) -> Ledger:
    """The ledger of the road, the gate asked."""
    assert road.gate() == 0
    return road.ledger


@pytest.fixture
def events(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    """The events of every statement, by step."""
    found: dict[str, list[dict[str, Any]]] = {}
    for digest in ledger.digests():
        statement = ledger.get(digest)
        found.setdefault(statement.link.step, []).append(event(ledger, statement))
    return found


def datasets(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every dataset of an event."""
    yield from (*event["inputs"], *event["outputs"])


def test_the_events_of_a_whole_chain_pass_the_check(events: dict[str, list[dict[str, Any]]]) -> None:
    assert {"audit", "classify", "redact", "encrypt", "backup", "drill", "gate"} <= set(events)
    assert [wrong for several in events.values() for one in several for wrong in problems(one)] == []


def test_every_dataset_of_an_event_points_at_the_statement(
    events: dict[str, list[dict[str, Any]]], ledger: Ledger
) -> None:
    for step, several in events.items():
        for one in datasets(several[0]):
            pointer = one["facets"]["custody_attestation"]
            assert pointer["step"] == step
            statement = ledger.get(pointer["statementSha256"])
            assert statement.predicate_type == pointer["predicateType"]
            named = {
                digest for told in (*statement.subjects, *statement.materials) for digest in told["digest"].values()
            }
            assert set(pointer["digest"].values()) <= named


def test_what_one_step_makes_is_what_the_next_one_takes(events: dict[str, list[dict[str, Any]]]) -> None:
    made = {one["name"] for several in events.values() for each in several for one in each["outputs"]}
    for step in ("encrypt", "backup", "gate"):
        taken = {one["name"] for each in events[step] for one in each["inputs"]}
        seen = {one["name"] for each in events["classify"] for one in each["inputs"]}
        assert taken <= made | seen, step
        assert taken


def test_a_redaction_masks_the_columns_it_emptied_and_no_other(events: dict[str, list[dict[str, Any]]]) -> None:
    told = {}
    for each in events["redact"]:
        (made,), (source,) = each["outputs"], each["inputs"]
        before = {(one["field"], one["value"]) for one in source["facets"]["tags"]["tags"] if "contains" in one["key"]}
        after = {(one["field"], one["value"]) for one in made["facets"]["tags"]["tags"] if "contains" in one["key"]}
        gone = {field for field, _ in before - after}
        for name, field in made["facets"]["columnLineage"]["fields"].items():
            masking = field["inputFields"][0]["transformations"][0]["masking"]
            assert masking is (name in gone)
            told[masking] = True
    assert told == {True: True, False: True}


def test_no_cell_of_the_data_is_in_the_events(events: dict[str, list[dict[str, Any]]], road: Road) -> None:
    text = json.dumps(events, ensure_ascii=False)
    lines = road.raw("chinook_people").joinpath("employees.csv").read_text().splitlines()
    cells = {cell for line in lines[1:] for cell in line.split(",") if len(cell) > 5}
    assert len(cells) > 20
    assert [one for one in cells if one in text] == []


@pytest.mark.parametrize("step", ["redact", "encrypt"])
def test_a_step_that_makes_bytes_tells_how_many_files_and_that_they_are_new(
    events: dict[str, list[dict[str, Any]]], step: str
) -> None:
    for each in events[step]:
        (made,) = each["outputs"]
        assert made["outputFacets"]["outputStatistics"]["fileCount"] > 0
        assert made["facets"]["lifecycleStateChange"]["lifecycleStateChange"] == "CREATE"
        assert made["facets"]["columnLineage"]["fields"].keys() == {
            one["name"] for one in made["facets"]["schema"]["fields"]
        }
