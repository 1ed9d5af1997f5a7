# SPDX-License-Identifier: Apache-2.0
"""What an Airflow home tells about its runs, read from its SQLite database and its task logs without importing Airflow.

Connections are read-only and short, so that a reader never holds up the scheduler.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FINISHED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})


@dataclass(frozen=True)
class TaskRun:
    """One task instance as it ended."""

    task_id: str
    map_index: int  # -1 when the task is not mapped
    label: str  # what `map_index_template` made of it, else the index; empty when the task is not mapped
    state: str
    seconds: float
    try_number: int

    @property
    def name(self) -> str:
        """The task's id, with its label when it is mapped."""
        return f"{self.task_id} [{self.label}]" if self.label else self.task_id

    def __str__(self) -> str:
        """Return a progress line."""
        return f"{self.name:<44} {self.state:<16} {self.seconds:5.1f} s"


@dataclass(frozen=True)
class DagRun:
    """A run and its tasks as they are in the database."""

    home: Path
    dag_id: str
    run_id: str
    state: str
    tasks: tuple[TaskRun, ...]

    def task(self, task_id: str, map_index: int = -1) -> TaskRun:
        """Return one task instance that ended. Raises LookupError when there is none such."""
        for one in self.tasks:
            if (one.task_id, one.map_index) == (task_id, map_index):
                return one
        raise LookupError(f"run {self.run_id} has no task {task_id} {map_index} that ended")

    def log(self, task_id: str, map_index: int = -1) -> str:
        """Return the log of a task's last try, a line per event and per error; empty when it never ran."""
        events = self._events(task_id, map_index)
        return "\n".join(text for event in events for text in (event["event"], *_errors(event)))

    def xcom(self, task_id: str, map_index: int = -1, key: str = "return_value") -> Any:
        """Return what a task handed on, or None."""
        where = "dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ? AND key = ?"
        values = (self.dag_id, self.run_id, task_id, map_index, key)
        rows = _query(self.home, f"SELECT value FROM xcom WHERE {where}", *values)  # noqa: S608 - no value in the text
        return json.loads(rows[0][0]) if rows else None

    def failures(self) -> dict[str, str]:
        """Return, by name of each task that failed, the message it failed with, without the traceback."""
        return {one.name: self._failure(one) for one in self.tasks if one.state == "failed"}

    def _failure(self, task: TaskRun) -> str:
        errors = [text for event in self._events(task.task_id, task.map_index) for text in _errors(event)]
        return errors[-1] if errors else f"no message in {self._folder(task.task_id, task.map_index)}"

    def _events(self, task_id: str, map_index: int) -> list[dict[str, Any]]:
        tries = self._folder(task_id, map_index).glob("attempt=*.log")
        newest = max(tries, key=lambda path: int(path.stem.removeprefix("attempt=")), default=None)
        return [json.loads(line) for line in newest.read_text().splitlines()] if newest else []

    def _folder(self, task_id: str, map_index: int) -> Path:
        folder = self.home / "logs" / f"dag_id={self.dag_id}" / f"run_id={self.run_id}" / f"task_id={task_id}"
        return folder if map_index < 0 else folder / f"map_index={map_index}"


def read_run(home: Path, dag_id: str, run_id: str) -> DagRun:
    """Read a run with those of its tasks that ended, in the order in which they did."""
    states = _query(home, "SELECT state FROM dag_run WHERE dag_id = ? AND run_id = ?", dag_id, run_id)
    rows = _query(
        home,
        "SELECT task_id, map_index, rendered_map_index, state, duration, try_number FROM task_instance"
        " WHERE dag_id = ? AND run_id = ? ORDER BY coalesce(end_date, updated_at)",
        dag_id,
        run_id,
    )
    tasks = (
        TaskRun(task_id, index, (label or str(index)) if index >= 0 else "", state, seconds or 0.0, tries)
        for task_id, index, label, state, seconds, tries in rows
        if state in FINISHED
    )
    return DagRun(home, dag_id, run_id, states[0][0] if states else "unknown", tuple(tasks))


def import_errors(home: Path) -> dict[str, str]:
    """Return the DAG files that could not be read, each with the last line of why."""
    rows = _query(home, "SELECT filename, stacktrace FROM import_error")
    return {name: text.strip().rsplit("\n", 1)[-1] for name, text in rows}


def _query(home: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{home / 'airflow.db'}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(query, values).fetchall()


def _errors(event: dict[str, Any]) -> list[str]:
    """Return the messages of the exceptions that an event carries."""
    texts = (f"{one['exc_type']}: {one['exc_value']}" for one in event.get("error_detail") or ())
    return [text.removeprefix("AirflowFailException: ") for text in texts]  # it only says: no retry
