# SPDX-License-Identifier: Apache-2.0
"""One OpenLineage event of one signed statement.

A dataset is called NAME@ADDRESS: each form of the data is a node of its own, and edges are what was signed. A step that
makes bytes has inputs and outputs; one that observes has inputs. The event is COMPLETE when the step signed: what it
found against the data stands in the assertions. The run's id is derived from the statement, so that an event sent
twice is the same run.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from custody.lineage.ledger import Ledger
from custody.lineage.openlineage import facets as of
from custody.lineage.openlineage.graded import Graded, graded, taken_out
from custody.lineage.openlineage.schemas import CORE
from custody.lineage.predicates import tool_version
from custody.lineage.statement import PROVENANCE, TEST_RESULT, VSA, Statement, Subject

RUNS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:custody:openlineage:run")
DOCUMENTED = {
    "audit": "judge whether a source may be used",
    "classify": "find what is in the data and grade it",
    "review": "decide on what was found",
    "redact": "take out what the grade does not let pass",
    "expect": "hold the data against its expectations",
    "encrypt": "encrypt by grade",
    "backup": "add a snapshot to the backups",
    "drill": "restore the newest backup and compare",
    "gate": "may exactly these bytes train a model",
    "train": "train a model on cleared bytes",
    "bom": "write the model's bill of materials",
}
Event = dict[str, Any]


def event(ledger: Ledger, statement: Statement) -> Event:
    """Return the event of a statement that the ledger holds.

    Raises:
        IntegrityError: a record it is made of is damaged.
    """
    link = statement.link
    inputs, outputs = _sides(statement)
    return {
        "eventType": "COMPLETE",
        "eventTime": link.created_at,
        "run": {"runId": str(uuid.uuid5(RUNS, statement.digest)), "facets": _run_facets(link.run or {})},
        "job": {
            "namespace": of.NAMESPACE,
            "name": _job(link.run or {}, link.step),
            "facets": _job_facets(ledger, link),
        },
        "inputs": [_input(ledger, statement, one) for one in inputs],
        "outputs": [_output(ledger, statement, one) for one in outputs],
        "producer": of.producer(),
        "schemaURL": f"{CORE}#/$defs/RunEvent",
    }


def _sides(statement: Statement) -> tuple[tuple[Subject, ...], tuple[Subject, ...]]:
    if statement.predicate_type == PROVENANCE:
        return statement.materials, statement.subjects
    if admitted := statement.link.detail.get("admitted"):
        digests = {"dirHash": admitted["from"], "sha256": admitted["from"]}
        return ({"name": statement.subjects[0]["name"], "digest": digests},), statement.subjects
    return statement.subjects, ()


def _job(run: Mapping[str, Any], step: str) -> str:
    return f"{run['dag_id']}.{run['task_id']}" if {"dag_id", "task_id"} <= run.keys() else f"custody.{step}"


def _run_facets(run: Mapping[str, Any]) -> of.Facets:
    version = tool_version()
    made = of.facet("run", "processing_engine", name="custody", version=version, openlineageAdapterVersion=version)
    if {"dag_id", "run_id"} <= run.keys():
        ident = str(uuid.uuid5(RUNS, f"{run['dag_id']}/{run['run_id']}"))
        job = {"namespace": of.NAMESPACE, "name": run["dag_id"]}
        made |= of.facet("run", "parent", run={"runId": ident}, job=job)
    return made


def _job_facets(ledger: Ledger, link: Any) -> of.Facets:
    kind = of.facet("job", "jobType", processingType="BATCH", integration="CUSTODY", jobType="STEP")
    text = of.facet("job", "documentation", description=DOCUMENTED[link.step])
    return kind | text | of.ownership("job", ledger.rules.governance)


def _input(ledger: Ledger, statement: Statement, subject: Subject) -> dict[str, Any]:
    made = _dataset(ledger, statement, subject)
    facets = _tests(statement) | _read(statement, ledger)
    return made | ({"inputFacets": facets} if facets else {})


def _output(ledger: Ledger, statement: Statement, subject: Subject) -> dict[str, Any]:
    made, detail = _dataset(ledger, statement, subject), statement.link.detail
    made["facets"] |= of.facet("dataset", "lifecycleStateChange", lifecycleStateChange="CREATE")
    made["facets"] |= _column_lineage(ledger, statement)
    admitted = detail.get("admitted", {})
    rows, filters = admitted.get("rows"), sorted(admitted.get("by", ()))
    address = subject["digest"].get("dirHash")
    files = len(ledger.listing(address).digests) if address else None
    facets = of.statistics("output", rowCount=rows, fileCount=files) | (of.only_rows(filters) if filters else {})
    return made | ({"outputFacets": facets} if facets else {})


def _dataset(ledger: Ledger, statement: Statement, subject: Subject) -> dict[str, Any]:
    role = "subject" if subject in statement.subjects else "material"
    facets = of.attestation(statement, subject, role, ledger.rules.ledger)
    facets |= of.facet("dataset", "version", datasetVersion=of.digest_of(subject))
    facets |= of.ownership("dataset", ledger.rules.governance) | _documented(statement)
    known = _graded(ledger, subject)
    facets |= of.columns(known.grades, known.entities, known.grade) if known else {}
    return {"namespace": of.NAMESPACE, "name": of.dataset_name(subject), "facets": facets}


def _graded(ledger: Ledger, subject: Subject) -> Graded | None:
    address = subject["digest"].get("dirHash")
    return graded(ledger, address) if address else None


def _documented(statement: Statement) -> of.Facets:
    detail = statement.link.detail
    if statement.link.step != "audit":
        return {}
    text = f"{detail.get('verdict')} for {detail.get('intent')}; licence {detail.get('licence') or 'unknown'}"
    return of.facet("dataset", "documentation", description=text)


def _tests(statement: Statement) -> of.Facets:
    body = statement.predicate
    if statement.predicate_type == TEST_RESULT:
        return of.assertions(body.get("passedTests", ()), body.get("warnedTests", ()), body.get("failedTests", ()))
    if statement.predicate_type == VSA:
        test = [f"gate:{statement.link.detail.get('intent')}"]
        passed = body.get("verificationResult") == "PASSED"
        return of.assertions(test if passed else [], [], [] if passed else test)
    return {}


def _read(statement: Statement, ledger: Ledger) -> of.Facets:
    detail, rows = statement.link.detail, statement.link.detail.get("rows")
    made = of.statistics("input", rowCount=rows if isinstance(rows, int) else None)
    if statement.link.step == "classify" and detail.get("unscanned"):
        known = _graded(ledger, statement.subjects[0])
        made |= of.only_files(sorted(path for path, columns in known.files.items() if columns)) if known else {}
    return made


def _column_lineage(ledger: Ledger, statement: Statement) -> of.Facets:
    step, source = statement.link.step, statement.materials[0] if statement.materials else None
    known = _graded(ledger, source) if source else None
    if source is None or known is None or step not in ("redact", "encrypt"):
        return {}
    if step == "redact":
        gone = taken_out(statement)
        return of.column_lineage(source, {name: bool(gone & found) for name, found in known.entities.items()}, step)
    return of.column_lineage(source, _encrypted(known, statement.link.detail.get("columns", {})), step)


def _encrypted(known: Graded, keys: Mapping[str, Mapping[str, str]]) -> dict[str, bool]:
    """Tell of each column whether it is encrypted wherever it stands: by itself, or with its whole file."""
    return {
        name: all(file not in keys or any(_within(name, top) for top in keys[file]) for file in _files(known, name))
        for name in known.grades
    }


def _files(known: Graded, column: str) -> Iterator[str]:
    return (file for file, columns in known.files.items() if column in columns)


def _within(column: str, top: str) -> bool:
    return column == top or column.startswith((f"{top}.", f"{top}[]"))
