# SPDX-License-Identifier: Apache-2.0
"""Out of quarantine: only what an audit permits, without the rows that may not be used, and known to the gate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from custody.dataset import Dataset

from .conftest import INTENT, Road, files_of
from .test_kill import KILLED, MOST_WRITES, run_mortal

NAME = "posts"
ROWS = [
    {"text": "kept", "licence": "CC0-1.0"},
    {"text": "not for trade", "licence": "CC-BY-NC-4.0"},
    {"text": "nobody knows", "licence": None},
    {"text": "kept too", "licence": "CC-BY-4.0"},
]


@pytest.fixture
def posts(start: Road) -> Road:
    """A road whose one source has a licence in each row."""
    start.raw(NAME).mkdir()
    (start.raw(NAME) / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in ROWS))
    _describe(start, row_licence={"column": "licence"})
    assert start.run("audit", start.sources, "--intent", INTENT) == 4
    return start


def _describe(road: Road, **more: Any) -> None:
    source = {"name": NAME, "path": NAME, "personal_data": {"present": False}} | more
    road.sources.write_text(yaml.safe_dump({"sources": [source]}))


def _admit(road: Road, *more: str | Path) -> int:
    told = (road.raw(NAME), road.path / "admitted", "--sources", road.sources, "--intent", INTENT)
    return road.run("admit", *told, *more)


def test_rows_that_may_not_be_used_stay_in_quarantine(posts: Road, capsys: pytest.CaptureFixture[str]) -> None:
    before = files_of(posts.raw(NAME))
    assert _admit(posts) == 0
    assert "left out: 2 rows (row-licences: 2)" in capsys.readouterr().out
    copy = (posts.path / "admitted" / NAME / "a.jsonl").read_text().splitlines()
    assert [json.loads(one)["text"] for one in copy] == ["kept", "kept too"]
    assert files_of(posts.raw(NAME)) == before


def test_the_audit_says_that_the_rest_may_be_used(posts: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert posts.run("audit", posts.sources, "--intent", INTENT) == 4
    assert "leave out the rows that may not be used" in capsys.readouterr().out
    (told,) = json.loads((posts.home.path / "reports" / f"audit-{INTENT}.json").read_text())["sources"]
    assert told["without_refused_rows"]["verdict"] == "allow_with_obligations"


def test_the_gate_knows_the_copy_by_its_own_verdict(posts: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert _admit(posts) == 0
    address = Dataset(posts.path / "admitted" / NAME).listing().address
    audited = posts.ledger.latest(address, "audit", INTENT)
    assert audited is not None
    assert audited.link.detail["verdict"] in ("allow", "allow_with_obligations")
    assert audited.link.detail["admitted"]["left_out"] == 2
    (before,) = map(posts.ledger.get, audited.link.prev)
    assert before.names(Dataset(posts.raw(NAME)).listing().address)
    assert posts.run("classify", posts.path / "admitted" / NAME) == 0
    capsys.readouterr()
    assert posts.run("gate", posts.path / "admitted" / NAME, "--intent", INTENT) == 1
    said = capsys.readouterr().err
    assert "never audited" not in said
    assert "verdict is" not in said


def test_a_second_run_gives_the_same_and_does_no_harm(posts: Road) -> None:
    assert _admit(posts) == 0
    first = files_of(posts.path / "admitted")
    assert _admit(posts) == 0
    assert files_of(posts.path / "admitted") == first


@pytest.mark.parametrize("change", ["a row more", "another intent", "another policy", "no audit"])
def test_bytes_that_were_not_audited_as_they_are_stay_in_quarantine(
    posts: Road, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    more: tuple[str, ...] = ()
    if change == "a row more":
        with (posts.raw(NAME) / "a.jsonl").open("a") as file:
            file.write('{"text": "late", "licence": "CC0-1.0"}\n')
    elif change == "another intent":
        more = ("--intent", "research-eval")
    elif change == "another policy":
        policy = posts.home.path / "policy.yaml"
        policy.write_text(policy.read_text() + "\n# changed\n")
    else:
        for marker in (posts.home.path / "ledger" / "about").rglob("audit-*"):
            marker.unlink()
    assert _admit(posts, *more) == 1
    assert "were not audited" in capsys.readouterr().err
    assert not (posts.path / "admitted" / NAME).exists()


@pytest.mark.parametrize("file", ["third_party.yaml", "optouts.csv"], ids=["the sources file", "the opt-out list"])
def test_what_the_audit_read_cannot_be_changed_before_the_admission(
    start: Road, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    sources = start.sources.with_name("third_party.yaml")
    assert start.run("audit", sources, "--intent", INTENT) == 4
    changed = start.sources.with_name(file)
    text = changed.read_text()
    changed.write_text(text.replace("optouts:\n  - file: optouts.csv", "#").replace("owner,hub", "owner,tub"))
    assert changed.read_text() != text
    posts = start.raw("forum_posts")
    told = ("admit", posts, start.path / "admitted", "--sources", sources, "--intent", INTENT)
    capsys.readouterr()
    assert start.run(*told) == 1
    assert f"{file} is not what the audit read" in capsys.readouterr().err
    assert not (start.path / "admitted" / "forum_posts").exists()
    changed.write_text(text)
    assert start.run(*told) == 0


def test_a_refused_source_stays_in_quarantine(posts: Road, capsys: pytest.CaptureFixture[str]) -> None:
    _describe(posts, licence="CC-BY-NC-4.0", row_licence={"column": "licence"})
    assert posts.run("audit", posts.sources, "--intent", INTENT) == 4
    assert _admit(posts) == 1
    said = capsys.readouterr().err
    assert "the audit's verdict is deny" in said
    assert "LIC010" in said
    assert not (posts.path / "admitted" / NAME).exists()


def test_a_path_that_no_source_has_is_refused(posts: Road, capsys: pytest.CaptureFixture[str]) -> None:
    copy = posts.path / "elsewhere" / NAME
    copy.parent.mkdir()
    posts.raw(NAME).rename(copy)
    posts.raw(NAME).mkdir()
    (posts.raw(NAME) / "b.txt").write_text("x")
    told = (copy, posts.path / "admitted", "--sources", posts.sources, "--intent", INTENT)
    assert posts.run("admit", *told) == 1
    assert "no source has this path" in capsys.readouterr().err


def test_a_column_that_is_not_there_is_named(posts: Road, capsys: pytest.CaptureFixture[str]) -> None:
    _describe(posts, row_licence={"column": "license"})
    posts.run("audit", posts.sources, "--intent", INTENT)
    assert _admit(posts) == 1
    assert "have no column 'license'" in capsys.readouterr().err
    assert not (posts.path / "admitted" / NAME).exists()


@pytest.fixture
def flooded(posts: Road) -> Road:
    """The road with one text many times over."""
    rows = [{"text": f"post number {at} about something of its own", "licence": "CC0-1.0"} for at in range(60)]
    rows += [{"text": "buy the same thing from the same shop", "licence": "CC0-1.0"}] * 40
    (posts.raw(NAME) / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    assert posts.run("audit", posts.sources, "--intent", INTENT) == 0
    return posts


def test_data_that_was_flooded_stays_in_quarantine(flooded: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert _admit(flooded) == 1
    said = capsys.readouterr().err
    assert "POI100" in said
    assert "same shop" not in said
    assert not (flooded.path / "admitted" / NAME).exists()


def test_what_a_screening_audit_finds_a_steward_may_waive(flooded: Road) -> None:
    told = (flooded.sources, "--intent", INTENT)
    assert flooded.run("audit", *told, "--screen") == 3
    report = json.loads((flooded.home.path / "reports" / f"audit-{INTENT}.json").read_text())
    codes = {one["code"] for one in report["sources"][0]["findings"] if one["verdict"] == "review"}
    assert codes >= {"POI100"}
    why = ("--why", "a slogan that stands under every post", "--expires", "30d", "--by", "Ada", "--asked-by", "Ben")
    for code in sorted(codes):
        assert flooded.run("waive", *told, "--source", NAME, "--code", code, *why) == 0
    assert flooded.run("audit", *told, "--screen") == 0
    assert _admit(flooded) == 0


@pytest.mark.slow
def test_a_killed_admission_leaves_quarantine_or_a_whole_copy_and_its_retry_completes(posts: Road) -> None:
    before, kills = files_of(posts.raw(NAME)), 0
    told = (posts.raw(NAME), posts.path / "admitted", Path("--sources"), posts.sources, Path("--intent"), Path(INTENT))
    while run_mortal(kills + 1, "admit", posts, *told) == KILLED:
        kills += 1
        assert kills < MOST_WRITES
        assert files_of(posts.raw(NAME)) == before
        if (copy := posts.path / "admitted" / NAME).exists():
            assert len((copy / "a.jsonl").read_text().splitlines()) == 2
    assert kills > 1
    assert posts.ledger.latest(Dataset(posts.path / "admitted" / NAME).listing().address, "audit", INTENT)
