# SPDX-License-Identifier: Apache-2.0
"""Legal bases: what is stated is held against what the scan and the metadata say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.audit.records.classification import read
from custody.audit.rules.personal import personal_data
from custody.audit.verdicts import VERDICTS, strictest
from tests.audit.legal.cases import case, found, saying

BASIS: dict[str, Any] = {
    "basis": "consent",
    "purpose": ["train"],
    "data_subjects": ["customers"],
    "reference": "consents/2026.csv",
    "dpia": "dpia-7",
    "valid_until": "2027-01-01",
    "special": "explicit consent",
    "guardians": "consents/guardians.csv",
}
REVIEW, DENY = ("PII060", "review"), ("PII060", "deny")


def people(**entries: Any) -> dict[str, Any]:
    return {"present": True, "legal_basis": BASIS} | entries


def record(**entries: Any) -> dict[str, Any]:
    return people(legal_basis={key: value for key, value in (BASIS | entries).items() if value is not None})


def report(address: str, *entities: str, **finding: Any) -> str:
    found = [{"entity": one, "cells": 2, "dismissed": {}} | finding for one in entities]
    return json.dumps({"address": address, "files": [{"columns": [{"findings": found}]}]})


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"present": False}, set()),
        (people(), set()),
        (people(special_categories=True, minors=True), set()),
        ({"present": True, "legal_basis": "consent", "record": "consents/2026.csv"}, set()),
        ({"present": True}, {REVIEW}),
        ({"present": True, "legal_basis": "consent"}, {REVIEW}),
        ({"present": True, "legal_basis": "we may", "record": "somewhere"}, {REVIEW}),
        (record(reference=None), {REVIEW}),
        (record(purpose=None), {REVIEW}),
        (record(purpose=["evaluate"]), {DENY}),
        (record(data_subjects=[]), {REVIEW}),
        (record(valid_until=None), {REVIEW}),
        (record(valid_until=None, basis="public task"), set()),
        (record(valid_until="perpetual"), set()),
        (record(valid_until="2026-11-24"), set()),
        (record(valid_until="2026-11-23"), {("EVD081", "deny")}),
        (record(valid_until="soon"), {("EVD081", "review")}),
        (record(valid_until="9999-01-01"), {("EVD081", "review")}),
        ({"present": True, "legal_basis": "consent", "record": "x", "special_categories": True}, {DENY}),
        ({"present": True, "legal_basis": "consent", "record": "x", "minors": True}, {DENY}),
        ({"present": False, "special_categories": True}, {DENY}),
        ({"present": False, "minors": True}, {DENY}),
        (record(special=None) | {"special_categories": True}, {DENY}),
        (record(guardians=None) | {"minors": True}, {DENY}),
        (record(dpia=None) | {"minors": True}, {REVIEW}),
        (record(special="research") | {"special_categories": True}, {DENY}),
    ],
)
def test_a_basis_is_asked_for_and_read(tmp_path: Path, told: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert found(personal_data, case(tmp_path, personal_data=told)) == expected


def test_not_stated_is_for_review(tmp_path: Path) -> None:
    assert found(personal_data, case(tmp_path, personal_data=None)) == {REVIEW}


def test_a_policy_may_ask_for_the_full_record(tmp_path: Path) -> None:
    short = {"present": True, "legal_basis": "consent", "record": "consents/2026.csv"}
    settings = {"personal": {"full": True}}
    assert found(personal_data, case(tmp_path, settings, personal_data=short)) == {REVIEW}
    assert found(personal_data, case(tmp_path, settings, personal_data=people())) == set()


def test_metadata_that_knows_of_people_contradicts_a_source_that_does_not(tmp_path: Path) -> None:
    assert found(personal_data, saying(case(tmp_path), personal=True)) == {REVIEW}
    assert found(personal_data, saying(case(tmp_path), personal=False)) == set()


# What the scan says


@pytest.mark.parametrize(
    ("entities", "told", "expected"),
    [
        (["EMAIL_ADDRESS"], {"present": False}, {REVIEW}),
        (["SOMETHING_NEW"], {"present": False}, {REVIEW}),
        (["URL", "DATE_TIME", "JWT"], {"present": False}, set()),
        ([], {"present": False}, set()),
        (["EMAIL_ADDRESS"], people(), set()),
        (["HEALTH_DATA"], people(), {REVIEW}),
        (["HEALTH_DATA"], people(special_categories=False), {REVIEW}),
        (["HEALTH_DATA"], people(special_categories=True), set()),
        (["MINOR"], people(), {REVIEW}),
        (["MINOR"], people(minors=True), set()),
    ],
)
def test_a_scan_that_found_people_contradicts_a_source_without(
    tmp_path: Path, entities: list[str], told: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    one = case(tmp_path, personal_data=told, classification="report.json")
    (tmp_path / "report.json").write_text(report(one.listing.address, *entities))
    assert found(personal_data, one) == expected


def test_what_a_steward_dismissed_is_no_hint(tmp_path: Path) -> None:
    one = case(tmp_path, classification="report.json")
    for cells, expected in ((2, set()), (1, {REVIEW})):
        gone = {"fingerprint": {"cells": cells, "validated": 0}}
        (tmp_path / "report.json").write_text(report(one.listing.address, "EMAIL_ADDRESS", dismissed=gone))
        assert found(personal_data, one) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "[]",
        "{",
        '{"address": "x"}',
        '{"address": "x", "files": 7}',
        '{"address": "x", "files": [{"columns": [{"findings": [{"entity": "A", "cells": "many"}]}]}]}',
        '{"address": "x", "address": "y", "files": []}',
        "[" * 100_000,
        "\ud800",
    ],
)
def test_a_report_that_cannot_be_read_is_a_finding(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "report.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    one = case(tmp_path, classification="report.json")
    assert found(personal_data, one) == {("EVD080", "review")}


def test_a_report_on_other_bytes_is_a_finding_and_still_a_hint(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(report("f" * 64, "PERSON"))
    one = case(tmp_path, classification="report.json")
    assert found(personal_data, one) == {("EVD080", "review"), REVIEW}


def test_no_value_of_the_report_is_repeated(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"address": "j.doe@example.org", "files": {"j.doe@example.org": 1}}')
    scan = read(tmp_path / "report.json", "x")
    assert "j.doe" not in scan.problem
    assert scan.problem


@settings(deadline=None)
@given(
    told=st.fixed_dictionaries(
        {"present": st.booleans()},
        optional={"special_categories": st.booleans(), "minors": st.booleans(), "legal_basis": st.just(BASIS)},
    ),
    entities=st.lists(st.sampled_from(["PERSON", "HEALTH_DATA", "MINOR", "URL", "NEW"]), unique=True),
    more=st.sampled_from(["PERSON", "HEALTH_DATA", "MINOR", "URL", "NEW"]),
)
def test_one_more_finding_of_the_scan_never_relaxes(
    tmp_path_factory: pytest.TempPathFactory, told: dict[str, Any], entities: list[str], more: str
) -> None:
    base = tmp_path_factory.getbasetemp()
    one = case(base, personal_data=told, classification="monotone.json")

    def verdict(entities: list[str]) -> int:
        (base / "monotone.json").write_text(report(one.listing.address, *entities))
        return VERDICTS.index(strictest(*(each.verdict for each in personal_data(one))))

    assert verdict([*entities, more]) >= verdict(entities)
