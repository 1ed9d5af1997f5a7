# SPDX-License-Identifier: Apache-2.0
"""What changed between two reports is told; what only the detector or the policy changed is not called drift."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custody.classifiers import Scanner
from custody.classifiers.drift import compare
from custody.dataset import Dataset
from custody.home import Home
from custody.verbs.classify import classify
from custody.verbs.drift import drift
from custody.verbs.session import Session

Report = dict[str, Any]


def _column(name: str, filled: int, grade: str = "internal", **cells: int) -> Report:
    findings = [{"entity": entity, "cells": count} for entity, count in cells.items()]
    return {"column": name, "grade": grade, "filled": filled, "findings": findings}


def _report(*columns: Report, path: str = "f.csv", grade: str = "internal") -> Report:
    return {
        "address": "a" * 64,
        "created_at": "2026-01-01T00:00:00.000000Z",
        "detector": {"recognizers": "1"},
        "policy": "b" * 64,
        "grade": grade,
        "unscanned": [],
        "files": [{"path": path, "grade": grade, "columns": list(columns)}],
    }


MAIL = _column("mail", 1000, EMAIL_ADDRESS=500)


@pytest.mark.parametrize(
    ("before", "after", "kinds", "sentence"),
    {
        "nothing": (_report(MAIL), _report(MAIL), [], ""),
        "a new entity": (
            _report(_column("note", 1000)),
            _report(_column("note", 1000, US_SSN=9)),
            ["entity_new"],
            "f.csv: US_SSN in column note is new: 0 of 1,000 cells before, 9 of 1,000 cells now",
        ),
        "a new entity, in so few cells that it may be chance": (
            _report(_column("note", 10)),
            _report(_column("note", 1000, US_SSN=1)),
            ["entity_new"],
            "which may be chance",
        ),
        "an entity is gone": (
            _report(MAIL),
            _report(_column("mail", 1000)),
            ["entity_gone"],
            "f.csv: EMAIL_ADDRESS in column mail is gone",
        ),
        "a share moved": (
            _report(MAIL),
            _report(_column("mail", 1000, EMAIL_ADDRESS=600)),
            ["share_moved"],
            "500 of 1,000 cells before, 600 of 1,000 cells now, change +5.64 to +14.30 points at 95 %",
        ),
        "a share moved no more than chance may": (
            _report(MAIL),
            _report(_column("mail", 1000, EMAIL_ADDRESS=540)),
            [],
            "",
        ),
        "the same share of more cells": (_report(MAIL), _report(_column("mail", 9000, EMAIL_ADDRESS=4500)), [], ""),
        "a new column": (
            _report(MAIL),
            _report(MAIL, _column("card", 10, CREDIT_CARD=1)),
            ["column_new"],
            "f.csv: column card is new and holds CREDIT_CARD",
        ),
        "a column is gone": (_report(MAIL, _column("b", 1)), _report(MAIL), ["column_gone"], "column b is gone"),
        "another file": (
            _report(MAIL),
            _report(MAIL, path="g.csv"),
            ["file_gone", "file_new"],
            "g.csv is new and holds EMAIL_ADDRESS",
        ),
        "another grade": (
            _report(_column("mail", 9, "internal"), grade="internal"),
            _report(_column("mail", 9, "restricted"), grade="restricted"),
            ["grade_changed"] * 3,
            "the dataset was internal and is restricted",
        ),
        "an empty column": (_report(_column("a", 0)), _report(_column("a", 0)), [], ""),
        "a column that became empty": (_report(MAIL), _report(_column("mail", 0)), ["entity_gone"], "0 of 0 cells now"),
    }.values(),
)
def test_what_changed_is_told(before: Report, after: Report, kinds: list[str], sentence: str) -> None:
    found = compare(before, after)
    assert [one.kind for one in found.changes] == kinds
    assert sentence in "\n".join(found.sentences)
    assert found.not_comparable == ()


def _detector(report: Report) -> None:
    report["detector"] = {"recognizers": "2"}


def _policy(report: Report) -> None:
    report["policy"] = "c" * 64


@pytest.mark.parametrize(
    ("change", "kinds", "notes"),
    [
        (_detector, ["column_new"], ["findings and grades are not comparable: the detector changed"]),
        (_policy, ["column_new", "entity_gone"], ["grades are not comparable: the policy changed"]),
    ],
)
def test_what_another_detector_or_policy_may_have_done_is_not_called_drift(
    change: Callable[[Report], None], kinds: list[str], notes: list[str]
) -> None:
    after = _report(_column("mail", 1000, "public"), _column("new", 1), grade="public")
    change(after)
    found = compare(_report(MAIL), after)
    assert [one.kind for one in found.changes] == kinds
    assert list(found.not_comparable) == list(found.sentences[:1]) == notes


def test_what_can_no_longer_be_read_is_told_once() -> None:
    before, after = _report(MAIL), _report(MAIL)
    before["unscanned"], after["unscanned"] = ["old"], ["old", "f.csv: cut short"]
    assert compare(before, after).sentences == ("newly not scanned: f.csv: cut short",)


cells = some.tuples(some.integers(0, 500), some.integers(0, 500)).map(sorted)


@given(was=cells, now=cells)
def test_a_change_back_is_as_certain_as_the_change(was: list[int], now: list[int]) -> None:
    one, other = (
        _report(_column("c", filled, URL=hits) if hits else _column("c", filled)) for hits, filled in (was, now)
    )
    there, back = compare(one, other), compare(other, one)
    assert [one.chance for one in there.changes] == [one.chance for one in back.changes]
    assert not there.changes or there.changes[0].before == back.changes[0].after
    swapped = {"entity_new": "entity_gone", "entity_gone": "entity_new"}
    assert [swapped.get(one.kind, one.kind) for one in there.changes] == [one.kind for one in back.changes]
    assert compare(one, copy.deepcopy(one)).changes == ()
    json.dumps(there.to_dict())


def _write(path: Path, mails: int) -> Dataset:
    path.mkdir(exist_ok=True)
    rows = [f"u{index}@mail.example.org" if index < mails else f"plain {index}" for index in range(100)]
    (path / "a.csv").write_text("\n".join(["note", *rows, ""]))
    return Dataset(path)


def _classified(session: Session, dataset: Dataset) -> Report:
    address = classify(session, dataset).address
    made = session.ledger.latest(address, "classify")
    assert made
    return dict(json.loads(session.ledger.read_document(made.link.detail["report"])))


def test_a_report_is_compared_with_the_newest_earlier_one_of_its_name(home: Home, tmp_path: Path) -> None:
    session = Session(home)
    first = _classified(session, _write(tmp_path / "people", 100))
    assert drift(session, first) is None
    _classified(session, _write(tmp_path / "other", 50))
    second = _classified(session, _write(tmp_path / "people", 10))
    found = drift(session, second)
    assert found
    assert found.previous == first["address"]
    # the host of each address counts as a URL too
    assert [(one.kind, one.entity) for one in found.changes if one.entity] == [
        ("share_moved", "EMAIL_ADDRESS"),
        ("share_moved", "URL"),
    ]
    again = _classified(session, _write(tmp_path / "people", 100))
    compared = drift(session, again)
    assert compared
    assert compared.previous == second["address"]


def test_the_same_bytes_under_another_name_are_no_earlier_report(home: Home, tmp_path: Path) -> None:
    session = Session(home)
    _classified(session, _write(tmp_path / "one", 100))
    assert drift(session, _classified(session, _write(tmp_path / "two", 100))) is None


def test_another_detector_is_noticed_in_the_ledger(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, data = Session(home), _write(tmp_path / "people", 100)
    _classified(session, data)
    monkeypatch.setattr(Scanner, "detector", {"recognizers": "changed"})
    found = drift(session, _classified(session, data))
    assert found
    assert found.sentences == ("findings and grades are not comparable: the detector changed",)
