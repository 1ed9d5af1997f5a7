# SPDX-License-Identifier: Apache-2.0
"""The model BOM: CycloneDX 1.6 or 1.7, built from verified statements and nothing else.

It is a JSON document of our own: the Python library drops modelCard, data and governance when it writes, so it only
validates here. Every dataset is a full `data` component, its raw and intermediate forms are its pedigree, every
statement is an attestation reference with the digest of its envelope, and the model points at its datasets twice: in
the model card and in the dependencies. The run is its formulation; what the records evidence of published requirements
is declared, and what they do not is declared as not evidenced.
"""

from __future__ import annotations

import uuid
from typing import Any, Literal

from custody.errors import IntegrityError
from custody.lineage.bom import dataset, declarations, formula, model, newer
from custody.lineage.bom.completeness import Completeness, completeness
from custody.lineage.bom.records import Records, gather
from custody.lineage.bom.shapes import Shape, filled, party, prop
from custody.lineage.ledger import Ledger
from custody.lineage.predicates import tool_version
from custody.lineage.statement import Statement

SpecVersion = Literal["1.6", "1.7"]
NAMESPACE = uuid.UUID("6f1f4c39-0c9c-5b0e-9d53-6d7f6f2d4b5a")  # ours; makes serial numbers repeatable

__all__ = ["Completeness", "SpecVersion", "build", "completeness"]


def build(ledger: Ledger, trained: Statement, spec_version: SpecVersion = "1.6") -> tuple[dict[str, Any], list[str]]:
    """Return the BOM of a model, and the payload digests of the statements it refers to.

    Args:
        ledger: the records.
        trained: the signed provenance of the model.
        spec_version: of CycloneDX.

    Raises:
        IntegrityError: a dataset the model was trained on is not cleared by the records, a record has another form,
            or the BOM would lack what the completeness profile calls mandatory; the message has the list.
    """
    try:
        records = gather(ledger, trained)
        bom = _bom(records, spec_version)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # whoever holds a role's key can sign details of any shape
        what = f"a signed record or its report has details of another form ({type(error).__name__})"
        raise IntegrityError(what, remedy="run the steps of its datasets again") from None
    found = completeness(bom)
    if found.lacking:
        raise IntegrityError(
            f"the BOM would lack {len(found.lacking)} mandatory fields: {'; '.join(found.lacking)}",
            remedy="describe the source in sources.yaml or name owners in the policy, then run the steps again",
        )
    bom["metadata"]["properties"].append(prop("completeness", found.score))
    return bom, [one.digest for one in records.statements]


def _bom(records: Records, version: SpecVersion) -> Shape:
    components = [dataset.component(records, one) for one in records.datasets]
    refs = [one["bom-ref"] for one in components]
    bom: Shape = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, records.trained.digest)}",
        "version": 1,
        "metadata": _metadata(records),
        "components": components,
        "dependencies": [{"ref": records.model_ref, "dependsOn": refs}, *({"ref": ref} for ref in refs)],
        "compositions": _compositions(records, refs),
        "formulation": [formula.formula(records)],
        "definitions": {"standards": declarations.standards()},
        "declarations": declarations.declarations(records),
    }
    if version == "1.7":
        bom["citations"] = newer.citations(records, components)
        if tlp := newer.tlp(records.rules, str(records.trained.link.grade)):
            bom["metadata"]["distributionConstraints"] = {"tlp": tlp}
    return bom


def _metadata(records: Records) -> Shape:
    owners = records.rules.governance.owners
    return filled(
        {
            "timestamp": records.written_at,
            "tools": {"components": [{"type": "application", "name": "custody", "version": tool_version()}]},
            "manufacturer": next((party(one)["organization"] for one in owners if one.organization), {}),
            "component": model.component(records),
            "properties": [
                prop("intent", records.intent_name),
                prop("grade", records.trained.link.grade),
                prop("policy", records.rules.digest),
            ],
        }
    )


def _compositions(records: Records, refs: list[str]) -> list[Shape]:
    """Say what is told whole: the datasets the training signed are all there; a model it began from may not be."""
    whole = records.intent.train != "finetune"
    return [
        {"aggregate": "complete", "assemblies": [records.model_ref, *refs]},
        {"aggregate": "complete" if whole else "incomplete", "dependencies": [records.model_ref]},
    ]
