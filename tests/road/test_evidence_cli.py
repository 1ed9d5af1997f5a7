# SPDX-License-Identifier: Apache-2.0
"""Evidence is kept and shown, and summaries are written, as a user would do it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml

from .conftest import INTENT, Road

TERMS = b"Terms of use.\n\x1b[31mNo robots.\xe2\x80\xae\n"


@pytest.fixture
def terms(start: Road) -> Path:
    file = start.path / "terms.txt"
    file.write_bytes(TERMS)
    return file


def _add(road: Road, file: Path, *more: str) -> int:
    return road.run("evidence", "add", file, "--kind", "terms", "--url", "https://example.org/terms", *more)


def test_what_was_kept_is_printed_as_the_sources_file_wants_it(
    start: Road, terms: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _add(start, terms, "--fetched-at", "2026-11-20T10:00:00Z", "--status", "200") == 0
    entry = yaml.safe_load(capsys.readouterr().out.rsplit("source:\n", 1)[1])
    data = yaml.safe_load(start.sources.read_text())
    data["sources"][0]["evidence"] = entry
    start.sources.write_text(yaml.safe_dump(data))
    terms.unlink()
    start.run("audit", start.sources, "--intent", INTENT, "--on-deny", "filter")
    said = capsys.readouterr()
    assert not said.err
    assert "is not there" not in said.out, "the audit found the bytes by their digest"


def test_it_is_listed_and_shown_without_what_a_terminal_obeys(
    start: Road, terms: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.run("evidence", "list") == 0
    assert "nothing is kept" in capsys.readouterr().out
    assert _add(start, terms) == 0
    assert _add(start, terms) == 0
    capsys.readouterr()
    assert start.run("evidence", "list", "--json") == 0
    digest = json.loads(capsys.readouterr().out)[0]["sha256"]
    assert start.run("evidence", "show", digest[:10]) == 0
    shown = capsys.readouterr().out
    assert "No robots." in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert start.run("evidence", "show", digest, "--output", start.path / "copy") == 0
    assert (start.path / "copy").read_bytes() == TERMS


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--fetched-at", "soon"), "this is no time"),
        (("--fetched-at", "2026-11-20T10:00:00"), "without a zone"),
        (("--kind", "gossip"), "no kind of evidence"),
    ],
)
def test_evidence_that_could_show_nothing_is_refused(
    start: Road, terms: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert _add(start, terms, *more) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("digest", ["", "zz", "0" * 64])
def test_what_was_not_kept_cannot_be_shown(start: Road, capsys: pytest.CaptureFixture[str], digest: str) -> None:
    assert start.run("evidence", "show", digest) == 1
    assert capsys.readouterr().err


def test_the_summaries_name_what_may_be_used_and_what_they_rest_on(
    start: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    out = start.path / "published"
    sources = start.sources.with_name("third_party.yaml")
    for _ in range(2):
        assert start.run("publish-sources", sources, out, "--intent", INTENT) == 0
    assert "recalled" in capsys.readouterr().out
    with (out / "eu-sources.csv").open(newline="") as file:
        names = {row["name"] for row in csv.DictReader(file)}
    assert names == {"weather_words", "fivethirtyeight", "forum_posts"}
    summary = json.loads((out / "eu-summary.json").read_text())
    assert summary["top_domains"]["domains"] == 5
    assert [one["domain"] for one in summary["top_domains"]["top"]] == ["words.example"]
    california = json.loads((out / "california-ab2013.json").read_text())
    assert [one["item"] for one in california["answers"]] == list(range(1, 13))
    assert "review_quotes_nc" not in (out / "california-ab2013.json").read_text()


def test_a_directory_of_somebody_else_stays(start: Road, capsys: pytest.CaptureFixture[str]) -> None:
    out = start.path / "published"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    assert start.run("publish-sources", start.sources, out, "--intent", INTENT) == 1
    assert "did not write" in capsys.readouterr().err
    assert (out / "mine.txt").read_text() == "mine"
