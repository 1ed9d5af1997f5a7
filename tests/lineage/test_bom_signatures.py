# SPDX-License-Identifier: Apache-2.0
"""JSON signatures in a BOM: one that verifies is let pass, whatever was changed since is seen."""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as some

from custody import policy
from custody.lineage.bomcheck import problems, unsound
from custody.lineage.bomcheck.jsf import canonical, signed_bytes
from tests.base.samples import POLICY

from .bom_edits import DATA, at, put

RULES = policy.parse(POLICY.encode(), "policy.yaml")
VECTORS = Path(__file__).resolve().parents[2] / "../shared/data/jcs-vectors/testdata"
Boms = dict[str, dict[str, Any]]
RSA = rsa.generate_private_key(65537, 2048)
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
DIGESTS = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _integer(value: int, size: int) -> str:
    return _encoded(value.to_bytes(size))


Signing = tuple[dict[str, str], Callable[[bytes], bytes]]


def _elliptic(algorithm: str) -> Signing:
    key = ec.generate_private_key(CURVES[algorithm])
    size, numbers = (key.key_size + 7) // 8, key.public_key().public_numbers()
    digest = DIGESTS[algorithm[2:]]

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size) + s.to_bytes(size)

    curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[algorithm]
    return {"kty": "EC", "crv": curve, "x": _integer(numbers.x, size), "y": _integer(numbers.y, size)}, sign


def _edwards(algorithm: str) -> Signing:
    key = ed25519.Ed25519PrivateKey.generate() if algorithm == "Ed25519" else ed448.Ed448PrivateKey.generate()
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": algorithm, "x": _encoded(raw)}, key.sign


def _rsa(algorithm: str) -> Signing:
    numbers, digest = RSA.public_key().public_numbers(), DIGESTS[algorithm[2:]]
    scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if algorithm[0] == "P" else padding.PKCS1v15()
    jwk = {"kty": "RSA", "n": _integer(numbers.n, 256), "e": _integer(numbers.e, 3)}
    return jwk, lambda data: RSA.sign(data, scheme, digest)


ALGORITHMS = {
    **dict.fromkeys(CURVES, _elliptic),
    **dict.fromkeys(("Ed25519", "Ed448"), _edwards),
    **dict.fromkeys(("RS256", "RS512", "PS256", "PS384"), _rsa),
}


def _signed(bom: dict[str, Any], algorithm: str, many: str = "", times: int = 1) -> dict[str, Any]:
    """Return a copy with a signature, or with several."""
    bom = copy.deepcopy(bom)
    made: list[dict[str, Any]] = []
    for index in range(times):
        jwk, sign = ALGORITHMS[algorithm](algorithm)
        made.append({"algorithm": algorithm, "publicKey": jwk, "keyId": "k", "value": ""})
        bom["signature"] = {many: made} if many else made[0]
        made[index]["value"] = _encoded(sign(signed_bytes(bom, many, index)))
    return bom


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_that_verifies_is_no_problem(boms: Boms, algorithm: str) -> None:
    assert problems(_signed(boms["1.6"], algorithm), RULES) == []


@pytest.mark.parametrize(
    "change",
    [
        put("/version", 2),
        put("/signature/keyId", "other"),
        put(f"{DATA}/data/0/sensitiveData", ["PERSON"]),
        put("/declarations/attestations/0/map/0/conformance/rationale", "x"),
        lambda bom: at(bom, "/components").reverse(),
    ],
)
def test_whatever_is_changed_afterwards_is_seen(boms: Boms, change: Callable[[dict[str, Any]], object]) -> None:
    bom = _signed(boms["1.6"], "ES256")
    change(bom)
    assert "/signature/value: does not verify" in problems(bom, RULES)


def test_a_signature_by_another_key_of_the_same_kind_is_seen(boms: Boms) -> None:
    bom, other = _signed(boms["1.6"], "Ed25519"), _signed(boms["1.6"], "Ed25519")
    bom["signature"]["publicKey"] = other["signature"]["publicKey"]
    assert "/signature/value: does not verify" in problems(bom, RULES)


def test_the_order_of_keys_does_not_matter(boms: Boms) -> None:
    bom = _signed(boms["1.6"], "Ed25519")
    assert problems(dict(reversed(list(bom.items()))), RULES) == []


@pytest.mark.parametrize("many", ["signers", "chain"])
def test_each_of_several_signatures_is_verified(boms: Boms, many: str) -> None:
    bom = _signed(boms["1.6"], "Ed25519", many, times=3)
    assert problems(bom, RULES) == []
    bom["signature"][many][1]["keyId"] = "other"
    found = problems(bom, RULES)
    assert f"/signature/{many}/1/value: does not verify" in found
    assert (f"/signature/{many}/2/value: does not verify" in found) is (many == "chain")  # it covers those before it


def test_a_part_that_is_signed_is_verified_by_itself(boms: Boms) -> None:
    bom = copy.deepcopy(boms["1.6"])
    bom["components"][1] = _signed(bom["components"][1], "Ed25519")
    bom["version"] = 7
    assert problems(bom, RULES) == []
    put("/components/1/version", "x")(bom)
    assert problems(bom, RULES) == ["/components/1/signature/value: does not verify"]


def test_a_signature_is_verified_by_its_certificate(boms: Boms) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(RSA.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day + dt.timedelta(days=1))
        .sign(RSA, hashes.SHA256())
    )
    path = [_encoded(made.public_bytes(serialization.Encoding.DER))]
    bom = copy.deepcopy(boms["1.6"])
    bom["signature"] = {"algorithm": "RS256", "certificatePath": path, "value": ""}
    bom["signature"]["value"] = _encoded(RSA.sign(signed_bytes(bom, "", 0), padding.PKCS1v15(), hashes.SHA256()))
    assert problems(bom, RULES) == []
    bom["version"] = 2
    assert "/signature/value: does not verify" in problems(bom, RULES)


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the RFC 8785 vectors are not beside the repository")
def test_the_canonical_form_is_that_of_the_rfc() -> None:
    files = sorted((VECTORS / "input").glob("*.json"))
    assert len(files) == 6
    for one in files:
        assert canonical(json.loads(one.read_bytes())) == (VECTORS / "output" / one.name).read_bytes().strip()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (-1.5e-9, "-1.5e-9"),
        (333333333.33333329, "333333333.3333333"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(number: float, text: str) -> None:
    assert canonical(number).decode() == text  # the values of RFC 8785, appendix B, and the bounds of ECMA-262


@given(some.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=200, deadline=None)
def test_no_number_is_changed_by_its_canonical_form(number: float) -> None:
    assert math.isclose(float(canonical(number)), number, rel_tol=0, abs_tol=0)


def test_a_number_that_has_no_canonical_form_does_not_verify_and_does_not_crash(boms: Boms) -> None:
    bom = _signed(boms["1.6"], "Ed25519")
    bom["version"] = 1 << 60
    assert [one for one in unsound(bom) if "does not verify" in one]
