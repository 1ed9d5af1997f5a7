# SPDX-License-Identifier: Apache-2.0
"""Signatures: Ed25519 (RFC 8032) and ECDSA over P-256 with SHA-256 (FIPS 186-5).

A public key is written as its algorithm and its bytes in base64, `ed25519:` with 32 bytes or `ecdsa-p256:` with the 33
of a compressed point (SEC 1, 2.3.3). That text is also the key's id, so nobody can say that a key is of another kind.

Of an ECDSA signature (r, s) there is always a second, (r, n - s). Only the one with the smaller s is made and taken:
an envelope must have one spelling, or whoever has no key could still change it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody.errors import KeyringError

Algorithm = Literal["ed25519", "ecdsa-p256"]
SIZES: dict[str, int] = {"ed25519": 32, "ecdsa-p256": 33}  # bytes of a public key
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # n of P-256 (SP 800-186, 3.2.1.3)
FORM = "ed25519:<base64 of 32 bytes>, or ecdsa-p256:<base64 of 33 bytes>"


class Held(Protocol):
    """A private key that stays where it is, in a service or a token."""

    @property
    def public(self) -> str:
        """The public key's text."""

    def sign(self, data: bytes) -> bytes:
        """Return a signature over the data."""


@dataclass(frozen=True)
class Signer:
    """A private key that signs, and the public text people know it by."""

    private: Ed25519PrivateKey | EllipticCurvePrivateKey | Held

    @property
    def public(self) -> str:
        """`ed25519:<base64>` or `ecdsa-p256:<base64>`."""
        if isinstance(self.private, Ed25519PrivateKey | EllipticCurvePrivateKey):
            return public_text(self.private.public_key())
        return self.private.public

    def sign(self, data: bytes) -> bytes:
        """Return the signature: 64 bytes (RFC 8032), or ECDSA in DER with the smaller s."""
        if isinstance(self.private, EllipticCurvePrivateKey):
            return smaller(self.private.sign(data, ECDSA(SHA256())))
        return self.private.sign(data)


def public_text(key: Ed25519PublicKey | EllipticCurvePublicKey) -> str:
    """Return the text of a public key."""
    if isinstance(key, Ed25519PublicKey):
        return "ed25519:" + b64encode(key.public_bytes_raw()).decode()
    return "ecdsa-p256:" + b64encode(key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)).decode()


def public_bytes(public: str) -> bytes:
    """Decode the text of a public key.

    Raises:
        KeyringError: another algorithm, not as many bytes, or a second spelling of some.
    """
    scheme, _, text = public.partition(":")
    try:
        raw = b64decode(text, validate=True)
        if scheme == "ecdsa-p256":
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
    except ValueError:
        raw = b""
    if SIZES.get(scheme) != len(raw) or b64encode(raw).decode() != text:
        raise KeyringError(f"{public[:20]!r} is not a public key", allowed=FORM)
    return raw


def smaller(signature: bytes) -> bytes:
    """Return the one of an ECDSA signature's two forms that is taken. Raises ValueError when it is none."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, ORDER - s))


def verifies(public: str, signature: bytes, data: bytes) -> bool:
    """Tell whether a signature over the data was made by the key with this public text.

    Raises:
        KeyringError: the text is no public key.
    """
    raw = public_bytes(public)
    try:
        _VERIFY[public.partition(":")[0]](raw, signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _ed25519(public: bytes, signature: bytes, data: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(public).verify(signature, data)


def _p256(public: bytes, signature: bytes, data: bytes) -> None:
    if smaller(signature) != signature:
        raise ValueError("the other form")
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public).verify(signature, data, ECDSA(SHA256()))


_VERIFY: dict[str, Callable[[bytes, bytes, bytes], None]] = {"ed25519": _ed25519, "ecdsa-p256": _p256}
