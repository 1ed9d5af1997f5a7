# SPDX-License-Identifier: Apache-2.0
"""Domains are counted from rows, in one spelling each, and what is no web address is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.output.domains import NO_DOMAIN, Domains, count, domain, url_column
from custody.dataset import Dataset


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.ORG/a", "example.org"),
        ("https://www.example.org.", "example.org"),
        ("http://example.org:8080/", "example.org"),
        ("https://good.example@evil.example/", "evil.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://[2001:db8::1]/x", "2001:db8::1"),
        ("https://192.0.2.1/", "192.0.2.1"),
        (" https://example.org ", "example.org"),
        ("example.org", NO_DOMAIN),
        ("mailto:a@example.org", NO_DOMAIN),
        ("javascript:alert(1)", NO_DOMAIN),
        ("https://", NO_DOMAIN),
        ("https://[", NO_DOMAIN),
        ("https://a b/", NO_DOMAIN),
        ("https://<script>/", NO_DOMAIN),
        ("https://" + "a" * 70 + ".example/", NO_DOMAIN),
        ("", NO_DOMAIN),
        (None, NO_DOMAIN),
    ],
)
def test_a_web_address_has_one_domain_or_none(url: str | None, expected: str) -> None:
    assert domain(url) == expected


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert domain(text)
    assert domain(f"https://{text}")


def _write(path: Path, rows: list[dict[str, str | None]]) -> Dataset:
    path.mkdir(exist_ok=True)
    (path / "rows.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    return Dataset(path)


def test_rows_and_bytes_are_counted_by_domain(tmp_path: Path) -> None:
    rows: list[dict[str, str | None]] = [
        {"url": f"https://{name}/{at}", "text": "é" * 5} for name in ("a.example", "b.example") for at in range(3)
    ]
    found = count(
        [_write(tmp_path / "d", [*rows, {"url": "https://a.example/", "text": "x"}, {"url": None, "text": "y"}])]
    )
    assert found.count == {"a.example": 4, "b.example": 3, NO_DOMAIN: 1}
    assert found.size == {"a.example": 31, "b.example": 30, NO_DOMAIN: 1}
    assert found.known == ["a.example", "b.example"]


def test_rows_that_lack_a_key_keep_their_own_address(tmp_path: Path) -> None:
    rows: list[dict[str, str | None]] = [
        {"text": "long text"},
        {"url": "https://a.example/"},
        {"url": "https://b.example/", "text": "x"},
    ]
    found = count([_write(tmp_path / "d", rows)])
    assert found.size == {NO_DOMAIN: 9, "a.example": 0, "b.example": 1}


def test_a_file_without_addresses_is_told(tmp_path: Path) -> None:
    found = count([_write(tmp_path / "d", [{"text": "x"}])])
    assert (found.files, found.without, found.known) == (0, 1, [])
    assert found.to_dict()["rows_without_domain"] == 1


def test_a_column_of_lists_is_not_the_address_of_a_row() -> None:
    assert url_column(["links[].url", "text"]) is None
    assert url_column(["meta.url", "text"]) == "meta.url"
    assert url_column(["curl", "text"]) is None


@pytest.mark.parametrize(
    ("domains", "small", "named"),
    [
        (0, False, 0),
        (1, False, 1),
        (10, False, 1),
        (30, False, 3),
        (11, False, 2),
        (100, True, 5),
        (1, True, 1),
        (30_000, True, 1000),
    ],
)
def test_a_tenth_is_named_and_of_small_providers_less(domains: int, small: bool, named: int) -> None:
    found = Domains({}, {f"{at}.example": at + 1 for at in range(domains)})
    assert len(found.top(small=small)) == named
    assert found.top(small=small) == sorted(found.top(small=small), key=lambda one: -found.size[one])


def test_no_domain_is_never_among_the_named() -> None:
    assert NO_DOMAIN not in Domains({}, {NO_DOMAIN: 1000, "a.example": 1}).top()
