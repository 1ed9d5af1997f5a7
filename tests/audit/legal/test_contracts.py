# SPDX-License-Identifier: Apache-2.0
"""Contracts: expired yesterday is expired, and what the scope does not name is not granted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.audit.rules.contract import contract
from custody.audit.verdicts import VERDICTS, strictest
from custody.errors import PolicyError
from tests.audit.legal.cases import case, digest, found, saying

TEXT = b"We grant."
GOOD: dict[str, Any] = {
    "id": "C-1",
    "party": "Example Ltd",
    "file": "contract.pdf",
    "sha256": digest(TEXT),
    "valid_from": "2026-01-01",
    "valid_until": "2026-11-24",
    "signed": "2025-12-20",
    "scope": ["train", "commercial", "derivative"],
    "territory": ["world"],
}
EXPIRED = ("EVD081", "deny")
DOUBTFUL = ("EVD081", "review")
CLOSED = ("TOS051", "deny")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "contract.pdf").write_bytes(TEXT)
    return tmp_path


def changed(**entries: Any) -> dict[str, Any]:
    return {key: value for key, value in (GOOD | entries).items() if value is not None}


def test_a_contract_that_holds_opens_a_closed_source(base: Path) -> None:
    for entries in ({"kind": "purchased"}, {"gated": True}, {}):
        assert found(contract, case(base, contract=GOOD, **entries)) == set()


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ({"owner": "Example Ltd."}, set()),
        ({"publisher": "EXAMPLE"}, set()),
        ({"publisher": "The Example Ltd Group"}, set()),
        ({"owner": "Ann", "publisher": "example ltd"}, set()),
        ({"url": "https://news.org"}, set()),
        ({"owner": "News Inc"}, {DOUBTFUL, CLOSED}),
        ({"publisher": "News Inc"}, {DOUBTFUL, CLOSED}),
        ({"owner": "?"}, {DOUBTFUL, CLOSED}),
    ],
)
def test_a_contract_with_somebody_else_opens_nothing(
    base: Path, origin: dict[str, str], expected: set[tuple[str, str]]
) -> None:
    assert found(contract, case(base, contract=GOOD, gated=True, origin=origin)) == expected


def test_a_source_that_anyone_may_fetch_needs_no_contract(base: Path) -> None:
    assert found(contract, case(base)) == set()
    assert found(contract, saying(case(base, gated=False), gated=False)) == set()


@pytest.mark.parametrize("entries", [{"kind": "purchased"}, {"gated": True}])
def test_a_closed_source_without_a_contract_is_denied(base: Path, entries: dict[str, Any]) -> None:
    assert found(contract, case(base, **entries)) == {CLOSED}


@pytest.mark.parametrize("own", [None, False])
def test_the_sources_file_does_not_open_what_the_metadata_calls_gated(base: Path, own: bool | None) -> None:
    assert found(contract, saying(case(base, gated=own), gated=True)) == {CLOSED}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({"valid_until": "2026-11-23"}, EXPIRED),
        ({"valid_until": "2026-11-24T12:00:00Z"}, EXPIRED),
        ({"valid_until": "2026-11-25T00:00:00+14:00"}, EXPIRED),
        ({"valid_from": "2026-11-25", "valid_until": "2027-01-01"}, EXPIRED),
        ({"signed": "2026-11-25"}, EXPIRED),
        ({"scope": []}, EXPIRED),
        ({"scope": None}, EXPIRED),
        ({"scope": ["evaluate"]}, EXPIRED),
        ({"scope": ["train", "commercial"]}, EXPIRED),
        ({"scope": ["train", "derivative"]}, EXPIRED),
        ({"territory": ["US"]}, EXPIRED),
        ({"territory": ["DE", "FR", "US"]}, EXPIRED),
        ({"sha256": digest(b"another")}, EXPIRED),
        ({"territory": []}, DOUBTFUL),
        ({"valid_until": None}, DOUBTFUL),
        ({"valid_until": ""}, DOUBTFUL),
        ({"valid_until": "9999-12-31"}, DOUBTFUL),
        ({"valid_until": "-1"}, DOUBTFUL),
        ({"valid_until": "03/04/2027"}, DOUBTFUL),
        ({"valid_from": None}, DOUBTFUL),
        ({"valid_from": "2027-01-01T00:00", "valid_until": "2027-01-01"}, DOUBTFUL),
        ({"signed": None}, DOUBTFUL),
        ({"signed": "at the fair"}, DOUBTFUL),
        ({"party": None}, DOUBTFUL),
        ({"file": None}, ("EVD080", "review")),
        ({"file": "nowhere.pdf"}, ("EVD080", "review")),
        ({"file": "."}, ("EVD080", "review")),
        ({"file": "/dev/zero"}, ("EVD080", "review")),
        ({"file": "a\0b"}, ("EVD080", "review")),
        ({"sha256": None}, ("EVD080", "review")),
        ({"sha256": "abc"}, ("EVD080", "review")),
    ],
)
def test_a_contract_with_a_fault_opens_nothing(base: Path, entries: dict[str, Any], expected: tuple[str, str]) -> None:
    assert found(contract, case(base, contract=changed(**entries))) == {expected}
    assert found(contract, case(base, gated=True, contract=changed(**entries))) == {expected, CLOSED}


def test_a_state_of_the_union_is_covered_by_a_contract_for_the_union(base: Path) -> None:
    there = {"jurisdictions": ["DE", "fr"]}
    assert found(contract, case(base, intent=there, contract=changed(territory=["eu"]))) == set()
    assert found(contract, case(base, intent={"jurisdictions": ["CH"]}, contract=changed(territory=["EU"]))) == {
        EXPIRED
    }


def test_each_use_of_the_intent_must_be_in_the_scope(base: Path) -> None:
    modest = {"purpose": "research", "release": "none", "train": "evaluate"}
    assert found(contract, case(base, intent=modest, contract=changed(scope=["evaluate"]))) == set()
    more = modest | {"redistribute_data": True}
    assert found(contract, case(base, intent=more, contract=changed(scope=["evaluate"]))) == {EXPIRED}


def test_a_misspelt_scope_names_its_line_and_the_right_word(tmp_path: Path) -> None:
    from custody.audit.sources import load

    (tmp_path / "d").mkdir()
    file = tmp_path / "sources.yaml"
    file.write_text("sources:\n  - name: d\n    path: d\n    contract:\n      id: C-1\n      scope: [trian]\n")
    with pytest.raises(PolicyError, match=r":6:\d+.*\n.*\n.*write 'train'"):
        load(file)


@pytest.mark.parametrize("text", ["2026-11-24", "2026-11-24T23:59:59Z", "'2026-11-24'", "perpetual"])
def test_days_are_read_as_yaml_gives_them(base: Path, text: str) -> None:
    from custody.audit.sources import load

    (base / "d").mkdir()
    file = base / "sources.yaml"
    lines = [f"      {key}: {value}" for key, value in changed(valid_until=text).items()]
    file.write_text("\n".join(["sources:", "  - name: d", "    path: d", "    contract:", *lines]))
    (source,) = load(file).sources
    assert found(contract, case(base, contract=source.contract)) == set()


@settings(deadline=None)
@given(
    scope=st.sets(st.sampled_from(["train", "evaluate", "commercial", "redistribute", "derivative"])),
    more=st.sampled_from(["train", "evaluate", "commercial", "redistribute", "derivative"]),
    territory=st.sets(st.sampled_from(["EU", "US", "DE", "world"])),
    redistribute=st.booleans(),
)
def test_a_wider_contract_or_a_narrower_intent_is_never_stricter(
    tmp_path_factory: pytest.TempPathFactory, scope: set[str], more: str, territory: set[str], redistribute: bool
) -> None:
    base = tmp_path_factory.getbasetemp()

    def verdict(scope: set[str], redistribute: bool) -> int:
        held = changed(scope=sorted(scope), territory=sorted(territory))
        one = case(base, gated=True, intent={"redistribute_data": redistribute}, contract=held)
        return VERDICTS.index(strictest(*(each.verdict for each in contract(one))))

    assert verdict(scope | {more}, redistribute) <= verdict(scope, redistribute)
    assert verdict(scope, False) <= verdict(scope, redistribute)
