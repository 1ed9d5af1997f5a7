# SPDX-License-Identifier: Apache-2.0
"""Does a JSON signature (JSF 0.82) verify? The signed bytes are the whole object without the signature's own value.

Canonical form is RFC 8785. `excludes` takes properties out of what is signed; a BOM that uses it is not verified here,
since anything may stand in what is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

MAX_INTEGER = 1 << 53  # beyond it the numbers of ECMAScript, and so of RFC 8785, are not exact
_HASHES = {"256": "SHA256", "384": "SHA384", "512": "SHA512"}


def canonical(value: Any) -> bytes:
    """Return the canonical form of JSON by RFC 8785.

    Raises:
        ValueError: a number or a text has none.
    """
    return _canonical(value).encode()


def _canonical(value: Any) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_canonical(name)}:{_canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """Return a number as ECMAScript writes it (ECMA-262, Number::toString): the shortest digits that give it back."""
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValueError("integer")
    if not value:
        return "0"
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    text, power = "".join(map(str, digits)), int(exponent) + len(digits)
    if len(text) <= power <= 21:
        told = text + "0" * (power - len(text))
    elif 0 < power <= 21:
        told = f"{text[:power]}.{text[power:]}"
    elif -6 < power <= 0:
        told = f"0.{'0' * -power}{text}"
    else:
        told = f"{text[0]}{'.' if len(text) > 1 else ''}{text[1:]}e{power - 1:+d}"
    return "-" * sign + told


def signed_bytes(holder: Mapping[str, Any], many: str, index: int) -> bytes:
    """Return the bytes that a signature covers.

    Args:
        holder: the object that has `signature`.
        many: `signers` or `chain`; empty for a single signature.
        index: which of them.
    """
    signature = holder["signature"]
    if not many:
        return canonical({**holder, "signature": _open(signature)})
    before = signature[many][:index] if many == "chain" else []
    return canonical({**holder, "signature": {many: [*before, _open(signature[many][index])]}})


def _open(signature: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in signature.items() if name != "value"}


def verifies(algorithm: str, key: Any, signature: bytes, data: bytes) -> bool:
    """Tell whether a signature verifies.

    Args:
        algorithm: one of JSF's own that has a public key.
        key: a public key of `cryptography`.
        signature: its bytes.
        data: what it covers.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(*_arguments(algorithm, signature, data))
    except (InvalidSignature, ValueError, TypeError, AttributeError):
        return False
    return True


def _arguments(algorithm: str, signature: bytes, data: bytes) -> tuple[Any, ...]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    if algorithm.startswith("Ed"):
        return signature, data
    digest: hashes.HashAlgorithm = getattr(hashes, _HASHES[algorithm[2:]])()
    if algorithm.startswith("ES"):
        half = len(signature) // 2
        pair = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
        return encode_dss_signature(*pair), data, ec.ECDSA(digest)
    if algorithm.startswith("PS"):
        return signature, data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest
    return signature, data, padding.PKCS1v15(), digest
