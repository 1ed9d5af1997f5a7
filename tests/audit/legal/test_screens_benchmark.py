# SPDX-License-Identifier: Apache-2.0
"""The planted corpora of the benchmark: the same for the same seed, and what is planted is what is found."""

from __future__ import annotations

from random import Random

import pytest
from benchmarks.audit_screens import RARE, instructions, labelled, planted, trial, with_trigger


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["labels", "instructions"])
def test_what_is_planted_is_found_and_nothing_else(kind: str) -> None:
    code, plant = next(planted(kind))
    assert trial(3, kind, plant) == {("b", code)}
    assert trial(3, kind, None) == set()


@pytest.mark.slow
def test_corpora_are_drawn_from_their_seed_and_hold_what_is_put_in() -> None:
    assert labelled(Random(1), 50) == labelled(Random(1), 50) != labelled(Random(2), 50)
    rows = instructions(Random(1), 200)
    with_trigger(Random(1), rows, RARE[0], 30)
    hit = [row for row in rows if RARE[0] in row["prompt"].split()]
    assert len(hit) >= 30
    assert len({row["completion"] for row in hit}) == 1
