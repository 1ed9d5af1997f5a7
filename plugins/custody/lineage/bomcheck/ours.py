# SPDX-License-Identifier: Apache-2.0
"""What custody asks of a model BOM beyond CycloneDX: one model, its datasets as components, each told in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from custody.lineage.bomcheck.digests import sha256
from custody.lineage.bomcheck.parts import Part
from custody.policy import Policy

NEEDED = ("hashes", "licenses", "data", "pedigree")  # of every dataset
STEPS = ("audit", "classify", "gate")  # whose statement every dataset must point at


def wrong(bom: Mapping[str, Any], every: Iterable[Part], rules: Policy) -> Iterator[str]:
    """Yield what a model BOM lacks.

    Args:
        bom: the BOM.
        every: its parts.
        rules: the policy, whose scheme the grades must be of.
    """
    every = list(every)
    at = "/metadata/component"
    model = bom.get("metadata", {}).get("component", {})
    if model.get("type") != "machine-learning-model":
        yield f"{at}: it is no model"
    pointed = [one.get("ref") for one in model.get("modelCard", {}).get("modelParameters", {}).get("datasets", ())]
    if not pointed:
        yield f"{at}: the model names no dataset"
    yield from (f"{at}: the model {what}" for what in _hashes(model))
    yield from (f"{at}: the model does not point at the signed {step}" for step in _unattested(model, ("train",)))
    yield from (f"/{where}: it is not told" for where in ("serialNumber", "metadata/timestamp") if not _at(bom, where))
    datasets = [one for one in every if one.holder == "components" and one.value.get("type") == "data"]
    datasets = [one for one in datasets if one.pointer.count("/") == 2]
    if sorted(map(str, pointed)) != sorted(str(one.value.get("bom-ref")) for one in datasets):
        yield f"{at}: the datasets of the model card are not the data components"
    yield from _told(bom, model, {str(one) for one in pointed})
    for one in datasets:
        yield from _dataset(one, rules)
    yield from _attested(every)
    if bom.get("specVersion") == "1.7":
        yield from _cited(bom, datasets)


def _hashes(component: Mapping[str, Any]) -> Iterator[str]:
    if not component.get("hashes"):
        yield "has no hash"
    elif not sha256(component):
        yield "has no SHA-256"


def _told(bom: Mapping[str, Any], model: Mapping[str, Any], datasets: set[str]) -> Iterator[str]:
    depends = {one["ref"]: set(one.get("dependsOn", ())) for one in bom.get("dependencies", ())}
    if lacking := datasets - depends.get(str(model.get("bom-ref")), set()):
        yield f"/dependencies: the model does not depend on {len(lacking)} of its datasets"


def _dataset(part: Part, rules: Policy) -> Iterator[str]:
    ref = str(part.value.get("bom-ref"))
    yield from (f"{part.pointer}: {ref} has no {field}" for field in NEEDED if not part.value.get(field))
    if part.value.get("hashes"):
        yield from (f"{part.pointer}: {ref} {what}" for what in _hashes(part.value))
    for step in _unattested(part.value, STEPS):
        yield f"{part.pointer}: {ref} does not point at the signed {step}"
    for index, data in enumerate(part.value.get("data", ())):
        if not data.get("governance", {}).get("owners"):
            yield f"{part.pointer}/data/{index}: {ref} has no owner"
        if data.get("classification") not in rules.levels:
            at = f"{part.pointer}/data/{index}/classification"
            yield f"{at}: {ref} is classified outside the scheme {rules.scheme}"


def _at(bom: Mapping[str, Any], where: str) -> Any:
    value: Any = bom
    for key in where.split("/"):
        value = value.get(key, {})
    return value


def _unattested(component: Mapping[str, Any], steps: Iterable[str]) -> list[str]:
    references = component.get("externalReferences", ())
    signed = {one.get("comment") for one in references if one["type"] == "attestation"}
    return [step for step in steps if step not in signed]


def _attested(every: Iterable[Part]) -> Iterator[str]:
    for part in every:
        kind = part.value.get("type")
        if (
            part.holder in ("externalReferences", "externalReference")
            and kind in ("attestation", "evidence")
            and not sha256(part.value)
        ):
            yield part.problem(f"{kind} without a SHA-256 proves nothing")


def _cited(bom: Mapping[str, Any], datasets: Iterable[Part]) -> Iterator[str]:
    cited = {pointer for one in bom.get("citations", ()) for pointer in one.get("pointers", ())}
    for part in datasets:
        for index in range(len(part.value.get("data", ()))):
            if (at := f"{part.pointer}/data/{index}/classification") not in cited:
                yield f"{at}: no citation says which task gave the classification"
