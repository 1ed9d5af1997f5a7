# SPDX-License-Identifier: Apache-2.0
"""`custody acceptance`: from the promise to an audit that counts the judged sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from custody import cli
from custody.audit import audit
from custody.home import Home

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `custody acceptance …` on a dataset of 30 lines."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("".join(f"line {number}\n" for number in range(30)))

    def _run(command: str, kind: str = "technical", dataset: str = "d", seed: str = "seed") -> tuple[int, str, str]:
        paths = [str(tmp_path / dataset), "--seed-file", str(tmp_path / seed), "--committed", str(tmp_path / "c.jsonl")]
        extra = ["--home", str(home.path)] if command == "sample" else ["--by", "steward"]
        code = cli.main(["acceptance", command, *paths, "--kind", kind, *extra])
        return code, *capsys.readouterr()

    return _run


def test_a_promised_sample_that_is_judged_good_is_accepted(run: Run, home: Home, tmp_path: Path) -> None:
    code, out, _ = run("promise")
    seed = (tmp_path / "seed").read_text().strip()
    assert code == 0
    assert seed not in out
    assert (tmp_path / "seed").stat().st_mode & 0o777 == 0o600
    code, out, _ = run("sample")
    items = out.split()
    assert (code, len(items)) == (0, 3)
    at = datetime.now(UTC).isoformat()
    told = [json.dumps({"item": item, "ok": True, "judge": "ann", "at": at}) for item in items]
    (tmp_path / "judged.jsonl").write_text("\n".join(told) + "\n")
    check = {"kind": "technical", "judgements": "judged.jsonl", "committed": "c.jsonl", "seed": seed}
    (tmp_path / "acceptance.yaml").write_text(yaml.safe_dump({"checks": [check]}))
    source = {"name": "d", "path": "d", "licence": "CC0-1.0", "personal_data": {"present": False}}
    file = tmp_path / "sources.yaml"
    file.write_text(yaml.safe_dump({"sources": [source | {"acceptance": "acceptance.yaml"}]}))
    (verdict,) = audit(file, "chat-prod", home.policy).sources
    assert not {one.code for one in verdict.findings if one.code.startswith("ACC")}
    (tmp_path / "judged.jsonl").write_text("\n".join(told[1:]) + "\n")
    (verdict,) = audit(file, "chat-prod", home.policy).sources
    assert {"ACC132", "ACC133"} <= {one.code for one in verdict.findings}


def test_a_second_promise_is_refused_and_leaves_no_seed(run: Run, tmp_path: Path) -> None:
    assert run("promise")[0] == 0
    code, _, err = run("promise", seed="another")
    assert (code, "another commitment" in err) == (1, True)
    assert not (tmp_path / "another").exists()
    before = (tmp_path / "seed").read_bytes()
    assert run("promise")[0] == 1
    assert (tmp_path / "seed").read_bytes() == before


def test_no_sample_is_drawn_without_a_promise_for_these_bytes(run: Run, tmp_path: Path) -> None:
    assert run("sample")[0] == 1
    run("promise")
    (tmp_path / "d" / "a.txt").write_text("other\n")
    code, out, err = run("sample")
    assert (code, out) == (1, "")
    assert "for exactly these bytes" in err


@pytest.mark.parametrize("kind", ["before", "after", "manual", "technical"])
def test_what_is_not_there_is_an_error_and_no_traceback(run: Run, kind: str) -> None:
    for command in ("promise", "sample"):
        code, out, err = run(command, kind, dataset="nowhere")
        assert (code, out) == (1, "")
        assert "Error: " in err


def test_a_source_is_drawn_from_before_it_is_collected(run: Run, tmp_path: Path) -> None:
    (tmp_path / "items.txt").write_text("".join(f"https://example.org/{number}\n" for number in range(1_000)))
    assert run("promise", "before", dataset="items.txt")[0] == 0
    _, out, _ = run("sample", "before", dataset="items.txt")
    assert len(set(out.split())) == 400
