# SPDX-License-Identifier: Apache-2.0
"""Single edits that each make a sound BOM unsound, and the words by which the problem must be told.

Every edit but those under SCHEMA leaves a document that the official strict schema accepts.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

Bom = dict[str, Any]
Change = Callable[[Bom], object]


class Edit(NamedTuple):
    """What is changed, and what the problem must say: where it is, and what is wrong there."""

    change: Change
    at: str
    what: str
    only: str = ""  # the one version of CycloneDX that has the field


GONE = "nothing has the bom-ref 'gone'"
KIND = "is not of the kind this refers to"
# the generator of P-256 (SEC 2, 2.4.2): a key of nobody's
POINT = {
    "kty": "EC",
    "crv": "P-256",
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
EC = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}


def edited(bom: Bom, edit: Edit) -> Bom:
    """Return a changed copy."""
    other = copy.deepcopy(bom)
    edit.change(other)
    return other


def at(bom: Bom, pointer: str) -> Any:
    """Return what a JSON pointer without escapes leads to."""
    value: Any = bom
    for key in pointer.strip("/").split("/"):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def put(pointer: str, value: Any) -> Change:
    """Set one value."""
    where, _, key = pointer.rpartition("/")

    def change(bom: Bom) -> None:
        holder: Any = at(bom, where) if where else bom
        holder[int(key) if isinstance(holder, list) else key] = copy.deepcopy(value)

    return change


def drop(pointer: str) -> Change:
    """Remove one value."""
    where, _, key = pointer.rpartition("/")

    def change(bom: Bom) -> None:
        holder: Any = at(bom, where) if where else bom
        del holder[int(key) if isinstance(holder, list) else key]

    return change


def add(pointer: str, value: Any) -> Change:
    """Append to a list."""
    return lambda bom: at(bom, pointer).append(copy.deepcopy(value))


def same(pointer: str, other: str) -> Change:
    """Give one place the value of another."""
    return lambda bom: put(pointer, at(bom, other))(bom)


def twice(pointer: str, **changes: Any) -> Change:
    """Append a copy of the first of a list, with changes."""
    return lambda bom: at(bom, pointer).append({**copy.deepcopy(at(bom, pointer)[0]), **changes})


def circle(bom: Bom) -> None:
    """Let the first dataset depend on the model that depends on it."""
    model, first = bom["dependencies"][0], bom["dependencies"][1]
    first["dependsOn"] = [model["ref"]]


def signature(algorithm: str, value: str, **more: Any) -> Change:
    """Sign the whole document, in the form of JSF."""
    return put("/signature", {"algorithm": algorithm, "value": value, **more})


DATA, MODEL, FLOW = "/components/0", "/metadata/component", "/formulation/0/workflows/0"
MAP, CLAIM, EVIDENCE = "/declarations/attestations/0/map/0", "/declarations/claims/0", "/declarations/evidence/0"
STANDARD = "/definitions/standards/0"

REFERENCES = {
    "a dataset of the model that is not there": Edit(
        put(f"{MODEL}/modelCard/modelParameters/datasets/0/ref", "gone"), "/datasets/0/ref", GONE
    ),
    "a dataset of the model that is a file": Edit(
        same(f"{MODEL}/modelCard/modelParameters/datasets/0/ref", f"{DATA}/components/0/bom-ref"),
        "/datasets/0/ref",
        "is no data",
    ),
    "a dependency on nothing": Edit(add("/dependencies/0/dependsOn", "gone"), "/dependencies/0/dependsOn", GONE),
    "a dependency of nothing": Edit(add("/dependencies", {"ref": "gone"}), "/dependencies/3/ref", GONE),
    "a dependency on a task": Edit(same("/dependencies/1/ref", f"{FLOW}/tasks/0/bom-ref"), "/dependencies/1/ref", KIND),
    "something provided that is not there": Edit(put("/dependencies/0/provides", ["gone"]), "/provides", GONE),
    "dependencies in a circle": Edit(circle, "the dependencies", "go round in a circle"),
    "dependencies told twice": Edit(
        lambda bom: bom["dependencies"].append({"ref": bom["dependencies"][0]["ref"], "dependsOn": []}),
        "/dependencies/3/ref",
        "are told twice",
    ),
    "an assembly of nothing": Edit(add("/compositions/0/assemblies", "gone"), "/compositions/0/assemblies", GONE),
    "a completeness of nothing": Edit(put("/compositions/1/dependencies", ["gone"]), "/compositions/1", GONE),
    "a claim about nothing that is there": Edit(put(f"{CLAIM}/target", "gone"), f"{CLAIM}/target", GONE),
    "a claim on evidence that is not there": Edit(put(f"{CLAIM}/evidence", ["gone"]), f"{CLAIM}/evidence", GONE),
    "a claim that rests on a requirement": Edit(
        same(f"{CLAIM}/evidence/0", f"{STANDARD}/requirements/0/bom-ref"), f"{CLAIM}/evidence", KIND
    ),
    "counter-evidence that is not there": Edit(put(f"{CLAIM}/counterEvidence", ["gone"]), "/counterEvidence", GONE),
    "a requirement that is not there": Edit(put(f"{MAP}/requirement", "gone"), f"{MAP}/requirement", GONE),
    "a claim in the place of a requirement": Edit(
        same(f"{MAP}/requirement", f"{CLAIM}/bom-ref"), f"{MAP}/requirement", KIND
    ),
    "a mapped claim that is not there": Edit(put(f"{MAP}/counterClaims", ["gone"]), f"{MAP}/counterClaims", GONE),
    "an assessor that is not there": Edit(
        put("/declarations/attestations/0/assessor", "gone"), "/attestations/0/assessor", GONE
    ),
    "a parent requirement that is not there": Edit(
        put(f"{STANDARD}/requirements/0/parent", "gone"), "/requirements/0/parent", GONE
    ),
    "a requirement that is its own parent": Edit(
        same(f"{STANDARD}/requirements/0/parent", f"{STANDARD}/requirements/0/bom-ref"),
        "the requirements",
        "go round in a circle",
    ),
    "a level of a requirement that is not there": Edit(
        put(f"{STANDARD}/levels", [{"identifier": "L1", "requirements": ["gone"]}]), "/levels/0/requirements", GONE
    ),
    "a task that read nothing that is there": Edit(
        put(f"{FLOW}/tasks/0/inputs/0/resource", {"ref": "gone"}), "/tasks/0/inputs/0/resource/ref", GONE
    ),
    "a task that wrote nothing that is there": Edit(
        put(f"{FLOW}/tasks/0/outputs/0/resource", {"ref": "gone"}), "/tasks/0/outputs/0/resource/ref", GONE
    ),
    "a tool of a task that is not there": Edit(
        put(f"{FLOW}/tasks/0/resourceReferences", [{"ref": "gone"}]), "/resourceReferences/0/ref", GONE
    ),
    "a task that waits for nothing that is there": Edit(
        put(f"{FLOW}/taskDependencies/0/dependsOn", ["gone"]), "/taskDependencies/0/dependsOn", GONE
    ),
    "a task that waits for a dataset": Edit(
        same(f"{FLOW}/taskDependencies/0/ref", f"{DATA}/bom-ref"), "/taskDependencies/0/ref", KIND
    ),
    "tasks that wait for themselves": Edit(
        lambda bom: at(bom, f"{FLOW}/taskDependencies/0").update(dependsOn=[at(bom, f"{FLOW}/taskDependencies/0/ref")]),
        "the taskDependencies",
        "go round in a circle",
    ),
    "an annotation of nothing": Edit(
        put(
            "/annotations",
            [
                {
                    "subjects": ["gone"],
                    "annotator": {"individual": {"name": "A"}},
                    "timestamp": "2026-01-01T00:00:00Z",
                    "text": "x",
                }
            ],
        ),
        "/annotations/0/subjects",
        GONE,
    ),
    "a bom-ref of two parts": Edit(same(f"{DATA}/bom-ref", f"{MODEL}/bom-ref"), DATA, "2 parts share the bom-ref"),
    "a bom-ref of two parts far apart": Edit(
        same(f"{EVIDENCE}/bom-ref", f"{STANDARD}/bom-ref"), EVIDENCE, "2 parts share the bom-ref"
    ),
    "a bom-ref that looks like a BOM-Link": Edit(
        put(f"{STANDARD}/bom-ref", "urn:cdx:x"), f"{STANDARD}/bom-ref", "looks like a BOM-Link"
    ),
    "a BOM-Link without a version": Edit(
        put(f"{FLOW}/tasks/0/inputs/0/resource", {"ref": "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7#a"}),
        "/inputs/0/resource/ref",
        "not a well-formed BOM-Link",
    ),
    "a BOM-Link with a serial number in uppercase": Edit(
        add(f"{DATA}/externalReferences", {"type": "bom", "url": "urn:cdx:F08A6CCD-4DCE-4759-BD84-C626675D60A7/1"}),
        "/url",
        "not a well-formed BOM-Link",
    ),
    "a BOM-Link to a part of this BOM that is not there": Edit(
        lambda bom: at(bom, f"{FLOW}/tasks/0/inputs/0").update(
            resource={"ref": f"urn:cdx:{bom['serialNumber'].removeprefix('urn:uuid:')}/{bom['version']}#gone"}
        ),
        "/inputs/0/resource/ref",
        GONE,
    ),
    "a citation of a field that is not there": Edit(
        put("/citations/0/pointers", [f"{DATA}/data/7/classification"]),
        "/citations/0/pointers",
        "leads to nothing",
        "1.7",
    ),
    "a citation of a field of a negative index": Edit(
        add("/citations/0/pointers", "/components/-1"), "/citations/0/pointers", "leads to nothing", "1.7"
    ),
    "a citation by a task that is not there": Edit(
        put("/citations/0/process", "gone"), "/citations/0/process", GONE, "1.7"
    ),
    "a citation by a dataset": Edit(
        same("/citations/0/process", f"{DATA}/bom-ref"), "/citations/0/process", KIND, "1.7"
    ),
    "a citation by somebody who is not there": Edit(
        put("/citations/0/attributedTo", "gone"), "/citations/0/attributedTo", GONE, "1.7"
    ),
}

DIGESTS = {
    "a SHA-1 called SHA-256": Edit(
        put(f"{DATA}/hashes/0/content", "a" * 40), f"{DATA}/hashes/0/content", "labelled SHA-256 is not 64 hex digits"
    ),
    "a SHA-256 called SHA-512": Edit(
        put(f"{DATA}/components/0/hashes/0/alg", "SHA-512"), "/components/0/hashes/0/content", "is not 128 hex digits"
    ),
    "an MD5 called BLAKE3": Edit(
        add(f"{DATA}/hashes", {"alg": "BLAKE3", "content": "a" * 32}),
        "/hashes/1/content",
        "is not 64 or 128 hex digits",
    ),
    "a SHA3-384 of 256 bits": Edit(
        add(f"{MODEL}/hashes", {"alg": "SHA3-384", "content": "a" * 64}), "/hashes/1/content", "is not 96 hex digits"
    ),
    "a hash in uppercase": Edit(put(f"{DATA}/hashes/0/content", "A" * 64), f"{DATA}/hashes/0", "has uppercase digits"),
    "a hash of zeros": Edit(put(f"{MODEL}/hashes/0/content", "0" * 64), f"{MODEL}/hashes/0", "is all zeros"),
    "two different hashes of one algorithm": Edit(
        add(f"{MODEL}/hashes", {"alg": "SHA-256", "content": "a" * 64}),
        f"{MODEL}/hashes",
        "2 different hashes by SHA-256",
    ),
    "a hash that is not of the listed files": Edit(
        put(f"{DATA}/components/0/hashes/0/content", "e" * 64), f"{DATA}/hashes", "not that of the listing of its files"
    ),
    "a file left out of a dataset": Edit(
        drop(f"{DATA}/components/0"), f"{DATA}/hashes", "not that of the listing of its files"
    ),
    "a file renamed": Edit(
        put(f"{DATA}/components/0/name", "c.csv"), f"{DATA}/hashes", "not that of the listing of its files"
    ),
    "one file told twice": Edit(
        twice(f"{DATA}/components", **{"bom-ref": "again"}), f"{DATA}/components", "two of its files have one name"
    ),
    "a file outside of its directory": Edit(
        put(f"{DATA}/components/0/name", "../a.csv"), f"{DATA}/components/0/name", "leads out of its directory"
    ),
    "a file with an absolute path": Edit(
        put(f"{DATA}/components/0/name", "/etc/passwd"), f"{DATA}/components/0/name", "leads out of its directory"
    ),
    "an attestation without a hash": Edit(
        drop(f"{DATA}/externalReferences/0/hashes"), f"{DATA}/externalReferences/0", "without a SHA-256 proves nothing"
    ),
    "an attestation of a task without a hash": Edit(
        drop(f"{FLOW}/tasks/0/outputs/0/resource/externalReference/hashes"),
        "/outputs/0/resource/externalReference",
        "without a SHA-256 proves nothing",
    ),
}

SIGNATURES = {
    "a signature that is a word": Edit(signature("ES256", "banana"), "/signature/value", "has 4 bytes"),
    "a signature with padding": Edit(signature("Ed25519", "AA=="), "/signature/value", "is not base64url"),
    "a signature in plain base64": Edit(signature("ES256", "+" * 86), "/signature/value", "is not base64url"),
    "a signature that is too short": Edit(signature("ES256", "A" * 84), "/signature/value", "has 63 bytes"),
    "a signature of another algorithm": Edit(signature("Ed448", "A" * 86), "/signature/value", "has 64 bytes"),
    "an RSA signature of 512 bits": Edit(signature("PS256", "A" * 86), "/signature/value", "at least 256"),
    "an RSA signature longer than its key": Edit(
        signature("RS256", "A" * 684, publicKey={"kty": "RSA", "n": "A" * 342, "e": "AQAB"}),
        "/signature/value",
        "as long as the modulus",
    ),
    "an Ed25519 signature by an EC key": Edit(
        signature("Ed25519", "A" * 86, publicKey=EC), "/signature/publicKey", "is not a key of Ed25519"
    ),
    "a key that is no point of its curve": Edit(
        signature("ES256", "A" * 86, publicKey=EC), "/signature/publicKey", "is not a point of P-256"
    ),
    "a key with short coordinates": Edit(
        signature("ES256", "A" * 86, publicKey={**EC, "x": "AA"}), "/signature/publicKey", "is not a point of P-256"
    ),
    "a shared secret with a public key": Edit(
        signature("HS256", "A" * 43, publicKey=EC), "/signature/publicKey", "has no public key"
    ),
    "a signature by nobody": Edit(put("/signature", {"signers": []}), "/signature/signers", "by nobody"),
    "one bad signature of a chain": Edit(
        put("/signature", {"chain": [{"algorithm": "ES256", "value": "A"}]}),
        "/signature/chain/0/value",
        "not base64url",
    ),
    "a signature of a part": Edit(
        put(f"{DATA}/signature", {"algorithm": "ES256", "value": "x"}), f"{DATA}/signature/value", "not base64url"
    ),
    "a signature that leaves out what is not there": Edit(
        signature("ES256", "A" * 86, excludes=["nowhere"]), "/signature/excludes", "is not there"
    ),
    "a signature of chance by a real key": Edit(
        signature("ES256", "A" * 86, publicKey=POINT), "/signature/value", "does not verify"
    ),
    "a signature without a key": Edit(signature("ES256", "A" * 86, keyId="k"), "/signature", "names no key"),
    "a message code without a key": Edit(signature("HS256", "A" * 43), "/signature", "names no key"),
    "a signature that leaves out a part": Edit(
        signature("ES256", "A" * 86, publicKey=POINT, excludes=["components"]),
        "/signature/excludes",
        "leaves out parts",
    ),
    "a certificate that is none": Edit(
        signature("ES256", "A" * 86, certificatePath=["AAAA"]), "/signature/certificatePath", "X.509"
    ),
}

CONTENT = {
    "data on a model": Edit(same(f"{MODEL}/data", f"{DATA}/data"), f"{MODEL}/data", "only a component of type data"),
    "a model card on a dataset": Edit(
        put(f"{DATA}/modelCard", {"modelParameters": {"task": "x"}}), f"{DATA}/modelCard", "machine-learning-model"
    ),
    "a dataset that is a library": Edit(
        put(f"{DATA}/type", "library"), f"{DATA}/data", "only a component of type data"
    ),
    "a model that is an application": Edit(put(f"{MODEL}/type", "application"), MODEL, "it is no model"),
    "a task that ends before it starts": Edit(
        put(f"{FLOW}/timeStart", "2026-06-01T00:00:00Z"), f"{FLOW}/timeEnd", "is before timeStart"
    ),
    "evidence that expires before it is made": Edit(
        put(f"{EVIDENCE}/expires", "2020-01-01T00:00:00Z"), f"{EVIDENCE}/expires", "is before created"
    ),
    "evidence that is later than the BOM": Edit(
        put(f"{EVIDENCE}/created", "2030-01-01T00:00:00+01:00"), f"{EVIDENCE}/created", "is later than the BOM"
    ),
    "a citation that is later than the BOM": Edit(
        put("/citations/0/timestamp", "2030-01-01T00:00:00Z"), "/citations/0/timestamp", "is later than the BOM", "1.7"
    ),
    "a licence expression that is prose": Edit(
        put(f"{DATA}/licenses", [{"expression": "free for all uses"}]), "/licenses/0/expression", "not an SPDX"
    ),
    "a licence expression with an unknown licence": Edit(
        put(f"{DATA}/licenses", [{"expression": "MIT OR Banana-1.0"}]), "/licenses/0/expression", "not an SPDX"
    ),
    "a licence expression that breaks off": Edit(
        put(f"{DATA}/licenses", [{"expression": "MIT AND"}]), "/licenses/0/expression", "not an SPDX"
    ),
    "a licence in the place of an exception": Edit(
        put(f"{DATA}/licenses", [{"expression": "GPL-2.0-only WITH MIT"}]), "/licenses/0/expression", "not an SPDX"
    ),
    "an identifier in the place of a licence's name": Edit(
        put(f"{DATA}/licenses", [{"license": {"name": "CC-BY-NC-4.0"}}]), "/licenses/0/license/name", "SPDX identifier"
    ),
    "governance without anybody": Edit(put(f"{DATA}/data/0/governance", {}), "/governance", "nobody is named"),
    "governance with an empty list": Edit(
        put(f"{DATA}/data/0/governance", {"owners": []}), "/governance", "nobody is named"
    ),
    "an owner without a name": Edit(
        put(f"{DATA}/data/0/governance", {"owners": [{"organization": {}}]}), "/owners/0", "names nobody"
    ),
    "an owner of blanks": Edit(
        put(f"{DATA}/data/0/governance", {"owners": [{"contact": {"name": "  "}}]}), "/owners/0", "names nobody"
    ),
    "a name of blanks": Edit(put(f"{DATA}/name", " \t"), f"{DATA}/name", "is blank"),
    "a name with text turned round": Edit(put(f"{DATA}/name", "people\u202egpj"), f"{DATA}/name", "control characters"),
    "a name with a terminal escape": Edit(put(f"{MODEL}/name", "m\x1b[2J"), f"{MODEL}/name", "control characters"),
    "a blank kind of sensitive data": Edit(
        put(f"{DATA}/data/0/sensitiveData", ["EMAIL_ADDRESS", ""]), f"{DATA}/data/0/sensitiveData", "blank entry"
    ),
    "a dataset named twice": Edit(
        lambda bom: at(bom, f"{MODEL}/modelCard/modelParameters/datasets").append(
            dict(at(bom, f"{MODEL}/modelCard/modelParameters/datasets/0"))
        ),
        "/modelParameters/datasets",
        "names one dataset twice",
    ),
}

DECLARED = {
    "conformance without a claim": Edit(
        put(MAP, {"requirement": "requirement:N1", "conformance": {"score": 1}}),
        f"{MAP}/conformance",
        "no claim supports",
    ),
    "a conformance with nothing": Edit(drop(f"{MAP}/requirement"), MAP, "maps no requirement"),
    "a claim that speaks for and against": Edit(
        lambda bom: at(bom, MAP).update(claims=[at(bom, CLAIM)["bom-ref"]], counterClaims=[at(bom, CLAIM)["bom-ref"]]),
        f"{MAP}/counterClaims",
        "for and against",
    ),
    "a claim without evidence": Edit(drop(f"{CLAIM}/evidence"), CLAIM, "has no evidence"),
    "a claim that says nothing": Edit(drop(f"{CLAIM}/predicate"), CLAIM, "says nothing"),
    "a claim about nothing": Edit(drop(f"{CLAIM}/target"), CLAIM, "is about nothing"),
    "evidence of nothing": Edit(
        lambda bom: [at(bom, EVIDENCE).pop(key) for key in ("data", "description")], EVIDENCE, "the evidence is empty"
    ),
    "one part of two degrees of completeness": Edit(
        lambda bom: bom["compositions"].append(
            {"aggregate": "unknown", "assemblies": [bom["compositions"][0]["assemblies"][0]]}
        ),
        "/compositions/2/assemblies",
        "two degrees of completeness",
    ),
}

OURS = {
    "a grade that is no word of the scheme": Edit(
        put(f"{DATA}/data/0/classification", "banana"), f"{DATA}/data/0/classification", "outside the scheme"
    ),
    "a grade in capitals": Edit(
        put(f"{DATA}/data/0/classification", "Restricted"), f"{DATA}/data/0/classification", "outside the scheme"
    ),
    "no grade": Edit(drop(f"{DATA}/data/0/classification"), f"{DATA}/data/0/classification", "outside the scheme"),
    "a dataset without an owner": Edit(
        put(f"{DATA}/data/0/governance", {"stewards": [{"organization": {"name": "A"}}]}),
        f"{DATA}/data/0",
        "has no owner",
    ),
    "a dataset without governance": Edit(drop(f"{DATA}/data/0/governance"), f"{DATA}/data/0", "has no owner"),
    "a dataset without a signed classification": Edit(
        lambda bom: at(bom, f"{DATA}/externalReferences").remove(
            next(one for one in at(bom, f"{DATA}/externalReferences") if one.get("comment") == "classify")
        ),
        DATA,
        "does not point at the signed classify",
    ),
    "a model without a signed training": Edit(
        drop(f"{MODEL}/externalReferences"), MODEL, "does not point at the signed train"
    ),
    "no serial number": Edit(drop("/serialNumber"), "/serialNumber", "is not told"),
    "no time": Edit(drop("/metadata/timestamp"), "/metadata/timestamp", "is not told"),
    "a dataset without a hash": Edit(drop(f"{DATA}/hashes"), DATA, "has no hashes"),
    "a dataset with an MD5 only": Edit(
        put(f"{DATA}/hashes", [{"alg": "MD5", "content": "a" * 32}]), DATA, "has no SHA-256"
    ),
    "a dataset without a licence": Edit(drop(f"{DATA}/licenses"), DATA, "has no licenses"),
    "a dataset without data": Edit(drop(f"{DATA}/data"), DATA, "has no data"),
    "a dataset without a pedigree": Edit(drop(f"{DATA}/pedigree"), DATA, "has no pedigree"),
    "a dataset the model does not name": Edit(
        lambda bom: bom["components"].append(
            {**copy.deepcopy(bom["components"][0]), "bom-ref": "more", "components": []}
        ),
        MODEL,
        "are not the data components",
    ),
    "a dataset the model does not depend on": Edit(
        drop("/dependencies/0/dependsOn/0"), "/dependencies", "does not depend on 1 of its datasets"
    ),
    "a model without a hash": Edit(drop(f"{MODEL}/hashes"), MODEL, "the model has no hash"),
    "a model without datasets": Edit(drop(f"{MODEL}/modelCard"), MODEL, "the model names no dataset"),
    "no model": Edit(drop(MODEL), MODEL, "it is no model"),
    "a grade that no task is cited for": Edit(
        put("/citations/0/pointers", [f"{DATA}/name"]), f"{DATA}/data/0/classification", "no citation says", "1.7"
    ),
}

SOUNDNESS: dict[str, Edit] = REFERENCES | DIGESTS | SIGNATURES | CONTENT | DECLARED | OURS

SCHEMA: dict[str, Edit] = {
    "an unknown field": Edit(put("/surprise", 1), "/", "schema refuses"),
    "a type that is none": Edit(put(f"{DATA}/type", "corpus"), f"{DATA}/type", "schema refuses"),
    "a dataset without a name": Edit(drop(f"{DATA}/name"), DATA, "schema refuses"),
    "a hash that is not hexadecimal": Edit(
        put(f"{DATA}/hashes/0/content", "z" * 64), f"{DATA}/hashes/0/content", "schema refuses"
    ),
    "an algorithm that is none": Edit(put(f"{DATA}/hashes/0/alg", "SM3"), f"{DATA}/hashes/0/alg", "schema refuses"),
    "a licence id that is none": Edit(
        put(f"{DATA}/licenses", [{"license": {"id": "Banana-1.0"}}]), f"{DATA}/licenses", "schema refuses"
    ),
    "a day that is none": Edit(
        put("/metadata/timestamp", "2026-02-30T00:00:00Z"), "/metadata/timestamp", "schema refuses"
    ),
    "an owner of two kinds": Edit(
        put(f"{DATA}/data/0/governance", {"owners": [{"organization": {"name": "a"}, "contact": {"name": "b"}}]}),
        f"{DATA}/data/0/governance",
        "schema refuses",
    ),
    "a serial number that is none": Edit(put("/serialNumber", "urn:uuid:1"), "/serialNumber", "schema refuses"),
    "a conformance above one": Edit(put(f"{MAP}/conformance/score", 1.1), f"{MAP}/conformance/score", "schema refuses"),
    "a citation of nothing": Edit(put("/citations/0/pointers", []), "/citations/0", "schema refuses", "1.7"),
    "a traffic light that is none": Edit(
        put("/metadata/distributionConstraints/tlp", "WHITE"),
        "/metadata/distributionConstraints",
        "schema refuses",
        "1.7",
    ),
}
