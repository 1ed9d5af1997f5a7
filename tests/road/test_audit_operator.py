# SPDX-License-Identifier: Apache-2.0
"""What the audit operator does with refused sources: fails, skips or filters, as it is told or as the policy says."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from custody.operators import AdmitDatasetOperator, AuditSourcesOperator
from custody.verbs.audit import AuditOutcome

from .conftest import INTENT, Road

ALL = ["fivethirtyeight", "weather_words"]


class Pushed(SimpleNamespace):
    """Stands for the task instance: keeps what is pushed."""

    def xcom_push(self, key: str, value: Any) -> None:
        self.kept = (key, value)


def _run(road: Road, **how: Any) -> tuple[list[str], dict[str, Any]]:
    """Run the operator over the third-party sample; return the names of what goes on, and what was pushed."""
    ti = Pushed(dag_id="d", run_id="r", task_id="audit")
    sources = str(road.sources.with_name("third_party.yaml"))
    operator = AuditSourcesOperator(task_id="audit", home=str(road.home.path), sources=sources, intent=INTENT, **how)
    paths = operator.execute({"ti": ti})  # type: ignore[typeddict-item]
    return sorted(one.rpartition("/")[2] for one in paths), ti.kept[1]


def _policy(road: Road, text: str) -> None:
    file = road.home.path / "policy.yaml"
    file.write_text(file.read_text() + text)


def test_refused_sources_fail_the_task_unless_told_otherwise(start: Road) -> None:
    with pytest.raises(AirflowFailException, match=r"(?s)forum_posts \(deny\).*LIC010") as failed:
        _run(start)
    assert "To mend it" in str(failed.value)
    assert start.steps_signed() == ["audit"] * 4, "every verdict is on record all the same"


@pytest.mark.parametrize(("how", "begins"), [("json", "{"), ("html", "<!doctype html>"), ("text", "audit for")])
def test_the_terminal_tells_it_as_asked(start: Road, capsys: pytest.CaptureFixture[str], how: str, begins: str) -> None:
    assert start.run("audit", start.sources, "--intent", INTENT, "--format", how) == 4
    assert capsys.readouterr().out.startswith(begins)


def test_refused_sources_skip_the_task_when_told(start: Road) -> None:
    with pytest.raises(AirflowSkipException, match="forum_posts, review_quotes_nc"):
        _run(start, on_deny="skip")


def test_refused_sources_are_left_out_when_told(start: Road) -> None:
    names, pushed = _run(start, on_deny="filter", on_review="filter")
    assert names == ALL
    assert set(pushed["refused"]) == {"forum_posts", "review_quotes_nc"}
    assert pushed["counts"] == {"admitted": 2, "admissible": 1, "statements": 4, "skip": 0, "refused": 2}


def test_the_page_behind_the_button_is_in_the_ledger(start: Road) -> None:
    _, pushed = _run(start, on_deny="filter", on_review="filter")
    page = start.ledger.read_document(pushed["detail"]["page"]).decode()
    assert page.startswith("<!doctype html>"), "the plugin serves nothing else"
    assert "review_quotes_nc" in page


def test_an_xcom_stays_small_however_many_sources_there_are() -> None:
    names = tuple(f"source-{at:05}" for at in range(10_000))
    refused = dict.fromkeys(names, ("LIC002 the licence is not known: what is not known cannot be allowed",) * 20)
    told = AuditOutcome(names, names, refused, names, "report.json").to_dict()
    assert len(json.dumps(told)) < 48 << 10
    assert told["counts"]["refused"] == 10_000


def test_what_an_admission_can_mend_goes_on_to_it(start: Road) -> None:
    names, _ = _run(start, on_deny="filter", on_review="filter", for_admission=True)
    assert names == [*ALL[:1], "forum_posts", *ALL[1:]]


def test_the_policy_says_what_refused_sources_do(start: Road) -> None:
    _policy(start, "\naudit: {on_deny: filter, on_review: filter}\n")
    assert _run(start)[0] == ALL


def test_what_the_task_is_told_counts_more_than_the_policy(start: Road) -> None:
    _policy(start, "\naudit: {on_deny: filter, on_review: filter}\n")
    with pytest.raises(AirflowFailException):
        _run(start, on_deny="fail")


def test_nothing_is_admitted_out_of_a_skipped_audit(start: Road) -> None:
    _policy(start, "\naudit: {on_deny: skip}\n")
    with pytest.raises(AirflowSkipException):
        _run(start, for_admission=True)


def test_an_admission_gives_the_next_step_the_copy(start: Road) -> None:
    _run(start, on_deny="filter", on_review="filter", for_admission=True)
    told = {"sources": str(start.sources.with_name("third_party.yaml")), "intent": INTENT, "output_dir": "here"}
    dataset = str(start.raw("forum_posts"))
    operator = AdmitDatasetOperator(task_id="admit", home=str(start.home.path), dataset=dataset, **told)
    ti = Pushed(dag_id="d", run_id="r", task_id="admit")
    copy = operator.execute({"ti": ti})  # type: ignore[typeddict-item]
    assert copy == str(start.home.path / "work" / "here" / "forum_posts")
    assert ti.kept[1]["detail"]["left_out"] == 5
