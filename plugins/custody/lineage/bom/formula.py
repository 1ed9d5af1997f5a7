# SPDX-License-Identifier: Apache-2.0
"""How it was made: one workflow per run, one task per statement, with what went in and what came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from custody.lineage.bom.records import Records, form_ref
from custody.lineage.bom.shapes import Shape, filled, hashes, prop
from custody.lineage.statement import Statement

Known = Mapping[tuple[str, str], str]  # (name, digest) -> bom-ref; the name is empty for whoever has these bytes


def formula(records: Records) -> Shape:
    """Return the formulation. CycloneDX has no task types for these steps, so they are `other`."""
    runs = sorted(records.statements, key=lambda one: (_run(one), one.link.created_at, one.digest))
    known = _forms(records)
    flows = [_workflow(records, key, list(group), known) for key, group in groupby(runs, _run)]
    flows.sort(key=lambda one: (one["timeStart"], one["bom-ref"]))
    return {"bom-ref": f"formula:{records.trained.digest}", "workflows": flows}


def task_ref(statement: Statement) -> str:
    """Return the bom-ref of a statement's task."""
    return f"task:{statement.digest}"


def _run(statement: Statement) -> tuple[str, str]:
    """Return DAG and run; both empty outside Airflow."""
    run = statement.link.run or {}
    return str(run.get("dag_id", "")), str(run.get("run_id", ""))


def _forms(records: Records) -> Known:
    """Return the bom-ref of everything the BOM has a component for. Two datasets may have the same bytes."""
    every = [(data.name, one) for data in records.datasets for one in data.found.addresses]
    known = {key: form_ref(name, digest) for name, digest in every for key in ((name, digest), ("", digest))}
    return {**known, ("", str(records.model["digest"]["sha256"])): records.model_ref}


def _workflow(records: Records, run: tuple[str, str], made: list[Statement], known: Known) -> Shape:
    dag, uid = run
    inside = {one.digest for one in made}
    tasks = [_task(records, one, known) for one in made]
    needs = [(task_ref(one), sorted(f"task:{digest}" for digest in one.link.prev if digest in inside)) for one in made]
    return filled(
        {
            "bom-ref": f"workflow:{dag}/{uid or made[0].digest}",
            "uid": uid or made[0].digest,
            "name": f"DAG {dag}" if dag else "steps outside Airflow",
            "taskTypes": ["other"],
            "timeStart": min(str(one.get("timeStart", one["timeEnd"])) for one in tasks),
            "timeEnd": max(one["timeEnd"] for one in tasks),
            "tasks": tasks,
            "taskDependencies": [filled({"ref": ref, "dependsOn": before}) for ref, before in needs],
        }
    )


def _task(records: Records, statement: Statement, known: Known) -> Shape:
    made = statement.predicate.get("runDetails", {}).get("metadata", {})
    inputs = [*_materials(statement), *_configuration(statement)]
    outputs = statement.subjects if made else ()
    run = statement.link.run or {}
    return filled(
        {
            "bom-ref": task_ref(statement),
            "uid": statement.digest,
            "name": statement.link.step,
            "taskTypes": ["other"],
            "timeStart": made.get("startedOn"),
            "timeEnd": statement.link.created_at,
            "inputs": _once([{"resource": _resource(one, known)} for one in inputs]),
            "outputs": [
                *_once([{"type": "artifact", "resource": _resource(one, known)} for one in outputs]),
                {"type": "attestation", "resource": {"externalReference": records.attestation(statement)}},
            ],
            "properties": [
                prop("signer", statement.signer),
                prop("policy", statement.link.policy),
                *(prop(f"airflow:{name}", run[name]) for name in sorted(run) if name != "run_id"),
            ],
        }
    )


def _materials(statement: Statement) -> tuple[Mapping[str, Any], ...]:
    """Return what a step read: what it was made from, or what it looked at."""
    return statement.materials or statement.subjects


def _configuration(statement: Statement) -> Iterator[Mapping[str, Any]]:
    """Yield what a test was held against, such as a suite or a snapshot."""
    yield from statement.predicate.get("configuration", ())


def _resource(subject: Mapping[str, Any], known: Known) -> Shape:
    digest = str(subject["digest"].get("dirHash") or subject["digest"]["sha256"])
    if ref := known.get((str(subject["name"]), digest)) or known.get(("", digest)):
        return {"ref": ref}
    told = {
        "type": "other",
        "url": f"urn:custody:sha256:{digest}",
        "comment": subject["name"],
        "hashes": hashes(digest),
    }
    return {"externalReference": told}


def _once(every: list[Shape]) -> list[Shape]:
    """Return the same without repeats, which CycloneDX refuses."""
    return [one for number, one in enumerate(every) if one not in every[:number]]
