# SPDX-License-Identifier: Apache-2.0
"""What an operator tells: after signing, also of what it refuses, and at the cost of nothing when it cannot."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from custody.lineage.openlineage.check import problems
from custody.operators import ClassifyDatasetOperator, VerifyCustodyOperator

from .conftest import INTENT, Road


def _context() -> Any:
    return {"ti": SimpleNamespace(dag_id="d", run_id="r", task_id="t", xcom_push=lambda **_: None)}


def _classify(road: Road) -> ClassifyDatasetOperator:
    operator = ClassifyDatasetOperator(task_id="t", home=str(road.home.path), dataset=str(road.raw("fivethirtyeight")))
    operator.execute(_context())
    return operator


def _told(road: Road) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (road.home.path / "openlineage.jsonl").read_text().splitlines()]


def test_an_operator_tells_what_it_signed_as_its_task(start: Road) -> None:
    operator = _classify(start)
    (event,) = _told(start)
    assert problems(event) == []
    assert event["job"]["name"] == "d.t"
    assert event["run"]["facets"]["parent"]["job"]["name"] == "d"
    (digest,) = start.ledger.digests()
    assert event["inputs"][0]["facets"]["custody_attestation"]["statementSha256"] == digest
    assert operator.told == [event]


def test_a_refused_gate_is_told_too(start: Road) -> None:
    gate = VerifyCustodyOperator(
        task_id="t", home=str(start.home.path), datasets=[str(start.raw("fivethirtyeight"))], intent=INTENT
    )
    with pytest.raises(AirflowFailException):
        gate.execute(_context())
    (event,) = _told(start)
    (test,) = event["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert test == {"assertion": f"gate:{INTENT}", "success": False, "severity": "error"}


def test_a_step_does_not_fail_by_an_event_that_cannot_be_sent(start: Road) -> None:
    (start.home.path / "openlineage.jsonl").mkdir()
    assert _classify(start).told == []
    assert start.steps_signed() == ["classify"]


def test_nothing_is_told_of_a_step_that_signed_nothing(start: Road) -> None:
    operator = ClassifyDatasetOperator(task_id="t", home=str(start.home.path), dataset=str(start.path / "nowhere"))
    with pytest.raises(AirflowFailException):
        operator.execute(_context())
    assert not (start.home.path / "openlineage.jsonl").exists()
    assert operator.get_openlineage_facets_on_complete(None) is None


def test_the_provider_sends_the_same_datasets_with_facets_that_pass_the_check(start: Road) -> None:
    pytest.importorskip("airflow.providers.openlineage", reason="Airflow's OpenLineage provider is not installed")
    from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
    from openlineage.client.serde import Serde

    lineage = _classify(start).get_openlineage_facets_on_complete(None)
    assert lineage is not None
    (told,) = _told(start)
    sent = RunEvent(
        eventTime=told["eventTime"],
        producer=told["producer"],
        run=Run(told["run"]["runId"]),
        job=Job("custody", "d.t"),
        inputs=lineage.inputs,
        outputs=lineage.outputs,
        eventType=RunState.COMPLETE,
    )
    event = json.loads(Serde.to_json(sent))
    assert problems(event) == []
    assert event["inputs"] == told["inputs"]
