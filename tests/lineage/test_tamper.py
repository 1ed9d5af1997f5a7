# SPDX-License-Identifier: Apache-2.0
"""Whatever anybody without the right key does to a release is a mismatch that names the broken link."""

from __future__ import annotations

import base64
import copy
import json
import re
import shutil
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from custody import keys
from custody.errors import UsageError
from custody.home import init
from custody.lineage import statement as st
from custody.lineage.verification import CHECKS

from .chain import later
from .release import MODEL, RELEASE_POLICY, Release, walk
from .tamper import edit_bom, edit_envelope, files, flipped, put, reissue, spare_bit


@pytest.fixture(autouse=True)
def _urls_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the official schema pass every URL: parsing them is most of a verification, and no case here is about it."""
    monkeypatch.setattr("jsonschema._format._rfc3987_is_valid_syntax", lambda *_: True)


Act = Callable[[Release], Any]
Twofold = Callable[[dict[str, Any], dict[str, Any]], object]  # a predicate and custody's own part of it
Case = tuple[Act, str, str]  # what is done, the check that breaks, what it says
STRANGER = "local:keys/stranger.keyring#k"


def _stranger(release: Release) -> keys.Signer:
    keys.create(STRANGER, release.home.path, "ed25519", scrypt_n=2**4)
    return keys.signer(STRANGER, release.home.path)


def _ledger(release: Release, *parts: str) -> Path:
    return release.bundle.joinpath("ledger", *parts)


def _marker(release: Release, step: str) -> Path:
    digest = release.statement(step, "people").digest
    return next(_ledger(release, "about").rglob(f"{step}-{digest}"))


def _payload(release: Release, step: str, name: str = "") -> bytes:
    envelope = json.loads(release.file(release.statement(step, name).digest).read_bytes())
    return base64.b64decode(envelope["payload"])


# Outsiders: no key


def _delete(step: str) -> Act:
    return lambda release: release.file(release.statement(step, "people").digest).unlink()


def _envelope(change: Callable[[dict[str, Any]], object], step: str = "classify") -> Act:
    return lambda release: edit_envelope(release, step, change)


def _in_bytes(change: Callable[[bytes], bytes]) -> Act:
    def act(release: Release) -> None:
        file = release.file(release.statement("bom").digest)
        file.write_bytes(change(file.read_bytes()))

    return act


def _first(change: Callable[[str], str], key: str) -> Callable[[dict[str, Any]], None]:
    def act(envelope: dict[str, Any]) -> None:
        envelope["signatures"][0][key] = change(envelope["signatures"][0][key])

    return act


def _signed_once_more(envelope: dict[str, Any]) -> None:
    envelope["signatures"].append({"keyid": "ed25519:" + b64encode(bytes(32)).decode(), "sig": "AAAA"})


def _twice(envelope: dict[str, Any]) -> None:
    envelope["signatures"] *= 2


def _replace(release: Release) -> None:
    one, other = release.statement("expect", "people"), release.statement("drill", "people")
    shutil.copyfile(release.file(other.digest), release.file(one.digest))


def _swap(release: Release) -> None:
    one, other = (release.file(release.statement("expect", name).digest) for name in ("people", "orders"))
    text = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(text)


def _add_strange(release: Release) -> None:
    payload = _payload(release, "audit").replace(b'"allow"', b'"allow_with_obligations"')
    put(release, st.sign(payload, _stranger(release)), "audit")


def _replay(release: Release) -> None:
    """An older classification, signed once, that no released step follows."""
    old = walk(release, "people2", "confidential").made["classify"]
    put(release, release.ledger.envelope(old.digest), "classify")


def _foreign(release: Release) -> None:
    body = json.loads(_payload(release, "expect")) | {"predicateType": "https://example.org/praise/v1"}
    put(release, st.sign(json.dumps(body).encode(), release.signer("expect")), "expect")


def _swap_documents(release: Release) -> None:
    one, other = sorted(_ledger(release, "documents").iterdir())[:2]
    text = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(text)


def _edit_listing(release: Release) -> None:
    address = release.statement("drill", "people").subjects[0]["digest"]["dirHash"]
    file = _ledger(release, "documents", address)
    file.write_text(file.read_text().replace("part 0", "part 9"))


def _relabel(release: Release) -> None:
    marker = _marker(release, "expect")
    marker.rename(marker.with_name(marker.name.replace("expect-", "drill-")))


def _misfile(release: Release) -> None:
    marker = _marker(release, "expect")
    elsewhere = _ledger(release, "about", "e" * 64, marker.name)
    elsewhere.parent.mkdir()
    marker.rename(elsewhere)


def _link_away(release: Release) -> None:
    file = next(_ledger(release, "documents").iterdir())
    moved = release.path / "moved"
    file.rename(moved)
    file.symlink_to(moved)


def _policy(change: Callable[[str], str]) -> Callable[[Release], dict[str, Any]]:
    def act(release: Release) -> dict[str, Any]:
        file = release.bundle / "policy.yaml"
        file.write_text(change(file.read_text()))
        return {"rules": None}

    return act


def _policy_while_pinned(release: Release) -> None:
    file = release.bundle / "policy.yaml"
    file.write_text(file.read_text() + "# a remark\n")


def _all_by_a_stranger(release: Release) -> None:
    """Another home's policy and keys, with everything in the bundle signed by them."""
    (release.path / "other.yaml").write_text(RELEASE_POLICY)
    other = init(release.path / "other", release.path / "other.yaml", scrypt_n=2**4)
    own = release.home.policy.digest
    for digest in release.own.digests():
        step, file = release.own.get(digest).link.step, release.file(digest)
        payload = base64.b64decode(json.loads(file.read_bytes())["payload"])
        envelope = st.sign(payload.replace(own.encode(), other.policy.digest.encode()), other.signer(step))
        file.unlink()
        put(release, envelope, step)
    shutil.copyfile(other.path / "policy.yaml", release.bundle / "policy.yaml")


def _bom(change: Callable[[dict[str, Any]], object]) -> Act:
    return lambda release: edit_bom(release, change)


def _bom_text(change: Callable[[str], str]) -> Act:
    return lambda release: release.bom.write_text(change(release.bom.read_text()))


def _of(bom: dict[str, Any], name: str = "people") -> dict[str, Any]:
    return next(one for one in bom["components"] if one["name"] == name)


def _classified(bom: dict[str, Any]) -> None:
    _of(bom)["data"][0]["classification"] = "public"


def _licensed(bom: dict[str, Any]) -> None:
    _of(bom)["licenses"] = [{"license": {"id": "CC0-1.0", "acknowledgement": "concluded"}}]


def _harmless(bom: dict[str, Any]) -> None:
    _of(bom)["data"][0]["sensitiveData"] = []


def _hashed(bom: dict[str, Any]) -> None:
    _of(bom)["hashes"][0]["content"] = "e" * 64
    _of(bom)["components"] = []


def _dropped(bom: dict[str, Any]) -> None:
    gone = _of(bom, "orders")
    bom["components"].remove(gone)
    ref = gone["bom-ref"]
    card = bom["metadata"]["component"]["modelCard"]["modelParameters"]
    card["datasets"] = [one for one in card["datasets"] if one["ref"] != ref]
    bom["dependencies"] = [one for one in bom["dependencies"] if one["ref"] != ref]
    bom["dependencies"][0]["dependsOn"].remove(ref)
    bom["compositions"][0]["assemblies"].remove(ref)
    for part in ("formulation", "declarations", "citations"):  # what else tells of it
        bom.pop(part, None)


def _added(bom: dict[str, Any]) -> None:
    text = json.dumps(_of(bom, "orders")).replace("dataset:orders@", "dataset:extra@")
    extra = json.loads(text) | {"name": "extra"}
    bom["components"].append(extra)
    bom["metadata"]["component"]["modelCard"]["modelParameters"]["datasets"].append({"ref": extra["bom-ref"]})
    bom["dependencies"][0]["dependsOn"].append(extra["bom-ref"])


def _named_twice(bom: dict[str, Any]) -> None:
    """Two datasets of one name, of which the first is another."""
    _added(bom)
    bom["components"][-1]["name"] = "orders"
    bom["components"][-1]["hashes"][0]["content"] = "e" * 64
    bom["components"].insert(0, bom["components"].pop())


def _unresolved(bom: dict[str, Any]) -> None:
    bom["dependencies"][0]["dependsOn"].append("dataset:ghost")


def _other_envelope(bom: dict[str, Any]) -> None:
    references = [one for one in _of(bom)["externalReferences"] if one["type"] == "attestation"]
    references[0]["hashes"], references[1]["hashes"] = references[1]["hashes"], references[0]["hashes"]


def _other_model(bom: dict[str, Any]) -> None:
    bom["metadata"]["component"]["hashes"][0]["content"] = "e" * 64


def _data(change: Callable[[Path], object]) -> Act:
    return lambda release: change(release.bytes / "people")


def _flip(folder: Path) -> None:
    file = folder / "part 0.csv"
    file.write_bytes(b"X" + file.read_bytes()[1:])


def _exchange(release: Release) -> None:
    place = release.bytes
    for source, target in (("people", "x"), ("orders", "people"), ("x", "orders")):
        (place / source).rename(place / target)


def _roll_back(release: Release) -> dict[str, Any]:
    """The publisher has released anew and told the head; somebody presents the older release, whole."""
    old = release.copy(release.path.with_name("old"))
    release.publish()
    head = release.check().head
    for name in ("release", "bytes"):
        shutil.rmtree(release.path / name)
        shutil.copytree(old.path / name, release.path / name)
    return {"head": head}


OUTSIDERS: dict[str, Case] = {
    "a statement is deleted": (_delete("drill"), "chain", "missing"),
    "the training is deleted": (
        lambda release: release.file(release.statement("train").digest).unlink(),
        "chain",
        "missing",
    ),
    "a report is deleted": (
        lambda release: _ledger(release, "documents", release.statement("audit").link.detail["report"]).unlink(),
        "chain",
        "document is missing",
    ),
    "a marker is deleted": (lambda release: _marker(release, "expect").unlink(), "chain", "expect-.*: missing"),
    "an earlier address is deleted": (
        lambda release: next(_ledger(release, "named", "people").iterdir()).unlink(),
        "chain",
        "named/people/.*: missing",
    ),
    "a signature is edited": (_envelope(_first(flipped, "sig")), "signatures", "no key that the policy trusts"),
    "a payload is edited": (
        _envelope(lambda one: one.update(payload=flipped(one["payload"]))),
        "signatures",
        "no key that the policy trusts",
    ),
    "a signature is taken away": (_envelope(lambda one: one.update(signatures=[])), "signatures", "no key"),
    "a signature has a spare bit": (_envelope(_first(spare_bit, "sig"), "bom"), "signatures", "edited"),
    "an envelope has a blank more": (_in_bytes(lambda text: text + b" "), "signatures", "edited"),
    "an envelope is laid out anew": (
        _in_bytes(lambda text: json.dumps(json.loads(text), indent=1).encode()),
        "signatures",
        "edited",
    ),
    "an envelope has a field more": (_envelope(lambda one: one.update(note="x"), "bom"), "signatures", "edited"),
    "an envelope has a key twice": (
        _in_bytes(lambda text: text.replace(b'{"payload":', b'{"payload": "", "payload":', 1)),
        "signatures",
        "not a DSSE envelope",
    ),
    "an envelope has a signature nobody knows": (_envelope(_signed_once_more, "bom"), "signatures", "edited"),
    "an envelope has its signature twice": (_envelope(_twice, "bom"), "signatures", "edited"),
    "an envelope has another type": (
        _envelope(lambda one: one.update(payloadType="application/json")),
        "signatures",
        "not a DSSE envelope",
    ),
    "a signature is said to be another role's": (
        lambda release: edit_envelope(
            release, "classify", _first(lambda _: release.statement("audit").signer, "keyid")
        ),
        "signatures",
        "no key that the policy trusts",
    ),
    "a key id names another algorithm": (
        _envelope(_first(lambda key: key.replace("ed25519", "ecdsa-p256"), "keyid")),
        "signatures",
        "no key that the policy trusts",
    ),
    "a key id names no algorithm": (
        _envelope(_first(lambda key: key.replace("ed25519", "hmac-sha256"), "keyid")),
        "signatures",
        "no key that the policy trusts",
    ),
    "a statement is replaced by another": (_replace, "statements", "not what its name says"),
    "two statements are swapped": (_swap, "statements", "not what its name says"),
    "a stranger's statements are added": (_add_strange, "signatures", "no key that the policy trusts"),
    "an old statement is replayed": (_replay, "chain", "added"),
    "an unknown predicate is added": (_foreign, "statements", "not a custody statement"),
    "two documents are swapped": (_swap_documents, "chain", "document has changed"),
    "a listing is edited": (_edit_listing, "chain", "document has changed"),
    "a marker is relabelled": (_relabel, "chain", "missing|calls this drill"),
    "a marker is filed elsewhere": (_misfile, "chain", "missing"),
    "a file is added": (lambda release: _ledger(release, "note.txt").write_text("x"), "chain", "note.txt: added"),
    "a file is replaced by a link": (_link_away, "chain", "symbolic link|missing"),
    "the policy has a remark more": (_policy(lambda text: text + "# x\n"), "BOM", "another policy"),
    "the policy asks for less": (
        _policy(lambda text: text.replace("    expectations: true\n", "")),
        "BOM",
        "another policy",
    ),
    "the policy has a typo": (
        _policy(lambda text: text.replace("measures:", "measurs:")),
        "signatures",
        "measurs",
    ),
    "the bundle's policy is not the pinned one": (_policy_while_pinned, "chain", "policy is not yours"),
    "a stranger signed all of it": (_all_by_a_stranger, "signatures", "no key that the policy trusts"),
    "the BOM claims a lower grade": (_bom(_classified), "chain", "no signed statement contains this BOM"),
    "the BOM claims another licence": (_bom(_licensed), "chain", "no signed statement contains this BOM"),
    "the BOM leaves a dataset out": (_bom(_dropped), "chain", "no signed statement contains this BOM"),
    "the BOM names other data": (_bom(_hashed), "chain", "no signed statement contains this BOM"),
    "the BOM names another model": (_bom(_other_model), "chain", "no signed statement contains this BOM"),
    "the BOM says true for one": (
        _bom(lambda bom: bom.update(version=True)),
        "chain",
        "no signed statement contains this BOM",
    ),
    "the BOM has a key twice": (
        _bom_text(lambda text: text.replace("{", '{"bomFormat": "X", ', 1)),
        "chain",
        "not a BOM in JSON",
    ),
    "the BOM is empty": (_bom_text(lambda _: ""), "chain", "not a BOM in JSON"),
    "a byte of the data is flipped": (_data(_flip), "data", "people: the bytes at .* have the digest"),
    "a file of the data is renamed": (
        _data(lambda folder: (folder / "part 0.csv").rename(folder / "part 2.csv")),
        "data",
        "people: the bytes",
    ),
    "a file is added to the data": (_data(lambda folder: (folder / ".x").write_text("")), "data", "people: the bytes"),
    "the data has a link": (_data(lambda folder: (folder / "l").symlink_to("part 0.csv")), "data", "symbolic link"),
    "the data of two names are swapped": (
        _exchange,
        "data",
        "people: the bytes",
    ),
    "the model is another one": (
        lambda release: (release.bytes / MODEL).write_bytes(b"other weights"),
        "model",
        "model.bin: the bytes",
    ),
    "an older release is presented whole": (_roll_back, "chain", "the head is .* not"),
}


def _broken_at(release: Release, check: str, what: str, options: dict[str, Any] | None) -> None:
    found = release.check(**(options if isinstance(options, dict) else {}))
    assert found.result == "mismatch"
    first = next(one for one in found.checks if one.state == "broken")
    assert CHECKS[first.number] == check, first.text
    assert re.search(what, first.text), first.text
    assert "\n" not in found.broken


@pytest.mark.parametrize("case", OUTSIDERS)
def test_without_a_key_it_is_seen_that(case: str, release: Release) -> None:
    act, check, what = OUTSIDERS[case]
    _broken_at(release, check, what, act(release))


# Insiders: the keys of some roles


def _published(change: Callable[[dict[str, Any]], object]) -> Act:
    """The holder of the publisher's key signs a BOM that says otherwise."""
    return lambda release: reissue(release, "bom", lambda body: change(body["predicate"]))


def _signed(step: str, change: Twofold, name: str = "people", owner: str = "") -> Act:
    """A step was signed otherwise from the start; `change` gets the predicate and custody's own part of it."""

    def act(release: Release) -> None:
        def told(body: dict[str, Any]) -> None:
            change(body["predicate"], body["predicate"][st.STEP])

        about = MODEL if step == "train" else "snapshot-" + name if step == "backup" else name
        reissue(release, step, told, about, release.signer(owner) if owner else None)

    return act


def _failed(predicate: dict[str, Any], _: dict[str, Any]) -> None:
    predicate.update(result="FAILED", failedTests=["rows"], passedTests=[])


def _detail(**told: Any) -> Twofold:
    return lambda _, link: link.setdefault("detail", {}).update(told)


def _moved(**by: float) -> Twofold:
    return lambda _, link: link.update(createdAt=later(link["createdAt"], **by))


def _not_following(*_: Any) -> None: ...


def _without_prev(_: dict[str, Any], link: dict[str, Any]) -> None:
    link["prev"] = []


def _other_material(predicate: dict[str, Any], _: dict[str, Any]) -> None:
    predicate["buildDefinition"]["resolvedDependencies"][0]["digest"] = {"dirHash": "e" * 64, "sha256": "e" * 64}


def _no_material(predicate: dict[str, Any], _: dict[str, Any]) -> None:
    del predicate["buildDefinition"]["resolvedDependencies"][1:]


def _regrade(grade: str | None) -> Twofold:
    return lambda _, link: link.update(grade=grade)


def _shape(change: Callable[[dict[str, Any]], object]) -> Twofold:
    return lambda predicate, _: change(predicate)


INSIDERS: dict[str, Case] = {
    "the publisher claims a lower grade": (_published(_classified), "grades", "classification is not the signed grade"),
    "the publisher claims another licence": (_published(_licensed), "grades", "licence is not the one the audit"),
    "the publisher hides what was found": (_published(_harmless), "grades", "sensitive data is not what was found"),
    "the publisher leaves a dataset out": (_published(_dropped), "training", "not those .* trained on \\(orders\\)"),
    "the publisher adds a dataset": (_published(_added), "training", "not those .* trained on \\(extra\\)"),
    "the publisher names a dataset twice": (_published(_named_twice), "BOM|training", "hash|not those"),
    "the publisher names other data": (_published(_hashed), "training", "not those .* trained on \\(people\\)"),
    "the publisher leaves a reference open": (_published(_unresolved), "BOM", "nothing has the bom-ref"),
    "the publisher refers to other envelopes": (_published(_other_envelope), "BOM", "not the envelope"),
    "the publisher names another model": (_published(_other_model), "chain", "no signed statement contains this BOM"),
    "the publisher's BOM is of another form": (
        _published(lambda bom: bom.update(components=[*bom["components"], {"type": "data", "name": "x"}])),
        "BOM",
        "bom-ref|no hashes|components",
    ),
    "the trainer names other data": (_signed("train", _other_material), "training", "not those"),
    "the trainer keeps a dataset to himself": (_signed("train", _no_material), "training", "not those"),
    "the trainer trained before any gate": (_signed("train", _without_prev), "steps", "did not follow a passed gate"),
    "the trainer had another intent": (_signed("train", _detail(intent="exam")), "steps", "another intent"),
    "the trainer worked under another policy": (
        _signed("train", lambda _, link: link["policy"]["digest"].update(sha256="e" * 64)),
        "training",
        "another policy",
    ),
    "the gate said no": (
        _signed("gate", _shape(lambda one: one.update(verificationResult="FAILED"))),
        "steps",
        "did not follow a passed gate",
    ),
    "the gate passed what failed its expectations": (_signed("expect", _failed), "steps", "expectations failed"),
    "the gate passed what was not restored": (_signed("drill", _failed), "steps", "restore drill failed"),
    "the gate passed what the audit denies": (_signed("audit", _detail(verdict="deny")), "steps", "verdict is deny"),
    "the gate passed what nobody decided": (_signed("audit", _detail(verdict=None)), "steps", "verdict is None"),
    "the gate passed what was audited for another intent": (
        _signed("audit", _detail(intent="exam")),
        "steps",
        "audited for the intent 'exam'",
    ),
    "the gate passed a restore that was too old": (_signed("drill", _moved(days=-2)), "steps", "older than 1 day"),
    "the gate came after the restore had become too old": (
        _signed("gate", _moved(days=3)),
        "steps",
        "older than 1 day",
    ),
    "the restore is dated in the future": (_signed("drill", _moved(days=2)), "steps", "dated in the future"),
    "the gate passed another redaction": (_signed("redact", _detail(plan={})), "steps", "was not redacted as"),
    "the redaction names other data": (_signed("redact", _other_material), "steps", "unclassified"),
    "the redaction was done for a lower grade": (
        _signed("redact", _regrade("confidential")),
        "steps",
        "redact was done for confidential data",
    ),
    "the classification has no grade": (_signed("classify", _regrade(None)), "steps", "unclassified"),
    "the grade is none of the scheme": (_signed("classify", _regrade("banana")), "steps", "graded banana"),
    "data was not read whole": (
        _signed("classify", _detail(unscanned=["part 0.csv"])),
        "steps",
        "could not be read whole",
    ),
    "the drill was under another policy": (
        _signed("drill", lambda _, link: link["policy"]["digest"].update(sha256="e" * 64)),
        "steps",
        "drill was done under another policy",
    ),
    "the auditor signs the classification": (
        _signed("classify", _not_following, owner="audit"),
        "statements",
        "may not sign the step 'classify'",
    ),
    "the classifier signs the drill": (
        _signed("drill", _not_following, owner="classify"),
        "statements",
        "may not sign the step 'drill'",
    ),
    "the publisher signs the training": (
        _signed("train", _not_following, owner="bom"),
        "statements",
        "may not sign the step 'train'",
    ),
    "the trainer signs the gate": (
        _signed("gate", _not_following, owner="train"),
        "statements",
        "may not sign the step 'gate'",
    ),
    "a result is a word of its own": (
        _signed("expect", _shape(lambda one: one.update(result="FINE"))),
        "statements",
        "result is none of",
    ),
    "a classification has no attributes": (
        _signed("classify", _shape(lambda one: one.pop("attributes"))),
        "statements",
        "attributes is missing",
    ),
    "an intent is a list": (_signed("train", _detail(intent=[])), "steps", "another intent|another form"),
    "a plan is a number": (_signed("redact", _detail(plan=7)), "steps", "another form"),
}


@pytest.mark.parametrize("case", INSIDERS)
def test_with_the_keys_of_some_roles_it_is_seen_that(case: str, release: Release) -> None:
    act, check, what = INSIDERS[case]
    act(release)
    found = release.check()
    first = next(one for one in found.checks if one.state == "broken")
    assert CHECKS[first.number] in check.split("|"), first.text
    assert re.search(what, first.text), first.text


def test_signing_everything_anew_as_it_was_is_ok(release: Release) -> None:
    """Or else the cases above would be refused for how they are made."""
    reissue(release, "audit", lambda body: body["predicate"][st.STEP].update(grade="internal"), "orders")
    assert release.check().result == "ok"


# Any single file


def _make_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _damages(file: Path, other: bytes) -> dict[str, Callable[[], object]]:
    data = file.read_bytes()
    return {
        "deleted": file.unlink,
        "emptied": lambda: file.write_bytes(b"" if data else b"x"),
        "lengthened": lambda: file.write_bytes(data + b" "),
        "flipped": lambda: file.write_bytes(bytes([data[0] ^ 1]) + data[1:] if data else b"\0"),
        "replaced": lambda: file.write_bytes(other if other != data else b"{}"),
        "renamed": lambda: file.rename(file.with_name(file.name + "x")),
        "a directory": lambda: _make_directory(file),
    }


def test_no_single_file_of_a_bundle_can_be_touched(release: Release) -> None:
    survived = []
    every = files(release)
    contents = {file: file.read_bytes() for file in every}
    for number, file in enumerate(every):
        other = contents[every[number - 1]]
        damages = _damages(file, other)
        kinds = list(damages)
        for kind in (kinds[number % len(kinds)], kinds[(number + 3) % len(kinds)]):  # each kind meets many files
            damages[kind]()
            if not _seen(release):
                survived.append((kind, file.relative_to(release.bundle)))
            renamed = file.with_name(file.name + "x")
            renamed.unlink(missing_ok=True)
            if file.is_dir():
                file.rmdir()
            file.write_bytes(contents[file])
    assert survived == []
    assert len(every) > 50
    assert release.check().result == "ok", "the bundle is whole again"


def _seen(release: Release) -> bool:
    try:
        return release.check(data=None).result == "mismatch"
    except UsageError:
        return not (release.bundle / "policy.yaml").is_file()


def test_no_statement_of_the_home_can_be_added_to_a_bundle(release: Release) -> None:
    """Real ones, signed by the right keys: replayed, they are still too many."""
    walk(release, "others", "confidential")
    kept = set(release.own.digests())
    spare = [digest for digest in release.ledger.digests() if digest not in kept]
    assert len(spare) >= 7
    for digest in spare:
        clone = copy.copy(release)
        put(clone, release.ledger.envelope(digest), release.ledger.get(digest).link.step)
        found = release.check(data=None)
        assert (found.result, "added" in found.broken) == ("mismatch", True), digest
        release.file(digest).unlink()
        for marker in list(_ledger(release, "about").rglob(f"*-{digest}")):
            marker.unlink()
    assert release.check().result == "ok"
