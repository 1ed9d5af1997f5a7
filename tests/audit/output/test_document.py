# SPDX-License-Identifier: Apache-2.0
"""What an audit hands on: JSON that meets its schema, text a person can act on, attributions, notices, lists."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from markupsafe import escape

from custody.audit import AuditReport, audit, sources
from custody.audit.output import attribution, document, sources_list, text
from custody.audit.output.domains import Domains
from custody.errors import PolicyError
from custody.home import Home
from tests.conftest import ROOT

SAMPLE = ROOT / "sample_data"
INTENT = "chat-prod"
EVIL = "=cmd|'/C calc'!A0\x1b[31m<script>alert(1)</script>\u202eevil | cell\nsecond line"
VALIDATOR = Draft202012Validator(json.loads(document.schema()))
Judge = Callable[..., AuditReport]


@pytest.fixture
def sample(home: Home) -> AuditReport:
    return audit(SAMPLE / "sources.yaml", INTENT, home.policy)


@pytest.fixture
def judged(home: Home, tmp_path: Path) -> Judge:
    """Audit sources given as entries."""

    def judge(*sources: dict[str, Any]) -> AuditReport:
        for one in sources:
            (tmp_path / one["name"]).mkdir(exist_ok=True)
            (tmp_path / one["name"] / "a.txt").write_text(f"letters of {one['name']}")
        told = [{"path": one["name"], "personal_data": {"present": False}} | one for one in sources]
        file = tmp_path / "sources.yaml"
        file.write_text(yaml.safe_dump({"sources": told}))
        return audit(file, INTENT, home.policy)

    return judge


def test_the_text_has_one_source_a_line_and_says_what_the_form_says(sample: AuditReport) -> None:
    told = sample.to_text()
    assert json.loads(told) == sample.to_dict()
    assert sum(line.startswith('{"name": ') for line in told.splitlines()) == len(sample.sources)
    assert json.loads(replace(sample, sources=()).to_text())["sources"] == []


def test_the_schema_is_one_and_lets_nothing_unknown_pass(sample: AuditReport) -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)
    told = sample.to_dict()
    VALIDATOR.validate(told)
    wrong: list[dict[str, Any]] = [{"more": 1}, {"verdict": "perhaps"}, {"unchecked": []}, {"counts": {}}, {"as_of": 7}]
    for broken in wrong:
        assert not VALIDATOR.is_valid(told | broken)


def test_hostile_texts_still_give_a_document_that_meets_the_schema(judged: Judge) -> None:
    origin = {"url": EVIL, "publisher": EVIL, "revision": EVIL}
    told = judged({"name": "d", "licence": EVIL, "attribution": EVIL, "origin": origin}).to_dict()
    VALIDATOR.validate(told)
    said = json.dumps(told, ensure_ascii=False)
    assert "\u202e" not in said
    assert "\\u001b" not in said


def test_the_strictest_source_stands_first_whatever_the_order(judged: Judge) -> None:
    sources = [
        {"name": "free", "licence": "CC0-1.0"},
        {"name": "unknown", "licence": "blah"},
        {"name": "closed", "licence": "CC-BY-NC-4.0"},
    ]
    told = [judged(*sources).to_dict(), judged(*reversed(sources)).to_dict()]
    assert [{**one, "inputs": {}} for one in told[:1]] == [{**one, "inputs": {}} for one in told[1:]]
    assert [one["name"] for one in told[0]["sources"]][:2] == ["closed", "unknown"]
    assert told[0]["verdict"] == "deny"
    assert sum(told[0]["counts"].values()) == 3


def test_what_was_not_checked_is_told_before_any_verdict(sample: AuditReport) -> None:
    lines = list(text.lines(sample))
    first = next(at for at, line in enumerate(lines) if line.startswith(("DENIED", "ALLOWED", "A PERSON")))
    assert sum(line.startswith("! not checked: ") for line in lines[:first]) == len(document.unchecked(sample))


def test_an_audit_that_did_not_screen_says_so(sample: AuditReport) -> None:
    assert any("poisoning" in one for one in sample.to_dict()["unchecked"])
    assert not any("poisoning" in one for one in replace(sample, screened=True).to_dict()["unchecked"])


def test_every_finding_that_stops_a_source_says_why_and_what_to_do(judged: Judge) -> None:
    report = judged({"name": "d", "licence": "CC-BY-NC-ND-4.0", "personal_data": {"present": True}})
    lines = list(text.lines(report))
    codes = {one.code for one in report.sources[0].refusals}
    assert codes >= {"LIC010", "LIC011", "PII060"}
    for code in codes:
        at = next(at for at, line in enumerate(lines) if f" {code}: " in line)
        assert [line.split(":")[0].strip() for line in lines[at + 1 : at + 4]] == ["where", "why", "to do"]


def test_one_defect_in_two_places_is_one_point(judged: Judge, tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    report = judged({"name": "d", "licence": "CC-BY-NC-4.0", "metadata": "card.md"})
    lines = list(text.lines(report))
    assert sum("LIC010" in line for line in lines) == 1
    assert any("d, card" in line and "d, sources file" in line for line in lines)


def test_duties_are_told_where_data_may_be_used_and_not_where_it_may_not(judged: Judge) -> None:
    allowed, denied = (list(text.lines(judged({"name": "d", "licence": one}))) for one in ("CC-BY-4.0", "CC-BY-NC-4.0"))
    assert any("you must: " in line for line in allowed)
    assert not any("you must: " in line for line in denied)


def test_the_text_holds_nothing_a_terminal_obeys(judged: Judge) -> None:
    report = judged({"name": "d", "licence": EVIL, "attribution": EVIL})
    assert all(line.isprintable() for line in text.lines(report))


def test_attributions_and_notices_name_what_is_used_and_nothing_else(sample: AuditReport) -> None:
    thanks, notes = attribution.attribution(sample), attribution.notice(sample)
    for said in (thanks, notes):
        assert "Luis Rocha" in said
        assert "Invented product reviews" not in said
    assert "Permission is hereby granted" in notes, "the licence's text goes along"
    assert thanks.count("You must") >= 3


def test_a_licence_text_shared_by_two_sources_stands_once(judged: Judge, tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_bytes((SAMPLE / "licences" / "chinook.txt").read_bytes())
    both = [{"name": name, "licence": "MIT", "licence_file": "l.txt"} for name in ("a", "b")]
    assert attribution.notice(judged(*both)).count("Permission is hereby granted") == 1


def test_a_licence_text_in_one_long_line_stays_whole(judged: Judge, tmp_path: Path) -> None:
    text = " ".join((SAMPLE / "licences" / "CC-BY-4.0.txt").read_text().split())
    (tmp_path / "l.txt").write_text(text)
    assert text in attribution.notice(judged({"name": "a", "licence": "CC-BY-4.0", "licence_file": "l.txt"}))


def test_hostile_names_cannot_break_out_of_the_attribution(judged: Judge) -> None:
    source = {"name": "d", "licence": "CC-BY-4.0", "attribution": EVIL, "origin": {"url": "javascript:alert(1)"}}
    said = attribution.attribution(judged(source))
    assert "<script" not in said
    assert "\nsecond line" not in said
    assert "(javascript" not in said
    assert "<javascript" not in said


def test_the_list_of_sources_is_csv_without_formulas(judged: Judge) -> None:
    origin = {"url": "=1+1", "publisher": EVIL, "revision": "+1", "retrieved": "@SUM(1)"}
    rows = list(
        csv.reader(io.StringIO(sources_list.to_csv(judged({"name": "-d", "licence": "CC0-1.0"} | {"origin": origin}))))
    )
    assert rows[0] == list(sources_list.COLUMNS)
    assert len(rows) == 2
    assert all(not one.startswith(("=", "+", "-", "@", "\t", "\r")) for one in rows[1])


def test_the_list_of_sources_leaves_out_what_may_not_be_used(sample: AuditReport) -> None:
    rows = sources_list.rows(sample)
    assert {row["name"] for row in rows} == {"chinook_people", "dataset_cards", "fivethirtyeight"}
    assert all(row["bytes"] > 0 and row["files"] > 0 for row in rows)


def test_the_summary_says_what_it_rests_on_and_what_it_cannot_know(sample: AuditReport) -> None:
    told = sources_list.to_dict(sample, Domains(), {}, small=True)
    assert "recalled" in told["basis"]
    assert told["to_be_written_by_the_provider"]
    json.dumps(told)


def test_an_audit_of_nothing_denies_nothing_and_admits_nothing() -> None:
    empty = AuditReport(INTENT, "0" * 64, "2026-11-24")
    VALIDATOR.validate(empty.to_dict())
    assert next(text.lines(empty)).endswith("no source")
    assert "Nothing" in attribution.attribution(empty)


CODE = re.compile(r'"([A-Z]{3}[0-9]{3})"')


def test_every_code_is_told_in_words_in_the_json_and_on_the_page() -> None:
    used = {
        code
        for path in (ROOT / "plugins" / "custody" / "audit").rglob("*.py")
        for code in CODE.findall(path.read_text())
    }
    assert used == set(document.titles())
    page = (ROOT / "docs" / "audit-codes.md").read_text()
    assert [one for one in document.titles().items() if "| {} | {} |".format(*one) not in page] == []


def test_every_finding_of_the_sample_says_what_it_is_about(sample: AuditReport) -> None:
    findings = [one for source in sample.to_dict()["sources"] for one in source["findings"]]
    assert findings
    assert all(one["about"] for one in findings)


def test_the_page_loads_nothing_and_shows_hostile_texts_as_texts(judged: Judge) -> None:
    page = judged({"name": "d", "licence": EVIL, "attribution": EVIL, "origin": {"publisher": EVIL}}).to_html()
    assert page.lstrip().startswith("<!doctype html>")
    assert "<script" not in page
    assert not re.search(r"(?i)(src|href)\s*=\s*[\"']?(?!#)[a-z/]", page)
    assert "\u202e" not in page


def test_the_page_says_of_each_point_what_to_do(sample: AuditReport) -> None:
    page = sample.to_html()
    assert page.index("What was not checked") < page.index("review_quotes_nc")
    (refused,) = (one for one in sample.sources if one.verdict == "deny")
    assert all(escape(one.remedy) in page for one in refused.refusals)
    assert all(escape(duty) in page for one in sample.sources if one.verdict != "deny" for duty in one.obligations)


def test_the_page_of_very_many_sources_stays_readable(judged: Judge) -> None:
    (one,) = judged({"name": "d", "licence": "CC0-1.0"}).sources
    page = AuditReport(INTENT, "0" * 64, "2026-11-24", (one,) * 700).to_html()
    assert "and 200 more, all in the JSON" in page


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000], ids=["NUL", "too long"])
@pytest.mark.parametrize(
    "entries",
    [
        {"licence_file": "NAME"},
        {"files": [{"glob": "*", "licence": "CC0-1.0", "licence_file": "NAME"}]},
        {"metadata": "NAME"},
        {"acceptance": "NAME"},
        {"classification": "NAME"},
        {"listed": "NAME"},
        {"contract": {"id": "c", "file": "NAME"}},
        {"contract": {"id": "c", "file": "NAME", "sha256": "0" * 64}},
        {"evidence": [{"kind": "terms", "file": "NAME"}]},
        {"proof": {"checksums": "NAME", "signature": "NAME"}},
        {"origin": {"grant": "NAME", "owner": "a", "uploader": "b"}},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_name_that_no_file_can_have_is_a_finding_and_no_traceback(
    judged: Judge, entries: dict[str, Any], name: str
) -> None:
    named = json.loads(json.dumps(entries).replace("NAME", json.dumps(name)[1:-1]))
    report = judged({"name": "d", "licence": "CC0-1.0", "licence_file": ""} | named)
    VALIDATOR.validate(report.to_dict())
    assert report.verdict in ("review", "deny")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"name": ""}, "cannot name a dataset"),
        ({"name": "../d"}, "cannot name a dataset"),
        ({"name": ".."}, "cannot name a dataset"),
        ({"path": "x" * 5000}, "there is no data"),
        ({"path": "a\0b"}, "there is no data"),
    ],
)
def test_a_source_that_cannot_be_named_is_told_with_its_line(
    judged: Judge, tmp_path: Path, entry: dict[str, Any], said: str
) -> None:
    judged({"name": "d", "licence": "CC0-1.0"})
    with pytest.raises(PolicyError, match=rf"sources\.yaml:2:3.*{said}"):
        _loaded(tmp_path, {"name": "d", "path": "d"} | entry)


def _loaded(tmp_path: Path, entry: dict[str, Any]) -> sources.Sources:
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": [entry]}))
    return sources.load(tmp_path / "sources.yaml")
