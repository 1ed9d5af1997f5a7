# SPDX-License-Identifier: Apache-2.0
"""A JSON signature (JSF 0.82) has the form of its algorithm, a key that fits, and verifies.

custody signs with DSSE; a JSF signature in a BOM is somebody else's. Whose key it is, nobody is asked here: that it
verifies says that the document was not changed since, and no more. One that nobody can verify is a problem.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from custody.lineage.bomcheck import jsf
from custody.lineage.bomcheck.parts import Part

# Bytes of a signature: RFC 7518, 3.2 (HS) and 3.4 (ES); RFC 8032 (Ed25519, Ed448). RSA has the length of its modulus,
# at least 2048 bits by RFC 7518, 3.3.
_BYTES = {"ES256": 64, "ES384": 96, "ES512": 132, "Ed25519": 64, "Ed448": 114, "HS256": 32, "HS384": 48, "HS512": 64}
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "Ed25519": "Ed25519", "Ed448": "Ed448"}
_COORDINATE = {"P-256": 32, "P-384": 48, "P-521": 66, "Ed25519": 32, "Ed448": 57}  # bytes, RFC 7518, 6.2 and RFC 8037
_LEAST_RSA = 256  # bytes
_BASE64URL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def wrong(every: Iterable[Part]) -> Iterator[str]:
    """Yield what is wrong with the signatures of a BOM."""
    holders = {one.pointer: one for one in every}
    for part in holders.values():
        if part.holder == "signature":
            yield from _signature(part, holders[part.pointer.removesuffix("/signature")].value)


def _signature(part: Part, holder: Mapping[str, Any]) -> Iterator[str]:
    for many in ("signers", "chain"):
        if many in part.value:
            if not part.value[many]:
                yield part.problem("a signature by nobody", many)
            for index, one in enumerate(part.value[many]):
                yield from _one(Part(f"{part.pointer}/{many}/{index}", many, one), holder, many, index)
            return
    yield from _one(part, holder, "", 0)


def _one(part: Part, holder: Mapping[str, Any], many: str, index: int) -> Iterator[str]:
    malformed = [*_form(part), *_excluded(part, holder)]
    yield from malformed
    if malformed:
        return
    algorithm, key = str(part.value["algorithm"]), _public_key(part.value)
    if key is None:
        yield part.problem("names no key that can be read, so nobody can verify it")
    elif "excludes" in part.value:
        yield part.problem("leaves out parts of the document, so it is not verified", "excludes")
    else:
        try:
            data = jsf.signed_bytes(holder, many, index)
        except (ValueError, UnicodeError):
            data = b""
        if not jsf.verifies(algorithm, key, _decoded(part.value["value"]) or b"", data):
            yield part.problem("does not verify", "value")


def _form(part: Part) -> Iterator[str]:
    signature, key = part.value, part.value.get("publicKey")
    algorithm, value = str(signature["algorithm"]), _decoded(signature["value"])
    if value is None:
        yield part.problem("is not base64url without padding", "value")
    elif algorithm in _BYTES and len(value) != _BYTES[algorithm]:
        yield part.problem(f"has {len(value)} bytes; {algorithm} signatures have {_BYTES[algorithm]}", "value")
    elif algorithm[:2] in ("RS", "PS") and len(value) < _LEAST_RSA:
        yield part.problem(f"has {len(value)} bytes; {algorithm} signatures have at least {_LEAST_RSA}", "value")
    elif algorithm[:2] in ("RS", "PS") and key and len(value) != len(_decoded(key.get("n")) or b""):
        yield part.problem("is not as long as the modulus of its key", "value")
    if key is not None:
        yield from (part.problem(what, "publicKey") for what in _key(algorithm, key))
    if "certificatePath" in signature and not _certificates(signature["certificatePath"]):
        yield part.problem("does not hold X.509 certificates", "certificatePath")


def _excluded(part: Part, holder: Mapping[str, Any]) -> Iterator[str]:
    for name in part.value.get("excludes", ()):
        if name not in holder:
            yield part.problem("excludes a property that is not there", "excludes")


def _key(algorithm: str, key: Mapping[str, Any]) -> Iterator[str]:
    if algorithm.startswith("HS"):
        yield "a message code by a shared secret has no public key"
    elif algorithm[:2] in ("RS", "PS"):
        if key["kty"] != "RSA" or not (_decoded(key.get("n")) and _decoded(key.get("e"))):
            yield f"is not a key of {algorithm}"
    elif algorithm in _CURVES:
        if key.get("crv") != _CURVES[algorithm]:
            yield f"is not a key of {algorithm}"
        elif _point(key) is None:
            yield f"is not a point of {key['crv']}"


def _public_key(signature: Mapping[str, Any]) -> Any:
    """Return the key a signature names itself, by value or by certificate; None when it names none that is usable."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = signature.get("publicKey")
    try:
        if key is None:
            first = _decoded(signature["certificatePath"][0]) or b""
            return x509.load_der_x509_certificate(first).public_key()
        if key["kty"] == "RSA":
            n, e = (int.from_bytes(_decoded(key[name]) or b"") for name in "ne")
            return rsa.RSAPublicNumbers(e, n).public_key()
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return _point(key)


def _point(key: Mapping[str, Any]) -> Any:
    """Return an elliptic-curve key; None when its coordinates are no point of its curve."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519

    curve, coordinates = key["crv"], [_decoded(key.get(name)) or b"" for name in "xy" if name in key]
    if any(len(one) != _COORDINATE[curve] for one in coordinates):
        return None
    try:
        if key["kty"] == "OKP":
            kinds: dict[str, Any] = {"Ed25519": ed25519.Ed25519PublicKey, "Ed448": ed448.Ed448PublicKey}
            return kinds[curve].from_public_bytes(coordinates[0])
        curves: dict[str, type[ec.EllipticCurve]] = {
            "P-256": ec.SECP256R1,
            "P-384": ec.SECP384R1,
            "P-521": ec.SECP521R1,
        }
        x, y = (int.from_bytes(one) for one in coordinates)
        return ec.EllipticCurvePublicNumbers(x, y, curves[curve]()).public_key()
    except (ValueError, IndexError, KeyError):
        return None


def _certificates(path: list[Any]) -> bool:
    """Tell whether each is one DER sequence with nothing behind it. Parsers differ on what older ones hold within."""
    return bool(path) and all(_is_der(_decoded(one) or b"") for one in path)


def _is_der(data: bytes) -> bool:
    if len(data) < 4 or data[0] != 0x30:  # SEQUENCE, X.690
        return False
    size = data[1] & 0x7F if data[1] & 0x80 else 0  # bytes that hold the length, when it is 128 or more
    length = int.from_bytes(data[2 : 2 + size]) if size else data[1]
    return len(data) == 2 + size + length


def _decoded(text: Any) -> bytes | None:
    """Decode base64url without padding (RFC 7515, 2); None when it is not that."""
    if not isinstance(text, str) or not text or not set(text) <= _BASE64URL or len(text) % 4 == 1:
        return None
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
