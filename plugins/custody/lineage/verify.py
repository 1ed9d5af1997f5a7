# SPDX-License-Identifier: Apache-2.0
"""Re-verify a BOM offline, as somebody who runs no custody.

Three results: ok, mismatch, incomplete. Never plain ok when bytes were not read.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from custody import policy
from custody.dataset import Dataset, file_sha256
from custody.errors import CustodyError, IntegrityError, UsageError
from custody.lineage import bundle as bundles
from custody.lineage import statement as st
from custody.lineage.bomcheck import problems
from custody.lineage.gate import examine
from custody.lineage.ledger import Ledger
from custody.lineage.statement import Statement, strict_json

Result = Literal["ok", "mismatch", "incomplete"]
EXIT_CODES: dict[Result, int] = {"ok": 0, "mismatch": 1, "incomplete": 2}
MAX_BOM = 256 << 20  # bytes


@dataclass
class Verification:
    """What was checked. `broken` names the first broken link."""

    checked: list[str] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    pinned: bool = False  # the policy, and so the trusted keys, came from the verifier and not from the bundle
    policy: str = ""  # its SHA-256

    @property
    def result(self) -> Result:
        """The answer in one word."""
        return "mismatch" if self.mismatches else "incomplete" if self.unchecked else "ok"

    @property
    def broken(self) -> str:
        """The first broken link in one sentence, or nothing."""
        return self.mismatches[0] if self.mismatches else ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        parts = {"checked": self.checked, "mismatches": self.mismatches, "unchecked": self.unchecked}
        return {"result": self.result, **parts, "policy": self.policy, "policyPinned": self.pinned}


def verify(bom: Path, bundle: Path, data: Path | None = None, rules: Path | None = None) -> Verification:
    """Check a BOM against the statements of its bundle and, when given, against the bytes.

    Args:
        bom: the BOM file.
        bundle: the bundle's directory.
        data: a directory that holds each dataset under its name, and the model file.
        rules: the verifier's own copy of the policy. Without it the keys are those the bundle itself names.

    Raises:
        UsageError: a path is not there.
    """
    for path in (bom, bundle / "policy.yaml", *(one for one in (data, rules) if one)):
        if not path.exists():
            raise UsageError("there is nothing here", where=str(path), remedy="correct the path")
    found = Verification(pinned=rules is not None)
    try:
        _verify(found, bom, bundle, data, rules or bundle / "policy.yaml")
    except CustodyError as error:
        found.mismatches.append(str(error))
    return found


def _verify(found: Verification, bom: Path, bundle: Path, data: Path | None, rules: Path) -> None:
    trusted = policy.load(rules)
    found.policy = trusted.digest
    ledger = Ledger(bundle / "ledger", trusted)
    for digest in ledger.digests():
        ledger.get(digest)
        _refuse_reworded(ledger.envelope(digest), digest)
    found.checked.append(f"{len(ledger.digests())} statements carry the signature of the role that owns the step")
    document = _read_bom(bom)
    signed = _signed_bom(ledger, document, bom)
    _nothing_missing_or_added(ledger, signed, bundle)
    found.checked.append("the bundle holds every statement and document the BOM follows, and nothing else")
    if wrong := problems(document, trusted):
        raise IntegrityError("; ".join(wrong), where=str(bom))
    found.checked.append("the BOM is valid CycloneDX 1.6, its references resolve, its digests are well formed")
    _attestations(ledger, document)
    trained = _trained(ledger, document)
    found.checked.append("the datasets of the BOM are the datasets the model was trained on")
    for component in document["components"]:
        _dataset(found, ledger, component, trained)
    _bytes(found, document, data)


def _read_bom(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BOM:
            raise ValueError("too large")
        document = strict_json(path.read_bytes())
        if not isinstance(document, dict):
            raise ValueError("no object")  # noqa: TRY004 - one kind of malformed among several
    except (ValueError, RecursionError):
        raise IntegrityError("not a BOM in JSON", where=str(path)) from None
    return document


def _signed_bom(ledger: Ledger, document: Mapping[str, Any], bom: Path) -> Statement:
    try:
        model = _sha256(document["metadata"]["component"])
    except (KeyError, TypeError, StopIteration):
        raise IntegrityError("the BOM names no model with a SHA-256", where=str(bom)) from None
    for one in ledger.about(model, "bom"):
        if one.predicate == document:
            return one
    raise IntegrityError(
        "no signed statement contains this BOM", where=str(bom), remedy="get the BOM from its publisher"
    )


def _refuse_reworded(envelope: bytes, digest: str) -> None:
    """Refuse an envelope that says the same in other bytes: nobody but an editor has a reason to."""
    if st.to_json(strict_json(envelope)) != envelope:
        raise IntegrityError("the envelope was edited", where=f"statement {digest[:12]}…")


def _attestations(ledger: Ledger, document: Mapping[str, Any]) -> None:
    """Check that every attestation the BOM refers to is the envelope in the bundle, byte for byte."""
    for component in (document["metadata"]["component"], *document["components"]):
        for reference in component.get("externalReferences", ()):
            if reference["type"] == "attestation":
                digest = Path(reference["url"]).name.removesuffix(".dsse.json")
                if hashlib.sha256(ledger.envelope(digest)).hexdigest() != _sha256(reference):
                    raise IntegrityError("is not the envelope the BOM refers to", where=f"statement {digest[:12]}…")


def _nothing_missing_or_added(ledger: Ledger, signed: Statement, bundle: Path) -> None:
    """Export what the BOM follows once more and compare: any file too much, too few or changed shows."""
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch)
        bundles.export(ledger, signed, (bundle / "policy.yaml").read_bytes(), again)
        changes = Dataset(again).listing().differences(Dataset(bundle).listing())
    if changes:
        raise IntegrityError("; ".join(changes[:5]), where=str(bundle), remedy="get the bundle from its publisher")


def _trained(ledger: Ledger, document: Mapping[str, Any]) -> Statement:
    model = _sha256(document["metadata"]["component"])
    trained = ledger.latest(model, "train")
    if trained is None:
        raise IntegrityError("no signed statement says how the model was trained", where=f"model {model[:12]}…")
    told = {one["name"]: _sha256(one) for one in document["components"]}
    read = {one["name"]: one["digest"]["dirHash"] for one in trained.materials}
    if told != read:
        raise IntegrityError("the BOM's datasets are not those the model was trained on", where=f"model {model[:12]}…")
    return trained


def _dataset(found: Verification, ledger: Ledger, component: Mapping[str, Any], trained: Statement) -> None:
    name, address, intent = component["name"], _sha256(component), trained.link.detail["intent"]
    before = [ledger.get(digest) for digest in trained.link.prev]
    cleared = next((one for one in before if one.link.step == "gate" and one.names(address)), None)
    if cleared is None or cleared.predicate["verificationResult"] != "PASSED":
        raise IntegrityError(f"training on {name} did not follow a passed gate", where=f"address {address[:12]}…")
    examined = examine(ledger, name, address, intent, cleared.link.created_at)
    if examined.reasons:
        raise IntegrityError("; ".join(examined.reasons), where=name)
    if [one["classification"] for one in component["data"]] != [examined.grade]:
        raise IntegrityError("the BOM's classification is not the signed grade", where=name)
    found.checked.append(f"{name}: every step the policy demands of {examined.grade} data is signed and passed")


def _bytes(found: Verification, document: Mapping[str, Any], data: Path | None) -> None:
    model = document["metadata"]["component"]
    if data is None:
        names = [one["name"] for one in (*document["components"], model)]
        found.unchecked.append(f"bytes were not given, so these were not read: {', '.join(names)}")
        return
    found.mismatches += _wrong_bytes(found, document["components"], model, data)


def _wrong_bytes(
    found: Verification, components: list[dict[str, Any]], model: Mapping[str, Any], data: Path
) -> Iterator[str]:
    for one in (*components, model):
        path = data / Path(one["name"]).name
        if not path.exists():
            found.unchecked.append(f"{one['name']}: no bytes at {path}")
            continue
        actual = file_sha256(path) if one is model else Dataset(path, one["name"]).listing().address
        told = _sha256(one)
        if actual == told:
            found.checked.append(f"{one['name']}: the bytes have the digest {actual[:12]}… of the BOM")
        else:
            yield f"{one['name']}: the bytes at {path} have the digest {actual[:12]}…, the BOM says {told[:12]}…"


def _sha256(component: Mapping[str, Any]) -> str:
    return str(next(one["content"] for one in component["hashes"] if one["alg"] == "SHA-256"))
