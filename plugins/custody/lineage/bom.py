# SPDX-License-Identifier: Apache-2.0
"""The model BOM: CycloneDX 1.6, built from verified statements and nothing else.

It is a JSON document of our own: the Python library drops modelCard, data and governance when it writes, so it only
validates here. Every dataset is a full `data` component, its raw and intermediate forms are its pedigree, every
statement is an attestation reference with the digest of its envelope, and the model points at its datasets twice: in
the model card and in the dependencies.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from custody.errors import IntegrityError
from custody.lineage.gate import Examination, examine
from custody.lineage.ledger import Ledger
from custody.lineage.predicates import tool_version
from custody.lineage.statement import Statement

MAX_FILES = 1000  # file components per dataset; a larger listing is one component
NAMESPACE = uuid.UUID("6f1f4c39-0c9c-5b0e-9d53-6d7f6f2d4b5a")  # ours; makes serial numbers repeatable


def build(ledger: Ledger, trained: Statement) -> tuple[dict[str, Any], list[str]]:
    """Return the BOM of a model, and the payload digests of the statements it refers to.

    Args:
        ledger: the records.
        trained: the signed provenance of the model.

    Raises:
        IntegrityError: a dataset the model was trained on is not cleared by the records.
    """
    name, sha256 = trained.subjects[0]["name"], trained.subjects[0]["digest"]["sha256"]
    datasets = [_examined(ledger, trained, material) for material in trained.materials]
    model_ref = f"model:{name}@{sha256[:12]}"
    components = [_dataset(ledger, one) for one in datasets]
    refs = [one["bom-ref"] for one in components]
    follows = [trained.digest, *(one.digest for found in datasets for one in found.statements)]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, trained.digest)}",
        "version": 1,
        "metadata": {
            "timestamp": trained.link.created_at,
            "tools": {"components": [{"type": "application", "name": "custody", "version": tool_version()}]},
            "component": _model(ledger, trained, model_ref, refs),
            "properties": [
                _property("intent", trained.link.detail["intent"]),
                _property("grade", str(trained.link.grade)),
            ],
        },
        "components": components,
        "dependencies": [{"ref": model_ref, "dependsOn": refs}, *({"ref": ref} for ref in refs)],
        "compositions": [{"aggregate": "complete", "assemblies": [model_ref, *refs]}],
        "formulation": [_formula(trained, datasets)],
    }, follows


def _examined(ledger: Ledger, trained: Statement, material: dict[str, Any]) -> Examination:
    address = material["digest"]["dirHash"]
    found = examine(ledger, material["name"], address, trained.link.detail["intent"], trained.link.created_at)
    if found.reasons:
        raise IntegrityError("the model was trained on data that is not cleared: " + "; ".join(found.reasons))
    before = [ledger.get(digest) for digest in trained.link.prev]
    cleared = [one for one in before if one.link.step == "gate" and one.names(address)]
    if not cleared:
        raise IntegrityError(f"{material['name']}: training did not follow a gate", where=f"address {address[:12]}…")
    found.used["gate"] = cleared[0]
    return found


def _model(ledger: Ledger, trained: Statement, ref: str, datasets: Sequence[str]) -> dict[str, Any]:
    subject = trained.subjects[0]
    card = {"modelParameters": {"datasets": [{"ref": one} for one in datasets]}}
    return {
        "type": "machine-learning-model",
        "bom-ref": ref,
        "name": subject["name"],
        "version": subject["digest"]["sha256"][:12],
        "hashes": _hashes(subject["digest"]["sha256"]),
        "externalReferences": [_attestation(ledger, trained)],
        "modelCard": card,
    }


def _dataset(ledger: Ledger, found: Examination) -> dict[str, Any]:
    address, audit = found.addresses[0], found.used["audit"].link.detail
    origin = audit.get("origin", {})
    ref = _ref(found.name, address)
    return {
        "type": "data",
        "bom-ref": ref,
        "name": found.name,
        "version": address[:12],
        "description": "Cleared training data. The hash is the in-toto dirHash: SHA-256 of the sha256sum listing.",
        "hashes": _hashes(address),
        "licenses": _licences(audit.get("licence")),
        "pedigree": {"ancestors": [_ancestor(found.name, one) for one in found.addresses[1:] if one != address]},
        "externalReferences": [_attestation(ledger, one) for one in found.statements] + _origin(origin),
        "components": _files(ledger, ref, address),
        "data": [
            {
                "type": "dataset",
                "name": found.name,
                "classification": str(found.grade),
                "sensitiveData": _sensitive(found),
                "governance": {"owners": [{"organization": {"name": origin.get("publisher") or "unknown"}}]},
            }
        ],
        "properties": list(_measures(found)),
    }


def _ref(name: str, address: str) -> str:
    return f"dataset:{name}@{address[:12]}"


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def _licences(concluded: Any) -> list[dict[str, Any]]:
    text = str(concluded or "")
    if " " in text:
        return [{"expression": text, "acknowledgement": "concluded"}]
    kind = "name" if not text or text.startswith("LicenseRef-") else "id"
    return [{"license": {kind: text or "unknown", "acknowledgement": "concluded"}}]


def _ancestor(name: str, address: str) -> dict[str, Any]:
    return {
        "type": "data",
        "bom-ref": _ref(name, address),
        "name": name,
        "version": address[:12],
        "hashes": _hashes(address),
    }


def _attestation(ledger: Ledger, statement: Statement) -> dict[str, Any]:
    envelope = hashlib.sha256(ledger.envelope(statement.digest)).hexdigest()
    url = f"ledger/statements/{statement.digest}.dsse.json"
    return {"type": "attestation", "url": url, "comment": statement.link.step, "hashes": _hashes(envelope)}


def _origin(origin: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "distribution", "url": origin["url"]}] if origin.get("url") else []


def _files(ledger: Ledger, ref: str, address: str) -> list[dict[str, Any]]:
    digests = ledger.listing(address).digests
    if len(digests) > MAX_FILES:
        name = f"listing of {len(digests)} files"
        return [{"type": "file", "bom-ref": f"{ref}/listing", "name": name, "hashes": _hashes(address)}]
    return [
        {"type": "file", "bom-ref": f"{ref}/{path}", "name": path, "hashes": _hashes(sha256)}
        for path, sha256 in sorted(digests.items())
    ]


def _sensitive(found: Examination) -> list[str]:
    attributes = (one["attribute"] for one in found.used["classify"].predicate["attributes"])
    return sorted(one.removeprefix("contains:") for one in attributes if one.startswith("contains:"))


def _measures(found: Examination) -> Iterator[dict[str, str]]:
    """What CycloneDX has no field for."""
    for made in found.made:
        if made.link.step == "redact":
            yield _property("redacted", ", ".join(sorted(made.link.detail["plan"])))
        else:
            yield _property("encryptedWith", made.link.detail["key"])
    if drill := found.used.get("drill"):
        yield _property("restoreProvenAt", drill.link.created_at)
        yield _property("restoreSeconds", str(drill.link.detail["rto_seconds"]))
    for duty in found.used["audit"].link.detail.get("obligations", []):
        yield _property("obligation", duty)


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"custody:{name}", "value": value}


def _formula(trained: Statement, datasets: Sequence[Examination]) -> dict[str, Any]:
    """The run as a workflow, one task per statement; CycloneDX has no task type for them, so they are `other`."""
    done = {one.digest: one for found in datasets for one in found.statements} | {trained.digest: trained}
    tasks = [
        {"bom-ref": f"task:{digest}", "uid": digest, "name": one.link.step, "taskTypes": ["other"]}
        for digest, one in sorted(done.items(), key=lambda pair: (pair[1].link.created_at, pair[0]))
    ]
    run = str((trained.link.run or {}).get("run_id", trained.digest))
    flow = {"bom-ref": f"workflow:{trained.digest}", "uid": run, "taskTypes": ["other"], "tasks": tasks}
    return {"bom-ref": f"formula:{trained.digest}", "workflows": [flow]}
