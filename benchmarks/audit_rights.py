# SPDX-License-Identifier: Apache-2.0
"""Are reservations of rights read as their specifications say, and how fast are rows held against opt-out lists?

The cases are Google's for its robots.txt parser; the vectors are written by hand from the specifications of TDMRep,
AIPREF, content signals and RSL.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custody.audit.optouts import Optouts
from custody.audit.rights import robots, state
from custody.formats import CHUNK_ROWS, Chunk

CONTEXT = ("agent", "path", "status", "use", "user", "geo")


@dataclass(frozen=True)
class Agreement:
    """How many cases there were, how many were answered as wanted, and the numbers of the others, from 0."""

    total: int
    right: int
    wrong: tuple[int, ...]


@dataclass(frozen=True)
class Screened:
    """Rows held against a list with so many entries, on one core. listed: how many of them were on it."""

    rows: int
    entries: int
    listed: int
    rows_per_second: float


def google(path: Path) -> Agreement:
    """Measure on Google's cases: a list of `{robots, agent, url, allowed}`."""
    cases = json.loads(path.read_text(encoding="utf-8"))
    asked = [robots.parse(one["robots"]).allows(one["agent"], one["url"]) == one["allowed"] for one in cases]
    return _agreement(asked)


def vectors(path: Path) -> Agreement:
    """Measure on vectors: a list of `{kind, …, expect}` as `custody.audit.rights.state` takes them."""
    return _agreement([not differing(one) for one in json.loads(path.read_text(encoding="utf-8"))])


def differing(vector: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `state` answers otherwise than a vector wants, by name."""
    kind = vector["kind"]
    given = vector if kind == "chain" else next(vector[key] for key in ("input", "inputs", "robots") if key in vector)
    answer = state(kind, given, **{key: vector[key] for key in CONTEXT if key in vector})
    wanted = dict(vector.get("expect", {}))
    if "expect_reservation" in vector:
        wanted["reservation"] = vector["expect_reservation"]
    return {key: answer.get(key) for key, value in wanted.items() if key not in answer or answer[key] != value}


def screening(rows: int = 200_000, entries: int = 200_000, seed: int = 4) -> Screened:
    """Measure rows a second against lists of domains and addresses, on addresses that are all different."""
    import pyarrow as pa

    draw = random.Random(seed)
    half = entries // 2
    listed = Optouts(
        domains={f"d{number}.example" for number in range(half)},
        urls={f"e{number}.example/a/{number}" for number in range(half)},
    )
    cells = [f"https://www.d{draw.randrange(5 * half)}.example/a/{number}?q=1" for number in range(rows)]
    start, found = time.process_time(), 0
    for at in range(0, rows, CHUNK_ROWS):
        part = cells[at : at + CHUNK_ROWS]
        found += sum(listed.matches(Chunk(len(part), {"url": pa.array(part)}), {"url": "url"}))
    return Screened(rows, len(listed), found, rows / (time.process_time() - start))


def measure(shared: Path) -> dict[str, Any]:
    """Return every figure that the data in a folder (`robots/`, `optout_vectors/`) allows."""
    found: dict[str, Any] = {"screening": screening()}
    for name, path, how in (
        ("google", shared / "robots/google_cases.json", google),
        ("vectors", shared / "optout_vectors/vectors.json", vectors),
    ):
        if path.is_file():
            found[name] = how(path)
    return found


def _agreement(right: list[bool]) -> Agreement:
    return Agreement(len(right), sum(right), tuple(number for number, good in enumerate(right) if not good))
