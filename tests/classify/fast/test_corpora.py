# SPDX-License-Identifier: Apache-2.0
"""On public texts and tables, when they are at hand, the fast path finds what Presidio finds.

A failure tells where texts differ, by their number, and shows none of them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from custody.classifiers import presidio
from custody.classifiers.engine import THRESHOLD
from custody.classifiers.fast.analyzer import FastAnalyzer
from custody.classifiers.fast.plain import PlainAnalyzer
from custody.classifiers.names import hints
from tests.conftest import ROOT

DATA = ROOT.parent / "shared" / "data"
TEXTS = ["presidio_research", "ner/btc_train.jsonl", "ner/wnut_train.jsonl"]
TABLES = ["adventureworks", "fivethirtyeight"]


@cache
def _analyzers() -> tuple[FastAnalyzer, PlainAnalyzer]:
    fast, plain = presidio.analyzer(), presidio.analyzer()
    return FastAnalyzer(fast, presidio.LANGUAGE, THRESHOLD), PlainAnalyzer(plain, presidio.LANGUAGE, THRESHOLD)


def _differing(texts: list[str], column: str = "") -> list[int]:
    fast, plain = (one.analyze(texts, hints(column)) for one in _analyzers())
    found = [[one[:4] for one in fast.results.get(at, ())] for at in range(len(texts))]
    expected = [[one[:4] for one in plain.results.get(at, ())] for at in range(len(texts))]
    return [at for at in range(len(texts)) if found[at] != expected[at] and at not in plain.failed]


def _texts(path: Path) -> Iterator[str]:
    if path.is_dir():
        for one in sorted(path.glob("*.json")):
            yield from (record["full_text"] for record in json.loads(one.read_text()) if "full_text" in record)
    else:
        yield from (json.loads(line)["text"] for line in path.read_text().splitlines())


def _place(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def _few(slow: bool, count: int, most: int) -> int:
    return 1 if slow else max(1, count // most)


@pytest.mark.parametrize("slow", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TEXTS)
def test_texts_have_the_results_presidio_gives(name: str, slow: bool) -> None:
    texts = list(_texts(_place(name)))
    assert texts
    assert not _differing(texts[:: _few(slow, len(texts), 400)])


@pytest.mark.parametrize("slow", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TABLES)
def test_cells_have_the_results_presidio_gives(name: str, slow: bool) -> None:
    """With the words of the column's name as context."""
    checked = 0
    for path in sorted(_place(name).glob("*.csv")):
        with path.open(newline="", encoding="utf-8", errors="replace") as file:
            rows = list(csv.reader(file))
        for at, column in enumerate(rows[0]):
            if not slow and (at + len(path.name)) % 4:
                continue
            cells = sorted({row[at] for row in rows[1:] if at < len(row)})
            some = cells[:: _few(slow, len(cells), 6)]
            checked += len(some)
            assert not _differing(some, column), (path.name, column)
    assert checked > 100
