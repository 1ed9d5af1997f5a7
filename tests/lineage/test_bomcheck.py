# SPDX-License-Identifier: Apache-2.0
"""A sound BOM has no problems; what the schema lets through is still found."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from custody import policy
from custody.lineage.bomcheck import problems
from tests.base.samples import CANARY, POLICY

RULES = policy.parse(POLICY.encode(), "policy.yaml")
SHA256 = "a" * 64


def _bom() -> dict[str, Any]:
    dataset = {
        "type": "data",
        "bom-ref": "dataset:people",
        "name": "people",
        "hashes": [{"alg": "SHA-256", "content": SHA256}],
        "licenses": [{"license": {"id": "MIT"}}],
        "data": [{"type": "dataset", "name": "people", "classification": "restricted"}],
        "pedigree": {"notes": "redacted, then encrypted"},
    }
    model = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": "model",
        "hashes": [{"alg": "SHA-256", "content": "b" * 64}],
        "modelCard": {"modelParameters": {"datasets": [{"ref": "dataset:people"}]}},
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": model},
        "components": [dataset],
        "dependencies": [{"ref": "model", "dependsOn": ["dataset:people"]}, {"ref": "dataset:people"}],
        "compositions": [{"aggregate": "complete", "assemblies": ["model"]}],
    }


def test_a_sound_bom_has_no_problems() -> None:
    assert problems(_bom(), RULES) == []


def _model(bom: dict[str, Any]) -> dict[str, Any]:
    model: dict[str, Any] = bom["metadata"]["component"]
    return model


def _second_dataset(bom: dict[str, Any], **changes: Any) -> None:
    bom["components"].append(copy.deepcopy(bom["components"][0]) | changes)


def _dataset_without_a_reference(bom: dict[str, Any]) -> None:
    _second_dataset(bom)
    del bom["components"][1]["bom-ref"]


def _set(name: str, value: Any) -> Callable[[dict[str, Any]], object]:
    return lambda bom: bom["components"][0].update({name: value})


def _drop(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda bom: bom["components"][0].pop(name)


# The schema accepts each of these.
UNSOUND: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a dependency on nothing": (
        lambda bom: bom["dependencies"][0]["dependsOn"].append("dataset:gone"),
        "nothing has the bom-ref 'dataset:gone'",
    ),
    "a dependency of nothing": (
        lambda bom: bom["dependencies"].append({"ref": "gone"}),
        "nothing has the bom-ref 'gone'",
    ),
    "something provided that is not there": (
        lambda bom: bom["dependencies"][0].update(provides=["gone"]),
        "nothing has the bom-ref 'gone'",
    ),
    "a completeness of nothing": (
        lambda bom: bom["compositions"][0].update(dependencies=["gone"]),
        "nothing has the bom-ref 'gone'",
    ),
    "an assembly of nothing": (
        lambda bom: bom["compositions"][0].update(assemblies=["gone"]),
        "nothing has the bom-ref 'gone'",
    ),
    "a model card that points at nothing": (
        lambda bom: _model(bom)["modelCard"]["modelParameters"].update(datasets=[{"ref": "gone"}]),
        "nothing has the bom-ref 'gone'",
    ),
    "one bom-ref for two parts": (
        lambda bom: bom["components"][0].update({"bom-ref": "model"}),
        "2 parts share the bom-ref 'model'",
    ),
    "a SHA-1 called SHA-256": (
        _set("hashes", [{"alg": "SHA-256", "content": "a" * 40}]),
        "a hash labelled SHA-256 is not 64",
    ),
    "a SHA-512 called SHA-256": (
        _set("hashes", [{"alg": "SHA-256", "content": "a" * 128}]),
        "a hash labelled SHA-256 is not 64",
    ),
    "a hash in uppercase": (
        _set("hashes", [{"alg": "SHA-256", "content": "A" * 64}]),
        "a hash has uppercase digits",
    ),
    "a classification outside the scheme": (
        _set("data", [{"type": "dataset", "classification": "top-secret"}]),
        "classified outside the scheme confidentiality-4",
    ),
    "data without a classification": (_set("data", [{"type": "dataset"}]), "classified outside the scheme"),
    "a dataset without a hash": (_drop("hashes"), "dataset:people has no hashes"),
    "a dataset without a licence": (_drop("licenses"), "dataset:people has no licenses"),
    "a dataset with an empty licence list": (_set("licenses", []), "dataset:people has no licenses"),
    "a dataset without data": (_drop("data"), "dataset:people has no data"),
    "a dataset without a pedigree": (_drop("pedigree"), "dataset:people has no pedigree"),
    "a dataset without a bom-ref": (
        _dataset_without_a_reference,
        "are not the data components",
    ),
    "a dataset the model does not name": (
        lambda bom: _second_dataset(bom, **{"bom-ref": "dataset:more"}),
        "the datasets of the model card are not the data components",
    ),
    "a model without datasets": (lambda bom: _model(bom).pop("modelCard"), "the model names no dataset"),
    "a model with a dataset told only in passing": (
        lambda bom: _model(bom)["modelCard"]["modelParameters"].update(
            datasets=[{"type": "dataset", "name": "people"}]
        ),
        "the datasets of the model card are not the data components",
    ),
    "a dataset with another hash only": (
        _set("hashes", [{"alg": "MD5", "content": "a" * 32}]),
        "dataset:people has no SHA-256",
    ),
    "a model with another hash only": (
        lambda bom: _model(bom).update(hashes=[{"alg": "MD5", "content": "b" * 32}]),
        "the model has no SHA-256",
    ),
    "a model without a hash": (lambda bom: _model(bom).pop("hashes"), "the model has no hash"),
    "no model": (lambda bom: bom.pop("metadata"), "the model names no dataset"),
    "no components": (lambda bom: bom.pop("components"), "nothing has the bom-ref 'dataset:people'"),
}


@pytest.mark.parametrize("case", UNSOUND)
def test_what_the_schema_lets_through_is_found(case: str) -> None:
    change, what = UNSOUND[case]
    bom = _bom()
    change(bom)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom)) is None, "the schema does not see it"
    found = problems(bom, RULES)
    assert [one for one in found if what in one], found


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda bom: bom.update(surprise=CANARY), "/"),
        (lambda bom: bom["components"][0].update(type=CANARY), "/components/0/type"),
        (lambda bom: bom["components"][0].pop("name"), "/components/0"),
        (lambda bom: bom.update(serialNumber=CANARY), "/serialNumber"),
        (lambda bom: bom["components"][0]["hashes"][0].update(content=CANARY), "/components/0/hashes/0/content"),
    ],
)
def test_what_the_schema_refuses_is_told_by_place_and_not_quoted(
    change: Callable[[dict[str, Any]], object], path: str
) -> None:
    bom = _bom()
    change(bom)
    found = problems(bom, RULES)
    assert len(found) == 1
    assert found[0].startswith(f"the CycloneDX 1.6 schema refuses it at {path}")
    assert CANARY not in found[0]


@pytest.mark.parametrize("version", ["9.9", "1.4", 1.6, None, ["1.6"], CANARY])
def test_a_version_that_is_not_known_is_refused(version: object) -> None:
    (found,) = problems(_bom() | {"specVersion": version}, RULES)
    assert found == "/specVersion: the version of CycloneDX is not one of 1.5, 1.6, 1.7"
