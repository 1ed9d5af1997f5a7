# SPDX-License-Identifier: Apache-2.0
"""What the guide for stewards shows is what happens."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from custody import cli

from .conftest import ROOT, Road

GUIDE = ROOT / "docs" / "how-to" / "review-findings.md"
FINGERPRINT = re.compile(r"\b[0-9a-f]{16}\b")
OF_THE_RUN = re.compile(r"\S*[*]{3}\S*|\b[0-9a-f]{64}\b|\b[0-9a-f]{16}\b|\d{4}-\d\d-\d\dT[\d:.]+Z")


def _commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of the guide, and the lines it shows after it."""
    for block in re.findall(r"```console\n(.*?)```", GUIDE.read_text(), re.DOTALL):
        for part in re.split(r"^\$ ", block.replace("\\\n", ""), flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, lines


def test_every_command_of_the_guide_prints_what_the_guide_shows(
    start: Road, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(start.path)
    monkeypatch.setenv("CUSTODY_HOME", "home")
    real: dict[str, str] = {}  # fingerprints of the guide -> those of this home
    ran = 0
    for command, shown in _commands():
        assert cli.main([real.get(one, one) for one in shlex.split(command)[1:]]) == 0, command
        told = capsys.readouterr().out.splitlines()
        if shown:
            # values stand in the order of their fingerprints, which every key makes another
            assert sorted(OF_THE_RUN.sub("*", one) for one in told) == sorted(OF_THE_RUN.sub("*", one) for one in shown)
            guide, home = _values(shown), _values(told)
            real |= {guide[value]: home[value] for value in guide}
        ran += 1
    assert ran >= 8


def _values(lines: list[str]) -> dict[tuple[str, int], str]:
    """Return (finding, number of its value) -> fingerprint."""
    found: dict[tuple[str, int], str] = {}
    finding = ""
    for line in lines:
        if FINGERPRINT.match(line.strip()):
            found[finding, sum(one == finding for one, _ in found)] = line.split()[0]
        elif " cells" in line:
            finding = line
    return found
