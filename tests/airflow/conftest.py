# SPDX-License-Identifier: Apache-2.0
"""One real Airflow (scheduler, execution API, LocalExecutor) for the session; a custody home and sources per test."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from airflow_embedded import EmbeddedAirflow
from custody.home import Home, init
from custody.lineage.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Site:
    """A custody home with sources of its own."""

    path: Path

    @property
    def home(self) -> Home:
        return Home(self.path / "home")

    @property
    def sources(self) -> Path:
        return self.path / "sample_data" / "sources.yaml"

    @property
    def conf(self) -> dict[str, str]:
        suites = self.path / "sample_data" / "expectations"
        return {"home": str(self.home.path), "sources": str(self.sources), "suites": str(suites)}

    def steps(self) -> list[str]:
        """The steps that were signed. Damaged statements are not counted."""
        ledger = Ledger.of(self.home)
        return [ledger.get(digest).link.step for digest in ledger.digests()]


def readme_dag() -> str:
    """The DAG the README shows."""
    return str(re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0])


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAirflow]:
    path = tmp_path_factory.mktemp("airflow")
    dags = path / "dags"
    shutil.copytree(Path(__file__).with_name("dags"), dags)
    for file in (ROOT / "dags").glob("*.py"):
        shutil.copy(file, dags)
    (dags / "readme.py").write_text(readme_dag())
    shutil.copytree(ROOT / "sample_data", path / "sample_data")
    init(path / "custody", path / "sample_data" / "policy.yaml", scrypt_n=2**4)
    with EmbeddedAirflow(home=path / "home", dags=dags, env={"CUSTODY_HOME": str(path / "custody")}) as running:
        yield running


@pytest.fixture
def site(tmp_path: Path) -> Site:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    init(tmp_path / "home", tmp_path / "sample_data" / "policy.yaml", scrypt_n=2**4)
    return Site(tmp_path)
