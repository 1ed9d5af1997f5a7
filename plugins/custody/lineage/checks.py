# SPDX-License-Identifier: Apache-2.0
"""The nine checks of a verification, each a generator of what it found, in words. See `verification.CHECKS`.

A check yields what is as it should be and what nobody looked at, and raises IntegrityError at the first thing that is
not. Whatever else a record of another form makes it raise is caught by who runs it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from custody.dataset import Dataset, file_sha256
from custody.errors import IntegrityError
from custody.lineage import bundle as bundles
from custody.lineage import dsse, shape
from custody.lineage.anchor import stamped
from custody.lineage.bomcheck import problems
from custody.lineage.presented import Case, same_policy, sha256_of, short
from custody.lineage.statement import Statement, dataset_subject, file_subject, open_envelope
from custody.lineage.verification import State

Findings = Iterator[tuple[State, str]]


def signatures(case: Case) -> Findings:
    """A key that the policy trusts signed every statement, and nobody else signed it."""
    case.found.policy = case.trusted.digest
    everyone = frozenset(key for keys in case.ledger.trusted.values() for key in keys)
    digests = case.ledger.digests()
    for digest in digests:
        where, envelope = f"statement {digest[:12]}…", case.ledger.envelope(digest)
        if not dsse.unpack(envelope, where).signers(everyone):
            raise IntegrityError("no key that the policy trusts has signed this", where=where)
        if dsse.reworded(envelope, everyone, where):
            raise IntegrityError("the envelope was edited", where=where)
    yield "ok", f"{len(digests)} statements are signed by keys of the policy, and by nobody else"


def statements(case: Case) -> Findings:
    """Each statement is what its name says, of the role that owns its step, in the form of its predicate."""
    for digest in case.ledger.digests():
        where = f"statement {digest[:12]}…"
        statement = open_envelope(case.ledger.envelope(digest), case.ledger.trusted, where)
        if statement.digest != digest:
            raise IntegrityError("the payload is not what its name says", where=where)
        if wrong := shape.problems(statement):
            raise IntegrityError(f"its {statement.link.step} has another form: {wrong[0]}", where=where)
        case.found.statements.append(digest)
    yield "ok", f"{len(case.found.statements)} statements are of the role that owns their step, and well formed"


def chain(case: Case) -> Findings:
    """Whatever is followed is there, nothing else is, and the head is the one expected."""
    own = case.bundle / "policy.yaml"
    if file_sha256(own) != case.trusted.digest:
        raise IntegrityError("the bundle's policy is not yours", where=str(own))
    case.found.head = case.ledger.head()
    if case.head is not None and case.found.head != case.head:
        what = f"the head is {case.found.head[:12]}…, not {case.head[:12]}…: these are other records, or older ones"
        raise IntegrityError(what, where=str(case.bundle))
    _nothing_missing_or_added(case)
    yield "ok", "the bundle holds every statement and document the BOM follows, and nothing else"
    if case.head is not None:
        yield "ok", f"its head is {case.head[:12]}… as expected"
    if case.anchor is not None:
        case.found.anchored = stamped(case.anchor.read_bytes(), case.ledger.roll(), case.roots)
        yield "ok", f"a trusted authority saw this head at {case.found.anchored}"


def _nothing_missing_or_added(case: Case) -> None:
    """Export what the BOM follows once more and compare: any file too much, too few or changed shows."""
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch)
        bundles.export(case.ledger, case.signed, (case.bundle / "policy.yaml").read_bytes(), again)
        changes = Dataset(again).listing().differences(Dataset(case.bundle).listing())
    if changes:
        raise IntegrityError("; ".join(changes[:5]), where=str(case.bundle), remedy="get the bundle from its publisher")


def bom(case: Case) -> Findings:
    """The BOM is signed and sound, and refers to these very envelopes."""
    if wrong := problems(case.document, case.trusted):
        raise IntegrityError("; ".join(wrong), where=str(case.bom))
    same_policy(case, case.signed)
    for component in (case.model, *case.document["components"]):
        for reference in component.get("externalReferences", ()):
            if reference["type"] == "attestation":
                digest = Path(reference["url"]).name.removesuffix(".dsse.json")
                if hashlib.sha256(case.ledger.envelope(digest)).hexdigest() != sha256_of(reference):
                    raise IntegrityError("is not the envelope the BOM refers to", where=f"statement {digest[:12]}…")
    kind = f"CycloneDX {case.document['specVersion']}"
    yield "ok", f"the BOM is signed, valid {kind}, its references resolve, its digests are well formed"


def training(case: Case) -> Findings:
    """The datasets of the BOM are those the model was trained on, in both directions."""
    told = {one["name"]: sha256_of(one) for one in case.datasets}
    read = {one["name"]: one["digest"]["dirHash"] for one in case.trained.materials}
    if told != read or not len(told) == len(case.datasets) == len(case.trained.materials):
        names = sorted(name for name in {*told, *read} if told.get(name) != read.get(name)) or ["a name twice"]
        what = f"the BOM's datasets are not those the model was trained on ({', '.join(names)})"
        raise IntegrityError(what, where=short(case.model))
    same_policy(case, case.trained)
    yield "ok", "the datasets of the BOM are the datasets the model was trained on"


def steps(case: Case) -> Findings:
    """Every step the policy demands of the grade is signed, passed, and was recent at the gate."""
    for component, examined in case.examined:
        if examined.reasons:
            raise IntegrityError("; ".join(one.partition(". To mend it:")[0] for one in examined.reasons))
        grade = examined.grade
        yield "ok", f"{component['name']}: every step the policy demands of {grade} data is signed and passed"


def grades(case: Case) -> Findings:
    """What the BOM says of each dataset is what was signed."""
    for component, examined in case.examined:
        name, classified, audited = component["name"], examined.used.get("classify"), examined.used.get("audit")
        if [one["classification"] for one in component["data"]] != [examined.grade]:
            raise IntegrityError("the BOM's classification is not the signed grade", where=name)
        if classified and _sensitive(component) != _contained(classified):
            raise IntegrityError("the BOM's sensitive data is not what was found and signed", where=name)
        if audited and _licences(component) != {str(audited.link.detail.get("licence") or "unknown")}:
            raise IntegrityError("the BOM's licence is not the one the audit concluded", where=name)
        yield "ok", f"{name}: grade, sensitive data and licence are those that were signed"


def data(case: Case) -> Findings:
    """The bytes of each dataset have the address that the BOM and the statements name."""
    for one in case.datasets:
        case.found.subjects.append(dataset_subject(one["name"], sha256_of(one)))
        yield _bytes(case, one, _address)


def model(case: Case) -> Findings:
    """The model file has the digest that the BOM and its training name."""
    case.found.subjects.append(file_subject(case.model["name"], sha256_of(case.model)))
    yield _bytes(case, case.model, lambda path, _: file_sha256(path))


def _address(path: Path, name: str) -> str:
    return Dataset(path, name).listing().address


def _bytes(case: Case, component: Mapping[str, Any], digest: Callable[[Path, str], str]) -> tuple[State, str]:
    name, told = component["name"], sha256_of(component)
    if case.data is None:
        return "unchecked", f"{name}: bytes were not given, so they were not read"
    path = case.data / Path(name).name
    if not path.exists():
        return "unchecked", f"{name}: no bytes at {path}"
    actual = digest(path, name)
    if actual == told:
        return "ok", f"{name}: the bytes have the digest {actual[:12]}… of the BOM"
    return "broken", f"{name}: the bytes at {path} have the digest {actual[:12]}…, the BOM says {told[:12]}…"


def _sensitive(component: Mapping[str, Any]) -> set[str]:
    return {one for data in component["data"] for one in data.get("sensitiveData", ())}


def _contained(classified: Statement) -> set[str]:
    attributes = (one["attribute"] for one in classified.predicate["attributes"])
    return {one.removeprefix("contains:") for one in attributes if one.startswith("contains:")}


def _licences(component: Mapping[str, Any]) -> set[str]:
    """Return the licences a component is said to have by somebody's conclusion."""
    told = ({**one, **one.get("license", {})} for one in component["licenses"])
    return {
        one.get("expression") or one.get("id") or one["name"] for one in told if one["acknowledgement"] == "concluded"
    }
