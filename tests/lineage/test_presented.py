# SPDX-License-Identifier: Apache-2.0
"""What is presented may be anything: no name acts on a terminal, no size or path ends in a traceback."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from custody import cli
from custody.errors import IntegrityError
from custody.lineage import statement as st
from custody.lineage.gate import examine
from custody.lineage.reindex import reindex
from custody.storage import ObjectStore

from .chain import INTENT
from .release import MODEL, Release
from .tamper import reissue
from .test_by_hand import by_hand


def _verify(release: Release, *options: str | Path) -> int:
    own = ("--bytes", release.bytes, "--policy", release.home.path / "policy.yaml")
    return cli.main(["verify", str(release.bom), "--bundle", str(release.bundle), *map(str, (*own, *options))])


@pytest.mark.parametrize("name", ["\x1b[2J\x1b[Hok", "\N{RIGHT-TO-LEFT OVERRIDE}ko", "bad\udcff", "\x9b2J"])
def test_no_name_acts_on_a_terminal(name: str, release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    (release.bundle / name).touch()
    assert _verify(release) == 1
    said = capsys.readouterr().out
    assert name not in said
    assert all(line.isprintable() for line in said.split("\n"))
    assert "BROKEN: " in said


def test_training_on_a_second_dataset_of_the_same_name_is_seen(release: Release) -> None:
    """The one that the BOM tells stands last, where whoever reads by name finds it."""

    def change(body: dict[str, Any]) -> None:
        materials = body["predicate"]["buildDefinition"]["resolvedDependencies"]
        materials.insert(0, {"name": materials[0]["name"], "digest": {"dirHash": "e" * 64}})

    reissue(release, "train", change)
    found = release.check()
    assert (found.result, found.checks[-1].number) == ("mismatch", 5)
    assert "a name twice" in found.broken
    assert "trained on two datasets of one name" in by_hand(release).stderr


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2 << 30)


def test_a_statement_of_any_size_is_refused_unread(release: Release) -> None:
    _sparse(release.file(release.statement("audit").digest))
    found = release.check()
    assert (found.result, found.checks[-1].number) == ("mismatch", 1)
    assert "larger than" in found.broken


def test_a_document_of_any_size_is_refused_unread(release: Release) -> None:
    digest = release.statement("audit").link.detail["report"]
    _sparse(release.bundle / "ledger" / "documents" / digest)
    assert "larger than" in release.check().broken


@pytest.mark.parametrize(("size", "read"), [(9, True), (10, True), (11, False)])
def test_an_object_is_read_up_to_its_limit(size: int, read: bool, tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    store.put_new("x", bytes(size))
    if read:
        assert store.get("x", 10) == bytes(size)
        return
    with pytest.raises(IntegrityError, match="larger than 10 bytes"):
        store.get("x", 10)


def test_a_bom_that_is_a_directory_is_a_mismatch(release: Release) -> None:
    release.bom.unlink()
    release.bom.mkdir()
    assert "not a BOM in JSON" in release.check().broken


WRONG: dict[str, tuple[Callable[[Release], tuple[str | Path, ...]], str]] = {
    "an authority without a time stamp": (lambda release: ("--tsa", release.bom), "no time stamp"),
    "a time stamp that is a directory": (lambda release: ("--anchor", release.path, "--tsa", release.bom), "is a file"),
    "a key without a summary": (lambda _: ("--sign-with", "local:keys/x.keyring#x"), "no summary to sign"),
    "a summary that is a directory": (lambda release: ("--vsa", release.path), "Correct the path"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_usage_is_told_and_never_ok(case: str, release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    options, told = WRONG[case]
    assert _verify(release, *options(release)) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert not said.out


def test_a_summary_under_the_bundles_own_keys_does_not_pass(release: Release) -> None:
    out = release.path / "answer.json"
    cli.main(
        ["verify", str(release.bom), "--bundle", str(release.bundle), "--bytes", str(release.bytes), "--vsa", str(out)]
    )
    body = json.loads(out.read_bytes())["predicate"]
    assert (body["verificationResult"], body["verifiedLevels"]) == ("FAILED", [])


def test_a_ledger_with_a_statement_of_others_is_drawn_without_it(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    envelope = json.loads(release.file(release.statement("expect", "people").digest).read_bytes())
    body = json.loads(base64.b64decode(envelope["payload"])) | {"predicateType": "https://example.org/praise/v1"}
    made = release.ledger.keep(st.sign(json.dumps(body).encode(), release.signer("expect")))
    assert cli.main(["show", "--home", str(release.home.path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(release.ledger.digests()) - 1
    file = release.home.path / "ledger" / "statements" / f"{made.digest}.dsse.json"
    file.write_bytes(file.read_bytes().replace(b'"sig": "', b'"sig": "AAAA'))
    assert cli.main(["show", "--home", str(release.home.path)]) == 1


@pytest.mark.parametrize("kind", ["foreign", "nothing"])
def test_a_failed_drill_is_not_hidden_by_calling_it_something_else(kind: str, release: Release) -> None:
    ledger, passed = release.ledger, release.statement("drill", "people")
    address = passed.subjects[0]["digest"]["dirHash"]
    body = {**passed.predicate, "result": "FAILED", "failedTests": ["restore"]}
    del body[st.STEP]
    failed = ledger.append(passed.subjects, body, replace(passed.link, created_at=st.now()))
    for marker in list((release.home.path / "ledger" / "about").rglob(f"drill-{failed.digest}")):
        marker.rename(marker.with_name(f"{kind}-{failed.digest}"))
    assert not examine(ledger, "people", address, INTENT, st.now()).passed
    assert reindex(ledger).whole
    (reason,) = examine(ledger, "people", address, INTENT, st.now()).reasons
    assert "its restore drill failed: restore" in reason


def _first(folder: Path) -> Path:
    return min(one for one in folder.rglob("*") if one.is_file())


def _linked(release: Release) -> None:
    file = _first(release.bundle / "ledger" / "documents")
    file.rename(release.path / "moved")
    file.symlink_to(release.path / "moved")


def _edited(change: Callable[[dict[str, Any]], object]) -> Callable[[Release], object]:
    def act(release: Release) -> None:
        file = release.file(release.statement("audit").digest)
        envelope = json.loads(file.read_bytes())
        change(envelope)
        file.write_bytes(st.to_json(envelope))

    return act


def _blank(release: Release) -> None:
    file = release.file(release.statement("bom").digest)
    file.write_bytes(file.read_bytes() + b" ")


SINGLE_FILES: dict[str, Callable[[Release], object]] = {
    "a file is added beside the ledger": lambda release: (release.bundle / "more.txt").touch(),
    "an earlier address is added": lambda release: (release.bundle / "ledger/named/people" / ("e" * 64)).touch(),
    "an earlier address is deleted": lambda release: _first(release.bundle / "ledger" / "named").unlink(),
    "an index file has text": lambda release: _first(release.bundle / "ledger" / "about").write_text("x"),
    "a document is a link": _linked,
    "an envelope has a blank more": _blank,
    "a signature has a field more": _edited(lambda one: one["signatures"][0].update(x=1)),
    "a signature is there twice": _edited(lambda one: one["signatures"].append(one["signatures"][0])),
}


@pytest.mark.parametrize("case", SINGLE_FILES)
def test_by_hand_and_by_custody_it_is_seen_that(case: str, release: Release) -> None:
    SINGLE_FILES[case](release)
    assert release.check().result == "mismatch"
    assert "AssertionError: " in by_hand(release).stderr


def test_the_commands_take_names_that_look_like_options(release: Release) -> None:
    told = [one for one in release.check().redo if one.endswith(MODEL)]
    assert [one.startswith("sha256sum -- ") for one in told] == [True]
