# SPDX-License-Identifier: Apache-2.0
"""A sample is the same for the same seed, and what it says of the whole is as rarely wrong as it claims."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody import formats, policy
from custody.classifiers import sampling, sequential
from custody.classifiers.grading.shares import Z, wilson
from custody.classifiers.intervals import at_most, difference, firing_share, share_interval
from custody.classifiers.sampling import FIRST, Plan, Sampler, Stratum, select
from custody.classifiers.sequential import Sequential, read_in_full, thresholds
from custody.errors import IntegrityError, UsageError
from tests.conftest import ROOT

from .conftest import write_csv

RULES = policy.load(ROOT / "sample_data" / "policy.yaml")
strata_of = some.lists(some.integers(0, 4000), min_size=1, max_size=12).map(
    lambda sizes: {(f"f{index % 3}", index): size for index, size in enumerate(sizes)}
)


def _rounds(sampler: Sampler) -> Iterator[dict[Stratum, list[int]]]:
    while sampler.more():
        yield {key: sampler.take(key, rows) for key, rows in sampler.strata.items()}


@given(strata=strata_of, seed=some.integers(0, 2**64), most=some.none() | some.integers(1, 20_000))
@settings(max_examples=60, deadline=None)
def test_rounds_repeat_no_row_and_leave_none_when_nothing_limits_them(
    strata: dict[Stratum, int], seed: int, most: int | None
) -> None:
    sampler = Sampler(Plan(seed, max_rows=most), strata)
    taken: dict[Stratum, list[int]] = {key: [] for key in strata}
    for one in _rounds(sampler):
        for key, rows in one.items():
            assert rows == sorted(rows)
            taken[key] += rows
        assert sampler.read == sum(map(len, taken.values()))
    for key, rows in taken.items():
        assert len(rows) == len(set(rows))
        assert all(0 <= row < strata[key] for row in rows)
        assert bool(rows) == bool(strata[key])  # at least one row of each
        if most is None:
            assert len(rows) == strata[key]


@given(strata=strata_of, seed=some.integers(0, 99), most=some.integers(1, 5000))
@settings(max_examples=60, deadline=None)
def test_a_selection_is_in_proportion_to_within_one_row(strata: dict[Stratum, int], seed: int, most: int) -> None:
    total = sum(strata.values())
    for key, rows in select(Plan(seed, max_rows=most), strata).items():
        share = strata[key] * min(most, total) / max(1, total)
        assert abs(len(rows) - share) <= 1


def test_the_same_seed_selects_the_same_rows_and_another_seed_others() -> None:
    strata = {("a", 0): 5000, ("a", 1): 5000, ("b", 0): 100}
    first, again, other = (select(Plan(seed, max_rows=500), strata) for seed in (7, 7, 8))
    assert first == again != other
    # pinned, since a report's seed must still say which rows were read in later versions
    assert select(Plan(7, max_rows=8), {("a", 0): 100}) == {("a", 0): [6, 11, 23, 26, 44, 46, 61, 68]}


def test_equal_strata_are_not_read_at_equal_places() -> None:
    taken = select(Plan(1, max_rows=100), {("a", 0): 1000, ("a", 1): 1000})
    assert taken["a", 0] != taken["a", 1]


def test_every_row_has_the_same_chance_even_where_shares_do_not_make_whole_rows() -> None:
    strata = {("a", 0): 7, ("a", 1): 16, ("a", 2): 27}  # 10 of 50: 1.4, 3.2 and 5.4 rows
    often = dict.fromkeys(strata, 0)
    for seed in range(4000):
        for key, rows in select(Plan(seed, max_rows=10), strata).items():
            often[key] += len(rows)
    assert [often[key] / 4000 / size for key, size in strata.items()] == pytest.approx([0.2] * 3, abs=0.004)


@pytest.mark.parametrize("field", [{"confidence": 1.0}, {"confidence": 0.2}, {"max_rows": 0}, {"max_rows": -5}])
def test_a_plan_that_cannot_be_kept_is_refused(field: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="allowed"):
        Plan(1, **field)  # type: ignore[arg-type]


@pytest.mark.parametrize(("key", "rows"), [(("a", 0), 9), (("a", 1), 10), (("b", 0), 10)])
def test_a_chunk_that_is_not_what_was_counted_is_refused(key: Stratum, rows: int) -> None:
    sampler = Sampler(Plan(1), {("a", 0): 10})
    sampler.more()
    with pytest.raises(IntegrityError, match="had"):
        sampler.take(key, rows)


def test_no_round_goes_over_the_files_for_nothing() -> None:
    sampler = Sampler(Plan(1), {("f", index): 100 for index in range(3000)})
    assert all(sum(map(len, taken.values())) for taken in _rounds(sampler))
    assert sampler.targets[0] == 3000


def test_nothing_to_read_is_read_whole() -> None:
    sampler = Sampler(Plan(1), {("a", 0): 0})
    assert not sampler.more()
    assert sampler.whole
    assert select(Plan(1), {("a", 0): 0}) == {("a", 0): []}


@pytest.mark.parametrize("total", [1, 50, 10_000])
@pytest.mark.parametrize("rows", [1, 20, 900])
def test_the_bound_of_what_was_not_found_is_exact_or_wider(rows: int, total: int) -> None:
    """Against the hypergeometric distribution: one more row than the bound would have been seen."""
    bound = at_most(rows, total, 0.05)
    if rows >= total:
        assert bound == 0
        return
    assert bound <= 1 - 0.05 ** (1 / rows) + 1e-12
    beyond = int(bound * total) + 1
    unseen = comb(total - beyond, rows) / comb(total, rows) if beyond <= total else 0.0
    assert unseen <= 0.05


def test_three_of_n_is_the_bound_of_a_small_part_and_no_row_proves_nothing() -> None:
    assert at_most(3000, 10**9, 0.05) == pytest.approx(0.001, rel=0.01)  # the rule of three
    assert at_most(0, 10, 0.05) == 1
    assert at_most(999, 1000, 0.05) == 0  # one row of a thousand would have been seen 999 times of 1000


@given(filled=some.integers(1, 3000), part=some.floats(0, 1), alpha=some.floats(1e-6, 0.3))
def test_an_interval_holds_its_share_and_is_wider_than_its_half_error(filled: int, part: float, alpha: float) -> None:
    hits = round(filled * part)
    low, high = share_interval(hits, filled, alpha)
    assert 0 <= low <= hits / filled <= high <= 1
    wider = share_interval(hits, filled, alpha / 2)
    assert wider[0] <= low
    assert high <= wider[1]


def test_no_cell_says_nothing_of_a_share() -> None:
    assert share_interval(0, 0, 0.05) == (0.0, 1.0)
    assert firing_share(0.2, 0) > 1


@given(filled=some.integers(2, 10**6), share=some.floats(0.001, 0.9))
def test_a_rule_fires_where_the_lower_end_of_wilsons_interval_reaches_it(filled: int, share: float) -> None:
    hits = firing_share(share, filled) * filled
    if 1 <= hits <= filled - 1:
        assert wilson(int(hits), filled)[0] <= share + 1e-9
        assert wilson(int(hits) + 1, filled)[0] >= share - 1e-9


def _column(source: random.Random, share: float, sizes: list[int]) -> list[list[int]]:
    """Cells of each stratum: 1 a finding, 0 none, -1 empty. Findings crowd in some strata, and so do empty cells."""
    hot = [min(1.0, share * (3 if index % 3 == 0 else 0.0)) for index in range(len(sizes))]
    return [
        [-1 if source.random() < 0.3 * (index % 2) else int(source.random() < hot[index]) for _ in range(size)]
        for index, size in enumerate(sizes)
    ]


def _sequence(cells: list[list[int]], plan: Plan, threshold: float) -> tuple[Sequential, bool]:
    """Read a column until it is decided. Return the counts, and what the rule says of the sample."""
    sampler = Sampler(plan, {("f", index): len(one) for index, one in enumerate(cells)})
    found = Sequential(sampler, {"E": ((threshold, 1.0),)})
    for taken in _rounds(sampler):
        for (_, index), rows in taken.items():
            read = [cells[index][row] for row in rows]
            found.add_column("c", sum(one >= 0 for one in read), {"E": read.count(1)})
        if found.decided():
            break
    hits, filled = found.counts["c", "E"]
    return found, wilson(hits, filled)[0] >= threshold


def _two_thousand(shares: tuple[float, ...]) -> tuple[int, int]:
    """Return how many of 2,000 columns stop with another answer than their whole, and how many stop early.

    Findings and empty cells are clustered, one stratum is tiny, and there are five looks.
    """
    source, sizes, wrong, early = random.Random(20), [350, 450, 400, 300, 3, 500], 0, 0
    for seed in range(2000):
        cells = _column(source, 0.2 * source.choice(shares), sizes)
        every = [one for stratum in cells for one in stratum if one >= 0]
        found, fires = _sequence(cells, Plan(seed, confidence=0.9), 0.2)
        wrong += fires != (wilson(every.count(1), len(every))[0] >= 0.2)
        early += not found.sampler.whole
    return wrong, early


@pytest.mark.parametrize("shares", [(0.3, 0.7, 0.9, 1.0, 1.05, 1.15, 1.5, 2.5), (1.05, 1.1, 1.12, 1.15)])
def test_of_two_thousand_columns_no_more_stop_wrong_than_the_confidence_allows(
    shares: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "FIRST", 20)
    wrong, early = _two_thousand(shares)
    assert wrong <= 2000 * 0.1
    if max(shares) > 2:
        assert early >= 500  # columns that are always read whole would prove nothing


def test_stopping_as_soon_as_a_plain_interval_is_clear_of_the_threshold_would_be_wrong_too_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control of the test above: the same columns under 90 % intervals that know nothing of further looks."""

    def plain(hits: int, filled: int, _: float) -> tuple[float, float]:
        middle, reach = wilson(hits, filled), 1.644854 / Z
        share = hits / filled if filled else 0.0
        return share - (share - middle[0]) * reach, share + (middle[1] - share) * reach

    monkeypatch.setattr(sampling, "FIRST", 20)
    monkeypatch.setattr(sequential, "share_interval", plain)
    monkeypatch.setattr(sequential, "firing_share", lambda share, _: share)
    assert _two_thousand((1.05, 1.1, 1.12, 1.15))[0] > 2000 * 0.1


def test_shares_far_from_the_threshold_are_decided_in_the_first_round() -> None:
    source = random.Random(3)
    for share, expected in ((0.0, False), (0.33, True)):
        found, fires = _sequence(_column(source, share, [20_000] * 3), Plan(1), 0.05)
        assert found.sampler.round == 1
        assert abs(found.sampler.read - FIRST) <= 3
        assert fires == expected


def test_files_are_read_chunk_by_chunk_until_their_column_is_decided(tmp_path: Path) -> None:
    """The way of a scan: count the rows of each chunk, then go round."""
    path = write_csv(tmp_path / "d" / "a.csv", note=[f"row {index}" for index in range(9000)]) / "a.csv"
    sampler = Sampler(Plan(1), {("a.csv", index): one.rows for index, one in enumerate(formats.read(path))})
    found, seen = Sequential(sampler, {"E": ((0.2, 1.0),)}), set()
    while sampler.more():
        for index, chunk in enumerate(formats.read(path)):
            cells = chunk.columns["note"].take(sampler.take(("a.csv", index), chunk.rows)).to_pylist()
            seen |= set(cells)
            found.add_column("a.csv: note", len(cells), {"E": sum(one.endswith("7") for one in cells)})
        if found.decided():
            break
    assert len(seen) == sampler.read < sampler.total == 9000
    assert found.interval("a.csv: note", "E")[1] < 0.2


def test_a_share_on_the_threshold_is_read_to_the_end() -> None:
    cells = [[int(index % 5 == 0) for index in range(5000)]]
    found, _ = _sequence(cells, Plan(1), 0.2)
    assert found.sampler.whole
    assert found.proof()["undecided"] == []


def test_a_sample_that_may_not_grow_says_what_is_open() -> None:
    cells = [[int(index % 5 == 0) for index in range(5000)]]
    found, _ = _sequence(cells, Plan(1, max_rows=100), 0.2)
    assert not found.decided()
    assert found.proof()["undecided"] == [["c", "E"]]
    low, high = found.interval("c", "E")
    assert low < 0.2 < high


def test_nothing_is_decided_before_the_first_round() -> None:
    assert not Sequential(Sampler(Plan(1), {("f", 0): 10}), {}).decided()


def _looked(points: tuple[float, float], hits: int, filled: int, total: int = 100_000) -> Sequential:
    sampler = Sampler(Plan(1), {("f", 0): total})
    sampler.more()
    found = Sequential(sampler, {"E": (points,)})
    found.add_column("c", filled, {"E": hits})
    return found


def test_a_share_above_the_threshold_is_open_while_the_rule_would_not_fire_on_the_sample() -> None:
    firing = firing_share(0.2, 1000)
    between = [hits for hits in range(200, 500) if 0.2 <= _looked((0.2, 1), hits, 1000).interval("c", "E")[0] < firing]
    assert between
    assert not any(_looked((0.2, 1), hits, 1000).decided() for hits in between)
    assert _looked((0.2, 1), between[-1] + 1, 1000).decided()


@pytest.mark.parametrize(
    ("count", "total", "decided"),
    [
        (300, 100_000, True),  # as many were seen
        (301, 100_000, False),  # the whole may hold one more
        (40_000, 100_000, True),  # the whole cannot hold so many
        (30_000, 100_000, False),
    ],
)
def test_a_rule_that_also_counts_is_settled_when_the_count_is(count: int, total: int, decided: bool) -> None:
    assert _looked((0.01, count), 300, 1000, total).decided() == decided


def test_the_error_is_divided_over_all_rounds_and_intervals() -> None:
    found = _looked((0.2, 1), 0, 1000)
    found.add_column("d", 1000, {})
    assert found.sampler.targets == [1000, 4000, 16_000, 64_000, 100_000]
    assert found.alpha == pytest.approx(0.05 / 5 / 2)


def test_more_columns_make_each_interval_wider_for_they_must_all_hold() -> None:
    sampler = Sampler(Plan(1), {("f", 0): 10_000})
    sampler.more()
    alone, many = Sequential(sampler, {"E": ((0.2, 1.0),)}), Sequential(sampler, {"E": ((0.2, 1.0),)})
    alone.add_column("c", 1000, {"E": 300})
    for index in range(50):
        many.add_column("c" if index == 0 else f"c{index}", 1000, {"E": 300})
    assert many.interval("c", "E")[0] < alone.interval("c", "E")[0]


def test_tiny_files_that_tilt_the_sample_widen_its_intervals() -> None:
    even = Sampler(Plan(1), {("f", 0): 10_000})
    tilted = Sampler(Plan(1), {("f", 0): 9_000} | {(f"g{index}", 0): 1 for index in range(900)})
    intervals = []
    for sampler in (even, tilted):
        sampler.more()
        found = Sequential(sampler, {"E": ((0.2, 1.0),)})
        found.add_column("c", sampler.read, {"E": sampler.read // 10})
        intervals.append(found.interval("c", "E"))
    assert even.tilt == pytest.approx(0)
    assert intervals[1][0] < intervals[0][0]
    assert intervals[1][1] > intervals[0][1]


def test_the_proof_says_how_much_was_read_and_what_no_finding_means() -> None:
    found, _ = _sequence([[0] * 20_000], Plan(42, max_rows=1000), 0.2)
    proof = found.proof()
    assert json.loads(json.dumps(proof)) == proof
    assert {key: proof[key] for key in ("seed", "confidence", "rows_read", "rows", "strata", "looks")} == {
        "seed": 42,
        "confidence": 0.95,
        "rows_read": 1000,
        "rows": 20_000,
        "strata": 1,
        "looks": 1,
    }
    assert proof["none_found"] == {
        "c: E": "none found in 1,000 of 20,000 rows: at 95 % confidence at most 0.29 % of the cells"
    }


def test_a_whole_reading_claims_no_bound() -> None:
    found, _ = _sequence([[0] * 500], Plan(1), 0.2)
    assert found.proof()["none_found"] == {"c: E": "none found in 500 of 500 rows"}


def test_a_column_of_empty_cells_is_bounded_by_nothing() -> None:
    found, _ = _sequence([[-1] * 5000], Plan(1, max_rows=100), 0.2)
    assert found.none_found("c", "E").endswith("at most 100 % of the cells")


def test_entities_of_which_one_hit_decides_are_read_in_full_unless_told_otherwise() -> None:
    full = read_in_full(RULES, Plan(1))
    assert {"CREDIT_CARD", "IBAN_CODE", "CRYPTO"} <= full  # validated
    assert {"PERSON", "DATE_OF_BIRTH", "STREET_ADDRESS"} <= full  # together
    assert "EMAIL_ADDRESS" not in full
    assert thresholds(RULES)["EMAIL_ADDRESS"] == ((0.001, 1),)
    assert read_in_full(RULES, Plan(1, sample_all=True)) == frozenset()


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    # Newcombe 1998, table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 5/56 - 0/29, 0/10 - 0/20
    [
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (0, 10), -0.1611, 0.2775),
    ],
)
def test_the_change_of_a_share_has_newcombes_interval(
    before: tuple[int, int], after: tuple[int, int], low: float, high: float
) -> None:
    assert difference(before, after) == pytest.approx((low, high), abs=5e-5)
