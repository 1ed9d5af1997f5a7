# SPDX-License-Identifier: Apache-2.0
"""A BOM tells what was signed and nothing else; what nobody signed it calls unknown, or there is no BOM."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from custody import policy
from custody.dataset import Listing
from custody.errors import IntegrityError, PolicyError, UsageError
from custody.home import Home, init
from custody.lineage import predicates
from custody.lineage import statement as st
from custody.lineage.bom import SpecVersion, build, completeness
from custody.lineage.bom.dataset import NO_PEOPLE
from custody.lineage.bom.declarations import catalogue, not_evidenced
from custody.lineage.bomcheck import problems
from custody.verbs.session import Session
from custody.verbs.train import Training
from tests.base.samples import CANARY, POLICY

from .bom_edits import DATA, MODEL, at
from .boms import INTENT, Story
from .chain import START, later

GOVERNANCE = """
governance:
  owners: [{organization: Example Corp, email: data@example.org}]
  stewards: [{contact: The desk, email: desk@example.org}]
  custodians: [{organization: Storage Ltd}]
"""
Boms = dict[str, dict[str, Any]]


def _policy(more: str = "", **changed: str) -> policy.Policy:
    text = POLICY + more
    for old, new in changed.items():
        text = text.replace(old, new)
    return policy.parse(text.encode(), "policy.yaml")


def _under(tmp_path: Path, more: str) -> Story:
    (tmp_path / "template.yaml").write_text(POLICY + more)
    return Story(init(tmp_path / "governed", tmp_path / "template.yaml", scrypt_n=2**4))


def _values(bom: dict[str, Any], pointer: str, name: str) -> list[str]:
    return [one["value"] for one in at(bom, f"{pointer}/properties") if one["name"] == f"custody:{name}"]


@pytest.mark.parametrize("version", ["1.6", "1.7"])
def test_each_dataset_is_told_in_full(boms: Boms, version: str) -> None:
    people, words = boms[version]["components"]
    assert (people["type"], people["data"][0]["classification"]) == ("data", "restricted")
    assert people["data"][0]["sensitiveData"] == ["EMAIL_ADDRESS", "PERSON"]
    assert people["data"][0]["governance"] == {"owners": [{"organization": {"name": "Example & Co"}}]}
    assert people["licenses"] == [{"license": {"id": "CC-BY-4.0", "acknowledgement": "concluded"}}]
    assert words["licenses"] == [{"expression": "MIT OR Apache-2.0", "acknowledgement": "concluded"}]
    assert "sensitiveData" not in words["data"][0]
    assert [one["name"] for one in people["components"]] == ["a.csv", "b.csv"]


def test_the_hash_of_a_dataset_is_the_address_of_its_listed_files(boms: Boms) -> None:
    for one in boms["1.6"]["components"]:
        files = {file["name"]: file["hashes"][0]["content"] for file in one["components"]}
        assert Listing(files).address == one["hashes"][0]["content"]


def test_the_pedigree_leads_back_to_the_raw_bytes_and_where_they_came_from(boms: Boms) -> None:
    redacted, raw = at(boms["1.6"], f"{DATA}/pedigree/ancestors")
    assert "supplier" not in redacted
    assert raw["supplier"] == {"name": "Example & Co"}
    assert raw["externalReferences"] == [
        {"type": "distribution", "url": "https://example.org/people%20data", "comment": "revision r7"}
    ]
    assert at(boms["1.6"], f"{DATA}/pedigree/notes") == "The raw bytes were redacted and then encrypted."


@pytest.mark.parametrize("version", ["1.6", "1.7"])
def test_two_datasets_of_the_same_bytes_are_two_inputs_of_the_training(story: Story, version: SpecVersion) -> None:
    story.files = dict.fromkeys(("people", "words"), ("a.csv", "b.csv"))
    bom = story.bom(version)
    assert problems(bom, story.home.policy) == []
    people, words = (one["bom-ref"] for one in bom["components"])
    assert people != words
    tasks = [one for flow in bom["formulation"][0]["workflows"] for one in flow["tasks"]]
    (trained,) = (one for one in tasks if one["name"] == "train")
    assert trained["inputs"] == [{"resource": {"ref": people}}, {"resource": {"ref": words}}]


def test_every_statement_is_a_reference_with_the_digest_of_its_envelope(story: Story) -> None:
    bom = story.bom()
    refs = [one for part in (at(bom, MODEL), *bom["components"]) for one in part["externalReferences"]]
    told = {one["url"]: one["hashes"][0]["content"] for one in refs if one["type"] == "attestation"}
    assert len(told) == 2 * 8 + 1
    for url, digest in told.items():
        envelope = story.ledger.envelope(Path(url).name.removesuffix(".dsse.json"))
        assert hashlib.sha256(envelope).hexdigest() == digest


def test_reports_are_evidence_under_their_own_digest(story: Story) -> None:
    refs = at(story.bom(), f"{DATA}/externalReferences")
    evidence = {one["comment"]: one for one in refs if one["type"] == "evidence"}
    assert set(evidence) == {"the report of classify", "the report of audit"}
    for one in evidence.values():
        digest = one["hashes"][0]["content"]
        assert one["url"] == f"ledger/documents/{digest}"
        assert hashlib.sha256(story.ledger.read_document(digest)).hexdigest() == digest


def test_the_card_tells_the_trainers_words_as_such_and_what_nobody_checked(boms: Boms) -> None:
    card = at(boms["1.6"], f"{MODEL}/modelCard")
    assert card["modelParameters"]["approach"] == {"type": "supervised"}
    assert card["quantitativeAnalysis"]["performanceMetrics"] == [{"type": "F1", "value": "0.7", "slice": "held out"}]
    assert card["properties"] == [{"name": "custody:saidBy", "value": "the trainer, in the signed training"}]
    assert "people: no language model was loaded" in card["considerations"]["technicalLimitations"]
    assert card["considerations"]["useCases"] == [
        "the intent chat: commercial use; finetune; released as: weights, in EU, US"
    ]


def test_without_a_card_nothing_is_said_for_the_trainer(story: Story) -> None:
    story.card = {}
    card = at(story.bom(), f"{MODEL}/modelCard")
    assert set(card["modelParameters"]) == {"datasets"}
    assert "properties" not in card
    assert "The model that was fine-tuned is not recorded." in card["considerations"]["technicalLimitations"]


@pytest.mark.parametrize(
    "card",
    [{"aproach": "supervised"}, {"approach": "magic"}, {"metrics": [{"type": "F1"}]}, {"task": 7}, ["a"], "card"],
)
def test_a_signed_card_of_another_form_is_refused_without_its_text(story: Story, card: Any) -> None:
    with pytest.raises(IntegrityError, match="model card of another form"):
        _trained_with(story, card)


def _trained_with(story: Story, card: Any) -> None:
    done = story.train()
    again = story.sign(
        "train", done.subjects[0], done.predicate, done.link.prev, "restricted", intent=INTENT, card=card
    )
    build(story.ledger, again)


def test_a_trainer_learns_which_fields_of_a_card_are_wrong(story: Story, tmp_path: Path) -> None:
    run = Training(Session(story.home), [], tmp_path)
    with pytest.raises(UsageError, match="metrics\\.0\\.value") as caught:
        run.describe(metrics=[{"type": "F1"}], task=CANARY)
    assert CANARY not in str(caught.value)
    assert run.describe(task="tagging").task == "tagging"


def test_the_run_is_a_workflow_with_what_went_in_and_out_of_each_task(boms: Boms) -> None:
    (flow,) = boms["1.6"]["formulation"][0]["workflows"]
    assert (flow["uid"], flow["name"]) == ("manual__1", "DAG govern")
    tasks = {one["name"]: one for one in flow["tasks"]}
    assert set(tasks) == {"audit", "classify", "redact", "encrypt", "backup", "drill", "expect", "gate", "train"}
    assert len(flow["tasks"]) == 17
    datasets = [one["bom-ref"] for one in boms["1.6"]["components"]]
    assert [one["resource"].get("ref") for one in tasks["train"]["inputs"]] == datasets
    assert tasks["train"]["outputs"][0]["resource"] == {"ref": at(boms["1.6"], f"{MODEL}/bom-ref")}
    waits = {one["ref"]: one.get("dependsOn", []) for one in flow["taskDependencies"]}
    assert len(waits[tasks["train"]["bom-ref"]]) == 2


def test_steps_outside_airflow_are_a_workflow_too(story: Story) -> None:
    story.run = None
    bom = story.bom()
    (flow,) = bom["formulation"][0]["workflows"]
    assert flow["name"] == "steps outside Airflow"
    assert problems(bom, story.home.policy) == []


def test_two_dags_with_one_run_id_are_two_workflows(story: Story) -> None:
    people = story.clear("people", "restricted", (), "redact", "encrypt")
    story.run = {**(story.run or {}), "dag_id": "train"}
    body = predicates.provenance("train", [people.subjects[0]], {}, START, story.run)
    subject = st.file_subject("m", "1" * 64)
    trained = story.sign("train", subject, body, (people.digest,), "restricted", intent=INTENT)
    bom = build(story.ledger, trained)[0]
    assert [one["name"] for one in bom["formulation"][0]["workflows"]] == ["DAG govern", "DAG train"]
    assert problems(bom, story.home.policy) == []


def test_a_fine_tuned_model_is_never_called_complete_in_what_it_depends_on(boms: Boms) -> None:
    assembled, depends = boms["1.6"]["compositions"]
    assert (assembled["aggregate"], depends["aggregate"]) == ("complete", "incomplete")


def test_published_requirements_are_mapped_and_what_is_not_evidenced_says_so(boms: Boms) -> None:
    bom = boms["1.6"]
    (attestation,) = bom["declarations"]["attestations"]
    rows = {one["requirement"]: one for one in attestation["map"]}
    assert len(rows) == len(catalogue().requirements) == len(bom["definitions"]["standards"][0]["requirements"])
    assert rows["requirement:D1"]["conformance"]["score"] == 1
    assert rows["requirement:D4"]["conformance"]["score"] == 0.5
    assert "location and access follow the grade: not evidenced" in rows["requirement:D4"]["conformance"]["rationale"]
    for one in not_evidenced(bom):
        row = rows[f"requirement:{one}"]
        assert row["conformance"]["score"] == 0
        assert "not evidenced" in row["conformance"]["rationale"]
    assert {"N1", "S1", "M2", "D16", "G5"} <= set(not_evidenced(bom))


def test_the_mapping_claims_no_compliance_and_no_clause_numbers(boms: Boms) -> None:
    text = json.dumps([boms["1.6"]["declarations"], boms["1.6"]["definitions"]])
    assert "Maps to the published requirements of edition 2024-09" in text
    assert "compliant" not in text
    assert not any(one.clause for one in catalogue().requirements)


def test_evidence_of_a_restore_expires_when_the_policy_wants_the_next(boms: Boms) -> None:
    drills = [one for one in boms["1.6"]["declarations"]["evidence"] if "signed drill" in one["description"]]
    assert {later(one["created"], days=1) == one["expires"] for one in drills} == {True, False}  # 1 day, and 7 days
    others = [one for one in boms["1.6"]["declarations"]["evidence"] if one not in drills]
    assert not any("expires" in one for one in others)


def test_only_1_7_has_citations_and_a_traffic_light(boms: Boms) -> None:
    assert "citations" not in boms["1.6"]
    assert "distributionConstraints" not in boms["1.6"]["metadata"]
    cited = {pointer: one["process"] for one in boms["1.7"]["citations"] for pointer in one["pointers"]}
    names = {one["bom-ref"]: one["name"] for one in boms["1.7"]["formulation"][0]["workflows"][0]["tasks"]}
    assert names[cited["/components/0/data/0/classification"]] == "classify"
    assert names[cited["/components/1/licenses"]] == "audit"
    assert "/components/1/data/0/sensitiveData" not in cited
    assert boms["1.7"]["metadata"]["distributionConstraints"] == {"tlp": "RED"}


def test_owners_stewards_and_custodians_come_from_the_policy(tmp_path: Path) -> None:
    story = _under(tmp_path, GOVERNANCE)
    bom = story.bom()
    assert at(bom, f"{DATA}/data/0/governance") == {
        "owners": [{"organization": {"name": "Example Corp", "contact": [{"email": "data@example.org"}]}}],
        "stewards": [{"contact": {"name": "The desk", "email": "desk@example.org"}}],
        "custodians": [{"organization": {"name": "Storage Ltd"}}],
    }
    assert at(bom, "/metadata/manufacturer/name") == "Example Corp"
    assert problems(bom, story.home.policy) == []


def test_the_policy_may_say_how_far_a_bom_is_handed_on(tmp_path: Path) -> None:
    story = _under(tmp_path, "\ngovernance: {tlp: GREEN}\n")
    assert story.bom("1.7")["metadata"]["distributionConstraints"] == {"tlp": "GREEN"}


@pytest.mark.parametrize(
    "wrong",
    [
        "owners: [{organization: A, contact: B}]",
        "owners: [{}]",
        "owners: [{organization: '  '}]",
        "owners: [{email: a@example.org}]",
        "owners: A",
        "tlp: WHITE",
        "owner: [{organization: A}]",
    ],
)
def test_governance_that_names_nobody_or_somebody_twice_is_a_fault_of_the_policy(wrong: str) -> None:
    with pytest.raises(PolicyError, match="governance"):
        _policy(f"\ngovernance: {{{wrong}}}\n")


def test_an_old_policy_without_governance_still_loads() -> None:
    assert _policy().governance.owners == ()


def test_who_holds_the_rights_owns_the_data_where_the_policy_names_nobody(story: Story) -> None:
    story.origin = {**story.origin, "owner": "The authors"}
    owners = at(story.bom(), f"{DATA}/data/0/governance/owners")
    assert owners == [{"organization": {"name": "The authors"}}]


@pytest.mark.parametrize(
    ("names", "listed"), [(tuple(f"{one:04}.txt" for one in range(1001)), 1), (("a\u202etxt.exe",), 1), (("é.txt",), 1)]
)
def test_many_files_or_names_that_cannot_be_shown_are_told_by_their_listing(
    story: Story, names: tuple[str, ...], listed: int
) -> None:
    story.files = {**story.files, "people": names}
    bom = story.bom()
    files = at(bom, f"{DATA}/components")
    assert len(files) == listed
    assert problems(bom, story.home.policy) == []
    assert files[0]["name"] == ("é.txt" if names == ("é.txt",) else f"listing of {len(names)} files")


def test_the_same_records_give_the_same_bom(story: Story) -> None:
    trained = story.train()
    first, second = build(story.ledger, trained), build(story.ledger, trained)
    assert json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def test_the_bom_follows_every_statement_it_refers_to(story: Story) -> None:
    bom, follows = build(story.ledger, story.train())
    told = {one["uid"] for flow in bom["formulation"][0]["workflows"] for one in flow["tasks"]}
    assert told == set(follows) == set(story.ledger.digests())


def test_clocks_that_differ_do_not_make_evidence_later_than_the_bom(story: Story) -> None:
    trained = story.train()
    early = later(trained.link.created_at, minutes=-2)
    link = st.Link("train", trained.link.prev, trained.link.policy, early, "restricted", None, {"intent": INTENT})
    bom = build(story.ledger, story.ledger.append(trained.subjects, trained.predicate, link))[0]
    assert bom["metadata"]["timestamp"] > early
    assert problems(bom, story.home.policy) == []


def test_a_url_that_is_none_is_encoded_and_never_breaks_the_bom(story: Story) -> None:
    story.origin = {**story.origin, "url": 'https://example.org/a b|c"<>\\é\u202e'}
    assert problems(story.bom(), story.home.policy) == []


def test_data_that_was_not_cleared_makes_no_bom(story: Story) -> None:
    trained = story.train()
    body = predicates.provenance("train", [st.dataset_subject("stray", "9" * 64)], {}, START, None)
    stray = story.sign("train", trained.subjects[0], body, trained.link.prev, "restricted", intent=INTENT)
    with pytest.raises(IntegrityError, match="not cleared"):
        build(story.ledger, stray)


def test_training_that_did_not_follow_the_gate_makes_no_bom(story: Story) -> None:
    trained = story.train()
    loose = story.sign("train", trained.subjects[0], trained.predicate, (), "restricted", intent=INTENT)
    with pytest.raises(IntegrityError, match="did not follow a gate"):
        build(story.ledger, loose)


PARENTS = [
    {"name": "web", "url": "https://example.org/x y", "licence": "CC BY"},
    {"name": "books", "url": "", "licence": ""},
    {"name": "\x1b[2J", "url": "", "licence": ""},
]


def test_what_a_source_was_made_from_is_told_behind_the_raw_bytes_and_not_as_verified(story: Story) -> None:
    story.audited = {"derived_from": PARENTS}
    bom = story.bom()
    web, books = at(bom, f"{DATA}/pedigree/ancestors/1/pedigree/ancestors")
    assert (web["name"], web["externalReferences"][0]["url"]) == ("web", "https://example.org/x%20y")
    assert web["properties"] == [{"name": "custody:licenceDeclared", "value": "CC BY"}]
    assert not {"hashes", "licenses", "externalReferences"} & set(books)
    assert problems(bom, story.home.policy) == []


@pytest.mark.parametrize(
    ("told", "basis"),
    [
        ({"present": True, "legal_basis": "consent"}, ["consent"]),
        ({"present": True, "legal_basis": ""}, []),
        ({"present": False, "legal_basis": ""}, [NO_PEOPLE]),
        (None, []),
    ],
)
def test_the_legal_basis_is_what_the_source_says_and_unknown_where_it_says_nothing(
    story: Story, told: Any, basis: list[str]
) -> None:
    story.audited = {"personal_data": told, "kind": "internal", "generated_by": ["a-model"]}
    bom = story.bom()
    assert _values(bom, DATA, "legalBasis") == basis
    assert (_values(bom, DATA, "sourceKind"), _values(bom, DATA, "generatedBy")) == (["internal"], ["a-model"])
    assert ("dataset people: legal basis" in completeness(bom).missing) is (not basis)


@pytest.mark.parametrize(
    "audited",
    [
        {"declared": 7},
        {"declared": [CANARY]},
        {"derived_from": CANARY},
        {"derived_from": [{"name": "a", "url": [CANARY]}]},
        {"personal_data": CANARY},
        {"personal_data": {"present": CANARY}},
        {"generated_by": 1},
    ],
)
def test_a_report_with_details_of_another_form_is_an_error_that_quotes_nothing(story: Story, audited: Any) -> None:
    story.audited = audited
    with pytest.raises(IntegrityError, match="details of another form") as caught:
        story.bom()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("report", [b"not JSON", b"[]", b"7", b'{"sources": []}'])
def test_a_report_of_another_form_adds_nothing_and_stops_nothing(story: Story, report: bytes) -> None:
    digest = story.ledger.document(report)
    sign = story.sign

    def other(step: str, *told: Any, **detail: Any) -> st.Statement:
        return sign(step, *told, **(detail | {"report": digest} if "report" in detail else detail))

    story.sign = other  # type: ignore[method-assign]
    bom = story.bom()
    assert problems(bom, story.home.policy) == []
    assert _values(bom, DATA, "attribution") == []


def test_a_lost_report_is_an_error_and_not_an_omission(story: Story, home: Home) -> None:
    trained = story.train()
    (audited,) = story.ledger.about(story.form("people", "raw")["digest"]["dirHash"], "audit")
    (home.path / "ledger" / "documents" / audited.link.detail["report"]).unlink()
    with pytest.raises(IntegrityError, match="document is missing"):
        build(story.ledger, trained)
