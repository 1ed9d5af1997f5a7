# SPDX-License-Identifier: Apache-2.0
"""Anchor a head outside: an RFC 3161 time stamp says that these statements were all there by then.

Nothing here uses the network. `request` writes what a time-stamp authority (TSA) is sent, the answer is kept beside
the records, and `check` verifies it offline against the TSA's certificate. What is stamped is the *roll*, the sorted
payload digests, whose SHA-256 is the head: whoever has an old roll sees which statements have gone since.

    anchors/<head>.roll    the roll that was stamped
    anchors/<head>.tsr     the authority's answer

Ask for the certificate of the TSA alone in the answer: the library refuses answers of openssl that embed two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.dataset import is_sha256
from custody.errors import IntegrityError, UsageError
from custody.lineage.ledger import Ledger

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MAX_ANSWER = 1 << 20  # bytes; a TSA's answer has a few thousand
MEDIA_TYPE = "application/timestamp-query"  # RFC 3161, 3.4


@dataclass(frozen=True)
class Anchor:
    """A verified time stamp over a head."""

    head: str
    at: str  # RFC 3339, UTC, by the authority's clock
    statements: tuple[str, ...]  # payload digests that were there
    lost: tuple[str, ...]  # of them, which the ledger has no more

    @property
    def whole(self) -> bool:
        """Whether everything that was there still is."""
        return not self.lost


def request(ledger: Ledger) -> bytes:
    """Return the DER of a time-stamp request over the ledger's head.

    Raises:
        UsageError: the ledger is empty, or the library is not installed.
    """
    roll = ledger.roll()
    if not roll:
        raise UsageError("the ledger has no statements yet", where=ledger.store.place)
    client = _client()
    builder = client.TimestampRequestBuilder().data(roll).hash_algorithm(client.HashAlgorithm.SHA256)
    # the answer is bound to the roll itself, and may come days later; a nonce would have to be kept until then
    return bytes(builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes())


def keep(ledger: Ledger, answer: bytes, roots: Sequence[Path]) -> Anchor:
    """Verify a TSA's answer over the present head, and keep it with the roll.

    Args:
        ledger: as it was when the request was made.
        answer: the DER of the time-stamp response.
        roots: PEM files with the certificates that are trusted.

    Raises:
        IntegrityError: as `stamped`.
        UsageError: as `request`, or a root is no certificate.
    """
    roll, head = ledger.roll(), ledger.head()
    at = stamped(answer, roll, roots)
    ledger.store.put_new(f"anchors/{head}.roll", roll)
    ledger.store.put_new(f"anchors/{head}.tsr", answer)
    return Anchor(head, at, _digests(roll, head), ())


def check(ledger: Ledger, roots: Sequence[Path]) -> list[Anchor]:
    """Verify every anchor of a ledger and say which statements have gone since; the oldest first.

    Raises:
        IntegrityError: an anchor is damaged, or no trusted authority made it.
    """
    present, found = set(ledger.digests()), []
    for key in ledger.store.keys("anchors/"):
        name, _, kind = key.rpartition("/")[2].partition(".")
        if kind == "tsr":
            roll = _read(ledger, f"anchors/{name}.roll")
            if hashlib.sha256(roll).hexdigest() != name:
                raise IntegrityError("the roll has changed", where=f"anchors/{name}.roll", remedy="restore it")
            digests = _digests(roll, name)
            at = stamped(_read(ledger, key), roll, roots)
            found.append(Anchor(name, at, digests, tuple(one for one in digests if one not in present)))
    return sorted(found, key=lambda one: one.at)


def stamped(answer: bytes, roll: bytes, roots: Sequence[Path]) -> str:
    """Verify a TSA's answer over a roll and return its time, RFC 3339 in UTC.

    Raises:
        IntegrityError: it is no answer, is about something else, or no trusted authority made it.
        UsageError: the library is not installed, or a root is no certificate.
    """
    client = _client()
    certificates = [one for path in roots for one in _certificates(path)]
    builder = client.VerifierBuilder()
    for one in certificates:
        builder = builder.add_root_certificate(one)
    try:
        if len(answer) > MAX_ANSWER:
            raise ValueError("too large")
        told = client.decode_timestamp_response(answer)
        builder.build().verify_message(told, roll)
        return str(told.tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ"))
    except Exception as error:
        what = f"the time stamp does not verify ({type(error).__name__})"
        remedy = "name the authority's root certificate, or ask for a new time stamp"
        raise IntegrityError(what, where=f"head {hashlib.sha256(roll).hexdigest()[:12]}…", remedy=remedy) from None


def _read(ledger: Ledger, key: str) -> bytes:
    data = ledger.store.get(key)
    if data is None:
        raise IntegrityError("a part of an anchor is missing", where=key, remedy="restore it from a copy of the ledger")
    return data


def _digests(roll: bytes, head: str) -> tuple[str, ...]:
    digests = tuple(roll.decode("ascii", "replace").split("\n")[:-1])
    if not all(map(is_sha256, digests)):
        raise IntegrityError("the roll is no list of digests", where=f"head {head[:12]}…")
    return digests


def _certificates(path: Path) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        raise UsageError("not a certificate in PEM", where=str(path), remedy="name the authority's root") from None


def _client() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        remedy = "pip install 'airflow-provider-custody[anchor]'"
        raise UsageError("time stamps need rfc3161-client", remedy=remedy) from None
    return rfc3161_client
