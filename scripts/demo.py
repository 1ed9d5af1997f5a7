# SPDX-License-Identifier: Apache-2.0
"""`make demo`: run the example DAG over sample_data in an embedded Airflow and tell what it did."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from airflow_embedded import AirflowStoppedError, EmbeddedAirflow
from custody import cli, home
from custody.errors import CustodyError

ROOT = Path(__file__).resolve().parent.parent
AIRFLOW_HOME = ROOT / ".airflow"
CUSTODY_HOME = AIRFLOW_HOME / "custody"
DAG = "govern_training_data"


def main() -> int:
    """Run the demo; return 0 when training was cleared and done."""
    began = time.monotonic()

    def say(what: object) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    say("starting Airflow")
    with embedded() as airflow:
        say(f"Airflow is up; running {DAG}")
        run = airflow.run(DAG, on_progress=say)
        say(f"{DAG}: {run.state}\n")
        if run.state == "success":
            return cli.main(["summary", "--home", str(CUSTODY_HOME), "--run", run.run_id])
    for name, message in run.failures().items():
        print(f"{name} failed: {message}", file=sys.stderr)
    return 1


def embedded(mode: str = "run") -> EmbeddedAirflow:
    """Return an Airflow in the project folder with the example DAGs and a custody home of its own."""
    AIRFLOW_HOME.mkdir(mode=0o700, exist_ok=True)
    home.init(CUSTODY_HOME, ROOT / "sample_data" / "policy.yaml")
    return EmbeddedAirflow(AIRFLOW_HOME, ROOT / "dags", {"CUSTODY_HOME": str(CUSTODY_HOME)}, mode)


def command(run: Callable[[], int]) -> int:
    """Call a script's main function so that stopping it, or a refusal, ends in one line and an exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also when started in the background
    try:
        return run()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except (AirflowStoppedError, CustodyError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(command(main))
