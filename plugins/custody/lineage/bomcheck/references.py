# SPDX-License-Identifier: Apache-2.0
"""Every reference leads to something, of the right kind; every bom-ref is one part's alone; nothing goes in circles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from custody.lineage.bomcheck.parts import Part, quoted, resolves

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_LINK = re.compile(rf"urn:cdx:({_UUID})/([1-9][0-9]*)(?:#(.+))?")  # the pattern of bomLink in the 1.6 schema
LINK = "urn:cdx:"

_COMPONENTS = ("component", "components", "services", "ancestors", "descendants", "variants")
_RUNS = ("formulation", "workflows", "tasks")
ANY: tuple[str, ...] = ()
# (the key an object stands under, its field) -> the keys that what it refers to may stand under. All fields of type
# refLinkType in the schemas of 1.5 to 1.7, and those that are plain strings there but are told to hold a bom-ref.
FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("dependencies", "ref"): _COMPONENTS,
    ("dependencies", "dependsOn"): _COMPONENTS,
    ("dependencies", "provides"): _COMPONENTS,
    ("taskDependencies", "ref"): _RUNS,
    ("taskDependencies", "dependsOn"): _RUNS,
    ("compositions", "assemblies"): ANY,
    ("compositions", "dependencies"): ANY,
    ("compositions", "vulnerabilities"): ("vulnerabilities",),
    ("datasets", "ref"): (*_COMPONENTS, "data", "datasets"),
    ("affects", "ref"): ANY,
    ("source", "ref"): ANY,
    ("target", "ref"): ANY,
    ("resource", "ref"): ANY,
    ("resourceReferences", "ref"): ANY,
    ("relatedCryptographicAssets", "ref"): ANY,
    ("annotations", "subjects"): ANY,
    ("identity", "tools"): ANY,
    ("attestations", "assessor"): ("assessors",),
    ("map", "requirement"): ("requirements",),
    ("map", "claims"): ("claims",),
    ("map", "counterClaims"): ("claims",),
    ("conformance", "mitigationStrategies"): ("evidence",),
    ("claims", "target"): ANY,
    ("claims", "mitigationStrategies"): ("evidence",),
    ("claims", "evidence"): ("evidence",),
    ("claims", "counterEvidence"): ("evidence",),
    ("requirements", "parent"): ("requirements",),
    ("levels", "requirements"): ("requirements",),
    ("certificateProperties", "signatureAlgorithmRef"): ANY,
    ("certificateProperties", "subjectPublicKeyRef"): ANY,
    ("relatedCryptoMaterialProperties", "algorithmRef"): ANY,
    ("securedBy", "algorithmRef"): ANY,
    ("cipherSuites", "algorithms"): ANY,
    ("protocolProperties", "cryptoRefArray"): ANY,
    ("ikev2TransformTypes", "encr"): ANY,
    ("ikev2TransformTypes", "prf"): ANY,
    ("ikev2TransformTypes", "integ"): ANY,
    ("ikev2TransformTypes", "ke"): ANY,
    ("ikev2TransformTypes", "auth"): ANY,
    ("encr", "algorithm"): ANY,
    ("prf", "algorithm"): ANY,
    ("integ", "algorithm"): ANY,
    ("ke", "algorithm"): ANY,
    ("auth", "algorithm"): ANY,
    ("patentAssertions", "patentRefs"): ANY,
    ("patentAssertions", "asserter"): ANY,
    ("patents", "members"): ANY,
    ("citations", "attributedTo"): ANY,
    ("citations", "process"): _RUNS,
}
LINKED = frozenset(  # may hold a BOM-Link, or any URL
    {("externalReferences", "url"), ("externalReference", "url"), ("data", "source"), ("data", "destination")}
)


def wrong(bom: Mapping[str, Any], every: Iterable[Part]) -> Iterator[str]:
    """Yield what is wrong with the references of a BOM."""
    every = list(every)
    known: dict[str, list[Part]] = defaultdict(list)
    for one in every:
        if "bom-ref" in one.value:
            known[one.value["bom-ref"]].append(one)
    yield from _names(known)
    own = f"{str(bom.get('serialNumber', '')).removeprefix('urn:uuid:')}/{bom.get('version', 1)}"
    for part, field, ref in _used(every):
        yield from _leads(part, field, ref, known, own)
    for one in every:
        if one.holder == "citations":
            yield from _citation(bom, one)
    yield from _circles(every)


def _names(known: Mapping[str, list[Part]]) -> Iterator[str]:
    for ref, holders in known.items():
        if len(holders) > 1:
            places = ", ".join(one.pointer for one in holders[:3])
            yield f"{places}: {len(holders)} parts share the bom-ref {quoted(ref)}"
        if ref.startswith(LINK):
            yield holders[0].problem("a bom-ref that looks like a BOM-Link", "bom-ref")


def _used(every: Iterable[Part]) -> Iterator[tuple[Part, str, str]]:
    fields = {*FIELDS, *LINKED}
    for part in every:
        for field, value in part.value.items():
            if (part.holder, field) in fields:
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, str):
                        yield part, field, one


def _leads(part: Part, field: str, ref: str, known: Mapping[str, list[Part]], own: str) -> Iterator[str]:
    if ref.startswith(LINK):
        found = _LINK.fullmatch(ref)
        if found is None:
            yield part.problem("is not a well-formed BOM-Link", field)
            return
        if f"{found[1]}/{found[2]}" != own or not found[3]:
            return  # another document, or this one as a whole
        ref = found[3]
    elif (part.holder, field) in LINKED:
        return
    kinds = FIELDS.get((part.holder, field), ANY)
    if ref not in known:
        yield part.problem(f"nothing has the bom-ref {quoted(ref)}", field)
    elif kinds and not any(one.holder in kinds for one in known[ref]):
        yield part.problem(f"{quoted(ref)} is not of the kind this refers to", field)
    elif (part.holder, field) == ("datasets", "ref") and not any(_is_data(one) for one in known[ref]):
        yield part.problem(f"{quoted(ref)} is no data", field)


def _is_data(part: Part) -> bool:
    return part.holder in ("data", "datasets") or part.value.get("type") == "data"


def _citation(bom: Mapping[str, Any], part: Part) -> Iterator[str]:
    for pointer in part.value.get("pointers", ()):
        if not resolves(bom, pointer):
            yield part.problem("a pointer leads to nothing", "pointers")


def _circles(every: Iterable[Part]) -> Iterator[str]:
    graphs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for part in every:
        if part.holder in ("dependencies", "taskDependencies"):
            ref = part.value["ref"]
            if ref in graphs[part.holder]:
                yield part.problem(f"the dependencies of {quoted(ref)} are told twice", "ref")
            graphs[part.holder][ref] |= set(part.value.get("dependsOn", ()))
        if part.holder == "requirements" and "parent" in part.value:
            graphs["requirements"][str(part.value.get("bom-ref"))].add(part.value["parent"])
    for what, graph in graphs.items():
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            yield f"the {what} go round in a circle at {quoted(error.args[1][0])}"
