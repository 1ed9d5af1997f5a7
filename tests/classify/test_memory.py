# SPDX-License-Identifier: Apache-2.0
"""A steward's decision counts only where, for what and as long as it was made; nothing else lowers a grade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody import policy
from custody.classifiers.counts import Column, FileScan, Finding
from custody.classifiers.grading import grade_column, grade_dataset, grade_file
from custody.classifiers.memory import Circumstances, Decision, detector_digest, dismissed, unsound
from custody.classifiers.reviewed import Reviewed, apply
from custody.errors import UsageError
from tests.conftest import ROOT

RULES = policy.load(ROOT / "sample_data" / "policy.yaml")
DETECTOR = {"presidio-analyzer": "1", "recognizers": "a" * 64, "ner": "none"}
NOW = "2026-06-01T12:00:00.000000Z"
MADE = "2026-05-01T12:00:00.000000Z"
ENDS = "2026-08-01T12:00:00.000000Z"
YESTERDAY = "2026-05-31T12:00:00.000000Z"
VALUE = "0123456789abcdef"
Columns = dict[str, dict[str, int]]


def _report(columns: Columns, *, filled: int = 100, unscanned: tuple[str, ...] = ()) -> dict[str, Any]:
    """A report of one file in its JSON form, graded as the classifier does."""
    scan = FileScan("f.csv", filled)
    for name, found in columns.items():
        findings = {
            e: Finding(e, n, n, n, max_score=1.0, recognizers={f"{e}_R"}, previews={VALUE: "x***"})
            for e, n in found.items()
        }
        scan.columns[name] = Column(name, filled, filled, findings=findings)
    grades = {name: [one.grade for one in grade_column(one, RULES)] for name, one in scan.columns.items()}
    raised = [grade for one in grades.values() for grade in one] + [one.grade for one in grade_file(scan, RULES)]
    file = RULES.highest(RULES.default, *raised, *([RULES.unscanned] if unscanned else []))
    told = [
        {
            "column": one.column,
            "grade": RULES.highest(RULES.default, *grades[name]),
            "why": [],
            "cells": filled,
            "filled": filled,
            "findings": [_finding(finding) for finding in one.findings.values()],
        }
        for name, one in scan.columns.items()
    ]
    return {
        "dataset": "d",
        "grade": grade_dataset([file], filled, RULES)[0],
        "levels": list(RULES.levels),
        "policy": RULES.digest,
        "detector": DETECTOR,
        "rows": filled,
        "unscanned": list(unscanned),
        "files": [{"path": "f.csv", "grade": file, "why": [], "rows": filled, "columns": told}],
        "listing": {"f.csv": "c" * 64},
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {**vars(one), "recognizers": sorted(one.recognizers), "dismissed": {}, "share": 0.5, "interval": [0, 1]}


def _decision(
    kind: str = "false_positive", column: str = "mail", entity: str = "EMAIL_ADDRESS", **other: Any
) -> Decision:
    made = Decision(
        kind,
        entity,
        (f"{entity}_R",),
        detector_digest(DETECTOR),
        RULES.digest,
        "Ann",
        "looked at it",
        MADE,
        ENDS,
        dataset="d",
        file="f.csv",
        column=column,
        content="c" * 64,
        statement="5" * 64,
        signer="ed25519:steward",
    )
    return replace(made, **other)


def _value(kind: str = "false_positive", **other: Any) -> Decision:
    where = {"dataset": "", "file": "", "column": "", "content": "", "fingerprint": VALUE}
    return _decision(kind, **{**where, **other})


def _state(found: Reviewed) -> tuple[str, str]:
    return found.findings[0].state, found.effective


MAIL: Columns = {"mail": {"EMAIL_ADDRESS": 100}}
LOWER = {"kind": "override", "grade": "internal", "asked_by": "Bob"}


@pytest.mark.parametrize(
    ("decisions", "state", "effective"),
    [
        ([], "open", "confidential"),
        ([_decision("accept")], "accepted", "confidential"),
        ([_decision()], "false_positive", "internal"),
        ([_decision("override", grade="restricted")], "overridden", "restricted"),
        ([_decision(**LOWER)], "overridden", "internal"),
        ([_decision("override", grade="confidential")], "overridden", "confidential"),
    ],
)
def test_what_a_steward_decides_stands_beside_what_was_found(
    decisions: list[Decision], state: str, effective: str
) -> None:
    report = _report(MAIL)
    found = apply(report, decisions, RULES, NOW)
    assert _state(found) == (state, effective)
    assert found.found == found.findings[0].found == report["grade"] == "confidential"
    assert found.columns["f.csv"]["mail"] == ("confidential", effective)
    assert found.files["f.csv"] == ("confidential", effective)
    assert found.until == (ENDS if effective == "internal" else "")


@pytest.mark.parametrize(
    ("change", "state", "note"),
    {
        "expired yesterday": ({"expires": YESTERDAY}, "expired", "it expired at"),
        "expires at this moment": ({"expires": NOW}, "expired", "it expired at"),
        "another detector": ({"detector": "b" * 64}, "stale", "the detector has changed"),
        "another policy": ({"policy": "b" * 64}, "stale", "the policy has changed"),
        "other bytes": ({"content": "b" * 64}, "stale", "the file has changed"),
        "a new recogniser": ({"recognizers": ("Other",)}, "stale", "another recogniser finds it now"),
        "made by a clock that is ahead": ({"created_at": "2026-06-01T12:05:00.000001Z"}, "open", "in the future"),
        "for longer than a year": ({"expires": "2027-05-01T12:00:00.000001Z"}, "open", "within 365 days"),
        "for ever": ({"expires": ""}, "open", "times are not written"),
        "ends before it begins": ({"expires": "2026-04-01T12:00:00.000000Z"}, "open", "must expire after"),
        "nobody's": ({"author": "  "}, "open", "an author and a reason"),
        "without a reason": ({"why": "\n"}, "open", "an author and a reason"),
        "of a kind that does not exist": ({"kind": "waive"}, "open", "no decision 'waive'"),
        "a grade of another scheme": ({"kind": "override", "grade": "none"}, "open", "another grade"),
        "a lower grade nobody asked for": ({**LOWER, "asked_by": ""}, "open", "somebody other than its author"),
        "a lower grade for oneself": ({**LOWER, "asked_by": " ANN "}, "open", "somebody other than its author"),
        "a lower grade by who classified": ({**LOWER, "signer": "ed25519:me"}, "open", "the key that classified"),
    }.values(),
)
def test_what_does_not_count_lowers_nothing_and_says_why(change: dict[str, Any], state: str, note: str) -> None:
    found = apply(_report(MAIL), [_decision(**change)], RULES, NOW, "ed25519:me")
    assert _state(found) == (state, "confidential")
    assert found.until == ""
    assert note in " ".join(found.findings[0].notes)


@pytest.mark.parametrize(
    "elsewhere", [{"dataset": "e"}, {"file": "g.csv"}, {"column": "Mail"}, {"entity": "PHONE_NUMBER"}]
)
def test_a_decision_about_something_else_says_nothing(elsewhere: dict[str, str]) -> None:
    assert _state(apply(_report(MAIL), [_decision(**elsewhere)], RULES, NOW)) == ("open", "confidential")


def test_a_clock_that_is_a_little_ahead_is_forgiven() -> None:
    decision = _decision(created_at="2026-06-01T12:05:00.000000Z")
    assert _state(apply(_report(MAIL), [decision], RULES, NOW)) == ("false_positive", "internal")


def _by(author: str, day: int, decision: Decision) -> Decision:
    return replace(decision, author=author, created_at=f"2026-05-{day:02}T00:00:00.000000Z", statement=f"{day:064}")


@pytest.mark.parametrize(
    ("decisions", "state", "effective"),
    {
        "right and wrong": ([_decision("accept"), _decision()], "accepted", "confidential"),
        "wrong, but restricted": ([_decision(), _decision("override", grade="restricted")], "overridden", "restricted"),
        "lower and wrong": ([_decision(**LOWER), _decision()], "overridden", "internal"),
        "right and lower": ([_decision("accept"), _decision(**LOWER)], "accepted", "confidential"),
        "two grades": (
            [_decision(**LOWER), _decision("override", grade="restricted")],
            "overridden",
            "restricted",
        ),
    }.values(),
)
def test_of_two_that_contradict_the_stricter_counts_whichever_came_last(
    decisions: list[Decision], state: str, effective: str
) -> None:
    for order in (decisions, decisions[::-1]):
        several = [
            _by(author, day, one) for day, (author, one) in enumerate(zip(("Ann", "Cem"), order, strict=True), 1)
        ]
        assert _state(apply(_report(MAIL), several, RULES, NOW)) == (state, effective)


def test_of_one_author_the_last_counts_even_after_it_expired() -> None:
    wrong, right = _by("Ann", 1, _decision()), _by(" ann", 2, _decision("accept"))
    assert _state(apply(_report(MAIL), [right, wrong], RULES, NOW)) == ("accepted", "confidential")
    short = replace(right, expires=YESTERDAY)
    assert _state(apply(_report(MAIL), [wrong, short], RULES, NOW)) == ("expired", "confidential")


def test_what_never_counts_replaces_nothing() -> None:
    right = _by("Ann", 1, _decision("accept"))
    bad = replace(_decision(), author="Ann", created_at="2027-01-01T00:00:00.000000Z", expires=ENDS)
    found = apply(_report(MAIL), [right, bad], RULES, NOW)
    assert _state(found) == ("accepted", "confidential")
    assert list(found.ignored) == [bad.statement]


def test_another_finding_in_the_column_still_gives_its_grade() -> None:
    both: Columns = {"mail": {"EMAIL_ADDRESS": 100, "US_SSN": 1}}
    assert apply(_report(both), [_decision()], RULES, NOW).effective == "restricted"


TOGETHER: Columns = {"a": {"PERSON": 100}, "b": {"STREET_ADDRESS": 100}, "c": {"DATE_OF_BIRTH": 100}}


def test_a_false_finding_no_longer_makes_a_combination() -> None:
    report = _report(TOGETHER)
    found = apply(report, [_decision(column="c", entity="DATE_OF_BIRTH")], RULES, NOW)
    assert (found.found, found.effective) == ("restricted", "confidential")


def test_a_finding_with_a_lower_grade_still_makes_a_combination() -> None:
    found = apply(_report(TOGETHER), [_decision(column="a", entity="PERSON", **LOWER)], RULES, NOW)
    assert found.effective == "restricted"
    assert found.columns["f.csv"]["a"] == ("confidential", "internal")


@pytest.mark.parametrize("text", ["f.csv: not what it claims to be", "f.csv, column mail: a cell is too long"])
def test_no_decision_lowers_what_could_not_be_scanned(text: str) -> None:
    found = apply(_report(MAIL, unscanned=(text,)), [_decision()], RULES, NOW)
    assert (found.findings[0].state, found.effective) == ("false_positive", RULES.unscanned)


def _dismissing(cells: int, *, recognizer: str = "EMAIL_ADDRESS_R", value: str = VALUE) -> dict[str, Any]:
    report = _report(MAIL)
    gone = {"cells": cells, "validated": cells, "recognizers": [recognizer]}
    report["files"][0]["columns"][0]["findings"][0]["dismissed"] = {value: gone}
    return report


def test_a_false_value_takes_only_its_own_cells_away() -> None:
    some_gone, all_gone = (apply(_dismissing(cells), [_value()], RULES, NOW) for cells in (60, 100))
    assert _state(some_gone) == ("open", "confidential")
    assert some_gone.findings[0].dismissed == 60
    assert _state(all_gone) == ("false_positive", "internal")
    assert some_gone.until == all_gone.until == ENDS
    assert all_gone.findings[0].decisions == (_value().statement,)


@pytest.mark.parametrize(
    ("report", "decisions"),
    {
        "nobody decided": (_dismissing(100), []),
        "expired since the scan": (_dismissing(100), [_value(expires=YESTERDAY)]),
        "stale since the scan": (_dismissing(100), [_value(policy="b" * 64)]),
        "another says it is right": (_dismissing(100), [_value(), _value("accept", author="Cem", statement="6" * 64)]),
        "found by another recogniser": (_dismissing(100, recognizer="Other"), [_value()]),
        "a fingerprint from another key": (_dismissing(100, value="f" * 16), [_value()]),
        "another grade for a value": (_dismissing(100), [_value("override", grade="internal", asked_by="Bob")]),
    }.values(),
)
def test_a_value_stays_a_finding_when(report: dict[str, Any], decisions: list[Decision]) -> None:
    found = apply(report, decisions, RULES, NOW)
    states = {"stale": "stale", "expired": "expired"}
    noted = next((note.partition(":")[0] for note in found.findings[0].notes), "open")
    assert _state(found) == (states.get(noted, "open"), "confidential")
    assert found.until == ""


def test_the_scan_is_told_only_of_values_that_are_wrong_now() -> None:
    now = Circumstances.of(_report(MAIL), NOW)
    other = {"fingerprint": "f" * 16, "statement": "6" * 64}
    decisions = [_value(), _value(expires=YESTERDAY, **other), _value("accept", **other), _decision()]
    assert dismissed(decisions, now) == {VALUE: frozenset({"EMAIL_ADDRESS_R"})}


def test_two_who_call_a_value_wrong_by_different_recognisers_call_it_wrong_by_both() -> None:
    now = Circumstances.of(_report(MAIL), NOW)
    decisions = [_value(), _value(author="Cem", recognizers=("Other",), statement="6" * 64)]
    for order in (decisions, decisions[::-1]):
        assert dismissed(order, now) == {VALUE: frozenset({"EMAIL_ADDRESS_R", "Other"})}


def test_a_false_value_takes_its_checksum_away_too() -> None:
    report = _report({"code": {"IBAN_CODE": 10}})
    finding = report["files"][0]["columns"][0]["findings"][0]
    finding["validated"] = 1
    assert apply(report, [], RULES, NOW).effective == "restricted"
    finding["dismissed"] = {VALUE: {"cells": 1, "validated": 1, "recognizers": ["IBAN_CODE_R"]}}
    decision = _value(entity="IBAN_CODE", recognizers=("IBAN_CODE_R",))
    assert _state(apply(report, [decision], RULES, NOW)) == ("open", "internal")


@pytest.mark.parametrize("kind", ["accept", "override"])
def test_a_grade_that_other_rules_gave_is_kept_where_nothing_was_lowered(kind: str) -> None:
    """The report may know more than its counts tell, such as what a later version grades by."""
    report = _report(MAIL)
    for part in (report, report["files"][0], report["files"][0]["columns"][0]):
        part["grade"] = "restricted"
        for decisions in ([], [_decision(kind, grade="confidential" if kind == "override" else "")]):
            assert apply(report, decisions, RULES, NOW).effective == "restricted"


@pytest.mark.parametrize("part", ["dataset", "file", "column"])
def test_a_grade_whose_reasons_are_not_in_the_counts_is_not_lowered(part: str) -> None:
    report = _report(MAIL)
    file = report["files"][0]
    for one in {"dataset": [report], "file": [report, file], "column": [report, file, file["columns"][0]]}[part]:
        one["grade"] = "restricted"
    assert apply(report, [_decision()], RULES, NOW).effective == "restricted"


def test_a_report_under_another_policy_is_not_regraded() -> None:
    with pytest.raises(UsageError, match="classify it again"):
        apply({**_report(MAIL), "policy": "b" * 64}, [], RULES, NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("why"),
        lambda data: data.update(why=7),
        lambda data: data.update(recognizers=[None]),
        lambda data: data.update(recognizers=7),
        lambda data: data.update(statement="5" * 64),
        lambda data: data.update(more=""),
    ],
)
def test_details_of_another_form_are_no_decision(change: Callable[[dict[str, Any]], object]) -> None:
    of_statement = {"policy": RULES.digest, "created_at": MADE, "statement": "5" * 64, "signer": "ed25519:steward"}
    data = _decision().to_dict()
    assert Decision.from_dict(data, **of_statement) == _decision()
    change(data)
    with pytest.raises((KeyError, TypeError, ValueError)):
        Decision.from_dict(data, **of_statement)


def test_a_decision_about_a_value_and_a_column_is_about_neither() -> None:
    assert "one value or about one column" in unsound(_decision(fingerprint=VALUE), RULES.levels)
    assert "one value or about one column" in unsound(_value(fingerprint=""), RULES.levels)


entities = some.sampled_from(("PERSON", "EMAIL_ADDRESS", "STREET_ADDRESS", "DATE_OF_BIRTH", "US_SSN", "URL"))
reports = some.dictionaries(
    some.sampled_from(("a", "b", "c")), some.dictionaries(entities, some.integers(1, 100), max_size=3), max_size=3
).map(_report)
moments = some.sampled_from(("2025-01-01", "2026-05-31", "2026-06-01", "2026-06-02", "2026-12-01", "2028-01-01")).map(
    "{}T00:00:00.000000Z".format
)


@some.composite
def _decisions(draw: some.DrawFn) -> Decision:
    kind = draw(some.sampled_from(("accept", "false_positive", "override")))
    changes = {
        "author": draw(some.sampled_from(("Ann", "Cem"))),
        "asked_by": draw(some.sampled_from(("", "Ann", "Bob"))),
        "created_at": draw(moments),
        "expires": draw(moments),
        "grade": draw(some.sampled_from(RULES.levels)) if kind == "override" else "",
        "detector": draw(some.sampled_from((detector_digest(DETECTOR), "b" * 64))),
        "statement": f"{draw(some.integers(0, 10**6)):064}",
    }
    return _decision(kind, draw(some.sampled_from("abc")), draw(entities), **changes)


@given(report=reports, decisions=some.lists(_decisions(), max_size=6))
@settings(deadline=None)
def test_only_a_decision_that_counts_now_lowers_a_grade_and_it_is_named(
    report: dict[str, Any], decisions: list[Decision]
) -> None:
    found = apply(report, decisions, RULES, NOW)
    now = Circumstances.of(report, NOW)
    lowering = [one for one in decisions if now.state(one)[0] == "live" and one.kind != "accept"]
    lower = RULES.levels.index(found.effective) < RULES.levels.index(found.found)
    assert not lower or (lowering and NOW < found.until <= max(one.expires for one in lowering))
    assert {one.state for one in found.findings} <= {
        "open",
        "accepted",
        "false_positive",
        "overridden",
        "stale",
        "expired",
    }


@given(report=reports)
def test_without_decisions_the_grade_in_effect_is_the_one_found(report: dict[str, Any]) -> None:
    found = apply(report, [], RULES, NOW)
    assert found.found == found.effective == report["grade"]
    assert all(before == after for columns in found.columns.values() for before, after in columns.values())


@given(report=reports, entity=entities, column=some.sampled_from("abc"))
def test_a_decision_leaves_the_report_as_it_is(report: dict[str, Any], entity: str, column: str) -> None:
    before = repr(report)
    apply(report, [_decision(column=column, entity=entity)], RULES, NOW)
    assert repr(report) == before
