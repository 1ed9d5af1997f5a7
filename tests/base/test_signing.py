# SPDX-License-Identifier: Apache-2.0
"""Signatures of both algorithms, of keys in keyrings, in a key service and in a token, in their one spelling."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from custody import cli, heldkeys, keys, signing
from custody.errors import CustodyError, KeyringError, StorageUnavailable
from custody.home import init
from tests.base.samples import POLICY

URI = "local:r.keyring#sign"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234-of-this-test"


@pytest.fixture
def signer(tmp_path: Path, passphrase: str) -> signing.Signer:
    """An ECDSA key in a keyring."""
    assert passphrase
    keys.create(URI, tmp_path, "ecdsa-p256", scrypt_n=2**4)
    return keys.signer(URI, tmp_path)


def _other_form(signature: bytes) -> bytes:
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, signing.ORDER - s)


def test_an_ecdsa_key_comes_back_as_it_was_made(signer: signing.Signer, tmp_path: Path) -> None:
    again = keys.signer(URI, tmp_path)
    assert again.public == signer.public
    assert signer.public.startswith("ecdsa-p256:")
    assert len(signing.public_bytes(signer.public)) == 33
    assert signing.verifies(signer.public, again.sign(b"data"), b"data")
    assert keys.has_signer(URI, tmp_path)
    assert not keys.has_signer("local:r.keyring#typo", tmp_path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.binary(max_size=100), other=some.binary(max_size=100))
def test_a_signature_is_of_its_data_and_has_one_form(data: bytes, other: bytes, signer: signing.Signer) -> None:
    made = signer.sign(data)
    assert signing.verifies(signer.public, made, data)
    assert signing.verifies(signer.public, made, other) == (data == other)
    assert not signing.verifies(signer.public, _other_form(made), data), "anybody could make the other form"


def test_another_library_takes_the_signature_and_the_public_key(signer: signing.Signer) -> None:
    raw = signing.public_bytes(signer.public)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    from securesystemslib.signer import Signature, SSlibKey  # type: ignore[attr-defined]

    known = SSlibKey.from_crypto(key, signer.public)
    assert known.scheme == "ecdsa-sha2-nistp256"
    known.verify_signature(Signature(signer.public, signer.sign(b"data").hex()), b"data")


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda _: b"",
    "cut off": lambda one: one[:-1],
    "lengthened": lambda one: one + b"\0",
    "a flipped bit": lambda one: one[:-1] + bytes([one[-1] ^ 1]),
    "the other form": _other_form,
    "zeros": lambda _: encode_dss_signature(0, 0),
    "one and the order": lambda _: encode_dss_signature(1, signing.ORDER),
    "raw instead of DER": lambda one: b"".join(n.to_bytes(32, "big") for n in decode_dss_signature(one)),
    "of another algorithm": lambda _: bytes(64),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_signature_does_not_verify(case: str, signer: signing.Signer) -> None:
    assert not signing.verifies(signer.public, SPOILT[case](signer.sign(b"data")), b"data")


def _texts() -> dict[str, str]:
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    compressed = signing.public_text(point).partition(":")[2]
    numbers = point.public_numbers()
    full = b64encode(b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")).decode()
    return {
        "said to be of the other algorithm": f"ed25519:{compressed}",
        "of 32 bytes": "ecdsa-p256:" + b64encode(bytes(32)).decode(),
        "no point of the curve": "ecdsa-p256:" + b64encode(b"\2" + b"\xff" * 32).decode(),
        "not compressed": f"ecdsa-p256:{full}",
        "the point at infinity": "ecdsa-p256:AA==",
        "of another curve": f"ecdsa-p384:{compressed}",
        "a secret of both sides": f"hmac-sha256:{compressed}",
        "of no algorithm": compressed,
    }


@pytest.mark.parametrize("case", _texts())
def test_what_is_no_public_key_is_refused(case: str) -> None:
    with pytest.raises(KeyringError, match="is not a public key"):
        signing.public_bytes(_texts()[case])


def test_a_home_keeps_the_ecdsa_key_that_was_made_before(tmp_path: Path, passphrase: str) -> None:
    assert passphrase
    (tmp_path / "template.yaml").write_text(POLICY)
    keys.create("local:keys/ring.keyring#auditor", tmp_path / "home", "ecdsa-p256", scrypt_n=2**4)
    home = init(tmp_path / "home", tmp_path / "template.yaml", scrypt_n=2**4)
    (own,) = home.policy.signers_of("audit")
    assert own == home.signer("audit").public
    assert own.startswith("ecdsa-p256:")


# In a key service


@pytest.fixture
def kms(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the service, whose place custody finds in the environment."""
    told = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in {**told, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    return boto3.client("kms")


def _kms_key(kms: Any, spec: str = "ECC_NIST_P256") -> str:
    usage = "ENCRYPT_DECRYPT" if spec.startswith("SYMM") else "SIGN_VERIFY"
    return str(kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"])


def test_a_key_in_the_service_signs_and_is_known_by_its_public_key(kms: Any, tmp_path: Path) -> None:
    key = _kms_key(kms)
    kms.create_alias(AliasName="alias/auditor", TargetKeyId=key)
    one, other = (keys.signer(f"awskms:{name}", tmp_path) for name in (key, "alias/auditor"))
    assert one.public == other.public
    for number in range(8):  # about half of what the service makes is in the other form
        data = bytes([number])
        made = other.sign(data)
        # the service takes a digest as it is; its stand-in hashes whatever it is given (Moto 5)
        assert any(signing.verifies(one.public, made, signed) for signed in (data, hashlib.sha256(data).digest()))


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P384", "SYMMETRIC_DEFAULT"])
def test_a_key_of_another_kind_is_refused(spec: str, kms: Any, tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match=r"name a key of the spec ECC_NIST_P256"):
        _ = keys.signer(f"awskms:{_kms_key(kms, spec)}", tmp_path).public


def test_a_key_that_is_not_there_or_a_service_that_is_not_is_told(
    kms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kms
    with pytest.raises(KeyringError, match="NotFoundException"):
        _ = keys.signer("awskms:alias/nobody", tmp_path).public
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StorageUnavailable, match="EndpointConnectionError"):
        _ = keys.signer("awskms:alias/nobody", tmp_path).public


def test_a_home_takes_the_public_key_from_the_service(kms: Any, tmp_path: Path) -> None:
    uri = f"awskms:{_kms_key(kms)}"
    text = POLICY.replace('"local:keys/ring.keyring#auditor"', f'"{uri}"')
    (tmp_path / "template.yaml").write_text(text)
    home = init(tmp_path / "home", tmp_path / "template.yaml", scrypt_n=2**4)
    assert home.policy.signers_of("audit") == {keys.signer(uri, tmp_path).public}


# In a token


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A soft token with an ECDSA key, and the part of its URI that comes before the object."""
    pytest.importorskip("PyKCS11")
    if not MODULE.exists() or not shutil.which("pkcs11-tool"):
        pytest.skip("needs SoftHSM and OpenSC: apt-get install softhsm2 opensc")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    monkeypatch.setenv("CUSTODY_PKCS11_PIN", PIN)
    _call("softhsm2-util", "--init-token", "--free", "--label", "custody", "--so-pin", "x" * 8, "--pin", PIN)
    _make("auditor", "EC:prime256v1", "01")
    _make("larger", "EC:secp384r1", "02")
    return "pkcs11:token=custody;object="


def _call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _make(label: str, kind: str, number: str) -> None:
    tool = ("pkcs11-tool", "--module", str(MODULE), "--token-label", "custody", "--login", "--pin", PIN)
    _call(*tool, "--keypairgen", "--key-type", kind, "--label", label, "--id", number)


def _in_own_process(uri: str, text: str) -> str:
    """A soft token keeps what it read of its place for as long as the process lives."""
    code = "import sys; from pathlib import Path; from custody import keys, signing\n"
    code += "key = keys.signer(sys.argv[1], Path())\ntry:\n    " + text
    code += "\nexcept Exception as error: print(type(error).__name__, error)"
    done = subprocess.run([sys.executable, "-c", code, uri], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_key_in_a_token_signs(token: str) -> None:
    text = "print(all(signing.verifies(key.public, key.sign(bytes([n])), bytes([n])) for n in range(8)), key.public)"
    said = _in_own_process(f"{token}auditor?module-path={MODULE}", text)
    assert said.startswith("True ecdsa-p256:")


@pytest.mark.parametrize(
    ("uri", "pin", "what"),
    [
        ("pkcs11:token=custody;object=nobody?module-path=MODULE", PIN, "has 0 such keys called 'nobody'"),
        ("pkcs11:token=other;object=auditor?module-path=MODULE", PIN, "there is no token 'other'"),
        ("pkcs11:token=custody;object=larger?module-path=MODULE", PIN, "is no ECDSA P-256 key"),
        ("pkcs11:token=custody;object=auditor", PIN, "no module is named"),
        ("pkcs11:token=custody;object=auditor?module-path=/nowhere.so", PIN, "the token failed"),
        ("pkcs11:token=custody;object=auditor?module-path=MODULE", "wrong-pin", "the token failed"),
        ("pkcs11:token=custody;object=auditor?module-path=MODULE", "", "no PIN for this token"),
    ],
)
def test_what_is_wrong_with_a_token_is_told(
    uri: str, pin: str, what: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert token
    monkeypatch.setenv("CUSTODY_PKCS11_PIN", pin)
    said = _in_own_process(uri.replace("MODULE", str(MODULE)), "print(key.public)")
    assert "KeyringError" in said
    assert what in said
    assert (pin or PIN) not in said


@pytest.mark.parametrize(
    ("uri", "held"),
    [
        ("awskms:alias/x", True),
        ("awskms:arn:aws:kms:eu-west-1:1:key/2", True),
        ("pkcs11:token=a;object=b", True),
        ("awskms:", False),
        ("pkcs11:token=a", False),
        ("pkcs11:object=b?module-path=/x", False),
        ("pkcs12:token=a;object=b", False),
        ("local:r.keyring#a", False),
        ("", False),
    ],
)
def test_which_uris_name_keys_that_stay_where_they_are(uri: str, held: bool) -> None:
    assert heldkeys.is_held(uri) == held
    assert keys.is_signing_uri(uri) == (held or uri.startswith("local:"))


def test_a_held_key_never_encrypts(tmp_path: Path) -> None:
    with pytest.raises(CustodyError, match="local:FILE#NAME"):
        keys.secret("awskms:alias/x", tmp_path)


def test_keys_are_made_and_shown_on_the_command_line(
    tmp_path: Path, passphrase: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert passphrase
    monkeypatch.setattr(keys.create, "__kwdefaults__", {"scrypt_n": 2**4})
    for kind in ("ecdsa-p256", "ed25519"):
        uri = f"local:r.keyring#{kind}"
        assert cli.main(["key", "create", uri, "--type", kind, "--home", str(tmp_path)]) == 0
        made = capsys.readouterr().out
        assert cli.main(["key", "public", uri, "--home", str(tmp_path)]) == 0
        assert capsys.readouterr().out == made == keys.signer(uri, tmp_path).public + "\n"
        assert made.startswith(kind)
    assert cli.main(["key", "create", uri, "--type", "ecdsa-p256", "--home", str(tmp_path)]) == 1
    assert "another type" in capsys.readouterr().err
