# SPDX-License-Identifier: Apache-2.0
"""A value that is a false positive is counted apart by the scan, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from custody.classifiers import Scanner, classify
from custody.classifiers.counts import fingerprint
from custody.classifiers.report import FindingReport
from custody.dataset import Dataset
from custody.policy import Policy

from .conftest import SECRET, WHEN, write_csv

OURS, THEIRS = "support@mail.example.org", "jane@mail.example.org"
KNOWN = fingerprint("EMAIL_ADDRESS", OURS, SECRET)
Scan = Callable[[list[str], Mapping[str, frozenset[str]]], FindingReport]


@pytest.fixture
def scanned(scanner: Scanner, rules: Policy, tmp_path: Path) -> Scan:
    """Return the e-mail finding of a column of cells, when some values are known to be wrong."""

    def run(cells: list[str], wrong: Mapping[str, frozenset[str]]) -> FindingReport:
        data = Dataset(write_csv(tmp_path / "d" / "a.csv", note=cells))
        report = classify(data, rules, SECRET, created_at=WHEN, scanner=scanner, wrong=lambda _: wrong)
        return next(one for one in report.files[0].columns[0].findings if one.entity == "EMAIL_ADDRESS")

    return run


BY = frozenset({"EmailRecognizer"})


@pytest.mark.parametrize(
    ("cells", "wrong", "apart"),
    {
        "nothing is known": ([OURS, THEIRS], {}, 0),
        "one is known": ([OURS, OURS, THEIRS], {KNOWN: BY}, 2),
        "in a sentence": ([f"write to {OURS}", THEIRS], {KNOWN: BY}, 1),
        "twice in a cell": ([f"{OURS} or {OURS}", THEIRS], {KNOWN: BY}, 1),
        "beside another in a cell": ([f"{OURS} or {THEIRS}"], {KNOWN: BY}, 0),
        "before another in a cell": ([f"{OURS} or zoe@mail.example.org"], {KNOWN: BY}, 0),
        "wrong by another recogniser": ([OURS], {KNOWN: frozenset({"UrlRecognizer"})}, 0),
        "wrong by it and another": ([OURS], {KNOWN: BY | {"UrlRecognizer"}}, 1),
        "under another key": ([OURS], {"f" * 16: BY}, 0),
    }.values(),
)
def test_cells_are_counted_apart_when(
    scanned: Scan, cells: list[str], wrong: Mapping[str, frozenset[str]], apart: int
) -> None:
    found = scanned(cells, wrong)
    assert found.cells == len(cells)
    expected = {KNOWN: {"cells": apart, "validated": apart, "recognizers": ["EmailRecognizer"]}} if apart else {}
    assert found.dismissed == expected


def test_previews_show_what_is_left_to_decide(scanned: Scan) -> None:
    assert list(scanned([OURS, THEIRS], {KNOWN: BY}).previews) == [fingerprint("EMAIL_ADDRESS", THEIRS, SECRET)]
