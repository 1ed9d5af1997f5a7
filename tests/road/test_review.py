# SPDX-License-Identifier: Apache-2.0
"""A steward reviews findings in a terminal; what is forged, old or out of place changes nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from custody.classifiers import Scanner
from custody.dataset import Dataset
from custody.home import init
from custody.lineage import predicates
from custody.lineage import statement as st
from custody.lineage.gate import examine
from custody.verbs import decisions as verb
from custody.verbs.session import Session

from .conftest import INTENT, SAMPLE, Road

PEOPLE = [f"zz9canary{index}@mail{index}.example.org" for index in range(20)]
WHERE = ("--file", "people.csv", "--column")


def _card() -> str:
    """A number that meets the Luhn check, made here so that none stands in this file."""
    digits = [4] + [1] * 14
    doubled = sum(sum(divmod(2 * one, 10)) if index % 2 == 0 else one for index, one in enumerate(digits))
    return "".join(map(str, digits)) + str(-doubled % 10)


@pytest.fixture(scope="session")
def _classified(tmp_path_factory: pytest.TempPathFactory) -> Road:
    road = Road(tmp_path_factory.mktemp("review"))
    init(road.home.path, SAMPLE / "policy.yaml", scrypt_n=2**4)
    data = road.path / "people"
    data.mkdir()
    rows = [f"{mail},{_card() if index == 3 else index}" for index, mail in enumerate(PEOPLE)]
    (data / "people.csv").write_text("\n".join(["contact,reference", *rows, ""]))
    assert road.run("classify", data) == 0
    return road


@pytest.fixture
def desk(_classified: Road, tmp_path: Path) -> Road:
    """A home in which `people` was classified as restricted: 20 e-mail addresses and one card number."""
    shutil.copytree(_classified.path, tmp_path / "desk", copy_function=shutil.copy2)
    return Road(tmp_path / "desk")


def _review(desk: Road, command: str, *arguments: str, expires: str = "90d", why: str = "a test number") -> int:
    told = () if command == "list" else ("--why", why, "--expires", expires, "--by", "Ann")
    return desk.run("review", command, desk.path / "people", *told, *arguments)


def _states(desk: Road, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, str], str, str]:
    """Return entity -> state, and the dataset's grades as found and in effect."""
    capsys.readouterr()
    assert _review(desk, "list", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    return {one["entity"]: one["state"] for one in told["findings"]}, told["found"], told["effective"]


def _fingerprint(desk: Road, capsys: pytest.CaptureFixture[str], entity: str) -> str:
    capsys.readouterr()
    assert _review(desk, "list") == 0
    block = capsys.readouterr().out.partition(f": {entity} in ")[2]
    found = re.search(r"^ +([0-9a-f]{16}) ", block, re.MULTILINE)
    assert found
    return found[1]


CARD = ("--entity", "CREDIT_CARD", *WHERE, "reference")
MAIL = ("--entity", "EMAIL_ADDRESS", *WHERE, "contact")
LOWER = (*CARD, "--grade", "internal")


def test_what_was_found_is_listed_without_any_value(desk: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert _review(desk, "list") == 0
    text = capsys.readouterr().out
    assert "people: found restricted, in effect restricted" in text
    assert "people.csv, contact: EMAIL_ADDRESS in 20 of 20 cells" in text
    assert "open; restricted" in text
    assert "z***@m***.org" in text
    assert "canary" not in text
    assert _card() not in text


def test_a_false_positive_in_a_column_takes_effect_at_once_and_the_finding_stays(
    desk: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _review(desk, "false-positive", *CARD) == 0
    assert "people: found restricted, in effect confidential" in capsys.readouterr().out
    states, found, effective = _states(desk, capsys)
    assert (states["CREDIT_CARD"], found, effective) == ("false_positive", "restricted", "confidential")
    classified = desk.ledger.latest(Dataset(desk.path / "people").listing().address, "classify")
    assert classified is not None
    assert classified.link.grade == "restricted"


def test_a_value_that_is_a_false_positive_counts_from_the_next_classification_on(
    desk: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    value = _fingerprint(desk, capsys, "CREDIT_CARD")
    assert _review(desk, "false-positive", "--entity", "CREDIT_CARD", "--fingerprint", value) == 0
    assert _states(desk, capsys)[2] == "restricted"
    assert desk.run("classify", desk.path / "people") == 0
    states, found, effective = _states(desk, capsys)
    assert (states["CREDIT_CARD"], found, effective) == ("false_positive", "restricted", "confidential")
    assert _review(desk, "list") == 0
    assert f"{value} was a false positive when this was classified, in 1 cells" in capsys.readouterr().out


def test_of_two_stewards_who_disagree_the_stricter_is_followed(desk: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert _review(desk, "false-positive", *CARD) == 0
    assert _review(desk, "accept", *CARD, "--by", "Cem") == 0
    states, _, effective = _states(desk, capsys)
    assert (states["CREDIT_CARD"], effective) == ("accepted", "restricted")


@pytest.mark.parametrize("asked", [(), ("--asked-by", "ann")])
def test_nobody_lowers_a_grade_alone(desk: Road, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...]) -> None:
    assert _review(desk, "override", *LOWER, *asked) == 1
    assert "somebody other than its author must have asked for it" in capsys.readouterr().err
    assert "review" not in desk.steps_signed()
    assert _review(desk, "override", *LOWER, "--asked-by", "Bob") == 0
    states, _, effective = _states(desk, capsys)
    assert (states["CREDIT_CARD"], effective) == ("overridden", "confidential")


def test_one_person_may_raise_a_grade(desk: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert _review(desk, "override", *MAIL, "--grade", "restricted") == 0
    assert _states(desk, capsys)[0]["EMAIL_ADDRESS"] == "overridden"


@pytest.mark.parametrize(
    ("command", "arguments", "options", "told"),
    {
        "a column without it": ("accept", ("--entity", "CREDIT_CARD", *WHERE, "contact"), {}, "no finding of this"),
        "a file that is not there": ("accept", (*MAIL, "--file", "p.csv"), {}, "EMAIL_ADDRESS in people.csv, contact"),
        "nothing at all": ("accept", ("--entity", "CREDIT_CARD"), {}, "no finding of this entity in this file"),
        "of another key": ("accept", ("--entity", "CREDIT_CARD", "--fingerprint", "f" * 16), {}, "this fingerprint"),
        "for too long": ("accept", MAIL, {"expires": "366d"}, "within 365 days"),
        "for no time": ("accept", MAIL, {"expires": "soon"}, "a whole number of days or hours"),
        "no reason": ("accept", MAIL, {"why": " "}, "an author and a reason"),
        "no such grade": ("override", (*MAIL, "--grade", "secret"), {}, "one of public, internal"),
    }.values(),
)
def test_a_decision_that_could_never_count_is_refused_and_not_recorded(
    desk: Road,
    capsys: pytest.CaptureFixture[str],
    command: str,
    arguments: tuple[str, ...],
    options: dict[str, str],
    told: str,
) -> None:
    assert _review(desk, command, *arguments, **options) == 1
    assert told in capsys.readouterr().err
    assert "review" not in desk.steps_signed()


def test_a_reason_that_holds_the_value_is_refused_and_not_repeated(
    desk: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _review(desk, "accept", *MAIL, why=f"{PEOPLE[0]} is a customer") == 1
    told = capsys.readouterr()
    assert "the reason itself holds EMAIL_ADDRESS" in told.err
    assert "canary" not in told.err + told.out
    assert "review" not in desk.steps_signed()


def test_a_reason_may_name_a_ticket_and_a_day(desk: Road) -> None:
    assert _review(desk, "accept", *MAIL, why="as agreed on 2026-03-01, https://tickets.example.org/7") == 0


def test_no_value_is_in_what_a_review_leaves_behind(desk: Road, capsys: pytest.CaptureFixture[str]) -> None:
    value = _fingerprint(desk, capsys, "CREDIT_CARD")
    assert _review(desk, "false-positive", "--entity", "CREDIT_CARD", "--fingerprint", value) == 0
    assert desk.run("classify", desk.path / "people") == 0
    for file in desk.home.path.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        assert b"canary" not in data, file
        assert _card().encode() not in data, file


def test_a_decision_no_longer_counts_when_it_has_expired(
    desk: Road, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _review(desk, "false-positive", *CARD, expires="1h") == 0
    assert _states(desk, capsys)[2] == "confidential"
    later = "2999-01-01T00:00:00.000000Z"
    monkeypatch.setattr(verb, "now", lambda: later)
    states, _, effective = _states(desk, capsys)
    assert (states["CREDIT_CARD"], effective) == ("expired", "restricted")


def _new_policy(desk: Road, _: pytest.MonkeyPatch) -> None:
    with (desk.home.path / "policy.yaml").open("a") as file:
        file.write("# changed\n")


def _new_row(desk: Road, _: pytest.MonkeyPatch) -> None:
    with (desk.path / "people" / "people.csv").open("a") as file:
        file.write("a@b.example.org,7\n")


def _new_detector(_: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scanner, "detector", {"recognizers": "changed"})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_new_policy, "the policy has changed"),
        (_new_row, "the file has changed"),
        (_new_detector, "the detector has changed"),
    ],
)
def test_a_decision_is_stale_when_what_it_rests_on_has_changed(
    desk: Road,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Road, pytest.MonkeyPatch], None],
    told: str,
) -> None:
    assert _review(desk, "false-positive", *CARD) == 0
    change(desk, monkeypatch)
    assert desk.run("classify", desk.path / "people") == 0
    states, _, effective = _states(desk, capsys)
    assert (states["CREDIT_CARD"], effective) == ("stale", "restricted")
    assert _review(desk, "list") == 0
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("change", [_new_policy, _new_row])
def test_nothing_is_decided_about_what_was_not_classified_as_it_is(
    desk: Road,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Road, pytest.MonkeyPatch], None],
) -> None:
    change(desk, monkeypatch)
    assert _review(desk, "accept", *MAIL) == 1
    assert _review(desk, "list") == 1
    assert "review" not in desk.steps_signed()
    assert "classify" in capsys.readouterr().err


def _review_file(desk: Road) -> Path:
    digest = next(one for one in desk.ledger.digests() if desk.ledger.get(one).link.step == "review")
    return desk.home.path / "ledger" / "statements" / f"{digest}.dsse.json"


def _unsigned(envelope: dict[str, Any]) -> None:
    envelope["signatures"] = []


def _forged(envelope: dict[str, Any]) -> None:
    envelope["signatures"][0]["sig"] = "A" * 86 + "=="


def _rewritten(envelope: dict[str, Any]) -> None:
    envelope["payload"] = envelope["payload"].replace("A", "B", 1)


@pytest.mark.parametrize("change", [_unsigned, _forged, _rewritten])
def test_a_decision_without_a_sound_signature_stops_everything_that_would_follow_it(
    desk: Road, capsys: pytest.CaptureFixture[str], change: Callable[[dict[str, Any]], None]
) -> None:
    value = _fingerprint(desk, capsys, "CREDIT_CARD")
    assert _review(desk, "false-positive", "--entity", "CREDIT_CARD", "--fingerprint", value) == 0
    file = _review_file(desk)
    envelope = json.loads(file.read_text())
    change(envelope)
    file.write_text(json.dumps(envelope))
    assert _review(desk, "list") == 1
    assert desk.run("classify", desk.path / "people") == 1
    assert "no key that the policy trusts has signed this" in capsys.readouterr().err


def _sign_as(desk: Road, step: str, detail: dict[str, Any]) -> None:
    """Put a review into the ledger behind its back, signed with the key of some step."""
    dataset = Dataset(desk.path / "people")
    subject = st.dataset_subject("people", dataset.listing().address)
    link = st.Link("review", (), desk.home.policy.digest, st.now(), detail=detail)
    payload = st.make_payload([subject], {"result": "FAILED"}, link)
    digest = st.payload_digest(payload)
    desk.ledger.store.put_new(f"statements/{digest}.dsse.json", st.sign(payload, desk.home.signer(step)))
    desk.ledger.store.put_new(f"about/{dataset.listing().address}/review-{digest}", b"")


@pytest.mark.parametrize(
    ("step", "told"),
    [("classify", "the signer may not sign the step 'review'"), ("review", "a signed review has details of another")],
)
def test_a_decision_by_another_role_or_of_another_form_is_refused(
    desk: Road, capsys: pytest.CaptureFixture[str], step: str, told: str
) -> None:
    _sign_as(desk, step, {"decision": {"kind": "false_positive"}})
    assert _review(desk, "list") == 1
    assert told in capsys.readouterr().err


def test_a_grade_is_not_lowered_by_what_the_stewards_key_signed_past_the_rules(
    desk: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever holds the key can sign a decision that `custody review` refuses; it does not count."""
    report, _ = verb.reviewed(Session(desk.home), Dataset(desk.path / "people"))
    assert _review(desk, "override", *LOWER, "--asked-by", "Bob") == 0
    kept = verb.decisions_about(Session(desk.home), "people", report)[0]
    _review_file(desk).unlink()
    shutil.rmtree(desk.home.path / "ledger" / "about")
    _sign_as(desk, "review", {"decision": {**kept.to_dict(), "asked_by": "ANN"}})
    assert desk.run("classify", desk.path / "people") == 0
    states, _, effective = _states(desk, capsys)
    assert (states["CREDIT_CARD"], effective) == ("open", "restricted")


def test_where_no_role_reviews_nobody_decides(desk: Road, capsys: pytest.CaptureFixture[str]) -> None:
    file = desk.home.path / "policy.yaml"
    file.write_text(re.sub(r"  steward: .*\n", "", file.read_text()))
    assert desk.run("classify", desk.path / "people") == 0
    assert _review(desk, "accept", *MAIL) == 1
    assert "no role here signs the step 'review'" in capsys.readouterr().err


@pytest.fixture
def mails(desk: Road) -> Path:
    """Twenty addresses, classified as confidential and encrypted as such."""
    data = desk.path / "mails"
    data.mkdir()
    (data / "people.csv").write_text("\n".join(["contact", *PEOPLE, ""]))
    for step in (("classify",), ("redact", desk.path / "redacted")):
        assert desk.run(step[0], data, *step[1:]) == 0
    assert desk.run("encrypt", desk.path / "redacted" / "mails", desk.path / "cleared") == 0
    return data


def _raise(desk: Road, data: Path, grade: str = "restricted") -> None:
    raising = ("--why", "a list of patients", "--expires", "1h", "--by", "Ann", "--grade", grade)
    assert desk.run("review", "override", data, "--entity", "EMAIL_ADDRESS", *WHERE, "contact", *raising) == 0


def _grade_and_reasons(desk: Road, at: str) -> tuple[str | None, str]:
    address = Dataset(desk.path / "cleared" / "mails").listing().address
    examined = examine(desk.ledger, "mails", address, INTENT, at)
    return examined.grade, "\n".join(examined.reasons)


def test_what_was_done_for_a_lower_grade_is_refused_once_a_steward_raised_it(desk: Road, mails: Path) -> None:
    assert _grade_and_reasons(desk, st.now())[0] == "confidential"
    _raise(desk, mails)
    grade, reasons = _grade_and_reasons(desk, st.now())
    assert grade == "restricted"
    assert "its encrypt was done for confidential data, but it is restricted" in reasons


def test_the_steps_after_a_raised_grade_follow_it(desk: Road, mails: Path) -> None:
    _raise(desk, mails)
    for step in ("redacted", "cleared"):
        shutil.rmtree(desk.path / step)
    assert desk.run("redact", mails, desk.path / "redacted") == 0
    assert desk.run("encrypt", desk.path / "redacted" / "mails", desk.path / "cleared") == 0
    grade, reasons = _grade_and_reasons(desk, st.now())
    assert (grade, "was done for" in reasons) == ("restricted", False)


@pytest.mark.parametrize("at", ["2000-01-01T00:00:00.000000Z", "2999-01-01T00:00:00.000000Z"])
def test_a_raised_grade_counts_neither_before_it_was_raised_nor_after_it_expired(
    desk: Road, mails: Path, at: str
) -> None:
    _raise(desk, mails)
    assert _grade_and_reasons(desk, at)[0] == "confidential"


def _signed_grade(desk: Road, data: Path, grade: str, policy: str = "") -> None:
    """Sign a review as whoever holds the steward's key could."""
    session, address = Session(desk.home), Dataset(data).listing().address
    link = st.Link("review", (), policy or session.policy.digest, st.now(), grade, None, {"decision": {"expires": "9"}})
    session.ledger.append([st.dataset_subject(data.name, address)], predicates.observed([], passed=["x"]), link)


def test_of_several_raised_grades_the_highest_is_followed_and_is_among_the_records(desk: Road, mails: Path) -> None:
    for grade in ("restricted", "confidential"):
        _signed_grade(desk, mails, grade)
    address = Dataset(desk.path / "cleared" / "mails").listing().address
    examined = examine(desk.ledger, "mails", address, INTENT, st.now())
    assert examined.grade == examined.used["review"].link.grade == "restricted"


def test_a_grade_raised_under_another_policy_is_stale(desk: Road, mails: Path) -> None:
    _signed_grade(desk, mails, "restricted", policy="0" * 64)
    assert _grade_and_reasons(desk, st.now())[0] == "confidential"


def test_a_raised_grade_that_the_scheme_does_not_have_is_refused(
    desk: Road, mails: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _signed_grade(desk, mails, "secret")
    grade, reasons = _grade_and_reasons(desk, st.now())
    assert grade is None
    assert "gives a grade that the scheme does not have" in reasons
    assert desk.run("redact", mails, desk.path / "again") == 1
    assert "gives a grade that the scheme does not have" in capsys.readouterr().err
    assert not (desk.path / "again").exists()


def test_a_lowered_grade_does_not_loosen_the_gate(desk: Road) -> None:
    assert _review(desk, "override", *LOWER, "--asked-by", "Bob") == 0
    address = Dataset(desk.path / "people").listing().address
    assert examine(desk.ledger, "people", address, INTENT, st.now()).grade == "restricted"
