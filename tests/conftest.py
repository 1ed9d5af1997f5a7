# SPDX-License-Identifier: Apache-2.0
"""What all tests share."""

from __future__ import annotations

import os
import shutil
import tempfile
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
