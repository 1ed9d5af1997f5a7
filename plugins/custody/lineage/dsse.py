# SPDX-License-Identifier: Apache-2.0
"""DSSE envelopes: made, read and verified; and JSON of which no two readers make different things.

An envelope has one spelling here: sorted keys, nothing but payload, type and signatures, base64 without spare bits.
Reading is lenient about blanks and additions, since others write envelopes too; `reworded` tells whether there are any.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from custody.errors import IntegrityError
from custody.keys import Signer, verifies

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_ENVELOPE = 64 << 20  # bytes; a larger file is no statement


@dataclass(frozen=True)
class Envelope:
    """An envelope that was read and not verified."""

    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]  # key id, which is the public key's text, and signature

    def signers(self, known: Collection[str]) -> frozenset[str]:
        """Return which of some public keys have signed the payload."""
        signed = pae(self.payload)
        return frozenset(key for key, signature in self.signatures if key in known and verifies(key, signature, signed))

    @property
    def text(self) -> bytes:
        """The one spelling."""
        signatures = [{"keyid": key, "sig": b64encode(signature).decode()} for key, signature in self.signatures]
        return to_json(
            {"payload": b64encode(self.payload).decode(), "payloadType": PAYLOAD_TYPE, "signatures": signatures}
        )


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """DSSE pre-authentication encoding (DSSE v1.0.2, protocol)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, signer: Signer) -> bytes:
    """Return the DSSE envelope of a payload, as JSON bytes."""
    return Envelope(payload, ((signer.public, signer.sign(pae(payload))),)).text


def to_json(envelope: Mapping[str, Any]) -> bytes:
    """Return the one form in which custody stores an envelope."""
    return json.dumps(envelope, sort_keys=True).encode()


def unpack(data: bytes, where: str) -> Envelope:
    """Read an envelope. Nothing in it is to be believed yet.

    Raises:
        IntegrityError: it is none, is larger than MAX_ENVELOPE, or holds another type of payload.
    """
    try:
        if len(data) > MAX_ENVELOPE:
            raise ValueError("too large")
        envelope = strict_json(data)
        if envelope["payloadType"] != PAYLOAD_TYPE:
            raise ValueError("payloadType")
        signatures = tuple((str(one["keyid"]), b64decode(one["sig"], validate=True)) for one in envelope["signatures"])
        return Envelope(b64decode(envelope["payload"], validate=True), signatures)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise IntegrityError("not a DSSE envelope", where=where, remedy="restore the file") from None


def reworded(data: bytes, known: Collection[str], where: str) -> bool:
    """Tell whether an envelope says something in other bytes than custody writes, or has a signature of nobody known.

    Whoever has no key can still add a blank, a field, a spare bit of base64 or a signature that nobody checks.
    """
    envelope = unpack(data, where)
    keys = [key for key, _ in envelope.signatures]
    return envelope.text != data or len(set(keys)) != len(keys) or envelope.signers(known) != set(keys)


def strict_json(data: bytes) -> Any:
    """Parse JSON in UTF-8, refusing what parsers disagree on: repeated keys, NaN and numbers that are no finite ones.

    Raises:
        ValueError: not JSON, or one of those.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("repeated key")
        return found

    def refuse(name: str) -> None:
        raise ValueError(name)

    def finite(text: str) -> float:
        number = float(text)
        if math.isinf(number):
            raise ValueError(text)
        return number

    return json.loads(data.decode(), object_pairs_hook=unique, parse_constant=refuse, parse_float=finite)
