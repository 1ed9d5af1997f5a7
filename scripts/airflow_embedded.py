# SPDX-License-Identifier: Apache-2.0
"""An Airflow inside one directory: SQLite, LocalExecutor, no accounts; started for real, and gone when the block ends.

    with EmbeddedAirflow(home=Path(".airflow"), dags=Path("dags"), env={"CUSTODY_HOME": "…"}) as airflow:
        run = airflow.run("govern_training_data", conf={"intent": "chat-prod"}, on_progress=print)
        print(run.state, run.task("gate").state, run.log("gate"))

`airflow_control.py` holds Airflow's processes together, and ends them also when this process is killed.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import math
import os
import secrets
import select
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import airflow_control
from airflow_control import GRACE, POLL
from airflow_runs import DagRun, TaskRun, import_errors, read_run

START_TIMEOUT = 180.0  # seconds until Airflow answers; a slow machine makes a new database first
RUN_TIMEOUT = 1800.0  # seconds until a run must have ended


class AirflowStoppedError(RuntimeError):
    """Airflow did not start, or did not stay; the message has the end of its logs."""


class EmbeddedAirflow:
    """Airflow as a context manager.

    Args:
        home: AIRFLOW_HOME; made when missing.
        dags: the folder of DAG files.
        env: more environment for tasks and DAG files.
        mode: `run` for runs alone; `ui` for `airflow standalone` with the web pages, on port 8080 when that is free.
    """

    def __init__(self, home: Path, dags: Path, env: Mapping[str, str] | None = None, mode: str = "run") -> None:
        self.home = home.resolve()
        self.mode = mode
        self.port = free_port(8080 if mode == "ui" else 0)
        self.env = environment(self.home, dags.resolve(), self.port) | dict(env or {})

    def __enter__(self) -> Self:
        """Start Airflow and wait until it takes runs. Raises AirflowStoppedError when it does not."""
        (self.home / "logs").mkdir(exist_ok=True)
        with self._lock() as lock, (self.home / "logs" / "control.log").open("wb") as log:
            self._control = subprocess.Popen(  # noqa: S603 - our own file
                [sys.executable, airflow_control.__file__, str(self.home), self.mode, str(lock.fileno())],
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )
            lock.write(str(self._control.pid))
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop Airflow."""
        self.stop()

    def run(
        self,
        dag_id: str,
        conf: Mapping[str, Any] | None = None,
        on_progress: Callable[[TaskRun], object] | None = None,
        timeout: float = RUN_TIMEOUT,
    ) -> DagRun:
        """Trigger a DAG and wait until the run has ended.

        Args:
            dag_id: the DAG.
            conf: its parameters for this run.
            on_progress: called with each task when it has ended; `print` makes a line of it.
            timeout: seconds to wait.

        Raises:
            AirflowStoppedError: Airflow ended, or the run did not end in time.
        """
        run_id = f"embedded-{uuid.uuid4().hex[:12]}"
        self.airflow("dags", "unpause", dag_id)
        self.airflow("dags", "trigger", dag_id, "--run-id", run_id, "--conf", json.dumps(conf or {}))
        told: set[tuple[str, int]] = set()
        for _ in self._polls(timeout, f"the run {run_id} of {dag_id}"):
            run = read_run(self.home, dag_id, run_id)
            for task in run.tasks:
                if on_progress and (task.task_id, task.map_index) not in told:
                    told.add((task.task_id, task.map_index))
                    on_progress(task)
            if run.state in ("success", "failed"):
                return run
        raise AssertionError("unreachable")

    def airflow(self, *arguments: str) -> None:
        """Run an `airflow` command in this Airflow. Raises AirflowStoppedError when it fails."""
        self._ask(*arguments)
        self._answer(" ".join(arguments))

    def wait(self) -> None:
        """Wait for as long as Airflow runs, then raise AirflowStoppedError."""
        for _ in self._polls(math.inf, "somebody to stop it"):
            pass

    def stop(self) -> None:
        """End Airflow and everything it started."""
        assert self._control.stdin
        assert self._control.stdout
        self._control.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._control.wait(3 * GRACE)
        airflow_control.end_session(self._control.pid)  # what is left when the control process hangs or was killed
        self._control.wait()
        self._control.stdout.close()

    def _lock(self) -> IO[str]:
        """Take the home; every process of Airflow inherits the lock, and the last one to end releases it."""
        lock = (self.home / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with lock:
                lock.seek(0)
                session = lock.read()
            what = f"another Airflow runs in {self.home}; stop it first: pkill -s {session}"
            raise AirflowStoppedError(what) from None
        lock.truncate(0)
        return lock

    def _wait_until_ready(self) -> None:
        if self.mode == "run":
            self._ask("dags", "reserialize")
        path = "/execution/health" if self.mode == "run" else "/"  # the first request is slow; let no task pay for it
        for _ in self._polls(START_TIMEOUT, "the API server"):
            if _answers(self.port, path):
                break
        if self.mode == "run":
            self._answer("dags reserialize")
            if errors := import_errors(self.home):
                raise AirflowStoppedError("\n".join(f"{name}: {why}" for name, why in errors.items()))

    def _ask(self, *arguments: str) -> None:
        assert self._control.stdin
        try:
            self._control.stdin.write(json.dumps(arguments).encode() + b"\n")
            self._control.stdin.flush()
        except BrokenPipeError:
            raise self._stopped("a command") from None

    def _answer(self, command: str) -> None:
        assert self._control.stdout
        for _ in self._polls(START_TIMEOUT, f"airflow {command}"):
            if select.select([self._control.stdout], [], [], 0)[0]:
                break
        reply = self._control.stdout.readline()
        if not reply:
            raise self._stopped(f"airflow {command}")
        if error := json.loads(reply):
            raise AirflowStoppedError(error)

    def _polls(self, timeout: float, what: str) -> Iterator[None]:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._control.poll() is not None:
                raise self._stopped(what)
            yield
            time.sleep(POLL)
        raise AirflowStoppedError(f"{what} took longer than {timeout:.0f} s; see {self.home / 'logs'}")

    def _stopped(self, what: str) -> AirflowStoppedError:
        tails = []
        for path in sorted((self.home / "logs").glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()[-5:]
            tails += [f"{path}:", *(f"    {line[:200]}" for line in lines)]
        return AirflowStoppedError("\n".join([f"Airflow ended while waiting for {what}", *tails]))


def environment(home: Path, dags: Path, port: int) -> dict[str, str]:
    """Return the environment of an Airflow that knows nothing of any other one on this machine."""
    url = f"http://127.0.0.1:{port}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    cores = os.cpu_count() or 1
    return inherited | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": _secret(home / "jwt-secret"),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": str(cores + 1),
        "AIRFLOW__CORE__PARALLELISM": str(3 * cores),  # above that, since a supervisor may outlive its task a little
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",  # seconds; by default 1
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",  # seconds; a supervisor may wait one interval when it ends
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",  # no call home
    }


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.HTTPStatus.BAD_REQUEST
    except OSError:
        return False
    finally:
        connection.close()


def free_port(wanted: int = 0) -> int:
    """Return a local port nobody listens on: the wanted one when it is free, else any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def _secret(path: Path) -> str:
    """Return the secret in a file only its owner reads; make it when missing."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.touch(0o600)
        new.write_text(secrets.token_urlsafe(64))
        new.rename(path)
    return path.read_text()
