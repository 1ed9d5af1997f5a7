# SPDX-License-Identifier: Apache-2.0
"""A home is made once, safely repeated, and says what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from custody import keys, policy
from custody.errors import KeyringError, PolicyError, UsageError
from custody.home import Home, find, init

COST = 2**4
STEPS = ("audit", "classify", "redact", "encrypt", "expect", "backup", "drill", "gate", "train", "bom")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CUSTODY_HOME", "CUSTODY_PASSPHRASE", "CUSTODY_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)


def _made(path: Path, template: Path) -> Home:
    return init(path, template, scrypt_n=COST)


def test_a_new_home_can_sign_every_step_and_has_every_key(tmp_path: Path, template: Path) -> None:
    home = _made(tmp_path / "home", template)
    for step in STEPS:
        assert home.policy.signers_of(step) == {home.signer(step).public}
    for uri in home.policy.key_uris():
        assert len(home.secret(uri).key) == 32
    assert (home.path / "keys" / "passphrase").stat().st_mode & 0o777 == 0o600


def test_the_policy_keeps_the_stewards_text_but_for_the_public_keys(tmp_path: Path, template: Path) -> None:
    home = _made(tmp_path / "home", template)
    text = (home.path / "policy.yaml").read_text()
    assert re.sub(r'keys: \["ed25519:[^"]+"\]', "keys: []", text) == template.read_text()


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("# kept", "# \U0001f511 é kept"), ("# kept", "\ufeff# kept")])
def test_the_public_keys_go_to_the_right_place_in_any_text(
    change: tuple[str, str], tmp_path: Path, template: Path
) -> None:
    template.write_bytes(template.read_text().replace(*change).encode())
    home = _made(tmp_path / "home", template)
    assert [home.policy.signers_of(step) for step in STEPS] == [{home.signer(step).public} for step in STEPS]


def test_making_a_home_again_changes_nothing(tmp_path: Path, template: Path) -> None:
    home = _made(tmp_path / "home", template)
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    template.write_text(template.read_text().replace("default: internal", "default: public"))
    _made(home.path, template)
    assert {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()} == before


def test_a_home_whose_making_was_cut_short_is_finished_with_the_same_keys(tmp_path: Path, template: Path) -> None:
    home = _made(tmp_path / "home", template)
    text = (home.path / "policy.yaml").read_text()
    (home.path / "policy.yaml").unlink()
    assert (_made(home.path, template).path / "policy.yaml").read_text() == text


def test_no_passphrase_file_is_made_where_the_environment_has_one(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODY_PASSPHRASE", "correct horse")
    home = _made(tmp_path / "home", template)
    assert not (home.path / "keys" / "passphrase").exists()
    monkeypatch.delenv("CUSTODY_PASSPHRASE")
    with pytest.raises(KeyringError, match="set CUSTODY_PASSPHRASE"):
        home.signer("audit")


@pytest.mark.parametrize(
    ("old", "new", "error", "what"),
    [
        ("default: internal", "default: intern", PolicyError, "write 'internal'"),
        ("roles:\n", "roles: {}\nrules:\n", PolicyError, "'rules' is not allowed"),
        ('#auditor", keys: []}', '#auditor"}', PolicyError, r"yaml:\d+:3: the role auditor[\s\S]*write `keys: \[\]`"),
        ("#auditor", "#backups", KeyringError, "another type"),
    ],
)
def test_a_template_with_a_fault_makes_no_policy(
    old: str, new: str, error: type[Exception], what: str, tmp_path: Path, template: Path
) -> None:
    template.write_text(template.read_text().replace(old, new, 1))
    with pytest.raises(error, match=what):
        _made(tmp_path / "home", template)
    assert not (tmp_path / "home" / "policy.yaml").exists()


def test_a_home_is_found_by_path_or_environment(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _made(tmp_path / "home", template)
    with pytest.raises(UsageError, match="set CUSTODY_HOME"):
        find()
    monkeypatch.setenv("CUSTODY_HOME", str(home.path))
    assert find() == find(home.path) == find(str(home.path)) == home
    with pytest.raises(UsageError, match="custody init"):
        find(tmp_path)


def test_a_step_nobody_signs_here_is_told_with_the_remedy(tmp_path: Path, template: Path) -> None:
    template.write_text(
        template.read_text().replace(
            '{steps: [audit], sign_with: "local:keys/ring.keyring#auditor", keys: []}', "{steps: []}"
        )
    )
    home = _made(tmp_path / "home", template)
    with pytest.raises(UsageError, match=r"no role here signs the step 'audit'[\s\S]*sign_with"):
        home.signer("audit")


def test_keys_of_two_homes_differ(tmp_path: Path, template: Path) -> None:
    one, two = _made(tmp_path / "one", template), _made(tmp_path / "two", template)
    assert one.signer("audit").public != two.signer("audit").public
    assert (one.path / "keys" / "passphrase").read_bytes() != (two.path / "keys" / "passphrase").read_bytes()


def test_the_policy_of_a_home_is_the_file_it_holds(tmp_path: Path, template: Path) -> None:
    home = _made(tmp_path / "home", template)
    assert home.policy.digest == policy.load(home.path / "policy.yaml").digest
    assert keys.SCRYPT_N != COST, "homes of tests are cheap on purpose"
