# SPDX-License-Identifier: Apache-2.0
"""Each kind of metadata says what it says; what is malformed or not understood is a finding, never a crash."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.claims import Ancestor, Claim, Metadata, Restriction, StatedDigest, merged
from custody.audit.intake import read_all, read_metadata, usage
from custody.audit.intake.card import card
from custody.audit.intake.croissant import croissant
from custody.audit.intake.jsonld import Terms
from custody.audit.intake.usage import _code
from custody.audit.licences.names import normalise
from custody.audit.stated import Checked, check
from custody.dataset import Dataset, Listing, file_sha256

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/croissant/datasets"
LETTERS = b"letters"
SHA256 = hashlib.sha256(LETTERS).hexdigest()
MD5 = hashlib.md5(LETTERS).hexdigest()


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def write_and_read(content: Any, name: str = "metadata.json") -> Metadata:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else _text(content).encode())
        return read_metadata(path)

    return write_and_read


def _text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content)


def _said(metadata: Metadata) -> list[tuple[str, str]]:
    return [(one.text, one.part) for one in metadata.claims]


# Croissant

CONTEXT = {"@vocab": "https://schema.org/", "sc": "https://schema.org/"}
LICENCES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "a text": ({"license": "mit"}, [("mit", "")]),
    "a prefix": ({"sc:license": "mit"}, [("mit", "")]),
    "an IRI as key": ({"@type": "sc:Dataset", "https://schema.org/license": "mit"}, [("mit", "")]),
    "Dublin Core": ({"@type": "sc:Dataset", "dct:license": "mit"}, [("mit", "")]),
    "another word, said in the context": (
        {"@context": {"terms": "https://schema.org/license"}, "terms": "mit", "@type": "sc:Dataset"},
        [("mit", "")],
    ),
    "a prefix said in the context": (
        {"@context": {"x": "http://schema.org/"}, "x:license": "mit", "@type": "Dataset"},
        [("mit", "")],
    ),
    "the same word with another meaning still counts": (
        {"@context": {"license": "https://example.org/number"}, "license": "mit"},
        [("mit", "")],
    ),
    "two keys that differ": ({"license": "mit", "sc:license": "cc-by-nc-4.0"}, [("mit", ""), ("cc-by-nc-4.0", "")]),
    "of the metadata only": ({"@type": "sc:Dataset", "sdLicense": "mit"}, []),
    "an object": ({"license": {"@type": "CreativeWork", "name": "CC0-1.0"}}, [("CC0-1.0", "")]),
    "an object with two licences": (
        {"license": {"url": "https://opensource.org/licenses/MIT", "name": "CC-BY-NC-4.0"}},
        [("https://opensource.org/licenses/MIT", ""), ("CC-BY-NC-4.0", "")],
    ),
    "an object whose name only describes": (
        {"license": {"url": "https://opensource.org/licenses/MIT", "name": "free for all"}},
        [("https://opensource.org/licenses/MIT", "")],
    ),
    "a blank node": ({"license": {"@id": "_:b0"}}, [("an object without a name", "")]),
    "in a graph": ({"@graph": [{"@type": "sc:Dataset", "license": "mit"}, {"license": "x"}]}, [("mit", "")]),
    "of a file and of a record set": (
        {
            "license": "mit",
            "distribution": [{"@id": "a.csv", "license": "cc0-1.0"}],
            "recordSet": {"name": "rows", "license": ["cc-by-4.0"], "field": {"@id": "text", "license": "blah"}},
        },
        [("mit", ""), ("cc0-1.0", "a.csv"), ("cc-by-4.0", "rows"), ("blah", "text")],
    ),
    "a number": ({"license": 7}, [("something that is no text", "")]),
    "false": ({"license": False}, [("something that is no text", "")]),
    "nothing": ({"license": None, "@type": "sc:Dataset"}, []),
    "an empty text": ({"license": ""}, [("", "")]),
}


@pytest.mark.parametrize(("document", "said"), LICENCES.values(), ids=LICENCES)
def test_each_way_to_write_a_licence_in_croissant_is_read(
    read: Any, document: dict[str, Any], said: list[tuple[str, str]]
) -> None:
    found = read(document)
    assert (_said(found), found.broken) == (said, "")


def test_a_context_that_is_a_url_is_not_fetched_and_hides_nothing(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    found = read({"@context": "https://example.org/context.jsonld", "@type": "sc:Dataset", "license": "cc-by-nc-4.0"})
    assert _said(found) == [("cc-by-nc-4.0", "")]


def test_a_context_that_defines_a_term_by_itself_ends(read: Any) -> None:
    context = {"a": "b:x", "b": "a:y", "license": "license"}
    assert _said(read({"@context": context, "license": "mit", "a:license": 1, "b": {}})) == [("mit", "")]


USAGE: dict[str, tuple[Any, set[tuple[str, str]]]] = {
    "general research": (
        [{"@type": "DefinedTerm", "termCode": "DUO_0000042", "url": "duo:0000042"}],
        {("research", "DUO_0000042")},
    ),
    "a full address": ("http://purl.obolibrary.org/obo/DUO_0000046", {("non-commercial", "DUO_0000046")}),
    "no restriction": ({"@id": "duo:0000004"}, set()),
    "a term nobody knows": ({"@id": "duo:9999999"}, {("other", "DUO_9999999")}),
    "an offer with a constraint": (
        {
            "@type": ["CreativeWork", "odrl:Offer"],
            "odrl:permission": {
                "odrl:action": {"@id": "duo:0000006"},
                "odrl:constraint": [{"odrl:operator": {"@id": "odrl:eq"}, "odrl:rightOperand": {"@id": "duo:0000018"}}],
            },
        },
        {("research", "DUO_0000006"), ("non-commercial", "DUO_0000018")},
    ),
    "a prohibition of commerce": (
        {"odrl:prohibition": {"odrl:action": "odrl:commercialize"}},
        {("non-commercial", "prohibition")},
    ),
    "a prohibition": ({"odrl:prohibition": {"odrl:action": "odrl:derive"}}, {("other", "prohibition")}),
    "a duty": ({"odrl:permission": {"odrl:duty": {"odrl:action": "odrl:inform"}}}, {("other", "duty")}),
    "a link": ("https://example.org/policy", {("other", "does not read")}),
    "nothing readable": ([{}, 7, None], {("other", "does not read")}),
}


@pytest.mark.parametrize(("told_as", "asked"), USAGE.values(), ids=USAGE)
def test_conditions_of_use_restrict_and_never_permit(told_as: Any, asked: set[tuple[str, str]]) -> None:
    told = croissant({"@type": "sc:Dataset", "usageInfo": told_as}).restrictions
    assert len(told) == len(asked)
    assert all(any(one.kind == kind and part in one.text for one in told) for kind, part in asked)


@pytest.mark.parametrize("place", ["distribution", "recordSet"])
def test_a_condition_on_a_part_counts(place: str) -> None:
    told = croissant({place: [{"name": "x", "usageInfo": "duo:0000046"}]}).restrictions
    assert told == (Restriction("non-commercial", "non-commercial use only (DUO_0000046)"),)


@pytest.mark.parametrize(
    ("derived", "parents"),
    [
        ("http://example.com/a", [("http://example.com/a", "http://example.com/a")]),
        ({"@id": "urn:dataset:ImageNet"}, [("urn:dataset:ImageNet", "")]),
        ({"@id": "a", "prov:locatedAt": "https://x.org/a"}, [("a", "https://x.org/a")]),
        ({"@id": "a", "prov:label": "A", "prov:atLocation": "https://x.org/a"}, [("A", "https://x.org/a")]),
        ([{"@id": "a"}, "b"], [("a", ""), ("b", "")]),
        ({}, [("something without a name", "")]),
        (7, [("7", "")]),
    ],
)
def test_what_it_was_derived_from_is_read(derived: Any, parents: list[tuple[str, str]]) -> None:
    told = croissant({"@type": "sc:Dataset", "prov:wasDerivedFrom": derived}).parents
    assert [one[:2] for one in told] == parents


@pytest.mark.parametrize(
    ("told", "personal"),
    [("None.", False), ("no", False), (["Gender", "Age"], True), ("We removed names.", True), ({}, True), (None, None)],
)
def test_what_it_says_about_people_is_a_hint(told: Any, personal: bool | None) -> None:
    assert croissant({"@type": "sc:Dataset", "rai:personalSensitiveInformation": told}).personal is personal


@pytest.mark.parametrize(
    ("free", "gated"),
    [(True, False), ("https://schema.org/True", False), (False, True), ("perhaps", True), (None, None)],
)
def test_what_is_not_free_to_get_is_gated(free: Any, gated: bool | None) -> None:
    assert croissant({"@type": "sc:Dataset", "isAccessibleForFree": free}).gated is gated


SPELLINGS = {
    "https://choosealicense.com/licenses/odc-by/": "ODC-By-1.0",
    "https://creativecommons.org/licenses/by/4.0/": "CC-BY-4.0",
    "https://choosealicense.com/licenses/apache-2.0/": "Apache-2.0",
    "https://choosealicense.com/licenses/cc-by-3.0/": "CC-BY-3.0",
    "https://choosealicense.com/licenses/undefined/": None,
    "https://commoncrawl.org/terms-of-use": None,
    "afl-3.0": "AFL-3.0",
    "odc-by": "ODC-By-1.0",
    "Public": None,
    "None": None,
    "other": None,
    "unknown": None,
}


@pytest.mark.parametrize(("text", "licence"), SPELLINGS.items())
def test_spellings_met_in_croissant_are_known_or_for_review(read: Any, text: str, licence: str | None) -> None:
    (claim,) = read({"@type": "sc:Dataset", "license": text}).claims
    assert normalise(claim.text) == licence


@pytest.mark.skipif(not SHARED.is_dir(), reason="the Croissant examples are not there")
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_every_example_is_read_and_every_digest_is_judged_rightly(version: str) -> None:
    paths = [path for path in sorted((SHARED / version).rglob("*.json")) if path.parent.name != "data"]
    assert paths
    for path in paths:
        read, told = read_metadata(path), json.loads(path.read_text())
        assert not read.broken
        licences = told.get("license")
        assert [one.text for one in read.claims] == ([licences] if licences else [])
        checked = check(read.digests, Dataset(path.parent).listing(), path.parent)
        values = [one["sha256"] for one in told.get("distribution", []) if "sha256" in one]
        malformed = [one for one in values if not re.fullmatch(r"[0-9a-f]{64}", one)]
        assert sorted(one.value for one in checked.malformed if one.algorithm == "sha256") == sorted(malformed)
        there = {file_sha256(one) for one in path.parent.rglob("*") if one.is_file()}
        assert {one.value for one in checked.verified} >= there & set(values)
        assert {one.value for one in checked.verified} <= there


# Dataset cards

CARDS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "one": ("license: mit", [("mit", "")]),
    "several": ("license: [mit, cc-by-4.0]", [("mit", ""), ("cc-by-4.0", "")]),
    "a name for other": ("license: other\nlicense_name: CC-BY-NC-4.0", [("CC-BY-NC-4.0", "")]),
    "a name beside a licence": ("license: mit\nlicense_name: CC-BY-NC-4.0", [("mit", ""), ("CC-BY-NC-4.0", "")]),
    "a link for other": (
        "license: other\nlicense_link: https://creativecommons.org/licenses/by/4.0/",
        [("https://creativecommons.org/licenses/by/4.0/", "")],
    ),
    "a name and a link that names another": (
        "license: other\nlicense_name: MIT\nlicense_link: https://creativecommons.org/licenses/by-nc/4.0/",
        [("MIT", ""), ("https://creativecommons.org/licenses/by-nc/4.0/", "")],
    ),
    "a link to a file": ("license: other\nlicense_name: own\nlicense_link: LICENSE", [("own", "")]),
    "other and nothing more": ("license: other", [("other", "")]),
    "details": ("license: [other]\nlicense_details: LDC agreement", [("LDC agreement", "")]),
    "the old key": ("licenses:\n- mit", [("mit", "")]),
    "a tag": ("license: mit\ntags: ['license:cc-by-nc-4.0', text]", [("mit", ""), ("cc-by-nc-4.0", "")]),
    "configurations": (
        "license: mit\nconfigs:\n- {config_name: de, license: cc-by-nc-4.0}\n- {config_name: en}",
        [("mit", ""), ("cc-by-nc-4.0", "de")],
    ),
    "dataset_info": ("dataset_info:\n  config_name: de\n  license: mit", [("mit", "de")]),
    "no licence": ("pretty_name: x", []),
}


@pytest.mark.parametrize(("header", "said"), CARDS.values(), ids=CARDS)
def test_each_way_to_write_a_licence_in_a_card_is_read(header: str, said: list[tuple[str, str]]) -> None:
    assert _said(card(f"---\n{header}\n---\ntext")) == said


@pytest.mark.parametrize(
    ("header", "parents"),
    [
        ("source_datasets: [original]", []),
        ("source_datasets: original", []),
        ("source_datasets: [extended|squad, original]", ["squad"]),
        ("source_datasets: [extended|other-Common-Crawl]", ["Common-Crawl"]),
        ("source_datasets: [allenai/c4]", ["allenai/c4"]),
        ("source_datasets: [extended]", ["extended"]),
        ("source_datasets: [extended|]", ["a dataset without a name"]),
        ("source_datasets: ", []),
    ],
)
def test_what_a_card_was_extended_from_is_read(header: str, parents: list[str]) -> None:
    assert [one.name for one in card(f"---\n{header}\n---\n").parents] == parents


@pytest.mark.parametrize(
    ("header", "gated"),
    [
        ("extra_gated_prompt: sign here", True),
        ("extra_gated_fields: {Name: text}", True),
        ("gated: auto", True),
        ("gated: false", False),
        ("x: 1", None),
    ],
)
def test_a_gate_on_the_hub_is_read(header: str, gated: bool | None) -> None:
    assert card(f"---\n{header}\n---\n").gated is gated


def test_the_prose_and_the_tags_are_handed_on() -> None:
    found = card("---\nlicense: mit\ntags: [synthetic]\n---\n# Licence\nOnly for research.\n")
    assert (found.prose, found.tags) == ("# Licence\nOnly for research.\n", ("synthetic",))


# Frictionless Data Packages

PACKAGE = {
    "name": "p",
    "licenses": [{"name": "ODC-PDDL-1.0", "path": "https://opendatacommons.org/licenses/pddl/", "title": "PDDL"}],
    "sources": [{"title": "World", "path": "https://example.org/world"}, {"title": "local", "path": "a.csv"}, "text"],
    "resources": [
        {"name": "a", "path": "a.csv", "hash": f"sha256:{SHA256}", "licenses": [{"name": "CC-BY-NC-4.0"}]},
        {"name": "b", "path": ["b.csv"], "hash": MD5},
        {"name": "c", "path": ["1.csv", "2.csv"], "hash": "sha512:zz"},
    ],
}


@pytest.mark.parametrize("name", ["datapackage.json", "datapackage.yaml", "anything"])
def test_a_data_package_is_known_by_its_content(read: Any, name: str) -> None:
    found = read(PACKAGE, name)
    assert _said(found) == [("ODC-PDDL-1.0", ""), ("CC-BY-NC-4.0", "a")]
    assert found.digests == (
        StatedDigest("a.csv", SHA256, "sha256"),
        StatedDigest("b.csv", MD5, "md5"),
        StatedDigest("c", "zz", "sha512"),
    )
    assert found.parents == (
        Ancestor("World", "https://example.org/world"),
        Ancestor("local", ""),
        Ancestor("text", ""),
    )


def test_a_licence_of_a_data_package_that_is_no_licence_is_told(read: Any) -> None:
    assert _said(read({"resources": [], "licenses": [{}, 7], "license": "blah"})) == [
        ("an object without a name", ""),
        ("something that is no text", ""),
        ("blah", ""),
    ]


# CycloneDX

DATA: dict[str, Any] = {
    "type": "data",
    "name": "d",
    "licenses": [{"license": {"id": "CC-BY-4.0"}}],
    "data": [{"type": "dataset", "sensitiveData": ["names"], "governance": {"owners": []}}],
    "pedigree": {"ancestors": [{"type": "data", "name": "up", "licenses": [{"expression": "CC-BY-NC-4.0"}]}]},
    "components": [{"type": "file", "name": "a.txt", "hashes": [{"alg": "SHA-256", "content": SHA256}]}],
}


def bom(*components: Any, version: str = "1.6", **entries: Any) -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": version, "components": list(components)} | entries


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
def test_a_data_component_says_all_it_says(read: Any, version: str) -> None:
    found = read(bom(DATA, {"type": "library", "name": "x"}, version=version))
    assert _said(found) == [("CC-BY-4.0", "")]
    assert found.digests == (StatedDigest("a.txt", SHA256, "sha256"),)
    assert found.parents == (Ancestor("up", "", "CC-BY-NC-4.0"),)
    assert found.personal is True


def test_of_several_data_components_each_licence_is_of_its_part(read: Any) -> None:
    found = read(bom(DATA | {"name": "a"}, DATA | {"name": "b", "licenses": [{"expression": "MIT OR X"}]}))
    assert _said(found) == [("CC-BY-4.0", "a"), ("MIT OR X", "b")]


def test_the_subject_of_a_bom_is_the_whole_dataset(read: Any) -> None:
    found = read(bom(DATA | {"name": "b"}, metadata={"component": DATA}))
    assert _said(found) == [("CC-BY-4.0", ""), ("CC-BY-4.0", "b")]


@pytest.mark.parametrize(
    ("licences", "said"),
    [
        ([{"license": {"name": "blah"}}], ["blah"]),
        ([{"license": {}}], ["an object without a name"]),
        ([{"license": "MIT"}], ["MIT"]),
        ([7], ["something that is no text"]),
        ([{"license": {"id": "MIT", "name": "CC-BY-NC-4.0"}}], ["MIT", "CC-BY-NC-4.0"]),
        ([], []),
    ],
)
def test_each_licence_choice_is_told(read: Any, licences: Any, said: list[str]) -> None:
    assert [one.text for one in read(bom(DATA | {"licenses": licences})).claims] == said


# SPDX 3


def spdx(*more: dict[str, Any], **entries: Any) -> dict[str, Any]:
    package = {
        "type": "dataset_DatasetPackage",
        "spdxId": "urn:d",
        "name": "d",
        "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": SHA256}],
    } | entries
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [package, *more]}


def relation(kind: str, to: Any, start: str = "urn:d") -> dict[str, Any]:
    return {"type": "Relationship", "spdxId": f"urn:{kind}", "from": start, "relationshipType": kind, "to": to}


EXPRESSION = {
    "type": "simplelicensing_LicenseExpression",
    "spdxId": "urn:l",
    "simplelicensing_licenseExpression": "CC-BY-NC-4.0",
}
EITHER = {
    "type": "expandedlicensing_DisjunctiveLicenseSet",
    "spdxId": "urn:s",
    "expandedlicensing_member": ["urn:l", "https://spdx.org/licenses/MIT"],
}
CIRCLE = {"type": "expandedlicensing_ConjunctiveLicenseSet", "spdxId": "urn:c", "expandedlicensing_member": ["urn:c"]}


@pytest.mark.parametrize(
    ("to", "text"),
    [
        (["urn:l"], "CC-BY-NC-4.0"),
        ("urn:l", "CC-BY-NC-4.0"),
        (["https://spdx.org/licenses/CC-BY-4.0"], "CC-BY-4.0"),
        (["https://spdx.org/rdf/3.0.1/terms/Licensing/NoAssertion"], "NoAssertion"),
        (["urn:s"], "(CC-BY-NC-4.0) OR (MIT)"),
        ([{}], "something that is no licence"),
        ([7], "something that is no licence"),
    ],
)
@pytest.mark.parametrize("kind", ["hasDeclaredLicense", "hasConcludedLicense"])
def test_declared_and_concluded_licences_are_two_claims(read: Any, kind: str, to: Any, text: str) -> None:
    found = read(spdx(EXPRESSION, EITHER, relation(kind, to)))
    assert found.claims == (Claim(f"spdx {'declared' if 'Decl' in kind else 'concluded'}", text),)


def test_a_set_of_licences_that_holds_itself_ends(read: Any) -> None:
    (claim,) = read(spdx(CIRCLE, relation("hasDeclaredLicense", ["urn:c"]))).claims
    assert "a licence of its own kind" in claim.text


def test_a_licence_of_something_else_is_no_claim(read: Any) -> None:
    assert read(spdx(EXPRESSION, relation("hasDeclaredLicense", ["urn:l"], "urn:other"))).claims == ()


@pytest.mark.parametrize(
    ("kind", "start", "end"), [("descendantOf", "urn:d", "urn:p"), ("ancestorOf", "urn:p", "urn:d")]
)
def test_descent_is_read_from_both_ends(read: Any, kind: str, start: str, end: str) -> None:
    parent = {"type": "dataset_DatasetPackage2", "spdxId": "urn:p", "name": "up"}
    assert [one.name for one in read(spdx(parent, relation(kind, [end], start))).parents] == ["up"]


@pytest.mark.parametrize(("told", "personal"), [("yes", True), ("no", False), ("noAssertion", None), (None, None)])
def test_spdx_tells_of_people(read: Any, told: Any, personal: bool | None) -> None:
    assert read(spdx(dataset_hasSensitivePersonalInformation=told)).personal is personal


def test_spdx_tells_of_confidentiality_and_gates(read: Any) -> None:
    found = read(spdx(dataset_confidentialityLevel="red", dataset_datasetAvailability="registration"))
    assert ([one.kind for one in found.restrictions], found.gated) == (["other"], True)
    assert read(spdx(dataset_confidentialityLevel="clear")).restrictions == ()


# What is broken

DEEP = 100_000
BROKEN: dict[str, str | bytes] = {
    "no known kind": '{"a": 1}',
    "a list of nothing": "[]",
    "SPDX 2": '{"spdxVersion": "SPDX-2.3", "name": "x"}',
    "SPDX without a dataset": '{"@graph": [{"spdxId": "urn:x", "type": "software_Package"}]}',
    "an old BOM": json.dumps(bom(DATA, version="1.4")),
    "a BOM without data": json.dumps(bom({"type": "library"})),
    "a BOM of words": json.dumps(bom("x")),
    "a BOM with other hashes": json.dumps(bom(DATA | {"components": [{"type": "file", "hashes": [7]}]})),
    "a BOM with other ancestors": json.dumps(bom(DATA | {"pedigree": {"ancestors": ["x"]}})),
    "a package of words": '{"resources": ["x"]}',
    "a distribution of words": '{"distribution": ["x"]}',
    "a key twice": '{"license": "cc-by-nc-4.0", "license": "mit"}',
    "nested without end": '{"license": ' + "[" * DEEP + "]" * DEEP + "}",
    "nested objects": '{"license": ' * 5000 + "1" + "}" * 5000,
    "nested usage": '{"usageInfo": ' + '{"a":' * 3000 + "1" + "}" * 3001,
    "not UTF-8": b'{"license": "\xff"}',
    "UTF-16": '{"license": "mit"}'.encode("utf-16"),
    "NaN": '{"license": "mit", "version": NaN}',
    "YAML that contradicts itself": "---\nlicense: mit\nlicense: cc-by-nc-4.0\n---\n",
    "a YAML bomb": "---\na: &a [x, x]\nb: &b [*a, *a]\nlicense: *b\n---\n",
    "YAML nested without end": "---\nlicense: " + "[" * DEEP + "\n---\n",
    "a header that is a list": "---\n- license\n---\n",
    "a header that never ends": "---\nlicense: mit\n",
    "HTML": "<html>license: mit</html>",
    "nothing": "",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_said_to_be_and_claims_nothing(read: Any, content: str | bytes) -> None:
    found = read(content)
    assert found.broken
    assert not found.claims


@pytest.mark.parametrize("key", ["odrl:constraint", "odrl:prohibition", "x"])
def test_conditions_nested_around_a_long_list_are_read_once(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    looked = 0

    def count(value: Any, terms: Terms) -> str:
        nonlocal looked
        looked += 1
        return _code(value, terms)

    monkeypatch.setattr(usage, "_code", count)
    policy: Any = [0] * 1000
    for _ in range(200):
        policy = {key: policy}
    assert list(usage.restrictions(policy, Terms(None)))
    assert looked == 1201


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "metadata.json")
    assert "not a file" in read_metadata(tmp_path / "metadata.json").broken


def test_a_byte_order_mark_is_no_defect(read: Any) -> None:
    assert _said(read(b'\xef\xbb\xbf{"license": "mit"}')) == [("mit", "")]


def test_no_value_of_a_broken_file_is_told(read: Any) -> None:
    for content in ('{"secret-4711": ', "---\nsecret-4711: [\n---\n", '{"secret-4711": 1}'):
        assert "4711" not in read(content).broken


KEYS = [
    "@context",
    "@graph",
    "@type",
    "@id",
    "license",
    "distribution",
    "sha256",
    "usageInfo",
    "resources",
    "hash",
    "bomFormat",
    "specVersion",
    "components",
    "type",
    "licenses",
    "spdxId",
    "from",
    "to",
    "relationshipType",
    "prov:wasDerivedFrom",
    "sources",
    "name",
    "data",
    "pedigree",
    "verifiedUsing",
    "recordSet",
    "expression",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["mit", "sc:Dataset", "data"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
HEADS = [{}, {"bomFormat": "CycloneDX", "specVersion": "1.6"}, {"spdxVersion": 3}, {"@type": "sc:Dataset"}]


@given(st.sampled_from(HEADS), st.dictionaries(st.sampled_from(["license", "resources", "components"]), JSON), JSON)
def test_no_document_makes_it_crash(
    tmp_path_factory: pytest.TempPathFactory, head: dict[str, Any], entries: dict[str, Any], more: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    for document in (head | entries, more, [head | entries, more]):
        path.write_text(json.dumps(document))
        assert isinstance(read_metadata(path), Metadata)


# Several files

SOME = st.builds(
    Metadata,
    claims=st.lists(st.builds(Claim, st.just("card"), st.sampled_from("abc")), max_size=3).map(tuple),
    broken=st.sampled_from(["", "x", "y"]),
    personal=st.sampled_from([None, True, False]),
    gated=st.sampled_from([None, True, False]),
)


@given(st.lists(SOME, max_size=4), SOME)
def test_one_more_file_never_unsays_anything(several: list[Metadata], more: Metadata) -> None:
    before, after = merged(several), merged([*several, more])
    assert set(after.claims) >= set(before.claims)
    assert bool(after.broken) >= bool(before.broken)
    assert (after.personal is True) >= (before.personal is True)
    assert (after.gated is True) >= (before.gated is True)
    assert set(merged([more, *several]).claims) == set(after.claims)


def test_each_of_several_files_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"license": "mit"}')
    (tmp_path / "b.md").write_text("---\nlicense: cc0-1.0\n---\n")
    found = read_all(tmp_path / name for name in ("a.json", "b.md", "c.md"))
    assert {one.by for one in found.claims} == {"croissant", "card"}
    assert "'c.md'" in found.broken


# Stated digests


def listed(tmp_path: Path, *paths: str) -> Listing:
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(LETTERS if "other" not in path else b"other")
    return Dataset(tmp_path).listing()


STATED: dict[str, tuple[StatedDigest, str]] = {
    "true": (StatedDigest("a.txt", SHA256), "verified"),
    "in capitals": (StatedDigest("a.txt", SHA256.upper()), "verified"),
    "by URL": (StatedDigest("https://example.org/get/a.txt", SHA256), "verified"),
    "by escaped URL": (StatedDigest("https://example.org/s%20p.txt", SHA256), "verified"),
    "by SHA-512": (StatedDigest("a.txt", hashlib.sha512(LETTERS).hexdigest(), "sha512"), "verified"),
    "by MD5": (StatedDigest("a.txt", MD5, "md5"), "weak"),
    "false": (StatedDigest("a.txt", "0" * 64), "differing"),
    "false by MD5": (StatedDigest("a.txt", "0" * 32, "md5"), "differing"),
    "of another file of the name": (StatedDigest("other/b.txt", SHA256), "differing"),
    "by the longer path": (StatedDigest("x/b.txt", SHA256), "verified"),
    "by a name that two files have": (StatedDigest("b.txt", SHA256), "verified"),
    "of no file": (StatedDigest("nowhere.txt", SHA256), "absent"),
    "an MD5 called SHA-256": (StatedDigest("a.txt", MD5), "malformed"),
    "a placeholder": (StatedDigest("nowhere.txt", "main"), "malformed"),
    "full-width digits": (StatedDigest("a.txt", "\uff10" * 64), "malformed"),
    "of no known algorithm": (StatedDigest("a.txt", "0" * 64, "crc"), "malformed"),
    "of an algorithm without a size": (StatedDigest("a.txt", "", "shake_128"), "malformed"),
    "empty": (StatedDigest("", ""), "malformed"),
}


@pytest.mark.parametrize(("stated", "fate"), STATED.values(), ids=STATED)
def test_each_stated_digest_meets_its_fate(tmp_path: Path, stated: StatedDigest, fate: str) -> None:
    listing = listed(tmp_path, "a.txt", "s p.txt", "x/b.txt", "other/b.txt")
    assert check([stated], listing, tmp_path) == Checked(**{fate: (stated,)})


@pytest.mark.parametrize("key", ["license", "License", "LICENSE", "licence", "Licence", "licenses", " licences "])
def test_a_licence_counts_however_its_key_is_spelled(read: Any, key: str) -> None:
    header = f'---\n"{key}": cc-by-nc-4.0\n---\n'
    package = {"resources": [], key: [{"name": "cc-by-nc-4.0"}]}
    for content in ({"@type": "sc:Dataset", key: "cc-by-nc-4.0"}, package, header):
        assert _said(read(content)) == [("cc-by-nc-4.0", "")]


@pytest.mark.parametrize(
    ("second", "counts"),
    [
        ("Creative Commons Zero", False),
        ("no licence at all is told here", False),
        ("CC0 but for non-commercial use only", True),
        ("CC BY-NC", True),
        ("MIT", True),
    ],
)
def test_a_second_description_counts_where_it_restricts(read: Any, second: str, counts: bool) -> None:
    url = "https://creativecommons.org/publicdomain/zero/1.0/"
    said = _said(read({"@type": "sc:Dataset", "license": {"url": url, "name": second}}))
    assert said == [(url, ""), (second, "")][: 1 + counts]
