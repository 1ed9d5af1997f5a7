# SPDX-License-Identifier: Apache-2.0
"""What all tests share."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

# Airflow reads these when it is first imported; without them it would use and fill a directory of the user's.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="custody-airflow-")
os.environ["AIRFLOW__API_AUTH__JWT_SECRET"] = "of-these-tests-" * 5

from custody.home import Home, init

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of the one real Airflow in one worker."""
    for item in items:
        if item.get_closest_marker("airflow"):
            item.add_marker(pytest.mark.xdist_group("airflow"))


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
