# SPDX-License-Identifier: Apache-2.0
"""What only CycloneDX 1.7 has: who gave each field, and how far the BOM may be handed on."""

from __future__ import annotations

from collections.abc import Iterator

from custody.lineage.bom.formula import task_ref
from custody.lineage.bom.records import Cleared, Records
from custody.lineage.bom.shapes import Shape
from custody.policy import Policy
from custody.schemes import NONE, SchemeName

# Grade of custody's own scheme -> TLP 2.0. A bill of materials tells names and kinds, not data, but a restricted
# dataset may be one whose existence is not for everybody.
_TLP = {"public": "CLEAR", "internal": "GREEN", "confidential": "AMBER", "restricted": "RED"}
_SCHEME: SchemeName = "confidentiality-4"
_FIELDS = {  # fields of a dataset -> the step that gave them
    "classify": ("/data/0/classification", "/data/0/sensitiveData"),
    "audit": ("/licenses", "/supplier"),
}


def tlp(rules: Policy, grade: str) -> str | None:
    """Return how far a BOM may be handed on: the policy's word, else by grade where a table says so, else unknown."""
    return rules.governance.tlp or tlp_of_grade(rules, grade)


def tlp_of_grade(rules: Policy, grade: str) -> str | None:
    """Return what a grade is in TLP, where a table says so."""
    ours = grade if rules.scheme == _SCHEME else rules.translated(grade, _SCHEME).to
    return None if ours == NONE else _TLP.get(ours)


def citations(records: Records, components: list[Shape]) -> list[Shape]:
    """Return for each dataset which task gave its classification and its terms."""
    pairs = enumerate(zip(records.datasets, components, strict=True))
    return [one for index, (data, told) in pairs for one in _cited(data, told, f"/components/{index}")]


def _cited(data: Cleared, told: Shape, at: str) -> Iterator[Shape]:
    for step, fields in _FIELDS.items():
        statement = data.found.used[step]
        there = [at + field for field in fields if _has(told, field)]
        yield {
            "bom-ref": f"citation:{step}:{data.ref}",
            "timestamp": statement.link.created_at,
            "pointers": there,
            "process": task_ref(statement),
            "note": f"given by the signed {step}",
        }


def _has(told: Shape, field: str) -> bool:
    parts = field.split("/")[1:]
    return parts[-1] in (told["data"][0] if parts[0] == "data" else told)
