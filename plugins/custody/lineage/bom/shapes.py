# SPDX-License-Identifier: Apache-2.0
"""The small shapes of CycloneDX that every part of the BOM is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from custody.governance import Governance, Party

Shape = dict[str, Any]
LEDGER = "ledger"  # where a bundle keeps its ledger


def hashes(sha256: str) -> list[dict[str, str]]:
    """Return a list of the one hash custody computes."""
    return [{"alg": "SHA-256", "content": sha256}]


def prop(name: str, value: object) -> dict[str, str]:
    """Return a property of custody's: for what CycloneDX has no field for."""
    return {"name": f"custody:{name}", "value": str(value)}


def url(text: str) -> str:
    """Return a URL as an IRI reference: whatever may not stand in one is percent-encoded."""
    return quote(text, safe="%/:?#[]@!$&'()*+,;=~")


def reference(kind: str, at: str, sha256: str = "", comment: str = "") -> Shape:
    """Return an external reference, with the digest of what is there when it is known."""
    told = {"comment": comment, "hashes": hashes(sha256) if sha256 else None}
    return {"type": kind, "url": at} | {key: value for key, value in told.items() if value}


def document(kind: str, sha256: str, comment: str) -> Shape:
    """Return a reference to a document of the bundle's ledger."""
    return reference(kind, f"{LEDGER}/documents/{sha256}", sha256, comment)


def governance(told: Governance, holder: str) -> Shape:
    """Return who answers for a dataset; who holds the rights in it owns it where the policy names no owner."""
    owners = told.owners or ((Party(organization=holder),) if holder.strip() else ())
    parties = {"owners": owners, "stewards": told.stewards, "custodians": told.custodians}
    return {kind: [party(one) for one in named] for kind, named in parties.items() if named}


def party(one: Party) -> Shape:
    """Return an organisation or a contact."""
    email = {"email": one.email} if one.email else {}
    if one.organization:
        return {"organization": {"name": one.organization} | ({"contact": [email]} if email else {})}
    return {"contact": {"name": one.contact} | email}


def filled(shape: Shape) -> Shape:
    """Return a shape without its empty fields."""
    return {key: value for key, value in shape.items() if value not in ("", None, [], {}, ())}


def texts(*groups: Iterable[str]) -> list[str]:
    """Return texts without repeats, in order."""
    return list(dict.fromkeys(one for group in groups for one in group))
