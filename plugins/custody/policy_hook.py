# SPDX-License-Identifier: Apache-2.0
"""An Airflow cluster policy: a DAG that trains on governed data without a gate in front is an import error.

Off unless `[custody] require_gate` is true. A DAG trains when a task calls `open_training`, itself or through functions
it names, or when the DAG has the tag `custody:train`. Of each such task, a `VerifyCustodyOperator` must be upstream,
and every task from there on must run on success alone: another trigger rule would let it run when the gate says no or
is skipped. A DAG with the tag and no task that is seen to train needs a gate with something downstream.

Airflow loads this in every process, so it imports nothing but what Airflow has loaded. It reads DAG files' objects: who
writes DAGs can hide training from it. `open_training` itself asks for a passed gate all the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from airflow.policies import hookimpl

TAG = "custody:train"
MOST = 500  # functions looked at for one task


@hookimpl
def dag_policy(dag: Any) -> None:
    """Refuse a DAG that trains without a gate. Raises AirflowClusterPolicyViolation."""
    from airflow.sdk import conf

    if not conf.getboolean("custody", "require_gate", fallback=False):
        return
    if wrong := ungated(dag):
        from airflow.exceptions import AirflowClusterPolicyViolation

        remedy = "put VerifyCustodyOperator upstream of it, with the trigger rule all_success from there on"
        raise AirflowClusterPolicyViolation(f"{dag.dag_id}: {wrong}\n  to mend it: {remedy}")


def ungated(dag: Any) -> str | None:
    """Return why a DAG trains without a gate, or None when it does not."""
    from custody.operators.gate import VerifyCustodyOperator

    gates = {one.task_id for one in dag.tasks if _is(one, VerifyCustodyOperator)}
    training = [one for one in dag.tasks if trains(one)]
    for task in training:
        if not _behind(dag, task, gates):
            return f"the task {task.task_id} trains on governed data without a gate in front"
    if TAG in dag.tags and not training and not any(dag.get_task(one).downstream_task_ids for one in gates):
        return f"its tag {TAG} says that it trains on governed data, and no gate is in front of any task"
    return None


def trains(task: Any) -> bool:
    """Tell whether a task is seen to call `open_training`."""
    from custody.operators.training import open_training

    named = getattr(task, "python_callable", None) or getattr(task, "partial_kwargs", {}).get("python_callable")
    waiting: list[Any] = [named]
    seen: set[FunctionType] = set()
    while waiting and len(seen) < MOST:
        found = waiting.pop()
        function = inspect.unwrap(found) if callable(found) else None
        if not isinstance(function, FunctionType) or function in seen:
            continue
        seen.add(function)
        for name, value in _names(function):
            if name == open_training.__name__ or value is open_training:
                return True
            if isinstance(value, FunctionType):
                waiting.append(value)
    return False


def _names(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield every name that a function's code uses, with what it stands for where that is known."""
    closed = inspect.getclosurevars(function).nonlocals
    yield from closed.items()
    waiting = [function.__code__]
    while waiting:
        code = waiting.pop()
        yield from ((name, function.__globals__.get(name)) for name in code.co_names)
        waiting += [one for one in code.co_consts if isinstance(one, CodeType)]


def _behind(dag: Any, task: Any, gates: set[str]) -> bool:
    """Tell whether a gate is upstream, and a failed gate keeps all that follows it from running."""
    waiting, seen = [task], set()
    while waiting:
        one = waiting.pop()
        if one.task_id in seen or str(getattr(one.trigger_rule, "value", one.trigger_rule)) != "all_success":
            continue
        seen.add(one.task_id)
        if one.upstream_task_ids & gates:
            return True
        waiting += [dag.get_task(name) for name in one.upstream_task_ids]
    return False


def _is(task: Any, kind: type) -> bool:
    found = getattr(task, "operator_class", type(task))  # of a mapped task
    return isinstance(found, type) and issubclass(found, kind)
