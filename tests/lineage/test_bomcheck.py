# SPDX-License-Identifier: Apache-2.0
"""A sound BOM has no problems; every single edit that spoils it is found, and told by place and not by value."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from rfc3987_syntax import is_valid_syntax  # type: ignore[import-untyped]

from custody import policy
from custody.lineage.bomcheck import problems, unsound
from custody.lineage.bomcheck.parts import resolves
from custody.lineage.bomcheck.references import FIELDS, LINKED
from custody.lineage.bomcheck.schema import PLAIN, refused
from tests.base.samples import CANARY, POLICY

from .bom_edits import DATA, MODEL, SCHEMA, SOUNDNESS, Bom, Edit, at, edited, put

RULES = policy.parse(POLICY.encode(), "policy.yaml")
VERSIONS = ("1.6", "1.7")
CORPUS = Path(__file__).resolve().parents[2] / "../shared/data/cyclonedx-spec"
RESOURCES = CORPUS / "tools/src/test/resources"
Boms = dict[str, Bom]


def _cases(edits: dict[str, Edit]) -> list[tuple[str, str]]:
    return [(version, name) for name, edit in edits.items() for version in VERSIONS if edit.only in ("", version)]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sound_bom_has_no_problems(boms: Boms, version: str) -> None:
    assert problems(boms[version], RULES) == []
    assert unsound(boms[version]) == []


@pytest.mark.parametrize(("version", "name"), _cases(SOUNDNESS))
def test_what_the_schema_lets_through_is_found(boms: Boms, version: str, name: str) -> None:
    edit = SOUNDNESS[name]
    found = problems(edited(boms[version], edit), RULES)
    assert not [one for one in found if "schema refuses" in one], "the schema does not see it"
    assert [one for one in found if edit.at in one and edit.what in one], found


@pytest.mark.parametrize(("version", "name"), _cases(SCHEMA))
def test_what_the_schema_refuses_is_told_by_place(boms: Boms, version: str, name: str) -> None:
    edit = SCHEMA[name]
    (found,) = problems(edited(boms[version], edit), RULES)
    assert found.startswith(f"the CycloneDX {version} schema refuses it at {edit.at}")


def test_there_are_at_least_forty_edits_that_only_the_own_checks_find() -> None:
    assert min(len([one for one in _cases(SOUNDNESS) if one[0] == version]) for version in VERSIONS) >= 40


@settings(max_examples=20, deadline=None)
@given(data=some.data())
def test_one_more_edit_never_makes_a_bom_sound(boms: Boms, data: some.DataObject) -> None:
    names = data.draw(some.lists(some.sampled_from(sorted(SOUNDNESS | SCHEMA)), min_size=2, max_size=3, unique=True))
    bom = copy.deepcopy(boms["1.7"])
    for name in names:
        edit = (SOUNDNESS | SCHEMA)[name]
        try:
            bom = edited(bom, edit)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier edit took away what this one would change
    assert bom == boms["1.7"] or problems(bom, RULES)


def test_the_order_of_parts_does_not_matter(boms: Boms) -> None:
    bom = copy.deepcopy(boms["1.6"])
    for pointer in ("/components", "/dependencies", "/declarations/claims", "/declarations/evidence"):
        at(bom, pointer).reverse()
    assert problems(bom, RULES) == []


@pytest.mark.parametrize(
    "pointer",
    [
        f"{DATA}/type",
        f"{DATA}/hashes/0/content",
        "/serialNumber",
        f"{DATA}/data/0/classification",
        f"{DATA}/licenses/0/license/id",
        f"{MODEL}/modelCard/modelParameters/approach/type",
        "/metadata/timestamp",
        "/signature",
    ],
)
def test_a_value_is_never_quoted(boms: Boms, pointer: str) -> None:
    bom = copy.deepcopy(boms["1.6"])
    put(pointer, CANARY)(bom)
    found = problems(bom, RULES)
    assert found
    assert CANARY not in "".join(found)


@pytest.mark.parametrize("version", ["9.9", "1.4", 1.6, None, ["1.6"], CANARY])
def test_a_version_that_is_not_known_is_refused(boms: Boms, version: object) -> None:
    (found,) = problems(boms["1.6"] | {"specVersion": version}, RULES)
    assert found == "/specVersion: the version of CycloneDX is not one of 1.5, 1.6, 1.7"


def test_a_bom_of_one_version_that_says_another_is_refused(boms: Boms) -> None:
    assert problems(boms["1.7"] | {"specVersion": "1.6"}, RULES)


def test_a_bom_that_is_nested_too_deeply_is_refused_and_does_not_crash(boms: Boms) -> None:
    nested: list[Any] = []
    for _ in range(5000):
        nested = [{"type": "file", "name": "a", "components": nested}]
    assert problems(boms["1.6"] | {"components": nested}, RULES) == ["it is nested too deeply to be checked"]


def test_a_number_that_json_does_not_have_is_refused(boms: Boms) -> None:
    bom = copy.deepcopy(boms["1.6"])
    put("/declarations/attestations/0/map/0/conformance/score", float("nan"))(bom)
    assert problems(bom, RULES) == ["it holds a number that JSON does not have"]


def test_of_endless_problems_the_first_hundred_are_told(boms: Boms) -> None:
    bom = copy.deepcopy(boms["1.6"])
    at(bom, "/dependencies/0/dependsOn").extend(f"gone-{index}" for index in range(1000))
    assert len(problems(bom, RULES)) == 100


def test_a_long_bom_ref_is_cut_in_messages_and_control_characters_are_escaped(boms: Boms) -> None:
    bom = copy.deepcopy(boms["1.6"])
    at(bom, "/dependencies/0/dependsOn").extend(["x" * 5000, "\x1b[2J"])
    found = problems(bom, RULES)
    assert max(map(len, found)) < 200
    assert "\x1b" not in "".join(found)


@pytest.mark.parametrize(
    ("pointer", "there"),
    [
        ("", True),
        ("/a/0", True),
        ("/a/1", False),
        ("/a/-1", False),
        ("/a/00", False),
        ("/a/+0", False),
        ("/a/-", False),
        ("/a~1b", True),
        ("/~0", True),
        ("/a/0/0", False),
        ("a", False),
        ("/", False),
    ],
)
def test_json_pointers_are_followed_as_their_rfc_says(pointer: str, there: bool) -> None:
    assert resolves({"a": ["x"], "a/b": 1, "~": 2}, pointer) is there


@settings(max_examples=60, deadline=None)
@given(some.from_regex(PLAIN, fullmatch=True).filter(lambda one: len(one) < 60))
def test_what_passes_for_a_plain_url_is_one_by_the_grammar(text: str) -> None:
    assert is_valid_syntax("iri_reference", text)


@pytest.mark.parametrize("text", ["https://a b", "urn:x y", "a b", "%zz", "https://[", "\u0000", "x:/%%"])
def test_what_is_no_url_is_still_refused(boms: Boms, text: str) -> None:
    bom = copy.deepcopy(boms["1.6"])
    put(f"{DATA}/externalReferences/0/url", text)(bom)
    assert problems(bom, RULES)[0].startswith(f"the CycloneDX 1.6 schema refuses it at {DATA}/externalReferences/0")


needs_corpus = pytest.mark.skipif(not RESOURCES.is_dir(), reason="the CycloneDX corpus is not beside the repository")


@needs_corpus
def test_the_schema_check_agrees_with_every_file_of_the_cyclonedx_corpus() -> None:
    files = sorted(RESOURCES.glob("1.[567]/*.json"))
    wrong = [one.name for one in files if one.name.startswith("valid-") == bool(refused(json.loads(one.read_text())))]
    assert (len(files), wrong) == (218, [])


@needs_corpus
def test_soundness_never_crashes_on_the_corpus_and_finds_only_what_is_there() -> None:
    """Upstream's valid files show a shape each, and some point at parts they do not have."""
    files = sorted(RESOURCES.glob("1.[567]/valid-*.json"))
    flagged = {one.name for one in files if unsound(json.loads(one.read_text()))}
    known = ("attestation", "bom-1.5", "citations", "cryptography", "evidence", "formulation", "sign", "standard")
    assert not [name for name in flagged if not any(word in name for word in known)]


@needs_corpus
@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_that_the_schema_calls_a_reference_is_followed(version: str) -> None:
    schema = json.loads((CORPUS / f"schema/bom-{version}.schema.json").read_text())
    fields = {field for _, field in {*FIELDS, *LINKED}}
    assert {one for one in _references(schema, "") if one not in fields} == set()


def _references(schema: Any, key: str) -> set[str]:
    """The names of all fields whose value, or whose items, the schema calls a reference."""
    found: set[str] = set()
    if isinstance(schema, dict):
        if str(schema.get("$ref", "")).endswith(("/refLinkType", "/bomLinkElementType")):
            found.add(key)
        for name, one in schema.items():
            inner = key if name in ("items", "anyOf", "oneOf", "$ref", "properties") else name
            found |= _references(one, inner)
    elif isinstance(schema, list):
        found |= set().union(*(_references(one, key) for one in schema))
    return found - {"refLinkType", "bomLink"}  # the types themselves


def test_the_bom_of_the_shipped_model_is_sound() -> None:
    model = Path(__file__).resolve().parents[2] / "classifiers/ner/model"
    rules = policy.load(model / "bundle/policy.yaml")
    assert problems(json.loads((model / "model.cdx.json").read_text()), rules) == []
