# SPDX-License-Identifier: Apache-2.0
"""The register of suppliers: attestations end, and only what was delivered counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.audit import audit
from custody.audit.records.suppliers import Delivery, Supplier, load, score
from custody.audit.rules.supplier import supplier
from custody.errors import PolicyError
from custody.home import Home
from tests.audit.legal.cases import TODAY, case, digest, found

TEXT = b"We attest."
ATTESTED = {"of": "source", "file": "a.pdf", "sha256": digest(TEXT), "valid_until": "2026-12-31"}
HELD = {"received": "2026-01-05", "due": "2026-01-05", "announced": "aa", "found": "aa"}
OK: set[tuple[str, str]] = set()
UNKNOWN, ATTEST, SCORE = ("SUP120", "review"), ("SUP121", "review"), ("SUP122", "review")


def judged(base: Path, entries: dict[str, Any], settings: dict[str, Any] | None = None, **source: Any) -> Any:
    (base / "a.pdf").write_bytes(TEXT)
    (base / "suppliers.yaml").write_text(json.dumps({"suppliers": [{"id": "acme", "name": "Acme Ltd"} | entries]}))
    one = case(base, {"suppliers": settings or {}}, **{"supplier": "acme"} | source)
    return found(supplier, replace(one, register=load(base / "suppliers.yaml")))


@pytest.mark.parametrize(
    ("entries", "settings", "expected"),
    [
        ({}, {}, OK),
        ({}, {"attest": ["source"]}, {ATTEST}),
        ({"attestations": [ATTESTED]}, {"attest": ["source"]}, OK),
        ({"attestations": [ATTESTED]}, {"attest": ["source", "safety"]}, {ATTEST}),
        ({"attestations": [ATTESTED | {"valid_until": "2026-11-24"}]}, {}, OK),
        ({"attestations": [ATTESTED | {"valid_until": "2026-11-23"}]}, {}, {ATTEST}),
        ({"attestations": [ATTESTED | {"valid_until": ""}]}, {}, {ATTEST}),
        ({"attestations": [ATTESTED | {"valid_until": "9999-12-31"}]}, {}, {ATTEST}),
        ({"attestations": [ATTESTED | {"file": "nowhere.pdf"}]}, {}, {ATTEST}),
        ({"attestations": [ATTESTED | {"sha256": digest(b"other")}]}, {}, {ATTEST}),
        ({"attestations": [ATTESTED | {"sha256": ""}]}, {}, {ATTEST}),
        ({"attestations": [ATTESTED | {"valid_until": "2026-01-01"}, ATTESTED]}, {"attest": ["source"]}, OK),
        ({"attestations": [ATTESTED | {"valid_until": "2026-01-01"}, ATTESTED]}, {}, OK),
    ],
)
def test_an_attestation_counts_while_it_lasts_and_is_kept(
    tmp_path: Path, entries: dict[str, Any], settings: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert judged(tmp_path, entries, settings) == expected


@pytest.mark.parametrize(
    ("deliveries", "expected"),
    [
        ([HELD] * 3, OK),
        ([HELD] * 2 + [HELD | {"found": "bb"}], {SCORE}),
        ([HELD] * 2 + [HELD | {"announced": ""}], {SCORE}),
        ([HELD] * 2 + [HELD | {"announced": "", "found": ""}], {SCORE}),
        ([HELD] * 2 + [HELD | {"findings": 1}], {SCORE}),
        ([HELD] * 2 + [HELD | {"received": "2026-01-06"}], {SCORE}),
        ([HELD] * 2 + [HELD | {"due": "soon"}], {SCORE}),
        ([HELD] * 2 + [HELD | {"received": "soon"}], {SCORE}),
        ([HELD | {"found": "bb"}] * 2, OK),  # too few to say
        ([HELD | {"found": "bb"}] * 3 + [HELD | {"received": "2027-01-01"}] * 100, {SCORE}),  # not yet delivered
    ],
)
def test_what_was_delivered_is_what_counts(
    tmp_path: Path, deliveries: list[dict[str, Any]], expected: set[tuple[str, str]]
) -> None:
    assert judged(tmp_path, {"deliveries": deliveries}) == expected


def test_a_source_names_a_supplier_that_is_registered(tmp_path: Path) -> None:
    assert judged(tmp_path, {}, supplier="other") == {UNKNOWN}
    assert found(supplier, case(tmp_path, supplier="acme")) == {UNKNOWN}  # no register at all
    assert found(supplier, case(tmp_path, kind="purchased")) == {UNKNOWN}
    assert found(supplier, case(tmp_path)) == OK


@pytest.mark.parametrize(("party", "expected"), [("ACME", OK), ("acme ltd", OK), ("Acme Inc", {UNKNOWN})])
def test_who_grants_is_who_delivers(tmp_path: Path, party: str, expected: set[tuple[str, str]]) -> None:
    assert judged(tmp_path, {}, contract={"id": "C-1", "party": party}) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("suppliers:\n  - id: a\n    naem: b\n", r":3:5.*naem.*\n.*\n.*'name'"),
        ("suppliers:\n  - id: a\n  - id: a\n", r":3:5.*two suppliers"),
        ("suppliers:\n  - id: a\n    rating: excellent\n", ":3:5"),  # no words about a supplier
        ("suppliers:\n  - id: a\n    deliveries: [{received: 2026-01-01, findings: -1}]\n", r":3:\d+"),
        ("suppliers:\n  - id: a\n    deliveries: [{received: 7}]\n", r":3:\d+"),
        ("suppliers:\n  - id: a\n    attestations: [{of: quallity}]\n", "'quality'"),
        ("- a\n", "suppliers.yaml"),
    ],
)
def test_a_register_that_is_wrong_names_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "suppliers.yaml").write_text(text)
    with pytest.raises(PolicyError, match=message):
        load(tmp_path / "suppliers.yaml")


def test_the_audit_reads_the_register_the_sources_file_names(home: Home, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("a")
    (tmp_path / "s.yaml").write_text(yaml.safe_dump({"suppliers": [{"id": "acme", "attestations": [ATTESTED]}]}))
    source = {"name": "d", "path": "d", "licence": "CC0-1.0", "personal_data": {"present": False}, "supplier": "acme"}
    file = tmp_path / "sources.yaml"
    file.write_text(yaml.safe_dump({"suppliers": "s.yaml", "sources": [source]}))
    (verdict,) = audit(file, "chat-prod", home.policy, TODAY).sources
    assert {one.code for one in verdict.findings} == {"SUP121"}
    (tmp_path / "a.pdf").write_bytes(TEXT)
    (verdict,) = audit(file, "chat-prod", home.policy, TODAY).sources
    assert verdict.verdict == "allow"
    file.write_text(yaml.safe_dump({"suppliers": "nowhere.yaml", "sources": [source]}))
    with pytest.raises(PolicyError, match=r"nowhere\.yaml"):
        audit(file, "chat-prod", home.policy, TODAY)


DELIVERIES = st.lists(
    st.builds(
        Delivery,
        received=st.sampled_from(["2026-01-01", "2026-02-01", "soon"]),
        due=st.sampled_from(["", "2026-01-15", "soon"]),
        announced=st.sampled_from(["", "aa"]),
        found=st.sampled_from(["", "aa", "bb"]),
        findings=st.integers(0, 2),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None)
@given(DELIVERIES, st.randoms())
def test_the_score_does_not_depend_on_the_order_and_a_bad_delivery_never_raises_it(
    deliveries: list[Delivery], rng: Any
) -> None:
    day = date(2026, 11, 24)
    before = score(Supplier(id="a", deliveries=tuple(deliveries)), day)
    shuffled = rng.sample(deliveries, len(deliveries))
    assert score(Supplier(id="a", deliveries=tuple(shuffled)), day) == before
    bad = Delivery(received="2026-03-01", due="2026-02-01", announced="aa", found="bb", findings=1)
    after = score(Supplier(id="a", deliveries=(*deliveries, bad)), day)
    assert after.worst <= before.worst
    assert 0 <= before.worst <= 1
