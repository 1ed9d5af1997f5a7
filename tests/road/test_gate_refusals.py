# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the data or the records keeps training from running, says how to mend it, and loses nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from custody import keys
from custody.dataset import Dataset
from custody.errors import GateRefused
from custody.home import Home
from custody.lineage import predicates
from custody.lineage import statement as st
from custody.verbs.session import Session
from custody.verbs.train import training

from .conftest import ADMITTED, INTENT, Road, files_of


def _flip(path: Path, at: int = -20) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def _biggest(directory: Path) -> Path:
    return max((one for one in directory.rglob("*") if one.is_file()), key=lambda one: one.stat().st_size)


def _statement_file(road: Road, step: str) -> Path:
    every = {one: road.ledger.get(one) for one in road.ledger.digests()}
    digest = next(
        digest
        for digest, one in every.items()
        if one.link.step == step and one.subjects[0]["name"].removeprefix("snapshot:") in ADMITTED
    )
    return road.home.path / "ledger" / "statements" / f"{digest}.dsse.json"


def _flip_cleared(road: Road) -> None:
    _flip(_biggest(road.cleared("chinook_people")))


def _rename_cleared(road: Road) -> None:
    file = _biggest(road.cleared("chinook_people"))
    file.rename(file.with_name("other" + file.suffix))


def _add_to_cleared(road: Road) -> None:
    (road.cleared("chinook_people") / "extra.csv").write_text("a\n1\n")


def _swap_raw_for_cleared(road: Road) -> None:
    file = _biggest(road.cleared("chinook_people"))
    file.write_bytes((road.raw("chinook_people") / file.name).read_bytes())


def _delete(step: str) -> Callable[[Road], None]:
    return lambda road: _statement_file(road, step).unlink()


def _edit(step: str) -> Callable[[Road], None]:
    def edit(road: Road) -> None:
        file = _statement_file(road, step)
        envelope = json.loads(file.read_text())
        envelope["payload"] = envelope["payload"][:-8] + "AAAA" + envelope["payload"][-4:]
        file.write_text(json.dumps(envelope))

    return edit


CASES: dict[str, tuple[Callable[[Road], None], str]] = {
    "one byte of the cleared data is flipped": (_flip_cleared, "expected sha256"),
    "a cleared file is renamed": (_rename_cleared, "missing"),
    "a file is added to the cleared data": (_add_to_cleared, "extra.csv: added"),
    "raw bytes are put in the place of cleared ones": (_swap_raw_for_cleared, "expected sha256"),
    "a classification is deleted": (_delete("classify"), "missing from the ledger"),
    "an audit is deleted": (_delete("audit"), "missing from the ledger"),
    "a redaction is deleted": (_delete("redact"), "missing from the ledger"),
    "an encryption is deleted": (_delete("encrypt"), "missing from the ledger"),
    "a backup is deleted": (_delete("backup"), "missing from the ledger"),
    "a drill is deleted": (_delete("drill"), "missing from the ledger"),
    "an expectation result is deleted": (_delete("expect"), "missing from the ledger"),
    "a classification is edited": (_edit("classify"), "no key that the policy trusts"),
    "a drill is edited": (_edit("drill"), "no key that the policy trusts"),
}


@pytest.mark.parametrize("case", CASES)
def test_training_does_not_run_when(case: str, road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    tamper, expected = CASES[case]
    tamper(road)
    before = files_of(road.home.path / "ledger")
    assert road.gate() == 1
    said = capsys.readouterr().err
    assert expected in said
    assert "To mend it" in said or "to mend it" in said
    _cannot_train(road)
    after = files_of(road.home.path / "ledger")
    assert {path: after.get(path) for path in before} == before, "something that was written is lost"


def _cannot_train(road: Road) -> None:
    datasets = [Dataset(path) for path in road.final()]
    with pytest.raises(GateRefused), training(Session(road.home), datasets, INTENT, road.path / "models") as run:
        run.save("model.json", b"{}")
    assert not (road.path / "models").exists()


def test_a_byte_flipped_after_the_gate_keeps_training_from_running(road: Road) -> None:
    assert road.gate() == 0
    _flip_cleared(road)
    _cannot_train(road)


def test_a_statement_signed_by_an_unknown_key_counts_for_nothing(
    start: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    """An attacker with write access to the ledger declares a dataset public with a key of his own."""
    keys.create("local:keys/attacker.keyring#signing", start.home.path, "ed25519", scrypt_n=2**4)
    listing = Dataset(start.raw("chinook_people")).listing()
    link = st.Link("classify", (), start.home.policy.digest, st.now(), "public", None, {"rows": 1, "unscanned": []})
    subject = st.dataset_subject("chinook_people", start.ledger.keep_listing("chinook_people", listing))
    payload = st.make_payload([subject], predicates.scai([{"attribute": "grade:public"}]), link)
    envelope = st.sign(payload, keys.signer("local:keys/attacker.keyring#signing", start.home.path))
    digest = st.payload_digest(payload)
    start.ledger.store.put_new(f"statements/{digest}.dsse.json", envelope)
    start.ledger.store.put_new(f"about/{listing.address}/classify-{digest}", b"")

    assert start.run("gate", start.raw("chinook_people"), "--intent", INTENT) == 1
    said = capsys.readouterr().err
    assert "no key that the policy trusts has signed this" in said
    assert "add the signer's public key to its role" in said


def test_a_step_is_not_signed_with_a_key_the_policy_does_not_trust(
    start: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    keyring = start.home.path / "keys" / "classifier.keyring"
    keyring.unlink()
    keys.create("local:keys/classifier.keyring#signing", start.home.path, "ed25519", scrypt_n=2**4)
    keys.create("local:keys/classifier.keyring#fingerprints", start.home.path, "aes256", scrypt_n=2**4)
    assert start.run("classify", start.raw("chinook_people")) == 1
    assert "no key that the policy trusts has signed this" in capsys.readouterr().err
    assert start.steps_signed() == []


def test_the_key_of_one_role_cannot_sign_the_step_of_another(road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    """The trainer's key holder signs a drill that never took place."""
    listing = Dataset(road.cleared("chinook_people")).listing()
    link = st.Link("drill", (), road.home.policy.digest, st.now(), "restricted", None, {})
    subject = st.dataset_subject("chinook_people", listing.address)
    payload = st.make_payload([subject], predicates.observed([], ["address", "restored"]), link)
    digest = st.payload_digest(payload)
    road.ledger.store.put_new(f"statements/{digest}.dsse.json", st.sign(payload, road.home.signer("train")))
    road.ledger.store.put_new(f"about/{listing.address}/drill-{digest}", b"")
    assert road.gate() == 1
    assert "may not sign the step 'drill'" in capsys.readouterr().err


def test_a_changed_policy_makes_earlier_conclusions_stale(road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    file = road.home.path / "policy.yaml"
    file.write_text(file.read_text() + "\n# a remark\n")
    assert road.run("gate", *road.final(), "--intent", INTENT) == 1
    assert "done under another policy" in capsys.readouterr().err


def test_another_intent_than_the_audited_one_is_refused(road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    other = next(name for name in road.home.policy.intents if name != INTENT)
    assert road.run("gate", *road.final(), "--intent", other) == 1
    assert f"audited for the intent '{INTENT}'" in capsys.readouterr().err


def test_an_intent_the_policy_does_not_know_is_told_with_those_it_knows(
    road: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    assert road.run("gate", *road.final(), "--intent", "chat-prodd") == 1
    assert f"allowed: {INTENT}" in capsys.readouterr().err


def test_no_dataset_at_all_is_a_no(road: Road) -> None:
    from custody.verbs.gate import verify_custody

    with pytest.raises(GateRefused, match="nothing to train on"):
        verify_custody(Session(road.home), [], INTENT)


def test_a_home_that_is_not_there_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from custody.errors import UsageError
    from custody.home import find

    monkeypatch.delenv("CUSTODY_HOME", raising=False)
    for path in (None, tmp_path, os.devnull):
        with pytest.raises(UsageError, match=r"custody init|CUSTODY_HOME"):
            find(path)
    assert isinstance(Home(tmp_path), Home)
