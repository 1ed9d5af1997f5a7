# SPDX-License-Identifier: Apache-2.0
"""What all tests share."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Airflow reads these when it is first imported; without them it would use and fill a directory of the user's.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="custody-airflow-")
os.environ["AIRFLOW__API_AUTH__JWT_SECRET"] = "of-these-tests-" * 5

from custody.home import Home, init

AIRFLOW_TESTS = "tests/airflow/"
ROOT = Path(__file__).resolve().parent.parent


class OneAirflow(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
    """Gives the tests of the one real Airflow to one worker, and every other test to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return AIRFLOW_TESTS if nodeid.startswith(AIRFLOW_TESTS) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneAirflow:
    """Give pytest-xdist its scheduler; the groups of its own are lost on pytest 9.2."""
    return OneAirflow(config, log)


def pytest_unconfigure() -> None:
    """Remove the AIRFLOW_HOME of this process."""
    shutil.rmtree(os.environ["AIRFLOW_HOME"], ignore_errors=True)


@pytest.fixture
def passphrase(monkeypatch: pytest.MonkeyPatch) -> str:
    """The passphrase of keyrings made during this test."""
    text = "correct horse battery staple"
    monkeypatch.setenv("CUSTODY_PASSPHRASE", text)
    return text


@pytest.fixture(scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = tmp_path_factory.mktemp("custody") / "home"
    return init(path, ROOT / "sample_data" / "policy.yaml", scrypt_n=2**4)


@pytest.fixture
def home(_home: Home, tmp_path: Path) -> Home:
    """A custody home of this test's own, with the example policy and keys, on which nothing has run."""
    return Home(shutil.copytree(_home.path, tmp_path / "home"))


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a stand-in for S3 and KMS, in a process of its own, and say where it is.

    Its output goes to a file, as a pipe that nobody reads fills up and stops it in the middle of a request.
    """
    said = tmp_path_factory.mktemp("moto") / "output.txt"
    command = [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with said.open("w") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as server:
        try:
            yield _address(server, said)
        finally:
            server.kill()


def _address(server: subprocess.Popen[bytes], said: Path) -> str:
    """Wait until the server says where it is, or ends."""
    while not (found := re.search(r"Running on (http\S+)\s", said.read_text())):
        assert server.poll() is None, said.read_text()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.05)
    return found[1]
