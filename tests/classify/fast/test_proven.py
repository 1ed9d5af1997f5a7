# SPDX-License-Identifier: Apache-2.0
"""With other versions than those it was proven for, and when it is seen to err, the fast path is not taken."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest

from custody.classifiers import Scanner
from custody.classifiers import engine as scanning
from custody.classifiers.fast import proven
from custody.classifiers.fast.analyzer import FastAnalyzer
from custody.classifiers.fast.batch import Batch
from custody.classifiers.fast.plain import PlainAnalyzer
from custody.classifiers.fast.plan import Plan
from custody.policy import Policy

CELLS = ["mail a@example.com", "nothing", "card 4111 1111 1111 1111", "call 212-555-5555"] * 20


def _found(scanner: Scanner) -> list[Any]:
    return scanner.scan("notes", CELLS).spans


def test_what_is_installed_is_what_was_proven() -> None:
    assert proven.doubts() == ()
    assert proven.phones_proven()


@pytest.mark.parametrize("package", ["presidio-analyzer", "spacy"])
def test_another_version_falls_back_to_presidio_and_says_so(
    monkeypatch: pytest.MonkeyPatch, rules: Policy, scanner: Scanner, package: str
) -> None:
    monkeypatch.setattr(proven, "version", lambda name: "9.9.9" if name == package else version(name))
    doubting = Scanner(rules)
    assert any("9.9" in why for why in doubting.doubts)
    monkeypatch.setattr(FastAnalyzer, "analyze", _not_called)
    assert set(doubting.paths.values()) == {"presidio"}
    assert _found(doubting) == [tuple(one) for one in scanner.scan("notes", CELLS[:4]).spans] * 20


def _not_called(*_: Any) -> Batch:
    raise AssertionError("the fast path is taken")


def test_another_matcher_of_phone_numbers_is_not_followed(monkeypatch: pytest.MonkeyPatch, scanner: Scanner) -> None:
    monkeypatch.setattr(proven, "PHONENUMBERS", frozenset({"of another"}))
    plan = Plan(scanner.analyzer, "en")
    paths = {one.name: path for one, path in zip(plan.recognizers, plan.paths, strict=True)}
    assert paths["PhoneRecognizer"] == "presidio"
    assert "patterns" in paths.values()


@pytest.mark.parametrize("lie", ["leaves out", "adds", "moves", "lowers"])
def test_a_fast_path_that_lies_is_noticed_and_presidio_takes_over(
    monkeypatch: pytest.MonkeyPatch, rules: Policy, lie: str
) -> None:
    right, honest = PlainAnalyzer.analyze, FastAnalyzer.analyze

    def lying(self: FastAnalyzer, *given: Any) -> Batch:
        batch = honest(self, *given)
        for at, results in list(batch.results.items()):
            batch.results[at] = {
                "leaves out": results[1:],
                "adds": [*results, results[0]._replace(entity="OTHER")],
                "moves": [results[0]._replace(end=results[0].end - 1), *results[1:]],
                "lowers": [results[0]._replace(score=0.41), *results[1:]],
            }[lie]
        return batch

    monkeypatch.setattr(FastAnalyzer, "analyze", lying)
    monkeypatch.setattr(scanning, "CHECKED", 1)
    scanner = Scanner(rules)
    found = _found(scanner)
    assert scanner.checked == 1
    assert "other things than Presidio" in scanner.doubts[0]
    assert set(scanner.paths.values()) == {"presidio"}
    expected = right(scanner._plain, CELLS, ["notes"])  # noqa: SLF001
    assert [[one[:4] for one in spans] for spans in found] == [
        [one[:4] for one in expected.results.get(at, ())] for at in range(len(CELLS))
    ]
