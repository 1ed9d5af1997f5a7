# SPDX-License-Identifier: Apache-2.0
"""A custody home and a chain of signed statements of this test's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from custody.home import Home, init
from custody.lineage.bom import SpecVersion, build
from custody.lineage.ledger import Ledger
from tests.base.samples import POLICY

from .bom_fixtures import remembered_urls
from .boms import Story
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


@pytest.fixture
def story(home: Home) -> Story:
    """Two datasets on their way into a model, with no statement yet."""
    return Story(home)


@pytest.fixture(scope="session")
def boms(_fresh: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The BOM of that story by version of CycloneDX. Not to be changed: take a copy."""
    story = Story(Home(shutil.copytree(_fresh.path, tmp_path_factory.mktemp("boms") / "home")))
    trained = story.train()
    versions: tuple[SpecVersion, ...] = ("1.6", "1.7")
    return {version: build(story.ledger, trained, version)[0] for version in versions}


@pytest.fixture(scope="session", autouse=True)
def _quick_urls() -> Iterator[None]:
    with remembered_urls():
        yield
