# SPDX-License-Identifier: Apache-2.0
"""Is this BOM sound? The official strict schema, and what no schema can see.

The schema accepts dangling references, two components with one bom-ref, a SHA-1 labelled SHA-256 and any word as a
classification. Those are checked here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from custody.dataset import is_sha256
from custody.policy import Policy

_LISTS = (  # of references, by the part they stand in
    ("dependencies", "dependsOn"),
    ("dependencies", "provides"),
    ("compositions", "assemblies"),
    ("compositions", "dependencies"),
)


def problems(bom: Mapping[str, Any], rules: Policy) -> list[str]:
    """Return what is wrong with a BOM, each in one sentence; empty when it is sound."""
    schema = list(_schema(bom))
    return schema or [*_references(bom), *_hashes(bom), *_datasets(bom, rules)]


def _schema(bom: Mapping[str, Any]) -> Iterator[str]:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom))
    if error is not None:
        path = "/".join(map(str, getattr(error.data, "absolute_path", ())))
        yield f"the CycloneDX 1.6 schema refuses it at /{path}"


def _walk(value: Any) -> Iterator[Mapping[str, Any]]:
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            yield one
            stack += one.values()
        elif isinstance(one, list):
            stack += one


def _references(bom: Mapping[str, Any]) -> Iterator[str]:
    known = Counter(one["bom-ref"] for one in _walk(bom) if "bom-ref" in one)
    yield from (f"two parts share the bom-ref {ref!r}" for ref, count in known.items() if count > 1)
    used = {one["ref"] for one in _walk(bom) if isinstance(one.get("ref"), str)}
    used |= {ref for part, key in _LISTS for one in bom.get(part, ()) for ref in one.get(key, ())}
    yield from (f"nothing has the bom-ref {ref!r}" for ref in sorted(used - known.keys()))


def _hashes(bom: Mapping[str, Any]) -> Iterator[str]:
    for one in _walk(bom):
        if one.get("alg") == "SHA-256" and not is_sha256(str(one.get("content"))):
            yield "a hash labelled SHA-256 is not 64 lowercase hex digits"


def _datasets(bom: Mapping[str, Any], rules: Policy) -> Iterator[str]:
    model = bom.get("metadata", {}).get("component", {})
    pointed = [one.get("ref") for one in model.get("modelCard", {}).get("modelParameters", {}).get("datasets", ())]
    components = {one.get("bom-ref"): one for one in bom.get("components", ()) if one.get("type") == "data"}
    if not pointed:
        yield "the model names no dataset"
    if not model.get("hashes"):
        yield "the model has no hash"
    elif not _has_sha256(model):
        yield "the model has no SHA-256"
    if set(pointed) != components.keys():
        yield "the datasets of the model card are not the data components"
    for ref, component in components.items():
        yield from _dataset(str(ref), component, rules)


def _dataset(ref: str, component: Mapping[str, Any], rules: Policy) -> Iterator[str]:
    yield from (
        f"{ref} has no {part}" for part in ("hashes", "licenses", "data", "pedigree") if not component.get(part)
    )
    if component.get("hashes") and not _has_sha256(component):
        yield f"{ref} has no SHA-256"
    for data in component.get("data", ()):
        if data.get("classification") not in rules.levels:
            yield f"{ref} is classified outside the scheme {rules.scheme}"


def _has_sha256(component: Mapping[str, Any]) -> bool:
    return any(one.get("alg") == "SHA-256" for one in component["hashes"])
