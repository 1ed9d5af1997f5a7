# SPDX-License-Identifier: Apache-2.0
"""The rules about reservations, opt-outs and terms, on crawls with evidence: what each finds, and when nothing does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody import yamlfile
from custody.audit import optoutlists
from custody.audit.case import Case
from custody.audit.claims import Metadata
from custody.audit.evidence import Evidence
from custody.audit.optoutlists import Screening
from custody.audit.optouts import Optouts
from custody.audit.rights import terms
from custody.audit.rights.observed import Who
from custody.audit.rights.rows import Counts, Rows
from custody.audit.rules.optouts import optouts
from custody.audit.rules.rights import rights
from custody.audit.rules.terms import site_terms
from custody.audit.sources import OptoutList, RowOrigin, Source, Sources
from custody.audit.verdicts import VERDICTS, Finding, strictest
from custody.dataset import Dataset, Listing
from custody.errors import PolicyError
from custody.intents import AuditSettings, Intent

THEN = datetime(2026, 5, 7, 12, tzinfo=UTC)
CRAWL = {"agent": "OurBot", "from": "2026-05-01", "to": "2026-05-14"}
SITE = "https://e.org"
OPEN = {
    "robots": b"User-agent: *\nAllow: /\n",
    "tdmrep": b"[]",
    "headers": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n",
    "page": b"<html><head><title>x</title></head><body></body></html>",
}
CONTRACT: dict[str, Any] = {"id": "C1", "party": "e.org", "file": "c.pdf", "valid_from": "2026-01-01"}

Judged = Callable[..., list[Finding]]


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., Evidence]:
    def keep(kind: str, body: bytes, at: datetime | None = THEN, url: str = "", **more: Any) -> Evidence:
        digest = hashlib.sha256(body).hexdigest()
        path = tmp_path / f"{kind}-{digest[:16]}"
        path.write_bytes(body)
        where = url or f"{SITE}/{'robots.txt' if kind == 'robots' else ''}"
        return Evidence(kind, path.name, where, at, more.pop("status", 200), "", digest, path, **more)

    return keep


def case(
    tmp_path: Path,
    evidence: tuple[Evidence, ...] = (),
    *,
    crawl: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    intent: Mapping[str, Any] | None = None,
    **source: Any,
) -> Case:
    told = {"name": "d", "path": "d", "origin": {"url": f"{SITE}/"}, "kind": "web-domain"} | source
    crawled = {"crawl": dict(CRAWL) | dict(crawl)} if crawl is not None else {}
    wanted = {"purpose": "commercial", "train": "pretrain", "release": "weights", "redistribute_data": False}
    return Case(
        source=Source.model_validate(told | crawled),
        base=tmp_path,
        listing=Listing({}),
        metadata=Metadata(),
        intent=Intent.model_validate(wanted | {"offers_competing_model": False} | dict(intent or {})),
        intent_name="chat",
        settings=AuditSettings.model_validate({"rights": {"require": list(OPEN)} | dict(settings or {})}),
        today=date(2026, 11, 1),
        evidence=evidence,
    )


@pytest.fixture
def judged(tmp_path: Path, kept: Callable[..., Evidence]) -> Judged:
    """Return what the rule finds on a crawl of which everything was kept, but for what a test replaces."""

    def judge(changes: Mapping[str, bytes | None] | None = None, *more: Evidence, **options: Any) -> list[Finding]:
        bodies: dict[str, bytes | None] = {**OPEN, **(changes or {})}
        evidence = tuple(kept(kind, body) for kind, body in bodies.items() if body is not None)
        options.setdefault("crawl", {})
        return sorted(rights(case(tmp_path, (*evidence, *more), **options)))

    return judge


def codes(found: list[Finding]) -> set[tuple[str, str]]:
    assert all(one.what and one.where and one.why and one.remedy for one in found)
    return {(one.code, one.verdict) for one in found}


def test_a_crawl_of_an_open_site_with_all_evidence_passes(judged: Judged) -> None:
    assert judged() == []


def test_what_a_site_said_counts_though_no_address_of_the_source_is_named(judged: Judged) -> None:
    nowhere: dict[str, Any] = {"origin": {}}
    assert judged(**nowhere) == []
    assert ("OPT040", "deny") in codes(judged({"robots": b"User-agent: *\nDisallow: /\n"}, **nowhere))
    reserved = b'[{"location": "/", "tdm-reservation": 1}]'
    assert ("OPT041", "deny") in codes(judged({"tdmrep": reserved}, **nowhere))
    assert ("OPT042", "review") in codes(judged({"robots": None}, **nowhere))


def test_data_that_nobody_crawled_is_not_judged(tmp_path: Path) -> None:
    assert list(rights(case(tmp_path, kind="dataset"))) == []
    assert list(site_terms(case(tmp_path, kind="dataset"))) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"robots": b"User-agent: OurBot\nDisallow: /"}, {("OPT040", "deny")}),
        ({"robots": b"User-agent: *\nDisallow: /"}, {("OPT040", "deny")}),
        ({"robots": b"User-agent: GPTBot\nDisallow: /"}, {("OPT040", "deny")}),
        ({"robots": b"User-agent: OurBot\nAllow: /\nUser-agent: *\nDisallow: /"}, {("OPT040", "deny")}),
        ({"robots": b"User-agent: Googlebot\nDisallow: /"}, set()),
        ({"robots": b"User-agent: *\nDisallow: /private/"}, set()),
        ({"robots": b"User-agent: *\nContent-Usage: train-ai=n"}, {("OPT041", "deny")}),
        ({"robots": b"User-agent: *\nContent-Usage: / train-ai=y"}, set()),
        ({"robots": b"User-agent: *\nContent-Signal: ai-train=no"}, {("OPT041", "deny")}),
        ({"robots": b"User-agent: *\nContent-Usage: nonsense!"}, {("OPT042", "review")}),
        ({"robots": b"License: https://e.org/l.xml"}, {("OPT045", "review")}),
        ({"robots": b"<html>not found</html>"}, {("OPT042", "review")}),
        ({"robots": "User-agent: *".encode("utf-16")}, {("OPT042", "review")}),
        ({"tdmrep": b'[{"location": "/", "tdm-reservation": 1}]'}, {("OPT041", "deny")}),
        ({"tdmrep": b'[{"location": "/x", "tdm-reservation": 1}]'}, set()),
        ({"tdmrep": b'[{"location": "/", "tdm-reservation": 5}]'}, {("OPT042", "review")}),
        (
            {"tdmrep": b'[{"location": "/", "tdm-reservation": 1, "tdm-policy": "https://e.org/p"}]'},
            {("OPT041", "deny"), ("OPT045", "review")},
        ),
        ({"tdmrep": b"{"}, {("OPT042", "review")}),
        ({"headers": b"tdm-reservation: 1"}, {("OPT041", "deny")}),
        ({"headers": b"X-Robots-Tag: noai"}, {("OPT041", "deny")}),
        ({"headers": b"X-Robots-Tag: otherbot: noai"}, set()),
        ({"headers": b"X-Robots-Tag: noimageai"}, {("OPT041", "review")}),
        ({"headers": b"A: b\rTDM-Reservation: 0"}, {("OPT042", "review")}),
        ({"page": b"<head><meta name='tdm-reservation' content='1'></head>"}, {("OPT041", "deny")}),
        ({"page": b"<head><meta name='OurBot' content='noai'></head>"}, {("OPT041", "deny")}),
        ({"page": b"<head><meta name='"}, {("OPT042", "review")}),
        # the page overrides the file, as TDMRep says
        (
            {
                "tdmrep": b'[{"location": "/", "tdm-reservation": 1}]',
                "page": b"<head><meta name='tdm-reservation' content='0'></head>",
            },
            set(),
        ),
        ({"robots": None}, {("OPT042", "review")}),
        ({"tdmrep": None}, {("OPT042", "review")}),
        ({"headers": None, "page": None}, {("OPT042", "review")}),
    ],
)
def test_what_was_said_at_the_time_of_the_crawl_decides(
    judged: Judged, changes: Mapping[str, bytes | None], expected: set[tuple[str, str]]
) -> None:
    assert codes(judged(changes)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(404, set()), (403, set()), (503, {("OPT040", "deny")}), (429, {("OPT040", "deny")}), (302, None)],
)
def test_the_answer_to_robots_decides(
    judged: Judged, kept: Callable[..., Evidence], status: int, expected: set[tuple[str, str]] | None
) -> None:
    found = codes(judged({"robots": None}, kept("robots", b"", status=status)))
    assert found == (expected if expected is not None else {("OPT040", "deny"), ("OPT042", "review")})


@pytest.mark.parametrize(("status", "expected"), [(404, set()), (410, set()), (500, {("OPT042", "review")})])
def test_a_server_without_a_tdm_file_does_not_take_part(
    judged: Judged, kept: Callable[..., Evidence], status: int, expected: set[tuple[str, str]]
) -> None:
    assert codes(judged({"tdmrep": None}, kept("tdmrep", b"<html>", status=status))) == expected


def test_another_partys_crawl_is_reviewed(judged: Judged) -> None:
    bars = {"robots": b"User-agent: *\nDisallow: /"}
    assert codes(judged(bars, crawl={"own": False, "agent": "CCBot"})) == {("OPT040", "review")}


@pytest.mark.parametrize("crawl", [{"agent": ""}, {"from": None}, {"to": None}, {"from": "2026-06-01"}])
def test_a_record_of_the_crawl_that_lacks_something_is_reviewed(judged: Judged, crawl: dict[str, Any]) -> None:
    assert ("OPT042", "review") in codes(judged(crawl=crawl))


def test_a_crawled_source_without_any_record_is_reviewed(judged: Judged, tmp_path: Path) -> None:
    assert codes(list(rights(case(tmp_path)))) == {("OPT042", "review")}
    assert codes(judged({"headers": b"tdm-reservation: 1"}, crawl=None)) == {("OPT041", "deny"), ("OPT042", "review")}


RESERVED = b"User-agent: *\nContent-Usage: train-ai=n"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 4, 30, 0, 0, 1, tzinfo=UTC), {("OPT041", "deny")}),  # within the 24 hours of RFC 9309
        (datetime(2026, 4, 29, tzinfo=UTC), {("OPT042", "review")}),  # too old to tell
        (datetime(2026, 5, 14, 23, 59, tzinfo=UTC), {("OPT041", "deny")}),
        (datetime(2026, 5, 15, 0, 1, tzinfo=UTC), {("OPT042", "review"), ("OPT043", "review")}),
        (None, {("OPT041", "deny"), ("OPT042", "review")}),
    ],
)
def test_a_snapshot_shows_the_state_of_its_time_only(
    judged: Judged, kept: Callable[..., Evidence], at: datetime | None, expected: set[tuple[str, str]]
) -> None:
    assert codes(judged({"robots": None}, kept("robots", RESERVED, at))) == expected


@pytest.mark.parametrize("body", [RESERVED, b"User-agent: OurBot\nDisallow: /", b"User-agent: CCBot\nDisallow: /"])
def test_an_opt_out_after_the_crawl_is_told_and_does_not_reach_back(
    judged: Judged, kept: Callable[..., Evidence], body: bytes
) -> None:
    later = kept("robots", body, THEN + timedelta(days=90))
    assert codes(judged({}, later)) == {("OPT043", "review")}


def test_of_two_snapshots_of_the_crawl_the_stricter_counts(judged: Judged, kept: Callable[..., Evidence]) -> None:
    assert codes(judged({}, kept("robots", RESERVED, THEN + timedelta(hours=1)))) == {("OPT041", "deny")}


def test_each_host_needs_evidence_of_its_own(judged: Judged) -> None:
    found = judged(crawl={"urls": [f"{SITE}/", "https://other.org/"]})
    assert codes(found) == {("OPT042", "review")}
    assert "other.org" in found[0].where


def test_an_address_below_a_barred_path_is_barred(judged: Judged) -> None:
    bars = {"robots": b"User-agent: *\nDisallow: /private/"}
    assert codes(judged(bars, crawl={"urls": [f"{SITE}/public", f"{SITE}/private/x"]})) == {("OPT040", "deny")}


def test_a_licence_that_was_kept_is_read(judged: Judged, kept: Callable[..., Evidence]) -> None:
    line = {"robots": b"License: https://e.org/l.xml"}
    for words, expected in (("prohibits", {("OPT041", "deny")}), ("permits", set())):
        body = (
            f'<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license><{words} type="usage">ai-train'
            f"</{words}></license></content></rsl>"
        ).encode()
        assert codes(judged(line, kept("rsl", body, url="https://e.org/l.xml"))) == expected


def test_a_manifest_that_forbids_training_is_read(judged: Judged, kept: Callable[..., Evidence]) -> None:
    body = json.dumps({"entries": {"cawg.ai_training": {"use": "notAllowed"}}}).encode()
    assert codes(judged({}, kept("c2pa", body))) == {("OPT041", "deny")}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"crawlers": "none"}, set()), ({"crawlers": "none", "also": ["GPTBot"]}, {("OPT040", "deny")})],
)
def test_the_policy_says_which_crawlers_count(
    judged: Judged, settings: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    bars = {"robots": b"User-agent: GPTBot\nDisallow: /"}
    assert codes(judged(bars, settings={"require": list(OPEN)} | settings)) == expected


def test_a_contract_that_holds_opens_what_is_reserved(judged: Judged, tmp_path: Path) -> None:
    (tmp_path / "c.pdf").write_bytes(b"signed")
    held = CONTRACT | {
        "sha256": hashlib.sha256(b"signed").hexdigest(),
        "valid_until": "perpetual",
        "signed": "2026-01-01",
        "scope": ["train", "commercial", "derivative"],
    }
    changes = {"headers": b"tdm-reservation: 1"}
    assert codes(judged(changes, contract=held)) == {("OPT041", "allow_with_obligations")}
    assert codes(judged(changes, contract=held | {"scope": ["evaluate"]})) == {("OPT041", "deny")}
    assert codes(judged(changes, contract=held | {"valid_until": "2026-10-31"})) == {("OPT041", "deny")}


def test_the_eu_knows_the_reservation_by_its_article(judged: Judged) -> None:
    found = judged({"headers": b"tdm-reservation: 1"}, intent={"jurisdictions": ["EU"]})
    assert "Art. 4(3)" in found[0].why


def test_nothing_of_the_documents_is_quoted(judged: Judged) -> None:
    secret = b"ann@example.org"
    found = judged(
        {
            "robots": b"User-agent: *\nContent-Usage: " + secret,
            "tdmrep": b'[{"location": "/", "tdm-reservation": "' + secret + b'"}]',
            "headers": b"nonsense " + secret,
        }
    )
    assert found
    assert secret.decode() not in str(found)


BODIES: dict[str, list[bytes]] = {
    "robots": [OPEN["robots"], RESERVED, b"User-agent: *\nDisallow: /", b"\0", b"License: https://e.org/x"],
    "tdmrep": [b"[]", b'[{"location": "/", "tdm-reservation": 1}]', b"{"],
    "headers": [OPEN["headers"], b"X-Robots-Tag: noai", b"x"],
    "page": [OPEN["page"], b"<head><meta name=robots content=noai></head>", b"<a '"],
}
TIMES = st.sampled_from([THEN, THEN + timedelta(days=99), THEN - timedelta(days=99), None])
THINGS = st.sampled_from([(kind, body) for kind, bodies in BODIES.items() for body in bodies])


@given(things=st.lists(st.tuples(THINGS, TIMES), max_size=4), more=st.tuples(THINGS, TIMES), random=st.randoms())
def test_one_more_signal_never_relaxes_and_the_order_of_evidence_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, things: list[Any], more: Any, random: Any
) -> None:
    place = tmp_path_factory.mktemp("evidence")

    def kept(thing: Any) -> Evidence:
        (kind, body), at = thing
        digest = hashlib.sha256(body).hexdigest()
        path = place / digest
        path.write_bytes(body)
        return Evidence(kind, "x", f"{SITE}/", at, 200, "", digest, path)

    # with nothing required, no evidence is missing that one more could supply
    settings: dict[str, Any] = {"require": []}
    evidence = [kept(one) for one in things]
    before = list(rights(case(place, tuple(evidence), crawl={}, settings=settings)))
    after = list(rights(case(place, (*evidence, kept(more)), crawl={}, settings=settings)))
    shuffled = tuple(random.sample([*evidence, kept(more)], len(evidence) + 1))
    assert sorted(set(rights(case(place, shuffled, crawl={}, settings=settings)))) == sorted(set(after))
    assert _rank(after) >= _rank(before)


def _rank(found: list[Finding]) -> int:
    return VERDICTS.index(strictest(*(one.verdict for one in found)))


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        ("https://e.org/", "clear"),
        ("https://e.org/private/x", "barred"),
        ("https://E.org/a/../private/x", "barred"),
        ("https://e.org/ai/x", "barred"),  # to a crawler for AI
        ("https://e.org/art/x", "reserved"),
        ("https://e.org/tdm/x", "reserved"),
        ("https://sub.e.org/", "unknown"),
        ("https://other.org/", "unknown"),
        ("nonsense at all", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_address_of_a_row_is_held_against_what_its_host_said(
    kept: Callable[..., Evidence], url: str | None, mark: str
) -> None:
    body = b"User-agent: *\nDisallow: /private/\nContent-Usage: /art/ train-ai=n\nUser-agent: GPTBot\nDisallow: /ai/"
    evidence = (kept("robots", body), kept("tdmrep", b'[{"location": "/tdm/", "tdm-reservation": 1}]'))
    rows = Rows(evidence, Who("OurBot", ("GPTBot",)))
    assert (rows.mark(url), rows.matters) == (mark, True)


@pytest.mark.parametrize(
    ("robots", "status", "matters"),
    [
        (b"User-agent: *\nAllow: /", 200, False),
        (b"User-agent: Googlebot\nDisallow: /", 200, False),
        (b"User-agent: *\nDisallow: /x", 200, True),
        (b"User-agent: *\nContent-Signal: search=yes", 200, True),
        (b"", 404, False),
        (b"", 503, True),
    ],
)
def test_addresses_matter_where_a_site_treats_them_differently(
    kept: Callable[..., Evidence], robots: bytes, status: int, matters: bool
) -> None:
    assert Rows((kept("robots", robots, status=status),), Who("OurBot")).matters == matters


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(judged=True, rows=9), set()),
        (Counts(judged=True, rows=9, barred=1), {("OPT040", "deny")}),
        (Counts(judged=True, rows=9, reserved=1), {("OPT041", "deny")}),
        (Counts(judged=True, rows=9, unknown=1), {("OPT042", "review")}),
        (Counts(judged=True, without=("a",)), {("OPT042", "review")}),
    ],
)
def test_rows_that_are_not_clear_are_found(
    tmp_path: Path, kept: Callable[..., Evidence], counts: Counts, expected: set[tuple[str, str]]
) -> None:
    evidence = tuple(kept(kind, body) for kind, body in OPEN.items())
    assert codes(list(rights(replace(case(tmp_path, evidence, crawl={}), crawled=counts)))) == expected


@pytest.mark.parametrize(
    ("crawl", "said"),
    [("{form: 2026-01-01}", "write 'from'"), ("{agnt: x}", "write 'agent'"), ("{to: soon}", "x:4:13")],
)
def test_a_typo_in_the_record_of_a_crawl_is_told(crawl: str, said: str) -> None:
    text = f"sources:\n  - name: a\n    path: b\n    crawl: {crawl}\n"
    with pytest.raises(PolicyError) as refused:
        yamlfile.parse(text.encode(), Sources, "x")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("2026-05-14", datetime(2026, 5, 14, 23, 59, 59, 999999, UTC)),
        ("2026-05-14T10:00:00", datetime(2026, 5, 14, 10, tzinfo=UTC)),
        ("2026-05-14T10:00:00+02:00", datetime(2026, 5, 14, 8, tzinfo=UTC)),
    ],
)
def test_a_last_day_is_meant_whole(written: str, until: datetime) -> None:
    text = f"sources:\n  - name: a\n    path: b\n    crawl: {{to: {written}}}\n"
    crawl = yamlfile.parse(text.encode(), Sources, "x").value.sources[0].crawl
    assert crawl is not None
    assert crawl.to == until


# Opt-out lists


def lists(tmp_path: Path, *entries: tuple[str, str], **more: str) -> optoutlists.Lists:
    lines = [json.dumps({"kind": kind, "value": value}) for kind, value in entries]
    (tmp_path / "optouts.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return optoutlists.read([OptoutList(file="optouts.jsonl", **more)], tmp_path)


def told(tmp_path: Path, entries: list[tuple[str, str]], **source: Any) -> set[tuple[str, str]]:
    return codes(list(optouts(replace(case(tmp_path, **source), optouts=lists(tmp_path, *entries)))))


@pytest.mark.parametrize(
    ("entry", "source", "expected"),
    [
        (("domain", "e.org"), {"origin": {"url": "https://sub.e.org/x"}}, "deny"),
        (("url", "https://e.org/x"), {"origin": {"url": "https://e.org/y"}}, "allow"),
        (("owner", "Ann"), {"origin": {"owner": "ann"}}, "deny"),
        (("owner", "Ann"), {"origin": {"publisher": "ANN"}}, "deny"),
        (("domain", "e.org"), {"origin": {}, "crawl": CRAWL | {"urls": ["https://e.org/"]}}, "deny"),
    ],
)
def test_a_source_that_is_listed_is_denied(
    tmp_path: Path, entry: tuple[str, str], source: dict[str, Any], expected: str
) -> None:
    found = told(tmp_path, [entry], **source)
    assert found == (set() if expected == "allow" else {("OPT044", expected)})


def test_a_file_that_is_listed_denies_its_source(tmp_path: Path) -> None:
    listed = lists(tmp_path, ("sha256", "a" * 64))
    known = replace(case(tmp_path, origin={}), listing=Listing({"x.txt": "a" * 64}), optouts=listed)
    assert codes(list(optouts(known))) == {("OPT044", "deny")}


@pytest.mark.parametrize(
    ("counted", "unread", "expected"),
    [
        (Screening(10, 0, 0), (), set()),
        (Screening(10, 1, 0), (), {"deny"}),
        (Screening(10, 0, 1), (), {"review"}),
        (Screening(10, 0, 0, ("owner",)), (), {"review"}),
        (Screening(10, 0, 0), ("a.bin",), {"review"}),
    ],
)
def test_rows_that_are_listed_or_cannot_be_told_are_found(
    tmp_path: Path, counted: Screening, unread: tuple[str, ...], expected: set[str]
) -> None:
    screened = optoutlists.Screened(counted, unread)
    found = replace(case(tmp_path, origin={}), optouts=lists(tmp_path, ("domain", "x.org")), screened=screened)
    assert {verdict for _, verdict in codes(list(optouts(found)))} == expected


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"sha256": "0" * 64}, "sha256 differs"),
        ({"earlier": "old.jsonl"}, "lacks 1 entries"),
        ({"earlier": "nowhere.jsonl"}, "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_relied_on_is_reviewed(tmp_path: Path, more: dict[str, str], problem: str) -> None:
    (tmp_path / "old.jsonl").write_text('{"kind": "domain", "value": "gone.org"}\n')
    listed = lists(tmp_path, ("domain", "x.org"), **more)
    assert problem in " ".join(listed.problems)
    assert codes(list(optouts(replace(case(tmp_path, origin={}), optouts=listed)))) == {("OPT044", "review")}


def test_what_an_earlier_list_had_still_bars(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text('{"kind": "domain", "value": "e.org"}\n')
    listed = lists(tmp_path, ("domain", "x.org"), earlier="old.jsonl")
    assert ("OPT044", "deny") in codes(list(optouts(replace(case(tmp_path), optouts=listed))))


def test_a_row_of_a_list_that_is_no_entry_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, [("link", "x"), ("domain", "x.org")], origin={}) == {("OPT044", "review")}


def test_a_dataset_is_screened_file_by_file(tmp_path: Path) -> None:
    place = tmp_path / "d"
    place.mkdir()
    (place / "a.jsonl").write_text('{"src": "https://bad.org/1"}\n{"src": "https://good.org"}\n')
    (place / "b.bin").write_bytes(b"x")
    (place / "c.jsonl").write_text("{")
    entries = Optouts(domains={"bad.org"})
    found = optoutlists.screen(Dataset(place), entries, optoutlists.columns(RowOrigin(url="src")))
    assert (found.counted.rows, found.counted.listed, found.unread) == (2, 1, ("b.bin", "c.jsonl"))
    assert optoutlists.screen(Dataset(place), Optouts(), None).unread == ()


# Terms


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("You may not use bots to scrape our pages and the like.", {"scraping"}),
        (
            "You agree not to:\n- scrape the site;\n- train any AI model on the content;\n- be rude to us.",
            {"scraping", "training"},
        ),
        (
            "<p>You must not use the content to <b>train</b> any machine learning or AI system of yours.</p>",
            {"training"},
        ),
        ("We reserve all our rights to text and data mining under the law of the EU.", {"text and data mining"}),
        (
            "Use of the output of the service to develop models that compete with us is prohibited.",
            {"competing models"},
        ),
        ("Das Scraping der Seiten und die Nutzung für das Training von KI ist untersagt.", {"scraping", "training"}),
        (
            "La fouille de textes et de données et les robots sont interdits sans notre accord.",
            {"scraping", "text and data mining"},
        ),
        ("Los usuarios que usan robots no podrán rastrear los contenidos sin autorización.", {"scraping"}),
        ("未经许可不得使用爬虫抓取本站内容。不得用于训练人工智能模型。", {"scraping", "training"}),
        ("スクレイピングや機械学習のための利用は禁止します。", {"scraping", "training"}),
        ("You may use our pages and the API as you like. Our robots are friendly.", set()),
        ("The crawler of the site may visit you. Smoking is not allowed in the office.", set()),
        ("<script>you may not scrape the and of</script><p>Welcome to the site and the shop of you.</p>", set()),
    ],
)
def test_clauses_are_found_by_keywords(text: str, topics: set[str]) -> None:
    found = terms.find(text)
    assert {clause.topic for clause in found.clauses} == topics
    assert found.read


@pytest.mark.parametrize("text", ["", "Добро пожаловать на наш сайт", "x" * 999, "<p>", "<script>" * 999])
def test_text_that_nobody_reads_is_told(text: str) -> None:
    assert terms.find(text).read == ()


def test_terms_are_reviewed_and_never_allow(tmp_path: Path, kept: Callable[..., Evidence]) -> None:
    bars = b"You may not scrape the pages of our site, and you may not train AI models on them."
    judge: Callable[..., Any] = lambda *evidence, **settings: list(  # noqa: E731
        site_terms(case(tmp_path, evidence, settings={"require": ["terms"]} | settings))
    )
    assert codes(judge()) == {("TOS050", "review")}
    assert codes(judge(kept("terms", bars))) == {("TOS050", "review")}
    assert codes(judge(kept("terms", bars), terms="deny")) == {("TOS050", "deny")}
    assert codes(judge(kept("terms", "Здравствуйте".encode()))) == {("TOS050", "review")}
    assert judge(kept("terms", b"You and the others may use the site as you like.")) == []
    assert not any("scrape the pages" in str(one) for one in judge(kept("terms", bars)))


@pytest.mark.parametrize("filler", ["<script>", "<", "may not ", "not to:\n- ", "a.", "&", "reserve ", "train "])
def test_hostile_terms_are_read_in_one_pass(filler: str) -> None:
    terms.find("the and of you " + filler * (100_000 // len(filler)))


@pytest.mark.parametrize("text", ["", "kind,value\n"])
def test_a_list_without_an_entry_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "cut.csv").write_text(text)
    listed = optoutlists.read([OptoutList(file="cut.csv")], tmp_path)
    assert codes(list(optouts(replace(case(tmp_path, origin={}), optouts=listed)))) == {("OPT044", "review")}
