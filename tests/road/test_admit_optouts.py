# SPDX-License-Identifier: Apache-2.0
"""Rows on an opt-out list stay in quarantine, and a crawl is judged by what was kept of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from .conftest import INTENT, Road

NAME = "pages"
ROWS = [
    {"url": "https://good.org/1", "text": "kept"},
    {"url": "https://user@BAD.org:443/2", "text": "its owner said no"},
    {"url": None, "text": "nobody knows from where"},
]


def _describe(road: Road, optouts: list[dict[str, str]], **more: Any) -> None:
    road.raw(NAME).mkdir(exist_ok=True)
    (road.raw(NAME) / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in ROWS))
    source = {"name": NAME, "path": NAME, "licence": "CC0-1.0", "personal_data": {"present": False}} | more
    road.sources.write_text(yaml.safe_dump({"sources": [source], "optouts": optouts}))


def _list(road: Road, *domains: str) -> list[dict[str, str]]:
    lines = (json.dumps({"kind": "domain", "value": one}) + "\n" for one in domains)
    (road.sources.parent / "optouts.jsonl").write_text("".join(lines))
    return [{"file": "optouts.jsonl"}]


def _admit(road: Road) -> int:
    admitted: Path = road.path / "admitted"
    return road.run("admit", road.raw(NAME), admitted, "--sources", road.sources, "--intent", INTENT)


def _found(road: Road) -> dict[str, Any]:
    (told,) = json.loads((road.home.path / "reports" / f"audit-{INTENT}.json").read_text())["sources"]
    return dict(told)


def test_rows_that_are_listed_or_unknown_are_not_admitted(start: Road) -> None:
    _describe(start, _list(start, "bad.org"))
    assert start.run("audit", start.sources, "--intent", INTENT) == 4
    told = _found(start)
    assert {(one["code"], one["verdict"]) for one in told["findings"]} == {("OPT044", "deny"), ("OPT044", "review")}
    assert told["without_refused_rows"]["verdict"] == "allow"
    assert _admit(start) == 0
    copy = (start.path / "admitted" / NAME / "a.jsonl").read_text().splitlines()
    assert [json.loads(one)["text"] for one in copy] == ["kept"]


def test_a_list_that_grew_since_the_audit_counts(start: Road) -> None:
    _describe(start, _list(start, "bad.org"))
    start.run("audit", start.sources, "--intent", INTENT)
    _list(start, "bad.org", "good.org")
    assert _admit(start) != 0
    assert not (start.path / "admitted" / NAME).exists()


def test_a_list_that_is_broken_admits_nothing(start: Road) -> None:
    _describe(start, _list(start, "bad.org"))
    start.run("audit", start.sources, "--intent", INTENT)
    (start.sources.parent / "optouts.jsonl").write_text("{")
    assert _admit(start) != 0
    assert not (start.path / "admitted" / NAME).exists()


def test_a_crawl_is_judged_by_what_was_kept_of_it(start: Road) -> None:
    (start.sources.parent / "robots.txt").write_text("User-agent: *\nContent-Signal: ai-train=no\n")
    kept = {"kind": "robots", "file": "robots.txt", "url": "https://good.org/robots.txt"}
    _describe(
        start,
        [],
        kind="web-domain",
        origin={"url": "https://good.org/"},
        crawl={"agent": "OurBot", "from": "2026-05-01", "to": "2026-05-14"},
        evidence=[kept | {"fetched_at": "2026-05-02T00:00:00Z", "status": 200}],
    )
    assert start.run("audit", start.sources, "--intent", INTENT) == 4
    codes = {(one["code"], one["verdict"]) for one in _found(start)["findings"]}
    assert codes >= {("OPT041", "deny"), ("OPT042", "review"), ("TOS050", "review")}


ARTICLES = [
    {"url": "https://good.org/free/1", "text": "kept"},
    {"url": "https://good.org/private/2", "text": "barred"},
    {"url": "https://good.org/x/../private/3", "text": "barred, too"},
    {"url": "https://good.org/art/4", "text": "reserved in robots.txt"},
    {"url": "https://good.org/tdm/5", "text": "reserved by TDMRep"},
    {"url": "https://other.org/6", "text": "of a host of which nothing was kept"},
]
PARTLY = "User-agent: *\nDisallow: /private/\nContent-Usage: /art/ train-ai=n\n"


def _crawl(road: Road, robots: str, rows: list[dict[str, str]]) -> None:
    road.raw(NAME).mkdir(exist_ok=True)
    (road.raw(NAME) / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    base = road.sources.parent
    (base / "robots.txt").write_text(robots)
    (base / "tdmrep.json").write_text('[{"location": "/tdm/", "tdm-reservation": 1}]')
    at = {"fetched_at": "2026-05-02T00:00:00Z", "status": 200}
    source = {
        "name": NAME,
        "path": NAME,
        "kind": "web-domain",
        "licence": "CC0-1.0",
        "personal_data": {"present": False},
        "origin": {"url": "https://good.org/"},
        "crawl": {"agent": "OurBot", "from": "2026-05-01", "to": "2026-05-14"},
        "evidence": [
            {"kind": "robots", "file": "robots.txt", "url": "https://good.org/robots.txt"} | at,
            {"kind": "tdmrep", "file": "tdmrep.json", "url": "https://good.org/.well-known/tdmrep.json"} | at,
        ],
    }
    road.sources.write_text(yaml.safe_dump({"sources": [source]}))
    asked = (road.home.path / "policy.yaml").read_text() + "\naudit: {rights: {require: [robots, tdmrep]}}\n"
    (road.home.path / "policy.yaml").write_text(asked)


def test_rows_from_barred_and_reserved_places_stay_in_quarantine(start: Road) -> None:
    _crawl(start, PARTLY, ARTICLES)
    assert start.run("audit", start.sources, "--intent", INTENT) == 4
    found = {(one["code"], one["verdict"], one["what"].split()[0]) for one in _found(start)["findings"]}
    assert found >= {("OPT040", "deny", "2"), ("OPT041", "deny", "2"), ("OPT042", "review", "1")}
    assert _admit(start) == 0
    copy = (start.path / "admitted" / NAME / "a.jsonl").read_text().splitlines()
    assert [json.loads(one)["text"] for one in copy] == ["kept"]


def test_rows_without_an_address_are_for_review_where_it_matters(start: Road) -> None:
    _crawl(start, PARTLY, [{"text": "from where?"}])
    assert start.run("audit", start.sources, "--intent", INTENT) == 3
    assert "no column with an address" in str(_found(start)["findings"])
    assert _found(start)["without_refused_rows"] is None
    assert _admit(start) != 0
