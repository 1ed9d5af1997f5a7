# SPDX-License-Identifier: Apache-2.0
"""Opt-out lists: spellings, attacks, rows, and lists that are broken."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit import optoutlists, optouts
from custody.audit.addresses import address, domain
from custody.audit.optouts import Optouts
from custody.errors import DatasetError


def listed(tmp_path: Path, *entries: tuple[str, str], name: str = "list.jsonl") -> Optouts:
    path = tmp_path / name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist([{"kind": kind, "value": value} for kind, value in entries]), path)
    elif name.endswith(".csv"):
        path.write_text("kind,value,since\n" + "".join(f'{kind},"{value}",2026-01-01\n' for kind, value in entries))
    else:
        path.write_text(
            "".join(json.dumps({"kind": kind, "value": value, "by": "x"}) + "\n" for kind, value in entries)
        )
    return optouts.load(path)


@pytest.mark.parametrize(
    ("entry", "row", "mark"),
    [
        # what is below an address, and what only looks so
        ("https://e.org/a", "https://e.org/a", "listed"),
        ("https://e.org/a", "https://e.org/a/b?c#d", "listed"),
        ("https://e.org/a", "https://e.org/a?b", "listed"),
        ("https://e.org/a", "https://e.org/ab", "clear"),
        ("https://e.org/a*", "https://e.org/ab", "listed"),
        ("https://e.org/a/", "https://e.org/a", "listed"),
        ("https://e.org", "https://e.org/z", "listed"),
        ("https://e.org", "https://sub.e.org/z", "clear"),
        ("https://e.org/a?id=1", "https://e.org/a?id=1&x=2", "listed"),
        ("https://e.org/a?id=1", "https://e.org/a?id=10", "clear"),
        ("https://e.org/a?id=1", "https://e.org/a", "clear"),
        # one address in other spellings
        ("https://e.org/a", "HTTP://E.ORG:80/a", "listed"),
        ("https://e.org/a", "//e.org/a", "listed"),
        ("https://e.org/a", "e.org/a", "listed"),
        ("https://e.org/a", "https://e.org./a", "listed"),
        ("https://e.org/a", "https://user:pw@e.org/a", "listed"),
        ("https://e.org/a", "https://e.org/%61", "listed"),
        ("https://e.org/a", "https://e.org/x/../a", "listed"),
        ("https://e.org/a", "https://e.org/x/%2e%2e/a", "listed"),
        ("https://e.org/a", "https://e.org\\a", "listed"),
        ("https://e.org/a", "  https://e.org/a\n", "listed"),
        ("https://e.org/a", "ht\ntps://e.or\tg/a", "listed"),
        ("https://e.org/a", "https:e.org/a", "listed"),
        ("https://e.org/a", "https://%65.org/a", "listed"),
        ("https://e.org/a", "https://\uff45.org/a", "listed"),
        ("https://e.org/a", "https://e\u3002org/a", "listed"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC", "listed"),
        ("https://e.org/a b", "https://e.org/a%20b", "listed"),
        # another host that looks like it
        ("https://e.org/", "https://e.org@other.org/", "clear"),
        ("https://other.org/", "https://e.org@other.org/", "listed"),
        ("https://e.org/", "https://e.org.other.org/", "clear"),
        ("https://e.org/", "https://\u0435.org/", "clear"),  # a Cyrillic letter
        ("https://e.org/", "https://other.org/?u=https://e.org/", "clear"),
        ("https://e.org/", "https://other.org#@e.org/", "clear"),
        # what cannot be told
        ("https://e.org/", "", "unknown"),
        ("https://e.org/", None, "unknown"),
        ("https://e.org/", "mailto:a@e.org", "unknown"),
        ("https://e.org/", "javascript:alert(1)", "unknown"),
        ("https://e.org/", "not an address", "unknown"),
        ("https://e.org/", "https://", "unknown"),
        ("https://e.org/", "https://a..b/", "unknown"),
        ("https://e.org/", "https://e.org/" + "x" * 20_000, "unknown"),
    ],
)
def test_an_address_is_found_however_it_is_spelt(tmp_path: Path, entry: str, row: str | None, mark: str) -> None:
    assert listed(tmp_path, ("url", entry)).url(row) == mark


@pytest.mark.parametrize(
    ("entry", "row", "mark"),
    [
        ("e.org", "https://e.org/", "listed"),
        ("e.org", "https://a.b.e.org/x", "listed"),
        ("*.e.org", "https://a.e.org/x", "listed"),
        ("E.ORG.", "https://e.org/", "listed"),
        ("e.org", "https://note.org/", "clear"),
        ("e.org", "https://e.org.evil.com/", "clear"),
        ("e.org", "https://evil.com/e.org", "clear"),
        ("bücher.example", "https://xn--bcher-kva.example/", "listed"),
        ("xn--bcher-kva.example", "https://BÜCHER.example/", "listed"),
        ("straße.de", "https://strasse.de/", "clear"),  # two hosts since IDNA 2008
        ("a.e.org", "https://e.org/", "clear"),
        ("[::1]", "http://[::1]:8080/x", "listed"),
    ],
)
def test_a_domain_bars_its_subdomains_and_no_others(tmp_path: Path, entry: str, row: str, mark: str) -> None:
    assert listed(tmp_path, ("domain", entry)).url(row) == mark


@pytest.mark.parametrize(
    ("entry", "row", "mark"),
    [
        ("Ann Example", "ann  EXAMPLE", "listed"),
        ("@ann", "ann", "listed"),
        ("ann", "\uff41nn", "listed"),
        ("ann", "anna", "clear"),
        ("ann", "", "unknown"),
        ("ann", None, "unknown"),
    ],
)
def test_an_owner_is_found_by_name(tmp_path: Path, entry: str, row: str | None, mark: str) -> None:
    assert listed(tmp_path, ("owner", entry)).owner(row) == mark


@pytest.mark.parametrize(
    ("text", "row", "mark"),
    [("a\u00e9\n", "a\u00e9\n", "listed"), ("a", "a ", "clear"), ("", "", "listed"), ("a", None, "clear")],
)
def test_a_text_is_found_by_the_digest_of_its_bytes(tmp_path: Path, text: str, row: str | None, mark: str) -> None:
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert listed(tmp_path, ("sha256", f"SHA256:{digest.upper()}")).content(row) == mark


@pytest.mark.parametrize("name", ["list.jsonl", "list.csv", "list.parquet"])
def test_a_list_may_have_any_format(tmp_path: Path, name: str) -> None:
    found = listed(tmp_path, ("url", "https://e.org/a"), ("domain", "d.org"), ("owner", "ann"), name=name)
    assert (len(found), found.unreadable, found.needs) == (3, 0, ("url", "owner"))


@pytest.mark.parametrize(
    "entry",
    [
        ("", "x"),
        ("link", "https://e.org"),
        ("url", ""),
        ("url", "mailto:x@y"),
        ("url", "*"),
        ("url", "https://*.e.org/x"),
        ("domain", ""),
        ("domain", "a b"),
        ("domain", "https://e.org"),
        ("owner", " "),
        ("sha256", "abc"),
        ("sha256", "z" * 64),
    ],
)
def test_a_row_that_is_no_entry_is_counted_and_bars_nothing(tmp_path: Path, entry: tuple[str, str]) -> None:
    found = listed(tmp_path, entry)
    assert (len(found), found.unreadable) == (0, 1)


@pytest.mark.parametrize(
    ("name", "body"), [("l.jsonl", b"{"), ("l.parquet", b"PAR1"), ("l.xlsx", b""), ("l.csv", b"\xff")]
)
def test_a_list_that_cannot_be_read_is_an_error_without_its_content(tmp_path: Path, name: str, body: bytes) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(DatasetError):
        optouts.load(tmp_path / name)


def data(tmp_path: Path, rows: list[dict[str, Any]], name: str = "d.jsonl") -> Path:
    path = tmp_path / name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=2)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


ROWS: list[dict[str, Any]] = [
    {"url": "https://good.org/1", "author": "bob", "text": "one"},
    {"url": "https://sub.bad.org/2", "author": "bob", "text": "two"},
    {"url": "https://good.org/3", "author": "Ann", "text": "three"},
    {"url": "https://good.org/4", "author": "bob", "text": "four"},
    {"url": None, "author": "bob", "text": "five"},
]


@pytest.mark.parametrize("name", ["d.jsonl", "d.parquet"])
def test_rows_that_are_listed_or_unknown_are_left_out(tmp_path: Path, name: str) -> None:
    digest = hashlib.sha256(b"four").hexdigest()
    bars = listed(tmp_path, ("domain", "bad.org"), ("owner", "ann"), ("sha256", digest))
    source, target = data(tmp_path, ROWS, name), tmp_path / f"out-{name}"
    screened = optoutlists.screen_file(source, bars)
    assert (screened.rows, screened.listed, screened.unknown, screened.unchecked) == (5, 3, 1, ())
    assert optoutlists.without(source, target, bars) == (1, 4)
    again = optoutlists.screen_file(target, bars)
    assert (again.rows, again.listed, again.unknown) == (1, 0, 0)


@pytest.mark.parametrize(
    ("entry", "row"),
    [
        (("domain", "bad.org"), {"url": "https://good.org/", "source_url": "https://bad.org/x"}),
        (("domain", "bad.org"), {"source_url": "https://good.org/", "url": "https://bad.org/x"}),
        (("owner", "Ann"), {"owner": "The Site", "author": "ann"}),
        (("sha256", hashlib.sha256(b"hello").hexdigest()), {"text": "x", "body": "hello"}),
    ],
)
def test_every_column_that_may_hold_what_is_listed_counts(
    tmp_path: Path, entry: tuple[str, str], row: dict[str, Any]
) -> None:
    path, entries = data(tmp_path, [row, dict.fromkeys(row, "https://other.org/")]), listed(tmp_path, entry)
    assert optoutlists.screen_file(path, entries) == optoutlists.Screening(2, 1, 0)
    assert optoutlists.without(path, tmp_path / "out.jsonl", entries) == (1, 1)
    known = ["url", *sorted(row)]
    assert optoutlists.row_filter(entries, None).columns(known) == optoutlists.row_filter(entries, None).columns(
        known[::-1]
    )


def test_a_second_address_that_is_missing_leaves_the_row_as_it_is(tmp_path: Path) -> None:
    path = data(tmp_path, [{"url": "https://good.org/", "source_url": None}])
    assert optoutlists.screen_file(path, listed(tmp_path, ("domain", "bad.org"))) == optoutlists.Screening(1, 0, 0)


def test_what_the_data_has_no_column_for_is_told(tmp_path: Path) -> None:
    bars = listed(tmp_path, ("domain", "bad.org"), ("owner", "ann"))
    path = data(tmp_path, [{"link": "https://bad.org"}, {"link": "https://x.org"}])
    screened = optoutlists.screen_file(path, bars)
    assert (screened.listed, screened.unchecked) == (1, ("owner",))
    with pytest.raises(DatasetError, match="by owner"):
        optoutlists.without(path, tmp_path / "out.jsonl", bars)
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("name", ["d.jsonl", "d.parquet"])
def test_a_column_that_is_named_and_not_there_leaves_every_row_unknown(tmp_path: Path, name: str) -> None:
    bars = listed(tmp_path, ("domain", "bad.org"), ("owner", "ann"))
    screened = optoutlists.screen_file(data(tmp_path, [{"url": "https://x.org"}], name), bars, {"owner": "nowhere"})
    assert (screened.unknown, screened.unchecked) == (1, ("url",))


def test_a_nested_column_may_be_named(tmp_path: Path) -> None:
    path = data(tmp_path, [{"meta": {"src": "https://bad.org/x"}}, {"meta": {}}])
    screened = optoutlists.screen_file(path, listed(tmp_path, ("domain", "bad.org")), {"url": "meta.src"})
    assert (screened.listed, screened.unknown) == (1, 1)


def test_a_file_that_lacks_one_of_the_columns_tells_an_admission_nothing(tmp_path: Path) -> None:
    bars = listed(tmp_path, ("domain", "bad.org"), ("owner", "ann"))
    guessing = optoutlists.row_filter(bars, None)
    assert guessing.columns(["url", "text"]) == ()
    assert list(guessing.columns(["url", "text", "author"])) == ["author", "url"]
    assert optoutlists.row_filter(bars, {"url": "src", "owner": "who"}).columns(["src", "text"]) == ()


def test_a_list_that_lost_entries_is_seen(tmp_path: Path) -> None:
    old = listed(tmp_path, ("domain", "a.org"), ("owner", "ann"))
    new = listed(tmp_path, ("domain", "A.org"), ("domain", "b.org"))
    assert (new.withdrawn(old), (old | new).withdrawn(old)) == (1, 0)
    assert len((old | new).sha256) == 2


ENTRY = st.one_of(
    st.tuples(st.just("url"), st.sampled_from(["https://a.org/x", "a.org/x/y", "b.org/*", "https://a.org/?q=1"])),
    st.tuples(st.just("domain"), st.sampled_from(["a.org", "sub.b.org", "org"])),
    st.tuples(st.just("owner"), st.sampled_from(["ann", "bob"])),
)
URL = st.sampled_from(
    ["https://a.org/x", "https://a.org/x/y?q=1", "https://sub.b.org", "b.org", "", "c.com", "a.org?q=1"]
)


@given(entries=st.lists(ENTRY, max_size=4), more=ENTRY, url=URL, random=st.randoms())
def test_one_more_entry_never_clears_a_row_and_order_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory,
    entries: list[tuple[str, str]],
    more: tuple[str, str],
    url: str,
    random: Any,
) -> None:
    place = tmp_path_factory.mktemp("lists")
    before, after = listed(place, *entries), listed(place, *entries, more)
    assert optouts.MARKS.index(after.url(url)) >= optouts.MARKS.index(before.url(url))
    shuffled = listed(place, *random.sample([*entries, more], len(entries) + 1))
    assert (shuffled.url(url), shuffled.owner("ann")) == (after.url(url), after.owner("ann"))


@given(st.text(max_size=80))
def test_any_text_has_an_address_or_none(text: str) -> None:
    found = address(text)
    assert found is None or (found.host and found.path.startswith("/"))
    assert found is None or address(f"https://{found.text}") == found
    domain(text)
