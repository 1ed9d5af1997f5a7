# SPDX-License-Identifier: Apache-2.0
"""SPDX and Croissant say what the BOM says: every digest, licence and grade is there, nothing is asserted beyond it."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from custody import cli, policy
from custody.errors import IntegrityError, UsageError
from custody.lineage.croissant import to_croissant
from custody.lineage.spdx import to_spdx
from custody.verbs.bom import write_model_bom
from custody.verbs.session import Session
from tests.base.samples import POLICY

from .bom_edits import DATA, MODEL, at, drop, put
from .release import MODEL as RELEASED
from .release import Release

RULES = policy.parse(POLICY.encode(), "policy.yaml")
Boms = dict[str, dict[str, Any]]


@pytest.fixture
def spdx(boms: Boms) -> dict[str, Any]:
    return to_spdx(boms["1.7"], RULES)


def _of(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in document["@graph"] if one["type"] == kind]


def _related(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in _of(document, "Relationship") if one["relationshipType"] == kind]


def test_spdx_names_the_model_and_what_it_was_trained_on(boms: Boms, spdx: dict[str, Any]) -> None:
    (model,) = _of(spdx, "ai_AIPackage")
    (trained,) = _related(spdx, "trainedOn")
    datasets = {one["spdxId"]: one for one in _of(spdx, "dataset_DatasetPackage")}
    assert trained["from"] == model["spdxId"]
    assert set(trained["to"]) == set(datasets)
    assert model["verifiedUsing"][0]["hashValue"] == at(boms["1.7"], f"{MODEL}/hashes/0/content")
    assert model["ai_hyperparameter"] == [{"type": "DictionaryEntry", "key": "epochs", "value": "3"}]
    assert model["ai_metric"] == [{"type": "DictionaryEntry", "key": "F1 held out", "value": "0.7"}]


def test_spdx_has_every_digest_of_the_bom(boms: Boms, spdx: dict[str, Any]) -> None:
    bom = boms["1.7"]
    parts = [at(bom, MODEL), *bom["components"], *(one for data in bom["components"] for one in data["components"])]
    told = {one["hashValue"] for element in spdx["@graph"] for one in element.get("verifiedUsing", ())}
    assert {one["hashes"][0]["content"] for one in parts} <= told


def test_spdx_tells_grade_licence_and_redaction_of_a_dataset(spdx: dict[str, Any]) -> None:
    people, words = _of(spdx, "dataset_DatasetPackage")
    assert (people["dataset_confidentialityLevel"], words["dataset_confidentialityLevel"]) == ("red", "amber")
    assert people["dataset_anonymizationMethodUsed"] == ["redacted: EMAIL_ADDRESS, PERSON"]
    assert people["dataset_hasSensitivePersonalInformation"] == "yes"
    assert words["dataset_hasSensitivePersonalInformation"] == "noAssertion"  # nothing found is no proof of nothing
    licences = [one["simplelicensing_licenseExpression"] for one in _of(spdx, "simplelicensing_LicenseExpression")]
    assert licences == ["CC-BY-4.0", "MIT OR Apache-2.0"]
    grades = {one["subject"]: one["statement"] for one in _of(spdx, "Annotation")}
    assert grades[people["spdxId"]] == "grade: restricted (confidentiality-4 (custody's own))"


@pytest.mark.parametrize(("found", "told"), [(["URL"], "noAssertion"), (["URL", "AGE"], "yes"), ([], "noAssertion")])
def test_spdx_never_asserts_that_there_is_nothing_personal(boms: Boms, found: list[str], told: str) -> None:
    bom = copy.deepcopy(boms["1.7"])
    put(f"{DATA}/data/0/sensitiveData", found)(bom)
    assert _of(to_spdx(bom, RULES), "dataset_DatasetPackage")[0]["dataset_hasSensitivePersonalInformation"] == told


def test_every_reference_of_spdx_is_to_an_element_of_the_document(spdx: dict[str, Any]) -> None:
    known = [one["spdxId"] for one in spdx["@graph"] if "spdxId" in one]
    assert len(set(known)) == len(known)
    used = {one for element in _of(spdx, "Relationship") for one in [element["from"], *element["to"]]}
    used |= {one["subject"] for one in _of(spdx, "Annotation")}
    (document,) = _of(spdx, "SpdxDocument")
    (created,) = _of(spdx, "CreationInfo")
    used |= {*document["rootElement"], *document["element"], *created["createdBy"], *created["createdUsing"]}
    used |= {one for package in _of(spdx, "dataset_DatasetPackage") for one in package["originatedBy"]}
    assert used <= set(known)
    assert set(document["element"]) == set(known) - {document["spdxId"]}


def test_every_moment_and_iri_of_spdx_has_its_form(spdx: dict[str, Any]) -> None:
    (created,) = _of(spdx, "CreationInfo")
    moments = [created["created"]] + [
        one[name] for one in spdx["@graph"] for name in ("builtTime", "releaseTime") if name in one
    ]
    assert len(moments) == 1 + 1 + 2 * 2
    assert all(len(one) == len("2026-03-01T09:00:00Z") for one in moments)
    for one in spdx["@graph"][1:]:
        assert urlparse(one["spdxId"]).scheme == "urn"
        assert not set(one["spdxId"]) & set(' <>"{}|\\^`')


def test_spdx_is_read_by_the_bindings_of_the_spdx_project(spdx: dict[str, Any]) -> None:
    bindings = pytest.importorskip("spdx_python_model", reason="the SPDX bindings are not installed")
    objects = bindings.v3_0_1.SHACLObjectSet()
    bindings.v3_0_1.JSONLDDeserializer().read(io.BytesIO(json.dumps(spdx).encode()), objects)
    objects.link()
    assert not objects.missing_ids
    assert len(list(objects.foreach())) > len(spdx["@graph"])


def test_spdx_can_be_told_without_a_card_a_supplier_or_redaction(boms: Boms) -> None:
    bom = copy.deepcopy(boms["1.6"])
    for pointer in (f"{DATA}/supplier", f"{DATA}/data/0/sensitiveData", f"{MODEL}/modelCard/quantitativeAnalysis"):
        drop(pointer)(bom)
    put(f"{MODEL}/modelCard/modelParameters", {"datasets": []})(bom)
    put(f"{DATA}/pedigree", {"notes": "as it came in"})(bom)
    document = to_spdx(bom, RULES)
    package = _of(document, "dataset_DatasetPackage")[0]
    assert not {"originatedBy", "dataset_knownBias"} & set(package)
    assert len(_related(document, "descendantOf")) == 1


def test_croissant_names_each_file_with_its_digest_as_seen_from_beside_the_data(boms: Boms) -> None:
    told = boms["1.6"]["components"][0]
    made = to_croissant(boms["1.6"], told)
    files = {one["contentUrl"]: one["sha256"] for one in made["distribution"]}
    assert files == {f"people/{one['name']}": one["hashes"][0]["content"] for one in told["components"]}
    assert made["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert made["license"] == ["https://spdx.org/licenses/CC-BY-4.0.html"]
    assert to_croissant(boms["1.6"], boms["1.6"]["components"][1])["license"] == ["MIT OR Apache-2.0"]
    assert made["distribution"][0]["encodingFormat"] == "text/csv"


def test_croissant_offers_the_use_that_was_cleared_and_its_duties(boms: Boms) -> None:
    offer = to_croissant(boms["1.6"], boms["1.6"]["components"][0])["usageInfo"]
    assert "odrl:Offer" in offer["@type"]
    permission = offer["odrl:permission"]
    told = {one["odrl:leftOperand"]["@id"]: one["odrl:rightOperand"] for one in permission["odrl:constraint"]}
    assert told == {"urn:custody:intent": "chat", "urn:custody:grade": "restricted"}
    assert [one["name"] for one in permission["odrl:duty"]] == ["give credit"]


def test_croissant_tells_what_the_data_was_made_from_and_by_which_steps(boms: Boms) -> None:
    made = to_croissant(boms["1.6"], boms["1.6"]["components"][0])
    assert made["prov:wasDerivedFrom"][-1]["prov:atLocation"] == "https://example.org/people%20data"
    assert [one["prov:label"] for one in made["prov:wasGeneratedBy"]] == ["redact", "encrypt"]
    assert made["rai:personalSensitiveInformation"] == ["EMAIL_ADDRESS", "PERSON"]


def test_croissant_of_a_dataset_that_is_one_file_points_at_the_file_itself(boms: Boms) -> None:
    told = copy.deepcopy(boms["1.6"]["components"][1])
    told["name"] = told["components"][0]["name"]
    assert to_croissant(boms["1.6"], told)["distribution"][0]["contentUrl"] == "w.txt"


def test_croissant_of_many_files_points_at_the_listing_and_encodes_names(boms: Boms) -> None:
    told = copy.deepcopy(boms["1.6"]["components"][0])
    told["components"] = [{"name": "listing of 2000 files", "hashes": told["hashes"]}]
    (one,) = to_croissant(boms["1.6"], told)["distribution"]
    assert one["contentUrl"] == f"ledger/documents/{told['hashes'][0]['content']}"
    told["components"] = [{"name": "a b/ü?%20#.csv", "hashes": [{"alg": "SHA-256", "content": "e" * 64}]}]
    (one,) = to_croissant(boms["1.6"], told)["distribution"]
    assert not set(one["contentUrl"]) & set(" ?#ü")
    assert unquote(one["contentUrl"]) == "people/a b/ü?%20#.csv"


def test_a_release_writes_both_and_still_verifies(release: Release) -> None:
    outcome = write_model_bom(
        Session(release.home),
        release.bytes / RELEASED,
        release.path / "release",
        "1.7",
        spdx=True,
        croissant=release.bytes,
    )
    assert release.check().result == "ok"
    assert json.loads((release.path / "release" / "model.spdx.json").read_text())["@graph"]
    assert [Path(one).name for one in outcome.detail["croissant"]] == ["people.croissant.json", "orders.croissant.json"]
    made = json.loads((release.bytes / "people.croissant.json").read_text())
    assert all((release.bytes / unquote(one["contentUrl"])).is_file() for one in made["distribution"])


def test_bytes_that_are_not_those_of_the_bom_are_not_described(release: Release) -> None:
    (release.bytes / "orders" / "part 0.csv").write_text("other")
    with pytest.raises(IntegrityError, match="the BOM's have"):
        _described(release, release.bytes)
    assert not list(release.bytes.glob("*.croissant.json"))


def test_a_directory_without_the_datasets_is_said_to_be_the_wrong_one(release: Release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no dataset 'people' here"):
        _described(release, tmp_path / "nowhere")


def _described(release: Release, beside: Path) -> None:
    before, target = release.ledger.digests(), release.path / "again"
    try:
        write_model_bom(Session(release.home), release.bytes / RELEASED, target, croissant=beside)
    finally:
        assert release.ledger.digests() == before, "nothing is signed"
        assert not target.exists()


@pytest.mark.parametrize("version", ["1.5", "2.0", "", "1.7 "])
def test_another_version_of_cyclonedx_is_a_usage_error_before_anything_is_signed(
    release: Release, version: Any
) -> None:
    before = release.ledger.digests()
    with pytest.raises(UsageError, match="no such version"):
        write_model_bom(Session(release.home), release.bytes / RELEASED, release.path / "again", version)
    assert release.ledger.digests() == before


def test_the_command_line_says_how_complete_a_bom_is(release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    told = ["bom", str(release.bytes / RELEASED), str(release.path / "again"), "--home", str(release.home.path)]
    assert cli.main([*told, "--spec-version", "1.7", "--spdx", "--croissant", str(release.bytes)]) == 0
    said = capsys.readouterr().out
    assert "completeness: " in said
    assert "model model.bin: task" in said
