# SPDX-License-Identifier: Apache-2.0
"""A scan counts the same however it is divided, holds checksums against chance, and says what a sample proves."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from custody import policy
from custody.classifiers import Scanner, classify
from custody.classifiers.chance import chance
from custody.classifiers.counts import FileScan
from custody.classifiers.sampling import Plan
from custody.classifiers.scan import Job, Progress, scan
from custody.dataset import Dataset
from custody.errors import WorkerLost
from custody.keys import Secret
from custody.policy import Policy
from tests.conftest import ROOT

from .conftest import write_csv

SECRET = Secret("local:test#fingerprints", bytes(32))
NOW = "2026-01-01T00:00:00.000000Z"
SHARES = """
  - when: {entity: [EMAIL_ADDRESS], prevalence: ">=20%"}
    grade: confidential
"""


def _lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _people(count: int, seed: int = 1) -> list[dict[str, Any]]:
    source = random.Random(seed)
    return [
        {
            "id": number,
            "email": f"p{source.randrange(count)}@example.org" if source.random() < 0.7 else None,
            "note": f"call {source.randint(200, 989)}-555-{source.randint(0, 9999):04} about order {number}",
            "tags": [f"t{source.randrange(5)}" for _ in range(source.randrange(3))],
        }
        for number in range(count)
    ]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Files of several formats; one is large enough to be divided, one cannot be read, one is empty."""
    folder = tmp_path / "people"
    _lines(folder / "large.jsonl", _people(12_000))
    write_csv(folder / "small.csv", phone=["212-555-0199", "none"], name=["Jane Roe", "John Doe"])
    (folder / "broken.parquet").write_bytes(b"PAR1 not really")
    (folder / "empty.txt").write_bytes(b"")
    return Dataset(folder)


def _comparable(files: list[FileScan]) -> list[dict[str, Any]]:
    """Counts without what parts add up to a bound only, and without the order of sets."""
    told = [dataclasses.asdict(one) for one in files]
    for file in told:
        for column in file["columns"].values():
            column["distinct"] = None
            for finding in column["findings"].values():
                finding["chance"] = None  # a simulation over the texts of each part
    return told


def test_any_number_of_processes_counts_the_same(dataset: Dataset, scanner: Scanner) -> None:
    seen: list[Progress] = []
    alone = scan(Job(dataset, scanner, SECRET), watch=seen.append)
    assert _comparable(scan(Job(dataset, scanner, SECRET), workers=3)) == _comparable(alone)
    assert sum(one.rows for one in alone) == 12_002
    assert [one.fraction for one in seen] == sorted(one.fraction for one in seen)
    assert (seen[-1].rows, seen[-1].fraction) == (12_002, 1.0)
    assert [one.path for one in alone if one.unscanned] == ["broken.parquet"]


def test_a_killed_process_is_told_as_weather_and_leaves_nothing(
    dataset: Dataset, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = os.getpid()

    def killed(*_: object, **__: object) -> FileScan:
        assert os.getpid() != parent
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    monkeypatch.setattr(Job, "part", killed)
    with pytest.raises(WorkerLost, match="fewer workers"):
        scan(Job(dataset, scanner, SECRET), workers=2)


def _luhn(digits: str) -> str:
    total = 0
    for place, one in enumerate(reversed(digits)):
        value = int(one) * (2 - place % 2)
        total += value - 9 * (value > 9)
    return digits + str(-total % 10)


def _numbers(valid: float, count: int = 600) -> list[str]:
    source = random.Random(7)
    heads = ["4" + "".join(source.choices("0123456789", k=14)) for _ in range(count)]
    return [_luhn(one) if source.random() < valid else f"{one}{source.randrange(10)}" for one in heads]


@pytest.mark.parametrize(("valid", "grade"), [(0.0, "internal"), (1.0, "restricted"), (0.5, "restricted")])
def test_card_numbers_grade_only_where_more_pass_than_chance_gives(
    tmp_path: Path, rules: Policy, scanner: Scanner, valid: float, grade: str
) -> None:
    folder = write_csv(tmp_path / "d" / "a.csv", reference=_numbers(valid))
    report = classify(Dataset(folder), rules, SECRET, created_at=NOW, scanner=scanner)
    [column] = report.files[0].columns
    [card] = [one for one in column.findings if one.entity == "CREDIT_CARD"]
    assert report.grade == grade
    assert 0.05 < card.chance < 0.15
    assert card.tried == 600


def test_one_true_card_among_few_numbers_grades(tmp_path: Path, rules: Policy, scanner: Scanner) -> None:
    folder = write_csv(tmp_path / "d" / "a.csv", note=["paid with 4111 1111 1111 1111", "no card"])
    report = classify(Dataset(folder), rules, SECRET, created_at=NOW, scanner=scanner)
    assert report.grade == "restricted"


def test_a_recogniser_may_say_its_chance_itself() -> None:
    class Sure:
        chance = 0.25

    assert chance(Sure(), ["x"]) == 0.25


def test_chance_is_not_told_of_texts_that_no_pattern_matches(scanner: Scanner) -> None:
    card = scanner.checker("CreditCardRecognizer")
    assert chance(card, ["no number at all"]) == 0.0
    assert chance(card, []) == 0.0


@pytest.fixture
def shares() -> Policy:
    """The sample policy with one rule, about a share: a sample can settle it."""
    text = (ROOT / "sample_data" / "policy.yaml").read_text()
    before, after = text[: text.index("\ngrades:")], text[text.index("\nmeasures:") :]
    return policy.parse(f"{before}\ngrades:{SHARES}{after}".encode(), "shares.yaml")


Sampled = Callable[[float, Plan], Any]


@pytest.fixture
def sampled(tmp_path: Path, shares: Policy, scanner: Scanner) -> Sampled:
    """Classify by a sample 30,000 rows of which a share holds an e-mail address."""

    def run(share: float, plan: Plan) -> Any:
        source = random.Random(3)
        rows = [{"a": f"u{n}@example.org" if source.random() < share else f"none {n}"} for n in range(30_000)]
        _lines(tmp_path / "d" / "a.jsonl", rows)
        return classify(Dataset(tmp_path / "d"), shares, SECRET, created_at=NOW, scanner=scanner, plan=plan)

    return run


@pytest.mark.parametrize(("share", "grade"), [(0.6, "confidential"), (0.02, "internal"), (0.0, "internal")])
def test_a_sample_stops_early_with_the_grade_of_the_whole(sampled: Sampled, share: float, grade: str) -> None:
    report = sampled(share, Plan(seed=1))
    assert report.grade == grade
    assert report.sampling["rows_read"] < report.sampling["rows"] == report.rows == 30_000
    assert report.unchecked[0].startswith(f"A sample was read: {report.sampling['rows_read']:,} of 30,000 rows")
    assert report.sampling["undecided"] == []
    if not share:
        assert "at most" in report.sampling["none_found"]["a.jsonl, column a: EMAIL_ADDRESS"]


def test_a_sample_that_may_not_go_on_grades_what_it_leaves_open_as_the_worst(sampled: Sampled) -> None:
    report = sampled(0.19, Plan(seed=1, max_rows=500))
    assert report.sampling["undecided"] == [["a.jsonl, column a", "EMAIL_ADDRESS"]]
    assert report.grade == "confidential"
    assert "than the sample can tell" in report.files[0].why[0]


def test_the_same_seed_reads_the_same_rows(sampled: Sampled) -> None:
    assert sampled(0.3, Plan(seed=5)) == sampled(0.3, Plan(seed=5))


def test_a_policy_in_which_one_hit_decides_reads_every_row_and_says_so(
    tmp_path: Path, rules: Policy, scanner: Scanner
) -> None:
    folder = write_csv(tmp_path / "d" / "a.csv", a=["x"] * 50)
    report = classify(Dataset(folder), rules, SECRET, created_at=NOW, scanner=scanner, plan=Plan(seed=1))
    assert report.sampling is None
    assert any("Every row was read although a sample was asked for: one hit of" in one for one in report.unchecked)


def test_a_file_that_cannot_be_read_whole_proves_nothing_by_a_sample(
    tmp_path: Path, shares: Policy, scanner: Scanner
) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.jsonl").write_text('{"a": 1}\n{"a": \n')
    report = classify(Dataset(tmp_path / "d"), shares, SECRET, created_at=NOW, scanner=scanner, plan=Plan(seed=1))
    assert report.sampling is None
    assert report.grade == shares.unscanned
