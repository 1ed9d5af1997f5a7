# SPDX-License-Identifier: Apache-2.0
"""One scanner for the session: it loads Presidio."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from custody import policy
from custody.classifiers import ClassificationReport, Scanner, classify
from custody.dataset import Dataset
from custody.keys import Secret
from custody.policy import Policy
from tests.conftest import ROOT

Classify = Callable[[Path], ClassificationReport]
SECRET = Secret("local:test#fingerprints", bytes(range(32)))
WHEN = "2026-01-01T00:00:00.000000Z"


@pytest.fixture(scope="session")
def rules() -> Policy:
    return policy.load(ROOT / "sample_data" / "policy.yaml")


@pytest.fixture(scope="session")
def scanner(rules: Policy) -> Scanner:
    return Scanner(rules)


@pytest.fixture
def classified(scanner: Scanner, rules: Policy) -> Classify:
    """Classify a path under the sample policy."""

    def run(path: Path) -> ClassificationReport:
        return classify(Dataset(path), rules, SECRET, created_at=WHEN, scanner=scanner)

    return run


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a socket fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def write_csv(path: Path, **columns: list[str]) -> Path:
    """Write a CSV and return its directory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path.write_text(os.linesep.join(rows) + os.linesep)
    return path.parent
