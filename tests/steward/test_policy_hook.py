# SPDX-License-Identifier: Apache-2.0
"""The cluster policy, through Airflow's own DagBag: what trains without a gate in front does not load."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from custody import policy_hook
from tests.conftest import ROOT

HEAD = """
from __future__ import annotations
from airflow.sdk import DAG, task, TaskGroup
import custody.operators
from custody.operators import ClassifyDatasetOperator, VerifyCustodyOperator, open_training
from custody.operators import open_training as opened

def helper(datasets):
    with opened(datasets, "chat") as run:
        return run

def deeper(datasets):
    return helper(datasets)

def gate(**how):
    return VerifyCustodyOperator(task_id="gate", datasets=["a"], intent="chat", **how)

@task
def train(datasets):
    with open_training(datasets, "chat") as run:
        run.save("m", b"")

@task
def train_by_helper(datasets):
    deeper(datasets)

@task
def train_by_module(datasets):
    return [run for run in custody.operators.open_training(datasets, "chat")]

@task
def train_by_inner_import(datasets):
    from custody.operators import open_training as o
    def inside():
        return o(datasets, "chat")
    return inside()

@task
def other(*_):
    return 1

@task(trigger_rule="all_done")
def whatever(*_):
    return 1

@task(trigger_rule="none_failed_min_one_success")
def train_anyway(datasets):
    with open_training(datasets, "chat"):
        pass
"""
ALLOWED = {
    "nothing trains": "other()",
    "the gate is right in front": "train(gate().output)",
    "the gate is further up": "train(other(gate().output))",
    "by a helper, behind a gate": "train_by_helper(gate().output)",
    "mapped behind a gate": "train.expand(datasets=gate().output)",
    "a mapped gate": (
        'train(VerifyCustodyOperator.partial(task_id="gate", intent="chat").expand(datasets=[["a"]]).output)'
    ),
    "in a group behind a gate": 'g = gate()\n    with TaskGroup("t"):\n        train(g.output)',
    "another branch has no gate": "t = train(gate().output)\n    other() >> t",
    "what ends after any result comes after training": "whatever(train(gate().output))",
}
REFUSED = {
    "no gate": "train(['a'])",
    "no gate, by a helper's helper": "train_by_helper(['a'])",
    "no gate, by the module": "train_by_module(['a'])",
    "no gate, imported inside": "train_by_inner_import(['a'])",
    "no gate, mapped": "train.expand(datasets=[['a']])",
    "the gate is downstream": "train(['a']) >> gate()",
    "the gate is beside": "train(['a'])\n    gate()",
    "the gate is of another task": "train(gate().output)\n    train.override(task_id='second')(['a'])",
    "a task between runs whatever the gate says": "train(whatever(gate().output))",
    "training runs when the gate is skipped": "other() >> train_anyway(gate().output)",
    "training runs whatever the gate says": "train.override(trigger_rule='all_done')(gate().output)",
}
TAGGED = {"no gate": "other()", "a gate in front of nothing": "other() >> gate()"}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The hook as Airflow has it of the entry point, turned on."""
    from airflow import settings

    monkeypatch.setenv("AIRFLOW__CUSTODY__REQUIRE_GATE", "True")
    manager = settings.get_policy_plugin_manager()
    installed = manager.is_registered(policy_hook)
    if not installed:
        manager.register(policy_hook, "custody of these tests")
    yield
    if not installed:
        manager.unregister(policy_hook)


def errors(path: Path, body: str, tags: str = "") -> list[str]:
    """What Airflow says of a DAG file."""
    from airflow.dag_processing.dagbag import DagBag

    (path / "a_dag.py").write_text(f'{HEAD}\nwith DAG("d", schedule=None, tags=[{tags}]):\n    {body}\n')
    bag = DagBag(str(path), bundle_path=path)
    assert bag.import_errors or bag.dag_ids == ["d"]
    return list(bag.import_errors.values())


@pytest.mark.parametrize("body", ALLOWED.values(), ids=ALLOWED)
def test_a_gated_dag_loads(tmp_path: Path, body: str) -> None:
    assert errors(tmp_path, body) == []


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_training_without_a_gate_is_an_import_error(tmp_path: Path, body: str) -> None:
    (told,) = errors(tmp_path, body)
    assert "trains on governed data without a gate in front" in told
    assert "put VerifyCustodyOperator upstream" in told


@pytest.mark.parametrize("body", TAGGED.values(), ids=TAGGED)
def test_a_dag_whose_tag_says_that_it_trains_needs_a_gate(tmp_path: Path, body: str) -> None:
    (told,) = errors(tmp_path, body, '"custody:train"')
    assert "its tag custody:train" in told
    assert errors(tmp_path, "other(gate().output)", '"custody:train"') == []


@pytest.mark.parametrize("value", ["False", None])
def test_nobody_is_asked_for_a_gate_who_did_not_turn_it_on(
    tmp_path: Path, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW__CUSTODY__REQUIRE_GATE")
    if value:
        monkeypatch.setenv("AIRFLOW__CUSTODY__REQUIRE_GATE", value)
    assert errors(tmp_path, REFUSED["no gate"]) == []


def test_a_setting_with_a_typo_does_not_turn_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CUSTODY__REQUIRE_GATE", "Ture")
    assert errors(tmp_path, REFUSED["no gate"])


def test_the_example_dags_load() -> None:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(ROOT / "dags"), bundle_path=ROOT / "dags")
    assert bag.import_errors == {}
    assert bag.dag_ids


def test_airflow_finds_the_hook_by_its_entry_point() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["airflow.policy"]
    assert told == {"custody": policy_hook.__name__}


def test_loading_the_hook_loads_no_operator() -> None:
    code = "import sys, custody.policy_hook; print([one for one in sys.modules if one.startswith('custody.operators')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
