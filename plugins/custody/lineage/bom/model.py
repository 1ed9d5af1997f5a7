# SPDX-License-Identifier: Apache-2.0
"""The model as a component, with its card: what the training signed, what the intent says, what was not checked."""

from __future__ import annotations

from collections.abc import Iterator

from custody.lineage.bom.records import Records
from custody.lineage.bom.shapes import Shape, filled, hashes, party, prop, texts


def component(records: Records) -> Shape:
    """Return the component of the model."""
    sha256 = records.model["digest"]["sha256"]
    owners = records.rules.governance.owners
    return filled(
        {
            "type": "machine-learning-model",
            "bom-ref": records.model_ref,
            "manufacturer": next((party(one)["organization"] for one in owners if one.organization), {}),
            "name": records.model["name"],
            "version": sha256[:12],
            "hashes": hashes(sha256),
            "pedigree": _pedigree(records),
            "externalReferences": [records.attestation(records.trained)],
            "modelCard": _card(records),
            "properties": [
                prop("intent", records.intent_name),
                prop("grade", records.trained.link.grade),
                *(prop(f"hyperparameter:{name}", one) for name, one in sorted(records.card.hyperparameters.items())),
            ],
        }
    )


def _pedigree(records: Records) -> Shape:
    base = records.card.base_model
    return {"notes": f"Fine-tuned from {base}, as the trainer says."} if base else {}


def _card(records: Records) -> Shape:
    card, told = records.card, records.trained.link.detail
    metrics = [filled(one.model_dump()) for one in card.metrics]
    return filled(
        {
            "bom-ref": f"card:{records.model_ref}",
            "modelParameters": filled(
                {
                    "approach": {"type": card.approach} if card.approach else {},
                    "task": card.task,
                    "architectureFamily": card.family,
                    "modelArchitecture": card.architecture,
                    "datasets": [{"ref": one.ref} for one in records.datasets],
                    "inputs": [{"format": one} for one in card.inputs],
                    "outputs": [{"format": one} for one in card.outputs],
                }
            ),
            "quantitativeAnalysis": {"performanceMetrics": metrics} if metrics else {},
            "considerations": _considerations(records),
            "properties": [prop("saidBy", "the trainer, in the signed training")] if "card" in told else [],
        }
    )


def _considerations(records: Records) -> Shape:
    card, intent = records.card, records.intent
    places = f", in {', '.join(intent.jurisdictions)}" if intent.jurisdictions else ""
    use = f"{intent.purpose} use; {intent.train}; released as: {intent.release}{places}"
    return filled(
        {
            "users": list(card.users),
            "useCases": texts([f"the intent {records.intent_name}: {use}"], card.use_cases),
            "technicalLimitations": texts(card.limitations, _unknown(records)),
            "performanceTradeoffs": list(card.tradeoffs),
            "ethicalConsiderations": [
                filled({"name": one.name, "mitigationStrategy": one.mitigation}) for one in card.risks
            ],
        }
    )


def _unknown(records: Records) -> Iterator[str]:
    """Yield what nobody checked."""
    if records.intent.train == "finetune" and not records.card.base_model:
        yield "The model that was fine-tuned is not recorded."
    for data in records.datasets:
        yield from (f"{data.name}: {one}" for one in data.classification.get("unchecked", ()))
    yield "That training read these bytes and no others is the trainer's signed word; nothing in the records proves it."
