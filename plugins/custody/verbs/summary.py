# SPDX-License-Identifier: Apache-2.0
"""Tell a run in one readable page, from its signed statements."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from custody.lineage.statement import Statement
from custody.verbs.bom import BOM_NAME
from custody.verbs.session import Session

_SIGNS = {"allow": "admitted", "allow_with_obligations": "admitted with obligations"}


def summary(session: Session, run_id: str | None = None) -> str:
    """Return the text.

    Args:
        session: the home.
        run_id: only what this Airflow run signed; by default everything in the ledger.

    Raises:
        IntegrityError: a statement is damaged.
    """
    every = [session.ledger.get(digest) for digest in session.ledger.digests()]
    mine = [one for one in every if run_id is None or (one.link.run or {}).get("run_id") == run_id]
    mine.sort(key=lambda one: one.link.created_at)
    lines: list[str] = []
    for title, part in _PARTS.items():
        found = list(part(session, mine))
        lines += [title, *(f"  {line}" for line in found or ["nothing in this run"]), ""]
    return "\n".join(lines).rstrip()


def overview(session: Session) -> list[dict[str, Any]]:
    """Return one row per dataset and address, of its newest classification: name, address, grade, report page, time."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for digest in session.ledger.digests():
        one = session.ledger.get(digest)
        if one.link.step == "classify":
            name, address = one.subjects[0]["name"], one.subjects[0]["digest"]["dirHash"]
            page, when = one.link.detail["page"], one.link.created_at
            row = {"name": name, "address": address, "grade": one.link.grade, "page": page, "classified": when}
            rows[name, address] = max(row, rows.get((name, address), row), key=lambda each: str(each["classified"]))
    return sorted(rows.values(), key=lambda row: (row["classified"], row["name"]), reverse=True)


def _of(statements: Iterable[Statement], *steps: str) -> Iterator[tuple[str, Statement]]:
    for one in statements:
        if one.link.step in steps:
            yield one.subjects[0]["name"], one


def _sources(_: Session, run: list[Statement]) -> Iterator[str]:
    for name, one in _of(run, "audit"):
        detail = one.link.detail
        verdict = _SIGNS.get(detail["verdict"], f"REFUSED ({detail['verdict']})")
        yield f"{name}: {verdict}; licence {detail['licence'] or 'unknown'}"
        yield from (f"    must: {duty}" for duty in detail["obligations"] if detail["verdict"] in _SIGNS)
        yield from (f"    why: {reason}" for reason in detail["reasons"])
        if told := detail.get("admitted"):
            yield f"    out of quarantine: {told['rows']:,} rows looked at and kept, {told['left_out']:,} left out"


def _grades(session: Session, run: list[Statement]) -> Iterator[str]:
    for name, one in _of(run, "classify"):
        address = one.subjects[0]["digest"]["dirHash"]
        yield f"{name}: {one.link.grade} ({one.link.detail['rows']} rows read)"
        yield from (f"    why: {reason}" for reason in one.link.detail.get("why", ())[:3])
        yield f"    report: {_shown(session.report_path(name, address, '.html'))}"


def _protected(_: Session, run: list[Statement]) -> Iterator[str]:
    for name, one in _of(run, "redact", "encrypt"):
        detail = one.link.detail
        if one.link.step == "redact":
            counts = ", ".join(f"{count} {entity}" for entity, count in sorted(detail["redacted"].items()) if count)
            yield f"{name}: redacted {counts or 'nothing found'}; a second scan finds none left"
        else:
            by_key: dict[str, list[str]] = {}
            for columns in detail["columns"].values():
                for column, key in columns.items():
                    by_key.setdefault(key, []).append(column)
            yield f"{name}: encrypted with {detail['key']}"
            yield from (f"    column key {key}: {', '.join(columns)}" for key, columns in sorted(by_key.items()))


def _backups(_: Session, run: list[Statement]) -> Iterator[str]:
    for name, one in _of(run, "drill"):
        detail = one.link.detail
        proven = "proven by a restore" if one.predicate["result"] == "PASSED" else "NOT PROVEN: the restore failed"
        measured = f"RTO {detail['rto_seconds']:.2f} s, RPO {detail['rpo_seconds']:.0f} s"
        yield f"{name}: {proven}, {measured}, {detail['files']} files, {detail['bytes']:,} bytes"


def _expectations(_: Session, run: list[Statement]) -> Iterator[str]:
    for name, one in _of(run, "expect"):
        task = (one.link.run or {}).get("task_id", "")
        held = len(one.predicate["passedTests"])
        failed = ", ".join(one.predicate["failedTests"])
        yield f"{name}: {held} held" + (f", FAILED: {failed}" if failed else "") + (f" ({task})" if task else "")


def _gates(_: Session, run: list[Statement]) -> Iterator[str]:
    for name, one in _of(run, "gate"):
        yield f"{name}: {one.predicate['verificationResult']} for {one.link.detail['intent']}"
        yield from (f"    why: {reason}" for reason in one.link.detail.get("reasons", ()))


def _model(session: Session, run: list[Statement]) -> Iterator[str]:
    for name, one in _of(run, "train"):
        yield f"{name}: sha256 {one.subjects[0]['digest']['sha256']}, trained on {len(one.materials)} datasets"
    for _, one in _of(run, "bom"):
        yield f"BOM: {len(one.predicate['components'])} datasets, statement {one.digest}"
        if (bom := _bom_path(session, one)).exists():
            yield f"    {_shown(bom)}"
            yield "    verify it offline with"
            yield f"    {_verify_command(session, bom)}"


def _bom_path(session: Session, statement: Statement) -> Path:
    """Where `WriteModelBomOperator` puts a BOM unless it is told otherwise; statements name no paths."""
    run = statement.link.run or {}
    return session.home.path / "work" / str(run.get("dag_id")) / str(run.get("run_id")) / "bom" / BOM_NAME


def _verify_command(session: Session, bom: Path) -> str:
    data, policy = bom.parents[1] / "cleared", session.home.path / "policy.yaml"
    options = ("--bundle", bom.with_name("bundle"), "--bytes", data, "--policy", policy)
    return shlex.join(
        [_program(), "verify", _shown(bom), *(one if isinstance(one, str) else _shown(one) for one in options)]
    )


def _program() -> str:
    """Name the command as this reader can call it: environments are often not on the PATH."""
    beside = Path(sys.executable).with_name("custody")
    return "custody" if shutil.which("custody") or not beside.exists() else _shown(beside)


def _shown(path: Path) -> str:
    """Return a path relative to the current directory where it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


_PARTS = {
    "Sources": _sources,
    "Grades": _grades,
    "Protection": _protected,
    "Expectations": _expectations,
    "Backups": _backups,
    "Gate": _gates,
    "Model": _model,
}
