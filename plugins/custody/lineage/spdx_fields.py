# SPDX-License-Identifier: Apache-2.0
"""Single fields of an SPDX 3.0.1 document, each from a component of a CycloneDX BOM of custody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.lineage.bom.shapes import Shape

# Entities by which nobody is identified. SPDX counts as sensitive what can be used to infer a person's identity
# (3.0.1, AI/useSensitivePersonalInformation), so every other entity does.
IMPERSONAL = frozenset({"URL", "DATE_TIME", "CLOUD_KEY", "ACCESS_TOKEN", "PRIVATE_KEY", "JWT", "SECRET", "CRYPTO"})
_TABLES = (".parquet", ".csv", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".arrow")


def to_second(moment: str) -> str:
    """Return a moment as SPDX writes it: in UTC, without fractions."""
    return moment.partition(".")[0].removesuffix("Z") + "Z"


def hashes(told: Mapping[str, Any]) -> list[Shape]:
    """Return the hashes of a component."""
    return [{"type": "Hash", "algorithm": "sha256", "hashValue": one["content"]} for one in told["hashes"]]


def urn(told: Mapping[str, Any]) -> str:
    """Return a name for the bytes of a component, where there is no address."""
    return f"urn:custody:sha256:{told['hashes'][0]['content']}"


def references(told: Mapping[str, Any]) -> list[Shape]:
    """Return the signed statements; SPDX keeps no digest of a reference, so it stands in the comment."""
    return [
        {
            "type": "ExternalRef",
            "externalRefType": "other",
            "locator": [one["url"]],
            "comment": f"{one['type']}: {one['comment']}, sha256 {one['hashes'][0]['content']}",
        }
        for one in told["externalReferences"]
        if one["type"] in ("attestation", "evidence")
    ]


def facts(told: Mapping[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    """Yield the properties of custody's, by name without prefix."""
    head = f"custody:{kind}"
    for one in told.get("properties", ()):
        if one["name"].startswith(head):
            yield one["name"].removeprefix(head), one["value"]


def entries(pairs: Any) -> list[Shape]:
    """Return pairs as dictionary entries."""
    return [{"type": "DictionaryEntry", "key": key, "value": value} for key, value in pairs]


def training(bom: Mapping[str, Any]) -> str:
    """Say what is known of the training."""
    model = bom["metadata"]["component"]
    return " ".join([f"Trained for the intent {dict(facts(model, ''))['intent']}.", *notes(model)])


def notes(told: Mapping[str, Any]) -> list[str]:
    """Return the notes of a pedigree."""
    return [told["pedigree"]["notes"]] if "pedigree" in told else []


def is_personal(told: Mapping[str, Any]) -> str:
    """Say yes where something personal was found. Nothing found is no proof that there is nothing."""
    found = {one for data in told["data"] for one in data.get("sensitiveData", ())}
    return "yes" if found - IMPERSONAL else "noAssertion"


def expression(licences: list[Mapping[str, Any]]) -> str:
    """Return the one licence of a dataset."""
    (one,) = licences
    licence = one.get("license", {})
    return str(one.get("expression") or licence.get("id") or licence["name"])


def dataset_type(told: Mapping[str, Any]) -> str:
    """Return the type of a dataset, by the names of its files."""
    names = [one["name"].removesuffix(".esdk") for one in told.get("components", ())]
    if names and all(name.endswith(_TABLES) for name in names):
        return "structured"
    return "text" if names and all(name.endswith(".txt") for name in names) else "noAssertion"
