# SPDX-License-Identifier: Apache-2.0
"""A dataset as a `data` component: bytes, terms, grade, who answers for it, where it came from, what proves it."""

from __future__ import annotations

from collections.abc import Iterator

from custody.lineage.bom.records import Cleared, Records, form_ref
from custody.lineage.bom.shapes import Shape, document, filled, governance, hashes, prop, reference, url
from custody.lineage.ledger import Ledger

MAX_FILES = 1000  # file components per dataset; a larger listing is one component
MAX_CLAIM = 200  # characters of a declared licence; a longer text is prose, and in the audit's report
NO_PEOPLE = "none needed: the source says that no personal data is in it"
_DID = {"redact": "redacted", "encrypt": "encrypted"}


def component(records: Records, data: Cleared) -> Shape:
    """Return the component of a dataset."""
    publisher = str(data.origin.get("publisher", ""))
    return filled(
        {
            "type": "data",
            "bom-ref": data.ref,
            "supplier": {"name": publisher} if publisher.strip() else {},
            "name": data.name,
            "version": data.address[:12],
            "description": "Cleared training data. The hash is the in-toto dirHash: SHA-256 of the sha256sum listing.",
            "hashes": hashes(data.address),
            "licenses": licences(data.audit.get("licence")),
            "pedigree": _pedigree(records, data),
            "externalReferences": list(_references(records, data)),
            "components": _files(records.ledger, data.ref, data.address),
            "data": [_told(records, data, publisher)],
            "properties": list(_facts(data)),
        }
    )


def licences(concluded: object) -> list[Shape]:
    """Return the licence the audit concluded."""
    text = str(concluded or "")
    if " " in text:
        return [{"expression": text, "acknowledgement": "concluded"}]
    kind = "name" if not text or text.startswith("LicenseRef-") else "id"
    return [{"license": {kind: text or "unknown", "acknowledgement": "concluded"}}]


def _told(records: Records, data: Cleared, publisher: str) -> Shape:
    rows = data.classification.get("rows", data.found.used["classify"].link.detail.get("rows"))
    return filled(
        {
            "type": "dataset",
            "name": data.name,
            "contents": filled(
                {
                    "url": url(data.origin.get("url", "")),
                    "properties": [prop("rows", rows)] if rows is not None else [],
                }
            ),
            "classification": str(data.found.grade),
            "sensitiveData": _sensitive(data),
            "description": f"Graded by {records.rules.graded_by.told}; cleared to {records.intent.use} "
            f"for the intent {records.intent_name}.",
            "governance": governance(records.rules.governance, str(data.origin.get("owner") or publisher)),
        }
    )


def _sensitive(data: Cleared) -> list[str]:
    attributes = (one["attribute"] for one in data.found.used["classify"].predicate["attributes"])
    return sorted(one.removeprefix("contains:") for one in attributes if one.startswith("contains:"))


def _pedigree(records: Records, data: Cleared) -> Shape:
    forms = [one for one in data.found.addresses[1:] if one != data.address]
    did = [_DID[one.link.step] for one in reversed(data.found.made)]
    notes = f"The raw bytes were {' and then '.join(did)}." if did else "These are the bytes as they came in."
    ancestors = [_form(records, data, one) for one in forms] or _parents(data)
    return {"ancestors": ancestors, "notes": notes}


def _form(records: Records, data: Cleared, address: str) -> Shape:
    """Return an earlier form of a dataset: by its address, and the raw one by its origin too."""
    raw = address == data.found.raw
    publisher = str(data.origin.get("publisher", "")) if raw else ""
    return filled(
        {
            "type": "data",
            "bom-ref": form_ref(data.name, address),
            "supplier": {"name": publisher} if publisher.strip() else {},
            "name": data.name,
            "version": address[:12],
            "description": "As it came in." if raw else "A form in between.",
            "hashes": hashes(address),
            "pedigree": {"ancestors": _parents(data)} if raw and _parents(data) else {},
            "externalReferences": list(_origin(data)) if raw else [],
            "data": [{"type": "dataset", "classification": str(records.rules.highest(*_grades(data)))}] if raw else [],
        }
    )


def _parents(data: Cleared) -> list[Shape]:
    """Return what the source says it was made from. Nobody read those bytes, so they have no hash."""
    told = [one for one in data.audited.get("derived_from", ()) if _plain(one.get("name"))]
    return [
        filled(
            {
                "type": "data",
                "bom-ref": f"source:{data.ref}:{number}",
                "name": one["name"],
                "description": "What the source says it was made from.",
                "externalReferences": [reference("distribution", url(one["url"]))] if one.get("url") else [],
                "properties": [prop("licenceDeclared", one["licence"])] if _plain(one.get("licence")) else [],
            }
        )
        for number, one in enumerate(told, 1)
    ]


def _plain(text: object) -> bool:
    """Tell whether a text of somebody else's can be shown on a line."""
    return isinstance(text, str) and text.isprintable() and 0 < len(text.strip()) <= MAX_CLAIM


def _grades(data: Cleared) -> Iterator[str]:
    yield str(data.found.used["classify"].link.grade)


def _references(records: Records, data: Cleared) -> Iterator[Shape]:
    yield from (records.attestation(one) for one in data.found.statements)
    for step in ("classify", "audit"):
        if digest := data.found.used[step].link.detail.get("report"):
            yield document("evidence", digest, f"the report of {step}")
    yield from _origin(data)


def _origin(data: Cleared) -> Iterator[Shape]:
    if at := data.origin.get("url"):
        told = (data.origin.get("revision"), data.origin.get("retrieved"))
        comment = ", ".join(f"{what} {one}" for what, one in zip(("revision", "retrieved"), told, strict=True) if one)
        yield reference("distribution", url(at), comment=comment)


def _files(ledger: Ledger, ref: str, address: str) -> list[Shape]:
    digests = ledger.listing(address).digests
    if len(digests) > MAX_FILES or not all(path.isprintable() for path in digests):
        name = f"listing of {len(digests)} files"
        return [{"type": "file", "bom-ref": f"{ref}/listing", "name": name, "hashes": hashes(address)}]
    return [
        {"type": "file", "bom-ref": f"{ref}/{path}", "name": path, "hashes": hashes(sha256)}
        for path, sha256 in sorted(digests.items())
    ]


def _facts(data: Cleared) -> Iterator[dict[str, str]]:
    """What CycloneDX has no field for."""
    for made in data.found.made:
        if made.link.step == "redact":
            yield prop("redacted", ", ".join(sorted(made.link.detail.get("plan", {}))))
        else:
            yield prop("encryptedWith", made.link.detail.get("key", "unknown"))
    if drill := data.found.used.get("drill"):
        yield prop("restoreProvenAt", drill.link.created_at)
        yield prop("restoreSeconds", drill.link.detail.get("rto_seconds", "unknown"))
    yield from _terms(data)
    detector = data.classification.get("detector", {})
    yield from (prop(f"detector:{name}", detector[name]) for name in sorted(detector))
    yield from (prop("notChecked", one) for one in data.classification.get("unchecked", ()))


def _terms(data: Cleared) -> Iterator[dict[str, str]]:
    yield prop("auditVerdict", data.audit.get("verdict"))
    yield from (prop("obligation", one) for one in data.audit.get("obligations", ()))
    declared = dict.fromkeys(str(one.get("text", "")) for one in data.audited.get("declared", ()))
    yield from (prop("licenceDeclared", one) for one in declared if _plain(one))
    for name, field in (("licenceTextSha256", "found"), ("attribution", "attribution"), ("sourceKind", "kind")):
        if told := data.audited.get(field):
            yield prop(name, told)
    yield from (prop("generatedBy", one) for one in data.audited.get("generated_by", ()))
    if personal := data.audited.get("personal_data"):
        basis = personal["legal_basis"] if personal["present"] else NO_PEOPLE
        yield from (prop("legalBasis", one) for one in (basis,) if one)
