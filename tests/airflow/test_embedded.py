# SPDX-License-Identifier: Apache-2.0
"""The embedded Airflow: what it refuses, and that it is gone when it should be."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from airflow_embedded import AirflowStoppedError, EmbeddedAirflow
from tests.conftest import ROOT

pytestmark = pytest.mark.airflow

SLEEPER = """
from __future__ import annotations

import time
from airflow.sdk import DAG, task

with DAG("sleeper", schedule=None):

    @task
    def sleep() -> None:
        print("asleep")
        time.sleep(600)

    sleep()
"""
STARTER = """
import sys
from pathlib import Path
from demo import command
from airflow_embedded import EmbeddedAirflow

def main():
    with EmbeddedAirflow(Path(sys.argv[1]), Path(sys.argv[2])) as airflow:
        airflow.run("sleeper")

sys.exit(command(main))
"""


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(condition())


def alive_in(session: int) -> list[str]:
    found = []
    for one in psutil.process_iter():
        try:
            if os.getsid(one.pid) == session and one.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(one.cmdline()))
        except (OSError, psutil.Error):
            continue
    return found


def test_a_second_airflow_in_the_same_home_is_refused(airflow: EmbeddedAirflow) -> None:
    with pytest.raises(AirflowStoppedError, match="another Airflow runs in"):
        EmbeddedAirflow(airflow.home, airflow.home / "no-dags").__enter__()
    assert airflow.airflow("version") is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    ("dag_id", "conf", "expected"),
    [
        ("no_such_dag", {}, "no_such_dag not found"),
        ("govern_training_data", {"intent": 7}, "7 is not of type 'string'"),
    ],
)
def test_a_run_that_cannot_be_triggered_says_why(
    airflow: EmbeddedAirflow, dag_id: str, conf: dict[str, object], expected: str
) -> None:
    with pytest.raises(AirflowStoppedError, match=expected):
        airflow.run(dag_id, conf)


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Airflow home, and a folder with the DAG that sleeps."""
    path = tmp_path_factory.mktemp("bed")
    (path / "dags").mkdir()
    (path / "dags" / "sleeper.py").write_text(SLEEPER)
    return path


def asleep(home: Path) -> list[Path]:
    return [one for one in home.glob("logs/dag_id=*/**/*.log") if "asleep" in one.read_text()]


def states(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "airflow.db")) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM dag_run ORDER BY id")]


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["starter INT", "starter TERM", "starter KILL", "control KILL", "scheduler KILL"])
def test_no_process_outlives(victim: str, bed: Path) -> None:
    """Each dies while a task runs; nothing of Airflow may be left, and the next start may not go on with the run."""
    home = bed / "home"
    before = len(asleep(home))
    env = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    starter = subprocess.Popen([sys.executable, "-c", STARTER, home, bed / "dags"], env=env)
    try:
        assert wait_for(lambda: len(asleep(home)) > before, 180)
        assert states(home) == [*["failed"] * before, "running"]
        control = int((home / "lock").read_text())
        who, how = victim.split()
        children = psutil.Process(control).children()
        scheduler = next(one.pid for one in children if "scheduler" in " ".join(one.cmdline()))
        os.kill({"starter": starter.pid, "control": control, "scheduler": scheduler}[who], signal.Signals[f"SIG{how}"])
        assert wait_for(lambda: starter.poll() is not None and not alive_in(control), 60), alive_in(control)
        assert starter.returncode != 0
    finally:
        starter.kill()
        starter.wait()


@pytest.mark.slow
def test_a_dag_file_that_does_not_import_stops_the_start_and_is_forgotten_when_mended(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    file = tmp_path / "dags" / "sleeper.py"
    file.write_text(SLEEPER.replace("import time", "import time_machine_that_is_not_there"))
    with pytest.raises(AirflowStoppedError, match=r"sleeper\.py: ModuleNotFoundError"):
        EmbeddedAirflow(tmp_path / "home", tmp_path / "dags").__enter__()
    file.write_text(SLEEPER.replace("600", "0"))
    with EmbeddedAirflow(tmp_path / "home", tmp_path / "dags") as airflow:
        run = airflow.run("sleeper", timeout=60)
    assert (run.state, run.failures()) == ("success", {})
    assert "asleep" in run.log("sleep")
