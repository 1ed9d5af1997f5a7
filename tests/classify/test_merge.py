# SPDX-License-Identifier: Apache-2.0
"""Parts scanned apart give what the whole gives, whatever the parts and their order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custody.classifiers import Scanner, sketch
from custody.classifiers.counts import Column, FileScan, Finding, fingerprint
from custody.classifiers.grading import grade_column
from custody.classifiers.merge import dump, load, merge, merge_files
from custody.classifiers.scan import Job, scan
from custody.classifiers.sketch import Sketch
from custody.dataset import Dataset
from custody.errors import IntegrityError, UsageError
from custody.policy import Policy

from .columns import rules
from .conftest import SECRET, write_csv

SEVERE = rules("when: {entity: [CREDIT_CARD], validated: true}, grade: restricted")
prints = some.integers(0, 2**64 - 1).map("{:016x}".format)
values = some.lists(some.tuples(some.integers(0, 300), some.booleans()), max_size=60)


def _sketch(seen: list[tuple[int, bool]]) -> Sketch:
    made = Sketch()
    for value, passed in seen:
        made.add(fingerprint("CREDIT_CARD", str(value), SECRET), passed=passed)
    return made


def _part(seen: list[tuple[int, bool]], chance: float, *, prose: bool, score: float) -> Column:
    made, cells = _sketch(seen), len(seen)
    passes = sum(passed for _, passed in seen)
    finding = Finding("CREDIT_CARD", cells, cells, passes, made.tried, made.passed, chance, score, {f"R{score}"})
    finding.values = made
    finding.previews = dict.fromkeys(list(made.marks)[:3], "***")
    return Column("c", cells, cells, free_text=prose, findings={"CREDIT_CARD": finding} if seen else {})


parts = some.builds(
    _part, values, some.sampled_from([0.0, 0.01, 0.1]), prose=some.booleans(), score=some.sampled_from([0.4, 0.85, 1.0])
)


@given(one=parts, two=parts, three=parts)
def test_grouping_and_order_never_matter(one: Column, two: Column, three: Column) -> None:
    whole = merge([one, two, three])
    assert merge([merge([one, two]), three]) == whole
    assert merge([one, merge([two, three])]) == whole
    assert merge([three, two, one]) == whole


@given(one=parts)
def test_an_empty_part_changes_nothing_that_counts(one: Column) -> None:
    alone, more = merge([one]), merge([one, Column("c")])
    assert alone == more
    assert grade_column(more, SEVERE) == grade_column(one, SEVERE)


@given(seen=values, cut=some.integers(0, 60))
def test_tried_and_passed_of_overlapping_parts_are_those_of_the_whole(seen: list[tuple[int, bool]], cut: int) -> None:
    whole = _part(seen, 0.1, prose=False, score=1.0)
    split = merge([_part(half, 0.1, prose=False, score=1.0) for half in (seen[:cut], seen[cut:])])
    assert (split.cells, split.filled) == (whole.cells, whole.filled)
    assert {name: _counts(one) for name, one in split.findings.items()} == {
        name: _counts(one) for name, one in whole.findings.items()
    }


def _counts(one: Finding) -> tuple[int, int, int, int, int, float]:
    return one.cells, one.hits, one.validated, one.tried, one.passed, one.chance


def test_a_value_that_every_part_repeats_does_not_drown_those_that_pass() -> None:
    failing = [(value, False) for value in range(12)]
    first = _part([*failing, *((value, True) for value in range(100, 108))], 0.1, prose=False, score=1.0)
    shards = [first, *(_part(failing, 0.1, prose=False, score=1.0) for _ in range(50))]
    whole = merge(shards).findings["CREDIT_CARD"]
    assert (whole.tried, whole.passed) == (20, 8)
    assert grade_column(merge(shards), SEVERE), "added up it would be 8 of 612, which is less than chance gives"


@given(
    seen=some.lists(prints, unique=True, min_size=1, max_size=200),
    kept=some.integers(1, 50),
    cut=some.integers(0, 200),
)
def test_a_full_sketch_of_parts_is_that_of_the_whole(seen: list[str], kept: int, cut: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sketch, "KEPT", kept)
        whole, one, other = Sketch(), Sketch(), Sketch()
        for place, value in enumerate(seen):
            whole.add(value, passed=place % 3 == 0)
            (one if place < cut else other).add(value, passed=place % 3 == 0)
        assert whole.tried == min(kept, len(seen))
        assert one.joined(other) == whole == other.joined(one)
        assert set(whole.marks) == set(sorted(seen)[:kept])
        assert whole.more == (len(seen) > kept)


def test_a_full_sketch_estimates_how_many_values_there_were() -> None:
    source = random.Random(3)
    made = Sketch()
    for _ in range(100_000):
        made.add(f"{source.getrandbits(64):016x}", passed=source.random() < 0.25)
    assert made.tried == sketch.KEPT
    assert made.distinct == pytest.approx(100_000, rel=5 * 0.016)  # five standard errors
    assert made.passed / made.tried == pytest.approx(0.25, abs=0.035)  # five standard errors
    assert _sketch([(1, True), (1, True), (2, False)]).distinct == 2


def test_doubts_between_parts_raise_the_grade() -> None:
    seen = [(value, value % 5 == 0) for value in range(100)]
    often, rarely = (_part(seen, chance, prose=prose, score=1.0) for chance, prose in ((0.2, True), (0.01, False)))
    both = merge([often, rarely])
    assert both.findings["CREDIT_CARD"].chance == 0.01
    assert not grade_column(often, SEVERE)
    assert grade_column(both, SEVERE)
    assert both.free_text
    assert merge([Column("c", sampled=True), Column("c")]).sampled


def test_a_value_that_once_passed_has_passed() -> None:
    assert _sketch([(1, True), (1, False)]) == _sketch([(1, False), (1, True)]) == _sketch([(1, True)])


@pytest.mark.parametrize("wrong", [[], [Column("a"), Column("b")]])
def test_what_is_not_one_column_is_refused(wrong: list[Column]) -> None:
    with pytest.raises(UsageError, match="not the parts of one column"):
        merge(wrong)


def test_a_part_that_counted_without_a_sketch_is_refused() -> None:
    counted = Column("c", 9, 9, findings={"US_SSN": Finding("US_SSN", 9, 9, 9, tried=9, passed=9, chance=0.5)})
    with pytest.raises(UsageError, match="without a sketch"):
        merge([counted, Column("c")])


def _file(rows: int, unscanned: list[str], **columns: Column) -> FileScan:
    return FileScan("f", rows, columns, unscanned)


shards = some.builds(
    _file, some.integers(0, 9), some.lists(some.sampled_from(["cut", "slow"]), unique=True), c=parts
) | some.builds(_file, some.integers(0, 9), some.just([]))


@given(one=shards, two=shards, three=shards)
def test_files_merge_in_any_order_and_through_json(one: FileScan, two: FileScan, three: FileScan) -> None:
    whole = merge_files([one, two, three])
    assert whole.rows == one.rows + two.rows + three.rows
    assert set(whole.unscanned) == {*one.unscanned, *two.unscanned, *three.unscanned}
    assert merge_files([three, load(dump(merge_files([two, one])))]) == whole
    assert load(dump(whole)) == whole


def test_parts_of_several_files_are_refused() -> None:
    for wrong in ([], [FileScan("a"), FileScan("b")]):
        with pytest.raises(UsageError, match="not the parts of one file"):
            merge_files(wrong)


def test_a_part_that_cannot_be_read_back_is_named_without_its_content() -> None:
    good = dump(_file(9, [], c=_part([(1, True)], 0.1, prose=False, score=1.0)))
    for bad in (good[:-9], b"", b"[]", good.replace(b'"cells":1', b'"cells":"canary"', 1)):
        with pytest.raises(IntegrityError, match="scan the part again") as caught:
            load(bad)
        assert "canary" not in str(caught.value)
        assert caught.value.__cause__ is None
    assert str(caught.value).startswith("columns.c.cells: ")


def test_shards_of_real_data_merge_to_what_one_scan_gives(tmp_path: Path, scanner: Scanner, rules: Policy) -> None:
    emails = [f"person{place % 40}@example.org" if place % 3 else "" for place in range(120)]
    cards = ["4111111111111111" if place % 7 == 0 else f"order {place}" for place in range(120)]
    whole = _scan(write_csv(tmp_path / "whole" / "a.csv", email=emails, note=cards), scanner)
    shards = [
        _scan(write_csv(tmp_path / str(cut) / "a.csv", email=emails[cut::3], note=cards[cut::3]), scanner)
        for cut in range(3)
    ]
    merged = merge_files(load(dump(shard)) for shard in shards)
    assert merged.rows == whole.rows == 120
    for name, expected in whole.columns.items():
        found = merged.columns[name]
        assert {kind: _counts(one) for kind, one in found.findings.items()} == {
            kind: _counts(one) for kind, one in expected.findings.items()
        }
        assert (found.cells, found.filled) == (expected.cells, expected.filled)
        assert grade_column(found, rules) == grade_column(expected, rules)
    assert grade_column(merged.columns["email"], rules)


def _scan(path: Path, scanner: Scanner) -> FileScan:
    return scan(Job(Dataset(path), scanner, SECRET))[0]
