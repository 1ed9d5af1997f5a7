# SPDX-License-Identifier: Apache-2.0
"""A key opens for who has the passphrase and the untouched keyring, and shows itself to nobody."""

from __future__ import annotations

import json
import os
import pprint
import subprocess
import sys
import traceback
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from custody import keys
from custody.errors import CustodyError, KeyringError, UsageError

COST = 2**4
SIGN, OTHER, SEAL = "local:r.keyring#sign", "local:r.keyring#other", "local:r.keyring#seal"


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring with two signing keys and one that encrypts."""
    monkeypatch.setenv("CUSTODY_PASSPHRASE", "correct horse")
    for uri in (SIGN, OTHER):
        keys.create(uri, tmp_path, "ed25519", scrypt_n=COST)
    keys.create(SEAL, tmp_path, "aes256", scrypt_n=COST)
    return tmp_path / "r.keyring"


def _edit(ring: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(ring.read_text())
    change(data)
    ring.write_text(json.dumps(data))


def _load_all(ring: Path) -> None:
    keys.signer(SIGN, ring.parent)
    keys.signer(OTHER, ring.parent)
    keys.secret(SEAL, ring.parent)


def test_keys_come_back_as_they_were_made(ring: Path) -> None:
    one, other = keys.signer(SIGN, ring.parent), keys.signer(OTHER, ring.parent)
    assert one.public == keys.signer(SIGN, ring.parent).public != other.public
    assert keys.verifies(one.public, one.sign(b"data"), b"data")
    sealed = keys.secret(SEAL, ring.parent).seal(b"key", b"context")
    assert keys.secret(SEAL, ring.parent).open(sealed, b"context") == b"key"


def test_making_a_key_again_keeps_it(ring: Path) -> None:
    before = ring.read_bytes()
    keys.create(SIGN, ring.parent, "ed25519", scrypt_n=COST)
    assert ring.read_bytes() == before


def test_nobody_else_may_read_a_new_keyring(ring: Path, tmp_path: Path) -> None:
    assert ring.stat().st_mode & 0o777 == 0o600
    keys.create("local:sub/keys/r.keyring#a", tmp_path, "aes256", scrypt_n=COST)
    assert (tmp_path / "sub" / "keys").stat().st_mode & 0o777 == 0o700


def test_the_default_cost_is_what_owasp_asks_for() -> None:
    assert (keys.SCRYPT_N, keys.SCRYPT_R, keys.SCRYPT_P) == (2**17, 8, 1)


def test_the_signature_is_that_of_rfc_8032() -> None:
    """Section 7.1, test 2."""
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    signer = keys.Signer(Ed25519PrivateKey.from_private_bytes(private))
    assert signer.public == "ed25519:" + b64encode(public).decode()
    assert signer.sign(b"\x72") == signature
    assert keys.verifies(signer.public, signature, b"\x72")


@pytest.mark.parametrize(
    "change",
    [
        lambda key, signature, data: (key, signature, data + b"x"),
        lambda key, signature, data: (key, signature[:-1], data),
        lambda key, _, data: (key, b"", data),
        lambda key, signature, data: (key, bytes([signature[0] ^ 1]) + signature[1:], data),
        lambda _, signature, data: ("ed25519:" + b64encode(bytes(range(32))).decode(), signature, data),
    ],
    ids=["other data", "short", "no signature", "flipped bit", "another key"],
)
def test_another_signature_does_not_verify(
    change: Callable[[str, bytes, bytes], tuple[str, bytes, bytes]], ring: Path
) -> None:
    signer = keys.signer(SIGN, ring.parent)
    public, signature, data = change(signer.public, signer.sign(b"data"), b"data")
    assert not keys.verifies(public, signature, data)


GOOD = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ed25519",
        "ed25519:",
        "ed25519:AAAA",
        f"rsa:{GOOD}",
        GOOD,
        f"ed25519: {GOOD}",
        f"ed25519:{GOOD[:-2]}B=",
        "ed25519:é",
    ],
)
def test_what_is_no_public_key_or_a_second_spelling_of_one_is_refused(text: str) -> None:
    with pytest.raises(KeyringError, match="ed25519:<base64 of 32 bytes>"):
        keys.public_bytes(text)
    assert keys.public_bytes(f"ed25519:{GOOD}") == bytes(32)


# The keyring and its passphrase


def test_a_wrong_passphrase_opens_nothing(ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODY_PASSPHRASE", "wrong horse")
    for load, uri in ((keys.signer, SIGN), (keys.secret, SEAL)):
        with pytest.raises(KeyringError, match="set the passphrase it was made with"):
            load(uri, ring.parent)


def test_a_key_is_not_added_under_another_passphrase(ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = ring.read_bytes()
    monkeypatch.setenv("CUSTODY_PASSPHRASE", "wrong horse")
    with pytest.raises(KeyringError, match="passphrase"):
        keys.create("local:r.keyring#new", ring.parent, "aes256", scrypt_n=COST)
    assert ring.read_bytes() == before


def test_the_passphrase_comes_from_the_environment_or_a_file_or_beside_the_keyring(
    ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUSTODY_PASSPHRASE")
    with pytest.raises(KeyringError, match="set CUSTODY_PASSPHRASE or CUSTODY_PASSPHRASE_FILE"):
        _load_all(ring)
    (ring.parent / "passphrase").write_text("correct horse\n")
    _load_all(ring)
    (ring.parent / "mounted").write_text("another horse")
    monkeypatch.setenv("CUSTODY_PASSPHRASE_FILE", str(ring.parent / "mounted"))
    with pytest.raises(KeyringError):
        _load_all(ring)


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_passphrase_is_none(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTODY_PASSPHRASE", raising=False)
    (tmp_path / "passphrase").write_text(content)
    with pytest.raises(KeyringError, match="no passphrase"):
        keys.create(SEAL, tmp_path, "aes256", scrypt_n=COST)
    assert not (tmp_path / "r.keyring").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_keyring_that_others_can_touch_is_refused(mode: int, ring: Path) -> None:
    ring.chmod(mode)
    with pytest.raises(KeyringError, match=f"chmod 600 {ring}"):
        keys.secret(SEAL, ring.parent)
    with pytest.raises(KeyringError, match="others may read"):
        keys.create("local:r.keyring#new", ring.parent, "aes256", scrypt_n=COST)


def _swap(data: dict[str, Any]) -> None:
    data["keys"]["sign"], data["keys"]["other"] = data["keys"]["other"], data["keys"]["sign"]


def _relabel(data: dict[str, Any]) -> None:
    data["keys"]["seal"]["type"] = "ed25519"
    data["keys"]["sign"] = data["keys"]["seal"]


def _kdf(**change: object) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["kdf"].update(change)


def _entry(**change: object) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["keys"]["sign"].update(change)


TAMPERED: dict[str, Callable[[dict[str, Any]], object]] = {
    "two keys swapped": _swap,
    "a key given another name": lambda data: data["keys"].update(sign=data["keys"]["other"]),
    "a key given another type": _relabel,
    "another salt": _kdf(salt=b64encode(bytes(16)).decode()),
    "another cost": _kdf(n=COST * 2),
    "a cost that eats the memory": _kdf(n=2**40),
    "a cost of none": _kdf(n=0),
    "a cost that is no power of two": _kdf(n=3),
    "a cost that is text": _kdf(n="16"),
    "a cost that is a list": _kdf(n=[16]),
    "more blocks": _kdf(r=2**20),
    "another derivation": _kdf(name="none"),
    "no salt": lambda data: data["kdf"].pop("salt"),
    "no derivation": lambda data: data.pop("kdf"),
    "an empty key": _entry(sealed=""),
    "a key cut off": _entry(sealed="AAAA"),
    "a key that is not base64": _entry(sealed="!"),
    "a key that is a number": _entry(sealed=1),
    "a key without a type": lambda data: data["keys"]["sign"].pop("type"),
    "a key that is text": lambda data: data["keys"].update(sign="x"),
    "keys that are a list": lambda data: data.update(keys=[]),
    "another version": lambda data: data.update(custody_keyring=2),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_a_tampered_keyring_opens_nothing(case: str, ring: Path) -> None:
    _edit(ring, TAMPERED[case])
    with pytest.raises(KeyringError):
        keys.signer(SIGN, ring.parent)


@pytest.mark.parametrize("content", [b"", b"[1]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"custody_keyring": 1}'])
def test_a_file_that_is_no_keyring_is_named(content: bytes, ring: Path) -> None:
    ring.write_bytes(content)
    with pytest.raises(KeyringError, match="not a custody keyring") as caught:
        keys.secret(SEAL, ring.parent)
    assert str(ring) in str(caught.value)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=some.integers(0, 59), mask=some.integers(1, 255))
def test_a_flipped_byte_of_a_sealed_key_is_noticed(at: int, mask: int, ring: Path) -> None:
    whole = ring.read_bytes()
    sealed = bytearray(b64decode(json.loads(whole)["keys"]["seal"]["sealed"]))
    assert len(sealed) == 60, "nonce, key and tag"
    sealed[at] ^= mask
    _edit(ring, lambda data: data["keys"]["seal"].update(sealed=b64encode(sealed).decode()))
    with pytest.raises(KeyringError, match="changed"):
        keys.secret(SEAL, ring.parent)
    ring.write_bytes(whole)


@pytest.mark.parametrize(
    ("load", "uri", "names"),
    [
        (keys.signer, SEAL, "allowed: other, sign"),
        (keys.secret, SIGN, "allowed: seal"),
        (keys.secret, "local:r.keyring#typo", "allowed: seal"),
        (keys.secret, "local:nowhere.keyring#seal", "custody init"),
    ],
)
def test_a_key_that_is_not_there_is_answered_with_those_that_are(
    load: Callable[[str, Path], object], uri: str, names: str, ring: Path
) -> None:
    with pytest.raises(KeyringError, match=names):
        load(uri, ring.parent)


def test_a_name_stays_with_its_type(ring: Path) -> None:
    with pytest.raises(KeyringError, match="another type"):
        keys.create(SIGN, ring.parent, "aes256", scrypt_n=COST)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "local:",
        "local:r.keyring",
        "local:#seal",
        "local:r.keyring#",
        "LOCAL:r.keyring#seal",
        "awskms:alias/x",
        "r#s",
    ],
)
def test_what_is_no_key_uri_is_answered_with_how_one_is_written(uri: str, ring: Path) -> None:
    assert not keys.is_uri(uri)
    with pytest.raises(UsageError, match="local:FILE#NAME"):
        keys.secret(uri, ring.parent)
    assert keys.is_uri(SEAL)


def test_keys_made_at_once_are_all_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODY_PASSPHRASE", "correct horse")
    script = (
        "import sys; from pathlib import Path; from custody import keys\n"
        "sys.stdin.readline()\n"
        "for i in range(5): keys.create(f'local:r.keyring#{sys.argv[1]}{i}', Path(), 'aes256', scrypt_n=16)\n"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", script, name], cwd=tmp_path, stdin=subprocess.PIPE) for name in "abc"
    ]
    for maker in makers:  # all have started; let them go
        assert maker.stdin
        maker.stdin.write(b"\n")
        maker.stdin.close()
    assert [maker.wait(60) for maker in makers] == [0, 0, 0]
    for name in (f"{one}{i}" for one in "abc" for i in range(5)):
        keys.secret(f"local:r.keyring#{name}", tmp_path)


# Sealing


@settings(max_examples=50, deadline=None)
@given(some.binary(max_size=200), some.binary(max_size=50), some.binary(max_size=50))
def test_what_was_sealed_opens_with_its_context_only(data: bytes, context: bytes, other: bytes) -> None:
    secret = keys.Secret("local:a#b", bytes(32))
    sealed = secret.seal(data, context)
    assert secret.open(sealed, context) == data
    assert secret.seal(data, context) != sealed, "each sealing draws a fresh nonce"
    if context != other:
        with pytest.raises(KeyringError):
            secret.open(sealed, other)


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(28)])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(KeyringError, match="use the key it was sealed with"):
        keys.Secret("local:a#b", bytes(32)).open(sealed, b"")


def test_a_secret_never_shows_itself(ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, signer = keys.secret(SEAL, ring.parent), keys.signer(SIGN, ring.parent)
    assert isinstance(signer.private, Ed25519PrivateKey)
    raw = (secret.key, signer.private.private_bytes_raw())
    shown = [show(one) for one in (secret, signer, [secret]) for show in (str, repr, pprint.pformat, "{}".format)]
    monkeypatch.setenv("CUSTODY_PASSPHRASE", "wrong horse")
    for call in (lambda: keys.secret(SEAL, ring.parent), lambda: secret.open(os.urandom(60), b"")):
        with pytest.raises(CustodyError) as caught:
            call()
        shown += ["".join(traceback.format_exception(caught.value)), pprint.pformat(vars(caught.value))]
    for key in raw:
        for form in (repr(key)[2:-1], key.hex(), b64encode(key).decode()):
            assert not [text for text in shown if form in text]
    assert not [text for text in shown if "horse" in text]
