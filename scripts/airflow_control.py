# SPDX-License-Identifier: Apache-2.0
"""Runs Airflow's processes and its CLI in one session of processes, for as long as somebody holds its standard input.

Started by `airflow_embedded.py` in the environment of one AIRFLOW_HOME. Reads one JSON list per line, the arguments of
an `airflow` command, and answers each with a line of JSON: null, or the error. The commands run in this one process
because every new one pays seconds of imports. When the input ends (the starter stopped or died), or one of Airflow's
processes does, everything in the session is ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

GRACE = 2.0  # seconds between asking a process to end and ending it; the database survives either
POLL = 0.1  # seconds between two looks at a condition
SERVICES = {
    "run": [["api-server", "--apps", "execution"], ["scheduler", "--skip-serve-logs"]],
    "ui": [["standalone"]],
}
_FORGET = """
UPDATE task_instance SET state = 'failed'
 WHERE (state IS NULL OR state NOT IN ('success', 'failed', 'skipped', 'upstream_failed', 'removed'))
   AND (dag_id, run_id) IN (SELECT dag_id, run_id FROM dag_run WHERE state IN ('queued', 'running'));
UPDATE dag_run SET state = 'failed' WHERE state IN ('queued', 'running');
DELETE FROM import_error;
"""

Commands = queue.Queue[list[str] | None]


def main(home: Path, mode: str, lock: int) -> int:
    """Start Airflow in a home, then run commands until the input ends.

    Args:
        home: AIRFLOW_HOME.
        mode: which services, a key of SERVICES.
        lock: a file descriptor that every process inherits, so that its lock lasts as long as any of them.
    """
    commands: Commands = queue.Queue()
    threading.Thread(target=_listen, args=(commands,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: commands.put(None))
    replies = os.dup(1)
    os.dup2(2, 1)  # Airflow prints to standard output; answers must not mix with that
    try:
        airflow, services = _start(home, mode, lock)
        return _serve(commands, airflow, services, replies)
    finally:
        end_session(os.getsid(0))


def end_session(session: int) -> None:
    """End every process of a session but the caller: ask, wait, insist.

    By session, since Airflow gives each task a process group of its own.
    """
    for kind in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + GRACE
        for process in _members(session):
            with contextlib.suppress(psutil.Error):
                process.send_signal(kind)
        while _members(session) and time.monotonic() < deadline:
            time.sleep(POLL)


def _members(session: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            here = os.getsid(process.pid) == session and process.pid != os.getpid()
            if here and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _listen(commands: Commands) -> None:
    for line in sys.stdin:
        commands.put(json.loads(line))
    commands.put(None)


def _start(home: Path, mode: str, lock: int) -> tuple[Callable[[list[str]], None], list[subprocess.Popen[bytes]]]:
    """Start the services before the slow import when there is a database, and after making one otherwise."""
    stamp, current = home / "migrated-to", version("apache-airflow-core")
    if stamp.exists() and stamp.read_text() == current:
        if mode == "run":
            _forget(home / "airflow.db")
        services = _services(home, mode, lock)
        return _cli(), services
    airflow = _cli()
    airflow(["db", "migrate"])
    stamp.write_text(current)
    return airflow, _services(home, mode, lock)


def _forget(database: Path) -> None:
    """Drop what an earlier session left: import errors, and unfinished runs, which Airflow would go on with."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.executescript(_FORGET)


def _services(home: Path, mode: str, lock: int) -> list[subprocess.Popen[bytes]]:
    program = Path(sys.executable).with_name("airflow")
    started = []
    for arguments in SERVICES[mode]:
        with (home / "logs" / f"{arguments[0]}.log").open("wb") as log:
            options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "pass_fds": [lock]}
            started.append(subprocess.Popen([program, *arguments], **options))  # noqa: S603 - nothing from outside
    return started


def _cli() -> Callable[[list[str]], None]:
    from airflow.cli.cli_parser import get_parser

    parser = get_parser()

    def airflow(arguments: list[str]) -> None:
        parsed = parser.parse_args(arguments)
        parsed.func(parsed)

    return airflow


def _serve(
    commands: Commands,
    airflow: Callable[[list[str]], None],
    services: Iterable[subprocess.Popen[bytes]],
    replies: int,
) -> int:
    while all(service.poll() is None for service in services):
        with contextlib.suppress(queue.Empty):
            arguments = commands.get(timeout=POLL)
            if arguments is None:
                return 0
            os.write(replies, json.dumps(_tried(airflow, arguments)).encode() + b"\n")
    return 1


def _tried(airflow: Callable[[list[str]], None], arguments: list[str]) -> str | None:
    try:
        airflow(arguments)
    except (Exception, SystemExit) as error:
        return f"airflow {' '.join(arguments)}: {type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
