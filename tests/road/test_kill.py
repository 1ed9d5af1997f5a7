# SPDX-License-Identifier: Apache-2.0
"""kill -9 before and after every write of a verb leaves the old state or the new one, and a retry completes."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from custody.dataset import Dataset
from custody.verbs.backup import repository

from .conftest import Road

pytestmark = pytest.mark.slow
NAME = "chinook_people"
KILLED = -signal.SIGKILL
MOST_WRITES = 200

# Counts what can make something appear under a final name, and dies right before or right after the nth of these.
PROGRAM = """
    import os, signal, sys
    from custody import cli
    from custody.storage import ObjectStore

    last, arguments = int(sys.argv[1]), sys.argv[2:]
    writes = 0

    def mortal(write):
        def counted(*given, **named):
            global writes
            for done in (False, True):
                writes += 1
                if writes == last:
                    os.kill(os.getpid(), signal.SIGKILL)
                if not done:
                    result = write(*given, **named)
            return result
        return counted

    os.rename, os.replace, os.link = mortal(os.rename), mortal(os.replace), mortal(os.link)
    ObjectStore.put_new = mortal(ObjectStore.put_new)
    sys.exit(cli.main(arguments))
"""


def run_mortal(last: int, verb: str, road: Road, *arguments: Path) -> int:
    """Run a verb that is killed at its last-th half write, and return how it ended."""
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(last), verb, *map(str, arguments)]
    done = subprocess.run([*command, "--home", str(road.home.path)], capture_output=True, text=True, check=False)
    assert done.returncode in {0, KILLED}, done.stderr
    return done.returncode


def _arguments(road: Road, verb: str) -> tuple[Path, ...]:
    return {
        "classify": (road.raw(NAME),),
        "redact": (road.raw(NAME), road.path / "redacted"),
        "encrypt": (road.path / "redacted" / NAME, road.path / "cleared"),
        "backup": (road.path / "cleared" / NAME,),
        "drill": (road.path / "cleared" / NAME, road.path / "restored"),
    }[verb]


BEFORE = {"classify": None, "redact": "classify", "encrypt": "redact", "backup": "encrypt", "drill": "backup"}


@pytest.mark.parametrize("verb", BEFORE)
def test_a_killed_verb_loses_nothing_and_its_retry_completes(verb: str, start: Road) -> None:
    if before := BEFORE[verb]:
        assert start.step(NAME, upto=before) == 0
    kills = 0
    while run_mortal(kills + 1, verb, start, *_arguments(start, verb)) == KILLED:
        kills += 1
        assert kills < MOST_WRITES
        _everything_is_whole(start)
    assert kills > 1, "it was killed at least before and after one write"
    _everything_is_whole(start)
    assert start.steps_signed().count(verb) >= 1


def _everything_is_whole(road: Road) -> None:
    """What has a final name is complete: statements verify, documents match, snapshots restore, copies were signed."""
    for digest in road.ledger.digests():
        statement = road.ledger.get(digest)
        for key in ("report", "page"):
            if key in statement.link.detail:
                road.ledger.read_document(statement.link.detail[key])
    backups = repository(road.home)
    for snapshot in backups.snapshots():
        backups.verify(snapshot)
    for name in ("redacted", "cleared", "restored"):
        if (road.path / name / NAME).exists():
            assert len(Dataset(road.path / name / NAME).files()) == 2, f"{name} is half-written"
