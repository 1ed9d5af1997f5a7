# SPDX-License-Identifier: Apache-2.0
"""`custody classify` in a terminal: what it tells, in which form, and with which exit code."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from custody import cli, objects
from custody.classifiers.scan import Progress
from custody.cli_classify import EVERY, ProgressLine, told
from custody.home import Home
from tests.conftest import ROOT

Run = Callable[..., tuple[int, str, str]]
PEOPLE = str(ROOT / "sample_data" / "chinook_people")


@pytest.fixture
def run(home: Home, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `custody classify …` on a home of this test's own."""

    def _run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["classify", *arguments, "--home", str(home.path)])
        return code, *capsys.readouterr()

    return _run


def test_text_tells_first_what_was_not_checked_and_then_why(run: Run) -> None:
    code, out, err = run(PEOPLE)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("! Names, places and organisations in free text were not looked for")
    assert lines[1] == f"classify: chinook_people (restricted) at {PEOPLE}"
    assert "  Email: confidential: EMAIL_ADDRESS 100 % (93.9 to 100.0 %), URL 100 % (93.9 to 100.0 %)" in lines
    assert "nothing was found in 10 other columns" in lines
    assert err == "", "no progress where there is no terminal"
    assert "@" not in out


def test_json_meets_the_schema_that_is_printed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(PEOPLE, "--format", "json", "--workers", "2")
    assert cli.main(["report-schema"]) == 0
    report = json.loads(out)
    Draft202012Validator(json.loads(capsys.readouterr().out)).validate(report)
    assert set(report["paths"].values()) == {"patterns", "phone", "gated"}


def test_a_page_is_written_whole_to_a_file(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(PEOPLE, "--format", "html", "--output", str(tmp_path / "report.html"))
    assert (code, out) == (0, "")
    assert (tmp_path / "report.html").read_text().rstrip().endswith("</html>")
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".html"] == ["report.html"]


@pytest.mark.parametrize(("grade", "code"), [("restricted", 3), ("confidential", 3), ("public", 3)])
def test_a_grade_that_is_not_to_be_reached_ends_with_3(run: Run, grade: str, code: int) -> None:
    ended, _, err = run(PEOPLE, "--fail-at", grade)
    assert ended == code
    assert f"the grade restricted is {grade} or higher" in err


def test_a_lower_grade_than_the_limit_ends_with_0(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert run(str(tmp_path / "a.csv"), "--fail-at", "confidential")[0] == 0


def test_a_limit_that_is_no_grade_is_refused_before_anything_is_read(run: Run) -> None:
    code, _, err = run("/no/such/dataset", "--fail-at", "secret")
    assert code == 1
    assert "'secret' is no grade of the policy" in err


def test_what_could_not_be_read_ends_with_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    code, out, _ = run(str(tmp_path / "a.parquet"))
    assert code == 2
    assert out.startswith("! Not scanned: a.parquet")


def test_what_changed_since_the_last_report_is_told(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a.csv").write_text("note\n" + "nothing here\n" * 50)
    run(str(folder))
    (folder / "a.csv").write_text("note\n" + "write to someone@example.org\n" * 50)
    _, out, _ = run(str(folder))
    assert any(line.startswith("changed: ") and "EMAIL_ADDRESS" in line for line in out.splitlines())


def test_a_sample_that_could_miss_a_deciding_hit_reads_all_and_says_so(run: Run) -> None:
    _, out, _ = run(PEOPLE, "--sample")
    assert "! Every row was read although a sample was asked for: one hit of" in out
    _, out, _ = run(PEOPLE, "--sample-all", "--max-rows", "20")
    assert out.startswith("! A sample was read: ")


def test_a_dataset_in_an_object_store_is_named_by_its_uri(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def copied(uri: str, target: Path) -> None:
        assert uri == "s3://bucket/sets/mine"
        (target / "a.csv").write_text("x\n1\n")

    monkeypatch.setattr(objects, "_bring", copied)  # test_objects.py reads from a server
    code, out, _ = run("s3://bucket/sets/mine")
    assert code == 0
    assert "classify: mine (internal) at s3://bucket/sets/mine" in out


def test_a_terminal_is_not_given_orders_by_a_column(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\x1b[31mred\nwrite to someone@example.org\n")
    _, out, _ = run(str(tmp_path / "a.csv"))
    assert "\x1b" not in out
    assert "[31mred" in out


def test_progress_tells_pace_and_time_left_and_takes_its_line_away(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(Progress(1000, 0.25), 10.0) == "1,000 rows, 100 rows/s, 25%, 30 s left"
    clock = iter([0.0, EVERY / 2, EVERY, EVERY * 1.5])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    stream = io.StringIO()
    line = ProgressLine(stream, shown=True)
    for rows in (1, 2, 3):
        line.show(Progress(rows, 0.5))
    line.end()
    assert stream.getvalue().count("rows,") == 1, "not more often than a person reads"
    assert stream.getvalue().endswith("\r\x1b[K")
