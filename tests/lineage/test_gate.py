# SPDX-License-Identifier: Apache-2.0
"""The gate says yes to a complete chain only; all right but one thing is a no that names it and its remedy."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from custody.dataset import Listing
from custody.home import Home
from custody.keys import create, signer
from custody.lineage import gate, predicates
from custody.lineage import statement as st
from custody.lineage.ledger import Ledger

from .chain import AT, CLEARED, NAME, RAW, REDACTED, STEPS, Chain, dataset, later

OTHER = "9" * 64
FAILED = predicates.observed([], ["x"], failed=["rows"])
WARNED = predicates.observed([], ["x"], warned=["size"])


def _reasons(found: gate.Examination) -> str:
    return "\n".join(found.reasons)


def test_a_complete_chain_passes(chain: Chain) -> None:
    found = chain.walk().ask()
    assert found.reasons == []
    assert found.passed
    assert (found.addresses, found.raw, found.grade) == ([CLEARED, REDACTED, RAW], RAW, "restricted")
    assert {one.digest for one in found.statements} == {one.digest for one in chain.made.values()}


def test_lower_grades_need_what_the_policy_demands_of_them_and_no_more(home: Home) -> None:
    chain = Chain(home, "internal").walk("audit", "classify")
    chain.sign(chain.draft("audit").but(detail={"intent": "exam", "verdict": "allow_with_obligations"}))
    plain = predicates.provenance("backup", [dataset(RAW)], {}, AT, None)
    chain.sign(chain.draft("backup").but(predicate=plain))
    chain.sign(chain.draft("drill").but(subjects=(dataset(RAW),)))
    assert chain.ask(RAW, "exam").reasons == []
    assert "may not be used to train" in _reasons(chain.ask(RAW))


# Everything right except one thing


def _walk(without: str = "", **changed: dict[str, Any]) -> Callable[[Chain], gate.Examination]:
    """Walk the whole road, but leave a step out or sign it otherwise, and ask."""

    def ask(chain: Chain) -> gate.Examination:
        for step in STEPS:
            if step != without:
                chain.sign(chain.draft(step).but(**changed.get(step, {})))
        return chain.ask()

    return ask


def _then(step: str, **changes: Any) -> Callable[[Chain], gate.Examination]:
    """Walk the whole road, sign one step again otherwise an hour later, and ask."""

    def ask(chain: Chain) -> gate.Examination:
        draft = chain.walk().draft(step)
        chain.sign(draft.but(**{"created_at": later(draft.link.created_at, hours=1)} | changes))
        return chain.ask()

    return ask


def _made_from(step: str, *sources: st.Subject) -> dict[str, Any]:
    return {"predicate": predicates.provenance(step, list(sources), {}, AT, None)}


def _asked(address: str = CLEARED, intent: str = "chat", at: str = AT) -> Callable[[Chain], gate.Examination]:
    return lambda chain: chain.walk().ask(address, intent, at)


def _of_another_policy(step: str) -> Callable[[Chain], gate.Examination]:
    return _walk("", **{step: {"policy": OTHER}})


def _with_a_hole(chain: Chain) -> gate.Examination:
    before = chain.draft("drill")
    chain.walk(without=["expect"])
    chain.sign(chain.draft("expect").but(prev=(*before.link.prev, OTHER)))
    return chain.ask()


def _with_a_hole_further_back(chain: Chain) -> gate.Examination:
    lost = chain.sign(chain.draft("classify").but(grade="public"))
    chain.walk("audit")
    chain.sign(chain.draft("classify").but(prev=(lost.digest,), created_at=later(lost.link.created_at, minutes=5)))
    chain.walk(without=["audit", "classify"])
    chain.made["lost"] = lost
    chain.lose("lost")
    return chain.ask()


def _in_a_circle(chain: Chain) -> gate.Examination:
    chain.walk()
    chain.sign(chain.draft("redact").but(subjects=(dataset(RAW),), **_made_from("redact", dataset(CLEARED))))
    return chain.ask()


def _made_from_itself(chain: Chain) -> gate.Examination:
    draft = chain.walk().draft("encrypt")
    moment = later(draft.link.created_at, hours=1)
    chain.sign(draft.but(created_at=moment, **_made_from("encrypt", dataset(CLEARED))))
    return chain.ask()


def _redacted_after_it_was_encrypted(chain: Chain) -> gate.Examination:
    chain.walk("audit", "classify")
    chain.sign(chain.draft("encrypt").but(subjects=(dataset(REDACTED),), **_made_from("encrypt", dataset(RAW))))
    chain.sign(chain.draft("redact").but(subjects=(dataset(CLEARED),), **_made_from("redact", dataset(REDACTED))))
    return chain.walk("backup", "drill", "expect").ask()


def _raised(chain: Chain) -> gate.Examination:
    mild = Chain(chain.home, "confidential").walk()
    draft = mild.draft("classify")
    mild.sign(draft.but(grade="restricted", created_at=later(draft.link.created_at, hours=1)))
    return mild.ask()


def _signed_by(owner: str, step: str) -> Callable[[Chain], gate.Examination]:
    def ask(chain: Chain) -> gate.Examination:
        chain.walk(without=[step])
        chain.smuggle(chain.draft(step), chain.home.signer(owner))
        return chain.ask()

    return ask


def _signed_by_a_stranger(chain: Chain) -> gate.Examination:
    create("local:keys/stranger.keyring#k", chain.home.path, "ed25519", scrypt_n=2**4)
    chain.walk(without=["audit"])
    chain.smuggle(chain.draft("audit"), signer("local:keys/stranger.keyring#k", chain.home.path))
    return chain.ask()


def _filed_as_a_drill(chain: Chain) -> gate.Examination:
    made = chain.walk(without=["drill"]).made["expect"]
    chain.ledger.store.put_new(f"about/{CLEARED}/drill-{made.digest}", b"")
    return chain.ask()


def _with_the_backup_of_other_bytes(chain: Chain) -> gate.Examination:
    """Nobody backed these bytes up, but somebody who can write to the ledger files another backup under them."""
    chain.walk(without=["backup"])
    other = chain.sign(chain.draft("backup").but(**_made_from("backup", dataset(OTHER))))
    chain.ledger.store.put_new(f"about/{CLEARED}/backup-{other.digest}", b"")
    return chain.ask()


def _under_another_name(chain: Chain) -> gate.Examination:
    made = chain.walk(without=["drill"]).made["expect"]
    store = chain.ledger.store
    store.put_new(f"statements/{OTHER}.dsse.json", chain.ledger.envelope(made.digest))
    store.put_new(f"about/{CLEARED}/drill-{OTHER}", b"")
    return chain.ask()


def _tested_before(chain: Chain) -> gate.Examination:
    chain.walk()
    chain.sign(chain.draft("expect").but(subjects=(dataset(REDACTED),), predicate=FAILED))
    return chain.ask()


def _for_an_exam(chain: Chain) -> gate.Examination:
    _walk(audit={"detail": ALLOWED | {"intent": "exam"}})(chain)
    return chain.ask(intent="exam")


PLAN = {"EMAIL_ADDRESS": "replace", "PERSON": "replace"}
DRILLED = later(AT, days=-1)
ALLOWED = {"intent": "chat", "verdict": "allow"}
CASES: dict[str, tuple[Callable[[Chain], gate.Examination], str, str]] = {
    # something was never done
    "never classified": (_walk("classify"), "its raw bytes aaaaaaaaaaaa… are unclassified", "run every step"),
    "never audited": (_walk("audit"), "never audited", "sources.yaml and run the audit"),
    "never redacted": (_walk("redact"), "its raw bytes bbbbbbbbbbbb… are unclassified", "run every step"),
    "never encrypted": (_walk("encrypt"), "no signed step names these bytes", "run every step"),
    "never tested": (_walk("expect"), "its expectations: no signed result", "run the expectation gate"),
    "never drilled": (_walk("drill"), "its restore drill: no signed result", "run a restore drill"),
    "never backed up": (_walk("backup"), "it has no backup", "back it up"),
    "not redacted, only encrypted": (
        _walk("redact", encrypt=_made_from("encrypt", dataset(RAW))),
        "it was not redacted",
        "run the redaction",
    ),
    "not encrypted, only redacted": (
        _walk("encrypt", redact={"subjects": (dataset(CLEARED),)}),
        "it is not encrypted",
        "run the encryption",
    ),
    "encrypted before it was redacted": (_redacted_after_it_was_encrypted, "it is not encrypted", "run the encryption"),
    # something was done, with the wrong result
    "denied": (
        _walk(audit={"detail": ALLOWED | {"verdict": "deny", "reasons": ["L1 non-commercial"]}}),
        r"verdict is deny \(L1 non-commercial\)",
        "settle the findings",
    ),
    "left to a person": (_walk(audit={"detail": ALLOWED | {"verdict": "review"}}), "verdict is review", "audit again"),
    "a verdict nobody knows": (
        _walk(audit={"detail": ALLOWED | {"verdict": "ALLOW"}}),
        "verdict is ALLOW",
        "audit again",
    ),
    "no verdict": (_walk(audit={"detail": {"intent": "chat"}}), "verdict is None", "audit again"),
    "denied later": (_then("audit", detail=ALLOWED | {"verdict": "deny"}), "verdict is deny", "audit again"),
    "audited for another intent": (
        _walk(audit={"detail": ALLOWED | {"intent": "exam"}}),
        "audited for the intent 'exam', not 'chat'",
        "audit it for 'chat'",
    ),
    "the drill failed": (_walk(drill={"predicate": FAILED}), "its restore drill failed: rows", "run a restore drill"),
    "the drill failed later": (_then("drill", predicate=FAILED), "its restore drill failed", "run a restore drill"),
    "the drill is old": (
        _walk(drill={"created_at": later(DRILLED, seconds=-1)}),
        "proven restore is older than 1 day",
        "run a restore drill",
    ),
    "the drill is of the future": (
        _walk(drill={"created_at": later(AT, minutes=6)}),
        "dated in the future",
        "set the clocks",
    ),
    "the expectations failed": (
        _walk(expect={"predicate": FAILED}),
        "its expectations failed: rows",
        "expectation gate",
    ),
    "the expectations failed later": (_then("expect", predicate=FAILED), "its expectations failed", "expectation gate"),
    "the expectations only warned": (
        _walk(expect={"predicate": WARNED}),
        "its expectations failed",
        "expectation gate",
    ),
    "an earlier form failed": (_tested_before, "an earlier form of it failed its expectations", "mend the data"),
    "files nobody could read": (
        _walk(classify={"detail": {"unscanned": ["a.bin", "b.parquet"]}}),
        "could not be read whole: a.bin; b.parquet",
        "repair or remove",
    ),
    "an entity was left in": (
        _walk(redact={"detail": {"plan": {"EMAIL_ADDRESS": "replace"}}}),
        "PERSON was not redacted",
        "run the redaction",
    ),
    "an entity was redacted otherwise": (
        _walk(redact={"detail": {"plan": PLAN | {"PERSON": "mask"}}}),
        "PERSON was not redacted as the policy says",
        "run the redaction",
    ),
    "no plan": (_walk(redact={"detail": {}}), "EMAIL_ADDRESS, PERSON was not redacted", "run the redaction"),
    # something does not belong together
    "classified under another policy": (
        _of_another_policy("classify"),
        "its classify .* another policy",
        "run classify",
    ),
    "audited under another policy": (_of_another_policy("audit"), "its audit .* another policy", "run audit"),
    "redacted under another policy": (_of_another_policy("redact"), "its redact .* another policy", "run redact"),
    "encrypted under another policy": (_of_another_policy("encrypt"), "its encrypt .* another policy", "run encrypt"),
    "backed up under another policy": (_of_another_policy("backup"), "its backup .* another policy", "run backup"),
    "drilled under another policy": (_of_another_policy("drill"), "its drill .* another policy", "run drill"),
    "tested under another policy": (_of_another_policy("expect"), "its expect .* another policy", "run expect"),
    "a step follows nothing": (_with_a_hole, "missing from the ledger", "restore"),
    "a step that is followed is lost": (_with_a_hole_further_back, "missing from the ledger", "restore"),
    "a circle": (_in_a_circle, "round in a circle", "run this dataset's steps again"),
    "made from itself": (_made_from_itself, "round in a circle", "run this dataset's steps again"),
    "made from two": (
        _walk(redact=_made_from("redact", dataset(RAW), dataset(OTHER))),
        "redact does not name the one dataset",
        "run this dataset's steps again",
    ),
    "made from nothing": (_walk(redact=_made_from("redact")), "redact does not name the one dataset", "steps again"),
    "made from a file": (
        _walk(redact=_made_from("redact", st.file_subject("x", RAW))),
        "redact does not name the one dataset",
        "steps again",
    ),
    "graded higher later": (_raised, "its encrypt was done for confidential data, but it is restricted", "run encrypt"),
    "graded higher later, redaction": (_raised, "its redact was done for confidential data", "run redact"),
    "graded higher later, method": (
        _raised,
        "EMAIL_ADDRESS, PERSON was not redacted as the policy says",
        "run the redaction",
    ),
    "graded outside the scheme": (
        _walk(classify={"grade": "top-secret"}),
        "graded top-secret, which the scheme does not have",
        "classify it again",
    ),
    "without a grade": (_walk(classify={"grade": None}), "are unclassified", "run every step"),
    # somebody asks for what is not allowed
    "a use the grade does not allow": (
        _for_an_exam,
        "restricted data may not be used to evaluate",
        "choose other data",
    ),
    "an intent the policy does not have": (
        _asked(intent="typo"),
        "the policy has no intent 'typo'",
        "use one of chat, exam",
    ),
    "other bytes": (_asked(address=OTHER), "no signed step names these bytes", "restore the bytes"),
    "the plaintext": (_asked(address=REDACTED), "it is not encrypted", "run the encryption"),
    "the raw bytes": (_asked(address=RAW), "it was not redacted", "run the redaction"),
    "a day later": (_asked(at=later(AT, days=1)), "older than 1 day", "run a restore drill"),
    # somebody with a key, or with access to the ledger
    "audited by the classifier": (
        _signed_by("classify", "audit"),
        "may not sign the step 'audit'",
        "role that owns 'audit'",
    ),
    "drilled by the backup's keeper": (
        _signed_by("backup", "drill"),
        "may not sign the step 'drill'",
        "role that owns",
    ),
    "tested by the gatekeeper": (_signed_by("gate", "expect"), "may not sign the step 'expect'", "role that owns"),
    "audited by a stranger": (_signed_by_a_stranger, "no key that the policy trusts", "add the signer's public key"),
    "an expectation filed as a drill": (_filed_as_a_drill, "calls this drill, but it is signed as expect", "remove"),
    "the backup of other bytes filed as its own": (
        _with_the_backup_of_other_bytes,
        "it has no backup",
        "back it up",
    ),
    "an expectation copied as a drill": (_under_another_name, "not what its name says", "restore"),
}


@pytest.mark.parametrize("case", CASES)
def test_everything_right_except_that_it_was(case: str, chain: Chain) -> None:
    ask, reason, remedy = CASES[case]
    found = ask(chain)
    assert not found.passed
    matching = [one for one in found.reasons if re.search(reason, one)]
    assert matching, _reasons(found)
    assert [one for one in matching if re.search(remedy, one)], _reasons(found)
    assert all(one.startswith(f"{NAME}: ") and "To mend it: " in one for one in found.reasons)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", [Chain.lose, Chain.hide])
def test_without_any_one_statement_the_answer_is_no(how: Callable[[Chain, str], None], step: str, chain: Chain) -> None:
    how(chain.walk(), step)
    found = chain.ask()
    assert not found.passed
    assert "To mend it: " in _reasons(found)


def test_without_any_two_statements_the_answer_is_no(chain: Chain) -> None:
    root = chain.walk().ledger.store.root
    shutil.copytree(root, root.with_name("whole"))
    for pair in combinations(STEPS, 2):
        for step in pair:
            chain.hide(step)
        assert not chain.ask().passed, pair
        shutil.rmtree(root)
        shutil.copytree(root.with_name("whole"), root)
    assert chain.ask().passed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_whatever_a_byte_of_a_statement_becomes_no_other_answer_than_no_comes_of_it(
    data: some.DataObject, chain: Chain
) -> None:
    made = chain.made or chain.walk().made
    root = chain.ledger.store.root
    file = root / "statements" / f"{made[data.draw(some.sampled_from(STEPS))].digest}.dsse.json"
    whole = file.read_bytes()
    payload = json.loads(whole)["payload"].encode()
    at = whole.index(payload) + data.draw(some.integers(0, len(payload) - 5))  # the last of base64 has spare bits
    changed = bytearray(whole)
    changed[at] = data.draw(some.sampled_from(sorted({*b"ABCabc012+/"} - {whole[at]})))
    file.write_bytes(bytes(changed))
    assert not chain.ask().passed
    file.write_bytes(whole)


# Details of any shape, signed by the role that may

SHAPES: dict[str, Callable[[Chain], gate.Examination]] = {
    "unscanned is a number": _walk(classify={"detail": {"unscanned": 5}}),
    "unscanned are numbers": _walk(classify={"detail": {"unscanned": [1, 2]}}),
    "a plan that is a list": _walk(redact={"detail": {"plan": ["PERSON"]}}),
    "a plan that is null": _walk(redact={"detail": {"plan": None}}),
    "reasons that are numbers": _walk(audit={"detail": ALLOWED | {"verdict": "deny", "reasons": [1]}}),
    "reasons that are null": _walk(audit={"detail": ALLOWED | {"verdict": "deny", "reasons": None}}),
    "a verdict that is a list": _walk(audit={"detail": ALLOWED | {"verdict": ["allow"]}}),
    "an intent that is a list": _walk(audit={"detail": ALLOWED | {"intent": ["chat"]}}),
    "a result that is true": _walk(drill={"predicate": {"result": True}}),
    "failed tests that are a number": _walk(drill={"predicate": {"result": "FAILED", "failedTests": 3}}),
    "no result": _walk(expect={"predicate": {}}),
}


@pytest.mark.parametrize("case", SHAPES)
def test_details_of_another_form_are_a_no_and_not_a_crash(case: str, chain: Chain) -> None:
    found = SHAPES[case](chain)
    assert not found.passed
    assert "To mend it: " in _reasons(found)


# What must not be refused


@pytest.mark.parametrize(
    "ask",
    [
        _walk(drill={"created_at": DRILLED}),
        _walk(drill={"created_at": later(AT, minutes=5)}),
        _walk(audit={"detail": ALLOWED | {"verdict": "allow_with_obligations"}}),
        _then("audit", detail={"intent": "exam", "verdict": "deny"}),
        _then("drill"),
        _then("classify"),
        _then("encrypt"),
        _walk(redact={"detail": {"plan": PLAN | {"IP_ADDRESS": "mask"}}}),
        _walk(classify={"detail": {}}),
    ],
    ids=[
        "a drill exactly as old as allowed",
        "a clock five minutes ahead",
        "obligations",
        "a later audit for another intent",
        "a second drill",
        "a second classification",
        "a second encryption to the same bytes",
        "more redacted than demanded",
        "nothing said about unscanned files",
    ],
)
def test_what_meets_the_policy_passes(ask: Callable[[Chain], gate.Examination], chain: Chain) -> None:
    assert ask(chain).reasons == []


def test_a_verdict_that_was_settled_counts(chain: Chain) -> None:
    _walk(audit={"detail": ALLOWED | {"verdict": "review"}})(chain)
    chain.sign(chain.draft("audit"))
    assert chain.ask().passed


def test_the_grade_is_the_highest_on_the_way(chain: Chain) -> None:
    draft = chain.walk().draft("classify")
    chain.sign(draft.but(grade="public", created_at=later(draft.link.created_at, hours=1)))
    found = chain.ask()
    assert found.grade == "restricted", "a later, lower classification does not lower what was made from it"
    assert found.passed


def test_redacted_bytes_cannot_be_classified_into_a_lower_grade(chain: Chain) -> None:
    chain.walk()
    for address in (REDACTED, CLEARED):
        chain.sign(chain.draft("classify").but(subjects=(dataset(address),), grade="public"))
    assert chain.ask().grade == "restricted"


def test_a_grade_without_measures_is_not_allowed(chain: Chain) -> None:
    chain.walk("audit")
    chain.sign(chain.draft("classify").but(grade="public"))
    assert "the policy has no measures for public data" in _reasons(chain.ask(RAW))


def test_a_changed_policy_makes_every_step_stale(chain: Chain) -> None:
    chain.walk()
    policy = chain.home.path / "policy.yaml"
    policy.write_text(policy.read_text() + "# one more remark\n")
    ledger = Ledger.of(Home(chain.home.path))
    found = gate.examine(ledger, NAME, CLEARED, "chat", AT)
    assert len([one for one in found.reasons if "another policy" in one]) == len(STEPS)


def test_all_reasons_are_told_at_once(chain: Chain) -> None:
    found = _walk("expect", audit={"detail": {"intent": "exam", "verdict": "deny"}}, drill={"predicate": FAILED})(chain)
    for words in ("'exam', not 'chat'", "verdict is deny", "drill failed", "no signed result"):
        assert words in _reasons(found)


def test_bytes_that_differ_from_what_the_name_stood_for_are_told_file_by_file(chain: Chain) -> None:
    before = Listing({"a.csv": "1" * 64, "b.csv": "2" * 64})
    chain.ledger.keep_listing(NAME, before)
    chain.ledger.keep_listing(NAME, Listing({"other.csv": "3" * 64}))
    now = Listing({"a.csv": "1" * 64, "b.csv": "4" * 64})
    assert "(b.csv: expected sha256 222222222222…, found 444444444444…)" in _reasons(
        chain.ask(now.address, listing=now)
    )


def test_a_chain_that_never_ends_is_no_chain(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MAX_STEPS", 3)
    for i in range(5):
        one, two = f"{i}" * 64, f"{i + 1}" * 64
        chain.sign(chain.draft("redact").but(subjects=(dataset(two),), **_made_from("redact", dataset(one))))
    assert "round in a circle" in _reasons(chain.ask("5" * 64))


def test_an_empty_ledger_says_no_and_stays_empty(home: Home) -> None:
    assert not Chain(home).ask().passed
    assert not Path(home.path / "ledger").exists()
