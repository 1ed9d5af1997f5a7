# SPDX-License-Identifier: Apache-2.0
"""What a verification tells: three results, nine checks, a summary others can use, and how to redo it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from custody import cli
from custody.dataset import Dataset
from custody.errors import UsageError
from custody.lineage import dsse, shape
from custody.lineage import statement as st
from custody.lineage.verification import CHECKS
from custody.lineage.vsa import DETAIL, LEVEL
from custody.verbs.session import Session
from custody.verbs.train import training

from .chain import INTENT
from .release import GRADES, MODEL, Release, make

SHA256 = "0" * 64


def _run(release: Release, *options: str | Path) -> int:
    return cli.main(["verify", str(release.bom), "--bundle", str(release.bundle), *map(str, options)])


def _json(release: Release, capsys: pytest.CaptureFixture[str], *options: str | Path) -> dict[str, Any]:
    capsys.readouterr()
    _run(release, "--json", *options)
    return dict(json.loads(capsys.readouterr().out))


def test_every_check_is_reached_and_told(release: Release) -> None:
    found = release.check()
    assert (found.result, found.broken, found.unreached) == ("ok", "", [])
    assert {one.number for one in found.checks} == set(CHECKS)


def test_two_datasets_of_the_same_bytes_are_released_and_verified(tmp_path: Path) -> None:
    for place in ("raw", "redacted", "bytes"):
        for name in GRADES:
            (tmp_path / place / name).mkdir(parents=True)
            (tmp_path / place / name / "a.csv").write_text(place)
    twins = make(tmp_path)
    assert twins.check().result == "ok"
    (twins.bytes / "people" / "a.csv").write_text("other")
    assert "people" in twins.check().broken


def test_two_datasets_of_one_name_are_refused_before_training(release: Release, tmp_path: Path) -> None:
    """They would have one reference in the BOM and one place among the bytes."""
    other = shutil.copytree(release.bytes / "people", tmp_path / "elsewhere" / "people")
    datasets = [Dataset(release.bytes / "people"), Dataset(other)]
    with pytest.raises(UsageError, match="have one name"), training(Session(release.home), datasets, INTENT, tmp_path):
        pytest.fail("training began")


@pytest.mark.parametrize(("gone", "left"), [("people", 1), ("orders", 1), (MODEL, 1), ("", 3)])
def test_what_was_not_read_is_never_ok(gone: str, left: int, release: Release) -> None:
    if gone:
        path = release.bytes / gone
        path.unlink() if path.is_file() else shutil.rmtree(path)
    found = release.check() if gone else release.check(data=None)
    assert (found.result, len(found.unchecked)) == ("incomplete", left)


def test_a_mismatch_outweighs_what_was_not_read(release: Release) -> None:
    shutil.rmtree(release.bytes / "people")
    (release.bytes / MODEL).write_bytes(b"x")
    assert release.check().result == "mismatch"


@pytest.mark.parametrize("path", ["bom", "bundle", "bytes"])
def test_a_path_that_is_not_there_is_wrong_usage(path: str, release: Release) -> None:
    target = getattr(release, path)
    target.unlink() if target.is_file() else shutil.rmtree(target)
    with pytest.raises(UsageError, match="there is nothing here"):
        release.check()


def test_the_head_is_what_coreutils_say(release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    told = _json(release, capsys)["head"]
    assert _run(release, "--expect-head", told) == 2
    assert _run(release, "--expect-head", SHA256) == 1
    assert "these are other records, or older ones" in capsys.readouterr().out


def test_the_json_names_the_link_and_what_was_not_reached(release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    release.file(release.statement("drill", "people").digest).unlink()
    told = _json(release, capsys, "--bytes", release.bytes)
    assert told["result"] == "mismatch"
    assert "missing" in told["broken"]
    assert told["notReached"] == ["BOM", "training", "steps", "grades", "data", "model"]
    assert [one["state"] for one in told["checks"]] == ["ok", "ok", "broken"]


# The summary


def _summary(release: Release, *options: str | Path) -> dict[str, Any]:
    out = release.path / "answer.json"
    _run(release, "--vsa", out, *options)
    return dict(json.loads(out.read_bytes()))


def test_an_ok_becomes_a_summary_that_names_policy_inputs_and_subjects(release: Release) -> None:
    told = _summary(release, "--bytes", release.bytes, "--policy", release.home.path / "policy.yaml")
    body = told["predicate"]
    assert told["predicateType"] == st.VSA
    assert [one["name"] for one in told["subject"]] == ["model.cdx.json", "people", "orders", MODEL]
    assert (body["verificationResult"], body["verifiedLevels"]) == ("PASSED", [LEVEL])
    assert body["policy"]["digest"]["sha256"] == release.home.policy.digest
    assert [one["digest"]["sha256"] for one in body["inputAttestations"]] == release.own.digests()
    assert body[DETAIL]["policyPinned"] is True


@pytest.mark.parametrize("spoil", [False, True])
def test_nothing_but_ok_passes_in_a_summary(spoil: bool, release: Release) -> None:
    if spoil:
        (release.bytes / MODEL).write_bytes(b"x")
    options: tuple[str | Path, ...] = ("--bytes", release.bytes) if spoil else ()
    body = _summary(release, *options)["predicate"]
    assert (body["verificationResult"], body["verifiedLevels"]) == ("FAILED", [])
    assert body[DETAIL]["result"] == ("mismatch" if spoil else "incomplete")


def test_a_summary_is_signed_by_the_verifiers_own_key(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(release.home.path)
    own = ("--bytes", release.bytes, "--policy", "policy.yaml")
    envelope = _summary(release, *own, "--sign-with", "local:keys/ring.keyring#gatekeeper")
    signer = release.signer("gate").public
    assert dsse.unpack(json.dumps(envelope).encode(), "x").signers({signer}) == {signer}
    assert json.loads(b64decode(envelope["payload"]))["predicate"]["verificationResult"] == "PASSED"


# How a sceptic redoes it


def test_the_commands_give_what_they_say(release: Release) -> None:
    lines = release.check().redo
    shell = [one for one in lines if not one.startswith("#")]
    told = [one.rsplit(" ", 1)[1] for one in lines if one.startswith("#") and "prints " in one and "needs" not in one]
    digests, signatures = shell[:-1], shell[-1].replace("python3", sys.executable, 1)
    said = [subprocess.run(["bash", "-c", one], capture_output=True, text=True, check=True).stdout for one in digests]
    assert [one.split()[0] for one in said] == told
    assert len(told) == 4
    signed = subprocess.run(["bash", "-c", signatures], capture_output=True, text=True, check=True).stdout
    own = [(one.link.step, one.signer) for one in map(release.own.get, release.own.digests())]
    assert [tuple(line.split()) for line in signed.splitlines()] == own


def test_the_commands_find_a_wrong_signature(release: Release) -> None:
    command = release.check().redo[-1].replace("python3", sys.executable, 1)
    file = release.file(release.statement("audit").digest)
    envelope = json.loads(file.read_bytes())
    envelope["payload"] = "e30="
    file.write_text(json.dumps(envelope))
    assert subprocess.run(["bash", "-c", command], capture_output=True, check=False).returncode != 0


# Forms


@pytest.mark.parametrize("step", ["classify", "audit", "encrypt", "gate", "bom"])
def test_whatever_field_a_predicate_lacks_is_named(step: str, release: Release) -> None:
    made = release.statement(step)
    assert shape.problems(made) == []
    for path, wanted in shape._FIELDS[made.predicate_type].items():  # noqa: SLF001
        body = json.loads(json.dumps(made.predicate))
        part = body
        *above, last = path.split(".")
        for name in above:
            part = part[name]
        part[last] = [] if wanted is not list else {}
        told = shape.problems(st.Statement(made.digest, made.subjects, made.predicate_type, body, made.link, ""))
        assert any(path in one for one in told), path
