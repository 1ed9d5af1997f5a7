# SPDX-License-Identifier: Apache-2.0
"""The events of signed statements: made of the record alone, and never in the way of a step."""

from __future__ import annotations

import json
import logging
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from custody.home import Home
from custody.lineage.ledger import Ledger
from custody.lineage.openlineage import sending
from custody.lineage.openlineage.check import problems
from custody.lineage.openlineage.events import DOCUMENTED, event
from custody.lineage.statement import PREDICATES

from .chain import Chain


def test_every_step_has_words_for_its_job() -> None:
    assert set(DOCUMENTED) == set(PREDICATES)


def test_an_event_sent_twice_is_the_same_run(chain: Chain) -> None:
    chain.walk("audit", "backup")
    ledger = chain.ledger
    one, other = chain.made["audit"], chain.made["backup"]
    assert event(ledger, one) == event(ledger, one)
    assert event(ledger, one)["run"]["runId"] != event(ledger, other)["run"]["runId"]


def test_a_refused_source_is_a_failed_assertion(chain: Chain) -> None:
    draft = chain.draft("audit")
    body = {**draft.predicate, "result": "FAILED", "failedTests": ["LIC001"], "passedTests": []}
    made = chain.sign(draft.but(predicate=body, detail={"intent": "chat", "verdict": "deny"}))
    (source,) = event(chain.ledger, made)["inputs"]
    (told,) = source["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert told == {"assertion": "LIC001", "success": False, "severity": "error"}
    assert source["facets"]["documentation"]["description"] == "deny for chat; licence unknown"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda chain: (chain.home.path / sending.FILE).mkdir(), id="a directory is in the way"),
        pytest.param(lambda chain: chain.lose("audit"), id="the statement is gone"),
        pytest.param(lambda chain: (chain.home.path / sending.FILE).symlink_to("/dev/full"), id="the disk is full"),
    ],
)
def test_an_event_that_cannot_be_sent_is_a_line_in_the_log(
    chain: Chain, spoil: Any, caplog: pytest.LogCaptureFixture
) -> None:
    chain.walk("audit")
    spoil(chain)
    with caplog.at_level(logging.WARNING):
        assert sending.tell(chain.ledger, [chain.made["audit"].digest], chain.home.path) == []
    (line,) = caplog.messages
    assert "the statement stands" in line


def test_the_events_of_one_lost_statement_do_not_take_the_others_with_it(chain: Chain) -> None:
    chain.walk("audit", "backup")
    chain.lose("audit")
    every = [one.digest for one in chain.made.values()]
    assert len(sending.tell(chain.ledger, every, chain.home.path)) == 1


def _send(home: str, digest: str) -> None:
    for _ in range(50):
        sending.tell(Ledger.of(Home(Path(home))), [digest], Path(home))


def test_lines_of_several_writers_stay_whole(chain: Chain) -> None:
    chain.walk("audit")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_send, [(str(chain.home.path), chain.made["audit"].digest)] * 2)
    lines = (chain.home.path / sending.FILE).read_text().splitlines()
    assert len(lines) == 100
    assert not any(problems(json.loads(one)) for one in lines)
