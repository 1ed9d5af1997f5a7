# SPDX-License-Identifier: Apache-2.0
"""Signing keys that never leave where they are: ECDSA P-256 in AWS KMS, and in a PKCS#11 token.

`awskms:KEY` names a key by id, ARN or `alias/NAME`; credentials, region and endpoint are those of the environment. It
needs kms:GetPublicKey and kms:Sign.

`pkcs11:token=LABEL;object=LABEL?module-path=FILE` is a PKCS#11 URI (RFC 7512). The PIN comes from CUSTODY_PKCS11_PIN
or from the file CUSTODY_PKCS11_PIN_FILE names, never from the URI: policies are read by many.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from custody.errors import KeyringError, StorageUnavailable
from custody.signing import public_text, smaller

WEATHER = ("Throttling", "ThrottlingException", "KMSInternalException", "DependencyTimeoutException")
_P256 = bytes.fromhex("06082a8648ce3d030107")  # the curve's name in DER (RFC 5480, 2.1.1.1)


def is_held(uri: str) -> bool:
    """Tell whether a URI names a key that stays where it is."""
    scheme, _, rest = uri.partition(":")
    return bool(rest) and (scheme == "awskms" or (scheme == "pkcs11" and {"token", "object"} <= _path(rest).keys()))


def held(uri: str) -> KmsKey | TokenKey:
    """Return the key of a URI. Nothing is asked of the service or token yet."""
    scheme, _, rest = uri.partition(":")
    return KmsKey(rest) if scheme == "awskms" else TokenKey(uri)


@dataclass(frozen=True)
class KmsKey:
    """A key in AWS KMS.

    Raises, wherever it is asked for something:
        KeyringError: there is no such key, it is no P-256 signing key, or it may not be used.
        StorageUnavailable: the service did not answer, or is busy.
    """

    key: str

    @cached_property
    def public(self) -> str:
        """The public key's text."""
        with self._asked() as client:
            data = client.get_public_key(KeyId=self.key)["PublicKey"]
        key = load_der_public_key(data)
        if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
            raise self._unusable("is no ECDSA P-256 key")
        return public_text(key)

    def sign(self, data: bytes) -> bytes:
        """Return the signature over the data's SHA-256, which is all that is sent."""
        asked = {"MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
        with self._asked() as client:
            made = client.sign(KeyId=self.key, Message=hashlib.sha256(data).digest(), **asked)
        return smaller(made["Signature"])

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield boto3.client("kms")
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))
            raise (self._busy(code) if code in WEATHER else self._unusable(f"was refused ({code})")) from None
        except BotoCoreError as error:
            raise self._busy(type(error).__name__) from None

    def _unusable(self, what: str) -> KeyringError:
        remedy = "name a key of the spec ECC_NIST_P256 for SIGN_VERIFY, and allow kms:GetPublicKey and kms:Sign"
        return KeyringError(f"the key {what}", where=f"awskms:{self.key}", remedy=remedy)

    def _busy(self, what: str) -> StorageUnavailable:
        remedy = "check credentials, region and endpoint, then retry"
        return StorageUnavailable(f"the key service failed with {what}", where=f"awskms:{self.key}", remedy=remedy)


@dataclass(frozen=True)
class TokenKey:
    """A key in a PKCS#11 token, such as an HSM or SoftHSM.

    Raises, wherever it is asked for something:
        KeyringError: no module, token, key or PIN, or the library for PKCS#11 is not installed.
    """

    uri: str

    @cached_property
    def public(self) -> str:
        """The public key's text."""
        with self._session() as session:
            import PyKCS11

            found = self._find(session, "CKO_PUBLIC_KEY")
            point, curve = session.getAttributeValue(found, [PyKCS11.CKA_EC_POINT, PyKCS11.CKA_EC_PARAMS])
        if bytes(curve) != _P256:
            raise self._unusable("the key is no ECDSA P-256 key")
        raw = bytes(point)[2:]  # a point in a DER octet string of 65 bytes, whose head is two
        return public_text(EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw))

    def sign(self, data: bytes) -> bytes:
        """Return the signature over the data's SHA-256, which is all that the token gets."""
        with self._session() as session:
            import PyKCS11

            found = self._find(session, "CKO_PRIVATE_KEY")
            mechanism = PyKCS11.Mechanism(PyKCS11.CKM_ECDSA, None)
            made = bytes(session.sign(found, hashlib.sha256(data).digest(), mechanism))
        half = len(made) // 2
        both = int.from_bytes(made[:half], "big"), int.from_bytes(made[half:], "big")
        return smaller(encode_dss_signature(*both))

    @contextmanager
    def _session(self) -> Iterator[Any]:
        try:
            import PyKCS11
        except ImportError:
            remedy = "pip install 'airflow-provider-custody[pkcs11]'"
            raise KeyringError("keys in tokens need PyKCS11", where=self.uri, remedy=remedy) from None
        pin = self._pin()
        try:
            module = PyKCS11.PyKCS11Lib()
            module.load(self._module)
            session = module.openSession(self._slot(module))
            try:
                session.login(pin)
                yield session
            finally:
                session.closeSession()  # which logs out, when it is the last
        except PyKCS11.PyKCS11Error as error:
            raise self._unusable(f"the token failed ({error.value})") from None

    def _slot(self, module: Any) -> int:
        wanted = _path(self.uri.partition(":")[2])["token"]
        for slot in module.getSlotList(tokenPresent=True):
            if module.getTokenInfo(slot).label.strip("\0 ") == wanted:
                return int(slot)
        raise self._unusable(f"there is no token {wanted!r}")

    def _find(self, session: Any, kind: str) -> Any:
        import PyKCS11

        label = _path(self.uri.partition(":")[2])["object"]
        found = session.findObjects([(PyKCS11.CKA_CLASS, getattr(PyKCS11, kind)), (PyKCS11.CKA_LABEL, label)])
        if len(found) != 1:
            raise self._unusable(f"the token has {len(found)} such keys called {label!r}")
        return found[0]

    @property
    def _module(self) -> str:
        named = parse_qs(self.uri.partition("?")[2]).get("module-path")
        if not named:
            raise self._unusable("no module is named")
        return named[0]

    def _pin(self) -> str:
        if file := os.environ.get("CUSTODY_PKCS11_PIN_FILE"):
            return Path(file).read_text().strip()
        if pin := os.environ.get("CUSTODY_PKCS11_PIN"):
            return pin
        remedy = "set CUSTODY_PKCS11_PIN or CUSTODY_PKCS11_PIN_FILE"
        raise KeyringError("no PIN for this token", where=self.uri, remedy=remedy)

    def _unusable(self, what: str) -> KeyringError:
        return KeyringError(what, where=self.uri, allowed="pkcs11:token=LABEL;object=LABEL?module-path=FILE")


def _path(rest: str) -> dict[str, str]:
    parts = (one.partition("=") for one in rest.partition("?")[0].split(";"))
    return {name: unquote(value) for name, _, value in parts if value}
