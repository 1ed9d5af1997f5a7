# SPDX-License-Identifier: Apache-2.0
"""A policy may add recognisers; what cannot be made is refused by name before anything is read."""

from __future__ import annotations

from typing import Any

import pytest
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult

from custody import policy
from custody.classifiers import Scanner
from custody.errors import PolicyError
from tests.conftest import ROOT

FILLER = [f"nothing {n}" for n in range(100)]  # so many cells that the fast path is taken


class Badge(PatternRecognizer):
    """What somebody's own package may hold."""

    def __init__(self, supported_language: str = "en") -> None:
        patterns = [Pattern("badge", r"\bBDG-[0-9]{4}\b", 0.6)]
        super().__init__("BADGE", patterns=patterns, supported_language=supported_language)


class Shouting(EntityRecognizer):
    """Finds without patterns: only Presidio can run it."""

    def __init__(self) -> None:
        super().__init__(["SHOUTING"], supported_language="en")

    def load(self) -> None: ...

    def analyze(self, text: str, *_: Any, **__: Any) -> list[RecognizerResult]:
        return [RecognizerResult("SHOUTING", 0, len(text), 0.9)] if text.isupper() else []


def number() -> int:
    return 1


def _scanner(recognizers: str) -> Scanner:
    text = (ROOT / "sample_data" / "policy.yaml").read_text()
    return Scanner(policy.parse(f"{text}\nrecognizers:\n{recognizers}".encode(), "policy.yaml"))


@pytest.mark.parametrize(
    ("told", "cell", "entity", "path"),
    [
        (f"  - {__name__}:Badge\n", "see BDG-0042", "BADGE", "patterns"),
        (f"  - {__name__}:Shouting\n", "HELP ME", "SHOUTING", "presidio"),
        ("  - presidio_analyzer.predefined_recognizers:UsMbiRecognizer\n", "1EG4-TE5-MK73", "US_MBI", "patterns"),
        (
            "  - {name: T, supported_entity: TICKET, patterns: [{name: t, regex: 'T-[0-9]{6}', score: 0.7}]}\n",
            "about T-123456",
            "TICKET",
            "patterns",
        ),
    ],
)
def test_an_added_recogniser_finds_and_the_report_tells_how_it_ran(
    told: str, cell: str, entity: str, path: str
) -> None:
    scanner = _scanner(told)
    spans = scanner.scan("text", [cell, *FILLER]).spans
    assert entity in {one.entity for one in spans[0]}
    assert not any(one.entity == entity for one in spans[1])
    names = [str(one) for one in scanner.paths if scanner.paths[one] == path]
    assert {one.recognizer for one in spans[0] if one.entity == entity} <= set(names)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("  - no.such.package:Thing\n", "'no.such.package:Thing' cannot be made (ModuleNotFoundError)"),
        (f"  - {__name__}:Missing\n", "cannot be made (AttributeError)"),
        (f"  - {__name__}:number\n", "is no EntityRecognizer"),
        ("  - {name: Half, supported_entity: X}\n", "'Half' cannot be made (ValueError)"),
        ("  - {name: Odd, supported_entity: X, patterns: [{name: a}]}\n", "'Odd' cannot be made (TypeError)"),
    ],
)
def test_a_recogniser_that_cannot_be_made_is_refused_by_name(told: str, said: str) -> None:
    with pytest.raises(PolicyError, match="recogniser") as caught:
        _scanner(told)
    assert said in str(caught.value)
