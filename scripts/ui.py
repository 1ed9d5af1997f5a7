# SPDX-License-Identifier: Apache-2.0
"""`make ui`: `airflow standalone` with custody in it, in the Airflow home and over the custody home of `make demo`."""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from demo import AIRFLOW_HOME, DAG, command, embedded

PASSWORDS = AIRFLOW_HOME / "simple_auth_manager_passwords.json.generated"


def main() -> int:
    """Serve until somebody stops it."""
    print("starting Airflow, which takes up to a minute", flush=True)
    with embedded("ui") as airflow:
        print(f"\n  {airflow.env['AIRFLOW__API__BASE_URL']}")
        print(f"  user admin, password {json.loads(PASSWORDS.read_text())['admin']}")
        print(f"\nTrigger {DAG} there; custody's pages are in the menu. Ctrl-C stops Airflow.", flush=True)
        with suppress(KeyboardInterrupt):
            airflow.wait()
    return 0


if __name__ == "__main__":
    sys.exit(command(main))
