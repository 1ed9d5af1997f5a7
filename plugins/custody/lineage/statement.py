# SPDX-License-Identifier: Apache-2.0
"""in-toto Statement v1 in a DSSE envelope: made, signed, verified before it is parsed.

Which predicate a step uses is in `PREDICATES`. What custody adds to a predicate stands under one key, `STEP`, with the
step's name, the payload digests it follows, the policy digest, the grade where there is one, and the Airflow run.
A CycloneDX predicate may hold nothing unknown, so there the same text is a property of the BOM's metadata.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from custody.dataset import is_sha256
from custody.errors import IntegrityError
from custody.lineage.dsse import MAX_ENVELOPE as MAX_ENVELOPE
from custody.lineage.dsse import PAYLOAD_TYPE as PAYLOAD_TYPE
from custody.lineage.dsse import pae as pae
from custody.lineage.dsse import sign as sign
from custody.lineage.dsse import strict_json as strict_json
from custody.lineage.dsse import to_json as to_json
from custody.lineage.dsse import unpack

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
STEP = "urn:custody:step:v1"  # the extension key; SLSA asks for a URI
SCAI = "https://in-toto.io/attestation/scai/v0.3"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
PROVENANCE = "https://slsa.dev/provenance/v1"
VSA = "https://slsa.dev/verification_summary/v1"
CYCLONEDX = "https://cyclonedx.org/bom"
PREDICATES = {
    "audit": TEST_RESULT,
    "classify": SCAI,
    "review": TEST_RESULT,
    "redact": PROVENANCE,
    "expect": TEST_RESULT,
    "encrypt": PROVENANCE,
    "backup": PROVENANCE,
    "drill": TEST_RESULT,
    "gate": VSA,
    "train": PROVENANCE,
    "bom": CYCLONEDX,
}
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_HEX = re.compile("[0-9a-f]+")  # digests become names in stores

Subject = dict[str, Any]  # {"name": str, "digest": {algorithm: hex}}


def dataset_subject(name: str, address: str) -> Subject:
    """Name a dataset. The listing's plain SHA-256 is the dirHash, so both digests hold."""
    return {"name": name, "digest": {"dirHash": address, "sha256": address}}


def file_subject(name: str, sha256: str) -> Subject:
    """Name a file by its SHA-256."""
    return {"name": name, "digest": {"sha256": sha256}}


@dataclass(frozen=True)
class Link:
    """What custody says of a step beside its predicate."""

    step: str
    prev: tuple[str, ...]  # SHA-256 of the payloads this step follows
    policy: str  # SHA-256 of the policy file in force
    created_at: str  # RFC 3339, UTC; the signer's clock, so evidence of order only together with `prev`
    grade: str | None = None
    run: Mapping[str, Any] | None = None  # dag_id, run_id, task_id, map_index, try_number
    detail: Mapping[str, Any] = field(default_factory=dict)  # the step's own facts: verdicts, counts, digests, seconds

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        prev = [{"digest": {"sha256": digest}} for digest in sorted(self.prev)]
        text = {"step": self.step, "prev": prev, "policy": {"digest": {"sha256": self.policy}}}
        optional = {"grade": self.grade, "run": self.run, "detail": self.detail}
        return text | {"createdAt": self.created_at} | {k: v for k, v in optional.items() if v}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Link:
        """Read the JSON form. Raises KeyError, TypeError, AttributeError or ValueError when it is not one."""
        prev = tuple(_digest(one["digest"]["sha256"]) for one in data["prev"])
        policy = _digest(data["policy"]["digest"]["sha256"])
        grade, run, detail = data.get("grade"), data.get("run"), data.get("detail", {})
        if not (isinstance(grade, str | None) and isinstance(run, dict | None) and isinstance(detail, dict)):
            raise TypeError("link")
        return cls(data["step"], prev, policy, _moment(data["createdAt"]), grade, run, detail)


@dataclass(frozen=True)
class Statement:
    """A verified statement. Only `open_envelope` makes one from outside bytes."""

    digest: str  # SHA-256 of the payload, by which others refer to it
    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, Any]
    link: Link
    signer: str  # the public key whose signature was checked

    def names(self, address: str) -> bool:
        """Tell whether a subject has this digest."""
        return any(address in subject["digest"].values() for subject in self.subjects)

    @property
    def materials(self) -> tuple[Subject, ...]:
        """What the step consumed: the SLSA resolvedDependencies."""
        return _materials(self.predicate_type, self.predicate)


@dataclass(frozen=True)
class Foreign:
    """A verified statement with a predicate that custody does not know: kept, and never counted as anything."""

    digest: str
    subjects: tuple[Subject, ...]
    predicate_type: str
    signer: str


def now() -> str:
    """Return the time as RFC 3339 in UTC, to the microsecond, so that texts sort as times."""
    return datetime.now(UTC).strftime(TIME)


def make_payload(subjects: Sequence[Subject], predicate: Mapping[str, Any], link: Link) -> bytes:
    """Return the bytes to sign: a Statement v1 with sorted keys."""
    kind = PREDICATES[link.step]
    body = _bom_with_link(predicate, link) if kind == CYCLONEDX else {**predicate, STEP: link.to_dict()}
    statement = {"_type": STATEMENT_TYPE, "subject": list(subjects), "predicateType": kind, "predicate": body}
    return json.dumps(statement, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def _bom_with_link(bom: Mapping[str, Any], link: Link) -> dict[str, Any]:
    metadata = dict(bom["metadata"])
    told = {"name": STEP, "value": json.dumps(link.to_dict(), sort_keys=True)}
    return {**bom, "metadata": {**metadata, "properties": [*metadata.get("properties", []), told]}}


def payload_digest(payload: bytes) -> str:
    """Return the digest a statement is known by. Of the payload, since an envelope may gain signatures."""
    return hashlib.sha256(payload).hexdigest()


def open_envelope(data: bytes, trusted: Mapping[str, Iterable[str]], where: str) -> Statement:
    """Verify an envelope, then parse it.

    Args:
        data: the envelope's bytes.
        trusted: step -> the public keys that may sign it.
        where: how errors name it.

    Raises:
        IntegrityError: no trusted key signed these bytes, a key signed a step that is not its own, or the payload is
            not a custody statement.
    """
    payload, signers = _verified(data, trusted, where)
    statement = _parse(payload, where)
    signer = next((key for key in sorted(signers) if key in set(trusted.get(statement.link.step, ()))), None)
    if signer is None:
        raise IntegrityError(
            f"the signer may not sign the step {statement.link.step!r}",
            where=where,
            remedy=f"let the role that owns {statement.link.step!r} sign it",
        )
    return Statement(**{**statement.__dict__, "signer": signer})


def open_foreign(data: bytes, trusted: Mapping[str, Iterable[str]], where: str) -> Foreign:
    """Verify an envelope whose predicate custody does not know. Such a statement is kept and never counted.

    Arguments as `open_envelope`; any key that the policy trusts for any step may have signed it.

    Raises:
        IntegrityError: no trusted key signed these bytes, they are no in-toto statement, or one of custody's own.
    """
    payload, signers = _verified(data, trusted, where)
    try:
        statement = strict_json(payload)
        kind, subjects = statement["predicateType"], tuple(_subject(one) for one in statement["subject"])
        if statement["_type"] != STATEMENT_TYPE or not isinstance(kind, str) or not subjects:
            raise ValueError("type")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise IntegrityError("signed, but not an in-toto statement", where=where, remedy="restore the file") from None
    if kind in PREDICATES.values():
        raise IntegrityError("its predicate is one of custody's own", where=where, remedy="keep it as a statement")
    return Foreign(payload_digest(payload), subjects, kind, min(signers))


def _verified(data: bytes, trusted: Mapping[str, Iterable[str]], where: str) -> tuple[bytes, frozenset[str]]:
    envelope = unpack(data, where)
    signers = envelope.signers({key for keys in trusted.values() for key in keys})
    if not signers:
        raise IntegrityError(
            "no key that the policy trusts has signed this",
            where=where,
            allowed="the keys under `roles` in the policy",
            remedy="run the step again with a trusted key, or add the signer's public key to its role",
        )
    return envelope.payload, signers


def _parse(payload: bytes, where: str) -> Statement:
    try:
        data = strict_json(payload)
        predicate = data["predicate"]
        link = Link.from_dict(_link_text(data["predicateType"], predicate))
        subjects = tuple(_subject(one) for one in data["subject"])
        _materials(data["predicateType"], predicate)
        if data["_type"] != STATEMENT_TYPE or PREDICATES[link.step] != data["predicateType"] or not subjects:
            raise ValueError("type")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise IntegrityError("signed, but not a custody statement", where=where, remedy="restore the file") from None
    return Statement(payload_digest(payload), subjects, data["predicateType"], predicate, link, "")


def _subject(data: Mapping[str, Any]) -> Subject:
    digests = dict(data["digest"])
    if (
        not isinstance(data["name"], str)
        or not data["name"]
        or not digests
        or not all(map(_HEX.fullmatch, digests.values()))
    ):
        raise ValueError("subject")
    return {"name": data["name"], "digest": digests}


def _materials(predicate_type: str, predicate: Mapping[str, Any]) -> tuple[Subject, ...]:
    if predicate_type != PROVENANCE:
        return ()
    return tuple(_subject(one) for one in predicate["buildDefinition"]["resolvedDependencies"])


def _digest(value: Any) -> str:
    if not isinstance(value, str) or not is_sha256(value):
        raise ValueError("digest")
    return value


def _moment(value: str) -> str:
    """Let only one spelling pass: moments are compared as texts."""
    if datetime.strptime(value, TIME).strftime(TIME) != value:  # noqa: DTZ007 - the format ends in Z
        raise ValueError("moment")
    return value


def _link_text(predicate_type: str, predicate: Mapping[str, Any]) -> Any:
    if predicate_type != CYCLONEDX:
        return predicate[STEP]
    texts = [one["value"] for one in predicate["metadata"]["properties"] if one["name"] == STEP]
    return strict_json(texts[0].encode()) if len(texts) == 1 else None
