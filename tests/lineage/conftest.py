# SPDX-License-Identifier: Apache-2.0
"""A custody home and a chain of signed statements of this test's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from custody.home import Home, init
from custody.lineage.ledger import Ledger
from tests.base.samples import POLICY

from .chain import Chain
from .release import Release, make


@pytest.fixture(scope="session")
def _fresh(tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = tmp_path_factory.mktemp("lineage")
    (path / "template.yaml").write_text(POLICY)
    return init(path / "home", path / "template.yaml", scrypt_n=2**4)


@pytest.fixture
def home(_fresh: Home, tmp_path: Path) -> Home:
    """A home on which nothing has run."""
    return Home(shutil.copytree(_fresh.path, tmp_path / "home"))


@pytest.fixture
def ledger(home: Home) -> Ledger:
    """Its ledger."""
    return Ledger.of(home)


@pytest.fixture
def chain(home: Home) -> Chain:
    """A chain with no statement yet."""
    return Chain(home)


@pytest.fixture(scope="session")
def _released(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make(tmp_path_factory.mktemp("release"))


@pytest.fixture
def release(_released: Release, tmp_path: Path) -> Release:
    """A model that was released, of this test's own."""
    return _released.copy(tmp_path / "release")
