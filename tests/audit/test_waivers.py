# SPDX-License-Identifier: Apache-2.0
"""A waiver counts for exactly what its author read, until it ends; both verdicts stay on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.verdicts import VERDICTS, Finding, Verdict
from custody.audit.waivers import Circumstances, Waiver, finding_digest, weigh

TODAY = date(2026, 11, 24)
SHARE = Finding("LIC012", "review", "asks for the same licence", "d, card", "contested", "let counsel decide")
CLOSED = Finding("LIC010", "deny", "forbids commercial use", "d, card", "the intent is commercial", "drop it")
DUTY = Finding("LIC013", "allow_with_obligations", "asks for credit", "d, card", "a condition", "give credit")
NOW = Circumstances("d", "a" * 64, "chat", "b" * 64, TODAY, frozenset(), frozenset({"ed25519:auditor"}))
WAIVER = Waiver(
    code="LIC012",
    findings=(finding_digest(SHARE),),
    source="d",
    address=NOW.address,
    intent=NOW.intent,
    lowered_from="review",
    lowered_to="allow_with_obligations",
    who="Ada",
    asked_by="Ben",
    why="counsel read it",
    made="2026-11-20",
    expires="2027-02-20",
    policy=NOW.policy,
    statement="c" * 64,
    signer="ed25519:steward",
)


def rank(verdict: Verdict) -> int:
    return VERDICTS.index(verdict)


def codes(found: Any) -> set[str]:
    return {one.code for one in found.findings}


def test_a_waiver_lowers_a_review_and_both_verdicts_stay() -> None:
    found = weigh([SHARE, DUTY], [WAIVER], NOW)
    assert found.verdict == "allow_with_obligations"
    assert SHARE in found.findings
    assert found.effective(SHARE) == "allow_with_obligations"
    assert found.waived == {finding_digest(SHARE): WAIVER}


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"expires": "2026-11-23"}, "WVR110", "expired on 2026-11-23"),
        ({"made": "2026-11-26"}, "WVR110", "in the future"),
        ({"expires": "2028-11-24"}, "WVR110", "within 365 days"),
        ({"expires": "2026-11-01"}, "WVR110", "within 365 days"),
        ({"expires": "soon"}, "WVR110", "not written"),
        ({"expires": "9999-99-99"}, "WVR110", "not written"),
        ({"made": ""}, "WVR110", "not written"),
        ({"intent": "other"}, "WVR111", "the intent 'other'"),
        ({"address": "d" * 64}, "WVR111", "other bytes"),
        ({"policy": "d" * 64}, "WVR111", "another policy"),
        ({"findings": ("d" * 64,)}, "WVR111", "another finding"),
        ({"findings": ()}, "WVR111", "another finding"),
        ({"asked_by": "Ada"}, "WVR113", "who asked"),
        ({"asked_by": "  ADA "}, "WVR113", "who asked"),
        ({"asked_by": ""}, "WVR113", "who asked"),
        ({"who": " "}, "WVR113", "an author"),
        ({"why": " "}, "WVR113", "a reason"),
        ({"signer": "ed25519:auditor"}, "WVR113", "signs audits"),
    ],
)
def test_a_waiver_that_does_not_count_is_a_finding(change: dict[str, Any], code: str, said: str) -> None:
    found = weigh([SHARE], [replace(WAIVER, **change)], NOW)
    assert found.verdict == "review"
    assert not found.waived
    (told,) = (one for one in found.findings if one.code == code)
    assert said in told.why
    assert told.remedy


def test_its_last_day_still_counts() -> None:
    assert weigh([SHARE], [replace(WAIVER, expires=TODAY.isoformat())], NOW).verdict == "allow_with_obligations"


@pytest.mark.parametrize(
    "changed",
    [
        replace(SHARE, verdict="deny"),
        replace(SHARE, what="else"),
        replace(SHARE, where="else"),
        replace(SHARE, why="else"),
        replace(SHARE, code="LIC011"),
    ],
    ids=str,
)
def test_a_finding_that_says_something_else_is_another_finding(changed: Finding) -> None:
    assert not weigh([changed], [WAIVER], NOW).waived


def test_a_denial_is_lowered_only_where_the_policy_lists_its_code() -> None:
    mine = replace(WAIVER, code="LIC010", findings=(finding_digest(CLOSED),), lowered_from="deny", lowered_to="review")
    refused = weigh([CLOSED], [mine], NOW)
    assert refused.verdict == "deny"
    assert "WVR112" in codes(refused)
    assert weigh([CLOSED], [mine], replace(NOW, waive_deny=frozenset({"LIC010"}))).verdict == "review"
    assert weigh([CLOSED], [mine], replace(NOW, waive_deny=frozenset({"LIC012"}))).verdict == "deny"


def test_a_waiver_never_touches_another_finding() -> None:
    found = weigh([SHARE, CLOSED], [WAIVER], NOW)
    assert found.verdict == "deny"


def test_a_waiver_that_nothing_needs_is_no_finding() -> None:
    found = weigh([DUTY], [replace(WAIVER, expires="2026-11-23")], NOW)
    assert (found.findings, found.verdict) == ((DUTY,), "allow_with_obligations")


def test_an_old_waiver_beside_one_that_counts_is_no_finding() -> None:
    found = weigh([SHARE], [WAIVER, replace(WAIVER, expires="2026-11-23", statement="e" * 64)], NOW)
    assert codes(found) == {"LIC012"}


def test_one_that_lowers_nothing_withdraws_the_others() -> None:
    withdrawn = replace(WAIVER, lowered_to="review", statement="e" * 64)
    for order in permutations([WAIVER, withdrawn]):
        found = weigh([SHARE], order, NOW)
        assert (found.verdict, codes(found)) == ("review", {"LIC012"})


@pytest.mark.parametrize("lowered_to", VERDICTS)
def test_no_waiver_raises_or_removes_anything(lowered_to: Verdict) -> None:
    found = weigh([SHARE], [replace(WAIVER, lowered_to=lowered_to)], NOW)
    assert rank(found.verdict) <= rank("review")
    assert SHARE in found.findings


FINDINGS = st.lists(
    st.sampled_from([SHARE, CLOSED, DUTY, replace(SHARE, where="d, croissant")]), max_size=4, unique=True
)
CHANGES: st.SearchStrategy[Callable[[Waiver], Waiver]] = st.sampled_from(
    [
        lambda one: one,
        lambda one: replace(one, expires="2026-11-23"),
        lambda one: replace(one, lowered_to="allow"),
        lambda one: replace(one, lowered_to="review"),
        lambda one: replace(one, code="LIC010", findings=(finding_digest(CLOSED),)),
        lambda one: replace(one, address="d" * 64),
    ]
)
WAIVERS = st.lists(CHANGES.map(lambda change: change(WAIVER)), max_size=4)


@given(FINDINGS, WAIVERS, st.randoms())
def test_the_order_of_findings_and_waivers_does_not_matter(
    findings: list[Finding], waivers: list[Waiver], random: Any
) -> None:
    mixed = weigh(random.sample(findings, len(findings)), random.sample(waivers, len(waivers)), NOW)
    assert mixed == weigh(findings, waivers, NOW)


@given(FINDINGS, WAIVERS, st.sampled_from([SHARE, CLOSED, DUTY]))
def test_one_more_finding_never_relaxes_a_weighed_verdict(
    findings: list[Finding], waivers: list[Waiver], more: Finding
) -> None:
    less, full = weigh(findings, waivers, NOW), weigh([*findings, more], waivers, NOW)
    assert rank(full.verdict) >= rank(less.verdict)


@given(FINDINGS, WAIVERS)
def test_a_denial_stands_whatever_was_waived(findings: list[Finding], waivers: list[Waiver]) -> None:
    assert (weigh(findings, waivers, NOW).verdict == "deny") == (CLOSED in findings)


@pytest.mark.parametrize(
    "change",
    [
        {"more": "x"},
        {"why": 7},
        {"findings": "abc", "who": None},
        {"findings": [7]},
        {"lowered_to": "perhaps"},
        {"lowered_from": "DENY"},
    ],
)
def test_a_signed_waiver_of_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Waiver.from_dict(WAIVER.to_dict() | change, policy="", statement="", signer="")


def test_a_waiver_reads_back_as_it_was_signed() -> None:
    of_statement = {"policy": WAIVER.policy, "statement": WAIVER.statement, "signer": WAIVER.signer}
    assert Waiver.from_dict(WAIVER.to_dict(), **of_statement) == WAIVER
