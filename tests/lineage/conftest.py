# SPDX-License-Identifier: Apache-2.0
"""A custody home and a chain of signed statements of this test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from custody.home import Home, init
from custody.lineage.ledger import Ledger
from tests.base.samples import POLICY

from .chain import Chain


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home on which nothing has run."""
    monkeypatch.setenv("CUSTODY_PASSPHRASE", "correct horse")
    (tmp_path / "template.yaml").write_text(POLICY)
    return init(tmp_path / "home", tmp_path / "template.yaml", scrypt_n=2**4)


@pytest.fixture
def ledger(home: Home) -> Ledger:
    """Its ledger."""
    return Ledger.of(home)


@pytest.fixture
def chain(home: Home) -> Chain:
    """A chain with no statement yet."""
    return Chain(home)
