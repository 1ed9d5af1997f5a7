# SPDX-License-Identifier: Apache-2.0
"""The main road walked once per session in this process; each test gets its own copy of the result."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from custody import cli
from custody.home import Home, init
from custody.lineage.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data"
INTENT = "chat-prod"


@dataclass(frozen=True)
class Road:
    """A directory with a home, its own sources and everything the verbs made.

    Args:
        path: the directory. `home`, `sample_data`, `redacted`, `cleared`, `restored`, `bom` are in it.
    """

    path: Path

    @property
    def home(self) -> Home:
        return Home(self.path / "home")

    @property
    def ledger(self) -> Ledger:
        return Ledger.of(self.home)

    @property
    def sources(self) -> Path:
        return self.path / "sample_data" / "sources.yaml"

    @property
    def datasets(self) -> list[str]:
        return sorted(one.name for one in (self.path / "cleared").iterdir() if one.is_dir())

    def run(self, verb: str, *arguments: str | Path) -> int:
        """Call the CLI as a user would, in this process."""
        return cli.main([verb, *map(str, arguments), "--home", str(self.home.path)])

    def raw(self, name: str) -> Path:
        return self.path / "sample_data" / name

    def cleared(self, name: str) -> Path:
        return self.path / "cleared" / name

    def step(self, name: str, upto: str = "check_restored") -> int:
        """Run the steps of one dataset up to and including one; stop at the first that fails."""
        plain = self.raw(name)
        redacted, cleared = self.path / "redacted", self.path / "cleared"
        suite = self.path / "sample_data" / "expectations"
        steps: dict[str, Callable[[], int]] = {
            "classify": lambda: self.run("classify", plain),
            "redact": lambda: self.run("redact", plain, redacted),
            "check_redacted": lambda: self.run("expect", self._made("redact", name), suite),
            "encrypt": lambda: self.run("encrypt", self._made("redact", name), cleared),
            "backup": lambda: self.run("backup", self._made("encrypt", name)),
            "drill": lambda: self.run("drill", self._made("encrypt", name), self.path / "restored"),
            "check_restored": lambda: self.run("expect", self.path / "restored" / name, suite),
        }
        for step, call in steps.items():
            code = call()
            if code or step == upto:
                return code
        return 0

    def _made(self, step: str, name: str) -> Path:
        """Where a step's result is: its own directory, or what it passed through."""
        order = {"redact": ["redacted"], "encrypt": ["cleared", "redacted"]}[step]
        return next((self.path / one / name for one in order if (self.path / one / name).exists()), self.raw(name))

    def final(self) -> list[Path]:
        return [self._made("encrypt", name) for name in ADMITTED]

    def gate(self) -> int:
        return self.run("gate", *self.final(), "--intent", INTENT)

    def steps_signed(self) -> list[str]:
        return [self.ledger.get(digest).link.step for digest in self.ledger.digests()]


ADMITTED = ("chinook_people", "dataset_cards", "fivethirtyeight")


def files_of(path: Path) -> dict[str, bytes]:
    """Every file below a directory."""
    return {str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()}


@pytest.fixture(scope="session")
def _walked(tmp_path_factory: pytest.TempPathFactory) -> Road:
    road = Road(tmp_path_factory.mktemp("road"))
    shutil.copytree(SAMPLE, road.path / "sample_data")
    init(road.home.path, road.path / "sample_data" / "policy.yaml", scrypt_n=2**4)
    assert road.run("audit", road.sources, "--intent", INTENT, "--on-deny", "filter") == 0
    for name in ADMITTED:
        assert road.step(name) == 0, name
    return road


@pytest.fixture
def road(_walked: Road, tmp_path: Path) -> Road:
    """A road walked up to the gate, which has not been asked yet."""
    shutil.copytree(_walked.path, tmp_path / "road", copy_function=shutil.copy2)
    return Road(tmp_path / "road")


@pytest.fixture
def start(tmp_path: Path) -> Road:
    """A fresh home with its own sources, on which nothing has run."""
    road = Road(tmp_path / "start")
    shutil.copytree(SAMPLE, road.path / "sample_data")
    init(road.home.path, road.path / "sample_data" / "policy.yaml", scrypt_n=2**4)
    return road
