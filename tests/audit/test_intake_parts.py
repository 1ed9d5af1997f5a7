# SPDX-License-Identifier: Apache-2.0
"""Files and rows with a licence of their own: each is judged, none is left out, and no value of the data is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from benchmarks import audit_scale

from custody import cli, yamlfile
from custody.audit import SourceVerdict, audit, rows, sources
from custody.audit.rows import row_licences
from custody.audit.verdicts import Verdict
from custody.dataset import Dataset
from custody.errors import PolicyError
from custody.home import Home

Rows = list[dict[str, Any]]
FREE = {"text": "x", "licence": "CC0-1.0"}
NC = {"text": "x", "licence": "CC-BY-NC-4.0"}


def write(path: Path, several: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in several))


@pytest.fixture
def judged(home: Home, tmp_path: Path) -> Callable[..., SourceVerdict]:
    def judge(data: dict[str, Rows], /, **entries: Any) -> SourceVerdict:
        for name, several in data.items():
            write(tmp_path / "d" / name, several)
        source = {"name": "d", "path": "d", "personal_data": {"present": False}} | entries
        (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": [source]}))
        return audit(tmp_path / "sources.yaml", "chat-prod", home.policy).sources[0]

    return judge


def codes(verdict: SourceVerdict) -> set[str]:
    return {one.code for one in verdict.findings if one.verdict in ("review", "deny")}


ROW = {"row_licence": {"column": "licence"}}
CASES: dict[str, tuple[dict[str, Rows], dict[str, Any], Verdict, set[str]]] = {
    "rows that all allow": ({"a.jsonl": [FREE, FREE]}, ROW, "allow", set()),
    "one row that forbids": ({"a.jsonl": [FREE] * 99 + [NC]}, ROW, "deny", {"LIC010"}),
    "one row nobody understands": ({"a.jsonl": [FREE, {"licence": "blah"}]}, ROW, "review", {"LIC002"}),
    "one row of a family that forbids": (
        {"a.jsonl": [FREE, {"licence": "CC BY-NC"}]},
        ROW,
        "deny",
        {"LIC002", "LIC010"},
    ),
    "one row of a family that does not": ({"a.jsonl": [FREE, {"licence": "CC BY"}]}, ROW, "review", {"LIC002"}),
    "one row without a licence": ({"a.jsonl": [FREE, {"licence": None}, {"licence": " "}]}, ROW, "review", {"LIC001"}),
    "rows without one, in a licensed dataset": (
        {"a.jsonl": [FREE, {"licence": None}]},
        ROW | {"licence": "CC0-1.0"},
        "allow",
        set(),
    ),
    "a row stricter than its dataset": ({"a.jsonl": [NC]}, ROW | {"licence": "CC0-1.0"}, "deny", {"LIC010"}),
    "a row freer than its dataset": ({"a.jsonl": [FREE]}, ROW | {"licence": "CC-BY-NC-4.0"}, "deny", {"LIC010"}),
    "a family without its version, which custody has an id for": (
        {"a.jsonl": [FREE, {"licence": "OGL"}]},
        ROW,
        "review",
        {"LIC002"},
    ),
    "a list in the place of one licence": (
        {"a.jsonl": [FREE, {"licence": ["CC-BY-NC-4.0"]}]},
        ROW | {"licence": "CC0-1.0"},
        "review",
        {"LIC002"},
    ),
    "an object in the place of one licence": (
        {"a.jsonl": [FREE, {"licence": {"name": "CC-BY-NC-4.0"}}]},
        ROW | {"licence": "CC0-1.0"},
        "review",
        {"LIC002"},
    ),
    "a column of lists, of which some are empty": (
        {"a.jsonl": [{"licence": ["CC0-1.0"]}, {"licence": []}]},
        {"row_licence": {"column": "licence[]"}},
        "review",
        {"LIC001", "LIC002"},
    ),
    "one row without the key": ({"a.jsonl": [FREE, {"text": "x"}]}, ROW, "review", {"LIC001"}),
    "another column": ({"a.jsonl": [FREE]}, {"row_licence": {"column": "nowhere"}}, "review", {"LIC001", "LIC002"}),
    "one file without the column": (
        {"a.jsonl": [FREE], "b.jsonl": [{"text": "x"}]},
        ROW,
        "review",
        {"LIC001", "LIC002"},
    ),
    "the glob leaves a file bare": (
        {"a.jsonl": [FREE], "b.jsonl": [{"text": "x"}]},
        {"row_licence": {"column": "licence", "glob": "a*"}},
        "review",
        {"LIC001"},
    ),
    "the glob leaves a file to another licence": (
        {"a.jsonl": [FREE], "b.jsonl": [{"text": "x"}]},
        {"row_licence": {"column": "licence", "glob": "a*"}, "files": [{"glob": "b*", "licence": "CC0-1.0"}]},
        "allow",
        set(),
    ),
    "every file has a licence": (
        {"x/a.jsonl": [FREE], "y/b.jsonl": [FREE]},
        {"files": [{"glob": "x/*", "licence": "CC0-1.0"}, {"glob": "y/*", "licence": "CC0-1.0"}]},
        "allow",
        set(),
    ),
    "one file has none": (
        {"x/a.jsonl": [FREE], "y/b.jsonl": [FREE]},
        {"files": [{"glob": "x/*", "licence": "CC0-1.0"}]},
        "review",
        {"LIC001"},
    ),
    "one file has none, in a licensed dataset": (
        {"x/a.jsonl": [FREE], "y/b.jsonl": [FREE]},
        {"files": [{"glob": "x/*", "licence": "CC0-1.0"}], "licence": "CC0-1.0"},
        "allow",
        set(),
    ),
    "files that forbid": (
        {"x/a.jsonl": [FREE], "y/b.jsonl": [FREE]},
        {"files": [{"glob": "x/*", "licence": "CC-BY-NC-4.0"}], "licence": "CC0-1.0"},
        "deny",
        {"LIC010"},
    ),
    "a glob of nothing": (
        {"a.jsonl": [FREE]},
        {"files": [{"glob": "b*", "licence": "CC0-1.0"}], "licence": "CC0-1.0"},
        "review",
        {"LIC002"},
    ),
}


@pytest.mark.parametrize(("files", "entries", "verdict", "found"), CASES.values(), ids=CASES)
def test_files_and_rows_are_judged_by_their_own_licence(
    judged: Callable[..., SourceVerdict],
    files: dict[str, Rows],
    entries: dict[str, Any],
    verdict: Verdict,
    found: set[str],
) -> None:
    told = judged(files, **entries)
    assert (told.verdict, codes(told)) == (verdict, found)


def test_the_number_of_rows_is_told_and_no_value_is(judged: Callable[..., SourceVerdict]) -> None:
    told = judged({"a.jsonl": [{"licence": "jane.doe@example.org"}, NC, FREE]}, **ROW)
    text = repr(told)
    assert "jane" not in text
    assert "1 of 3 rows" in text
    assert {claim.part for claim in told.declared} == {"1 of 3 rows"}


def test_a_column_of_something_else_is_cut_short_and_told(
    judged: Callable[..., SourceVerdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_DISTINCT", 10)
    told = judged({"a.jsonl": [{"licence": f"somebody {n}"} for n in range(1000)]}, **ROW)
    assert any("too many" in one.what for one in told.findings)
    assert "somebody" not in repr(told)


def test_a_file_that_cannot_be_read_is_a_finding(judged: Callable[..., SourceVerdict], tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "b.parquet").write_bytes(b"PAR1 broken")
    (tmp_path / "d" / "c.bin").write_bytes(b"?")
    told = judged({"a.jsonl": [FREE]}, **ROW)
    assert any("2 files cannot be read" in one.what for one in told.findings)


def test_a_licence_in_a_nested_column_of_parquet_is_found(tmp_path: Path) -> None:
    table = pa.table({"meta": [{"licence": "MIT"}, {"licence": "mit "}, {"licence": None}]})
    pq.write_table(table, tmp_path / "a.parquet")
    found = row_licences(Dataset(tmp_path), "meta.licence")
    assert (found.counts, found.without, found.total) == ({"MIT": 2}, 1, 3)


@pytest.mark.parametrize(
    "entry",
    [
        {"files": [{"glob": "*"}]},
        {"files": [{"licence": "MIT"}]},
        {"row_licence": "licence"},
        {"row_licence": {}},
        {"kind": "website"},
        {"derived_from": [{}]},
        {"derived_from": [7]},
        {"generated_by": [{"terms": "x"}]},
        {"gated": "perhaps"},
        {"metadata": {"a": "b"}},
        {"metadata": [7]},
    ],
    ids=str,
)
def test_a_wrong_entry_is_refused_with_its_line(judged: Callable[..., SourceVerdict], entry: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match=r"sources\.yaml:\d+:\d+"):
        judged({"a.jsonl": [FREE]}, **entry)


@pytest.mark.parametrize("entry", [{"metadata": ""}, {"metadata": []}, {"derived_from": []}, {"generated_by": []}])
def test_an_empty_entry_is_none(judged: Callable[..., SourceVerdict], entry: dict[str, Any]) -> None:
    assert judged({"a.jsonl": [FREE]}, licence="CC0-1.0", **entry).verdict == "allow"


# Large files


def test_a_sources_file_of_thousands_is_read_and_its_errors_have_lines(tmp_path: Path) -> None:
    count = 4_000
    audit_scale.write(tmp_path, count)
    path = tmp_path / "sources.yaml"
    assert path.stat().st_size > yamlfile.MAX_SIZE
    assert len(sources.load(path).sources) == count
    text = path.read_text().replace("name: source-03999", "name: source-00001", 1)
    path.write_text(text)
    line = text.splitlines().index("    path: source-03999")
    with pytest.raises(PolicyError, match=rf"sources\.yaml:{line}:5 .*two sources are called 'source-00001'"):
        sources.load(path)


def test_an_enormous_sources_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "sources.yaml").open("wb") as file:
        file.truncate(1 << 40)  # a hole
    with pytest.raises(PolicyError, match="too large"):
        sources.load(tmp_path / "sources.yaml")


@pytest.mark.slow
@pytest.mark.parametrize("signed", [False, True])
def test_ten_thousand_sources_take_twenty_seconds_and_300_mb(signed: bool) -> None:
    measured = audit_scale.cost(signed=signed)
    assert measured["cpu"] <= 20
    assert measured["peak"] <= 300


@pytest.mark.parametrize(
    ("written", "read"), [("2026-10-01", "2026-10-01"), ("1234567", "1234567"), ("'1.10'", "1.10"), ("abc", "abc")]
)
def test_a_revision_may_look_like_a_number_or_a_date(tmp_path: Path, written: str, read: str) -> None:
    text = f"sources: [{{name: d, path: ., origin: {{revision: {written}, retrieved: 2026-10-01}}}}]"
    (tmp_path / "sources.yaml").write_text(text)
    (source,) = sources.load(tmp_path / "sources.yaml").sources
    assert (source.origin.revision, source.origin.retrieved) == (read, "2026-10-01")


@pytest.mark.parametrize("written", ["1.10", "true", "[a]"])
def test_a_revision_that_yaml_would_change_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "sources.yaml").write_text(f"sources: [{{name: d, path: ., origin: {{revision: {written}}}}}]")
    with pytest.raises(PolicyError, match="valid string"):
        sources.load(tmp_path / "sources.yaml")


# The published schema

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "sources.yaml"
EVERYTHING = {
    "name": "d",
    "path": "d",
    "kind": "model-output",
    "origin": {"url": "https://example.org/d", "owner": "o", "uploader": "u", "grant": "g.txt", "revision": 7},
    "licence": "MIT",
    "files": [{"glob": "*.jsonl", "licence": "MIT", "licence_file": "LICENSE"}],
    "row_licence": {"column": "licence", "glob": "*.jsonl"},
    "derived_from": ["a", {"name": "b", "url": "https://example.org/b", "licence": "MIT", "owner": "x"}],
    "generated_by": [{"model": "m", "provider": "p", "terms": "t", "terms_version": "2024"}],
    "gated": True,
    "metadata": ["a.json", "b.md"],
    "personal_data": {"present": False},
}
WRONG = [
    {"name": "d"},
    {"name": "d", "path": "d", "kind": "website"},
    {"name": "d", "path": "d", "license": "MIT"},
    {"name": "d", "path": "d", "row_licence": "licence"},
    {"name": "d", "path": "d", "files": [{"glob": "*"}]},
    {"name": "d", "path": "d", "gated": "perhaps"},
    {"name": "d", "path": "d", "derived_from": [7]},
    {"name": "d", "path": "d", "metadata": [7]},
]


def test_the_published_schema_takes_what_is_read_and_refuses_what_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["sources", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    assert not list(checker.iter_errors(yaml.safe_load(SAMPLE.read_text())))
    assert not list(checker.iter_errors({"sources": [EVERYTHING]}))
    (tmp_path / "d").mkdir()
    for entry in (EVERYTHING, *WRONG):
        (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": [entry]}))
        valid = not list(checker.iter_errors({"sources": [entry]}))
        assert cli.main(["sources", "check", str(tmp_path / "sources.yaml")]) == (0 if valid else 1)
        assert valid == (entry is EVERYTHING)


def test_the_example_of_the_guide_is_a_sources_file() -> None:
    guide = (SAMPLE.parents[1] / "docs" / "how-to" / "describe-sources.md").read_text()
    example = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)[0]
    (source,) = yamlfile.parse(example.encode(), sources.Sources, "guide").value.sources
    assert [one.name for one in source.derived_from] == ["wiki", "c4"]
    assert source.generated_by[0].terms_version == "2023-03-14"
