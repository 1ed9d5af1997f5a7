# SPDX-License-Identifier: Apache-2.0
"""Acceptance: the sample is promised before, drawn again by anyone, and no fault of the judging helps the data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from custody.audit.acceptance import commit, commitment, drawn, new_seed, rows
from custody.audit.acceptance.commitments import parse
from custody.audit.acceptance.exact import interval
from custody.audit.case import Case
from custody.audit.rules.acceptance import acceptance
from custody.dataset import Dataset
from custody.errors import UsageError
from tests.audit.legal.cases import case, found

SEED = "0123456789abcdef" * 4
WHEN = datetime(2026, 11, 1, tzinfo=UTC)
LATER = (WHEN + timedelta(days=1)).isoformat()
MISSING, PROMISE, FAULT = ("ACC130", "review"), ("ACC131", "review"), ("ACC132", "review")
FAILED, UNPROVEN = ("ACC133", "deny"), ("ACC133", "review")
ITEMS = 100  # of the dataset
SMALL = {"manual_items": 20, "manual_pass": 0.8, "technical_share": 0.1, "technical_pass": 0.9}
Edit = Callable[[list[dict[str, Any]]], Iterable[Any]]


class Work:
    """A dataset with the records of one check."""

    def __init__(self, base: Path, kind: str = "manual", **settings: Any) -> None:
        self.base, self.kind, self.seed = base, kind, SEED
        (base / "d").mkdir(exist_ok=True)
        (base / "d" / "a.txt").write_text("".join(f"line {number}\n" for number in range(ITEMS)))
        self.listing = Dataset(base / "d").listing()
        (base / "catalogue.txt").write_text("".join(f"https://example.org/{number}\n" for number in range(500)))
        self.settings = {"acceptance": SMALL | settings}

    @property
    def address(self) -> str:
        data = (self.base / "catalogue.txt").read_bytes()
        return hashlib.sha256(data).hexdigest() if self.kind == "before" else self.listing.address

    def promised(self, **changes: Any) -> Work:
        told: dict[str, Any] = {"seed": self.seed, "address": self.address, "by": "steward", "at": WHEN} | changes
        commit(self.base / "commitments.jsonl", **told)
        return self

    def items(self, size: int) -> list[str]:
        lines = (self.base / "catalogue.txt").read_text().split()
        population = lines if self.kind == "before" else list(rows(self.base / "d", ["a.txt"]))
        return sorted(drawn(population, self.seed, self.address, self.kind, lambda _: size).of(population))

    def judged(self, size: int = 20, bad: int = 0, edit: Edit = list) -> Work:
        told = [{"item": item, "ok": True, "judge": "ann", "at": LATER} for item in self.items(size)]
        for one in told[:bad]:
            one["ok"] = False
        lines = [line if isinstance(line, str) else json.dumps(line) for line in edit(told)]
        (self.base / "judged.jsonl").write_text("".join(line + "\n" for line in lines))
        return self

    def case(self, **source: Any) -> Case:
        check = {"kind": self.kind, "judgements": "judged.jsonl", "committed": "commitments.jsonl", "seed": self.seed}
        if self.kind == "before":
            check["catalogue"] = "catalogue.txt"
        (self.base / "acceptance.yaml").write_text(yaml.safe_dump({"checks": [check]}))
        one = case(self.base, self.settings, acceptance="acceptance.yaml", **source)
        return replace(one, listing=self.listing)


def judged(work: Work, **source: Any) -> set[tuple[str, str]]:
    return found(acceptance, work.case(**source))


# The numbers


@pytest.mark.parametrize(("bad", "expected"), [(0, set()), (4, set()), (5, {FAILED}), (20, {FAILED})])
def test_a_sample_passes_by_its_share(tmp_path: Path, bad: int, expected: set[tuple[str, str]]) -> None:
    assert judged(Work(tmp_path).promised().judged(bad=bad)) == expected


def test_a_policy_may_ask_for_proof(tmp_path: Path) -> None:
    work = Work(tmp_path, decide_by="bound").promised()
    assert judged(work.judged(bad=4)) == {UNPROVEN}
    assert judged(work.judged(bad=0)) == set()


@pytest.mark.parametrize(("bad", "expected"), [(0, set()), (1, set()), (2, {FAILED})])
def test_a_technical_sample_is_a_share_of_all_items(tmp_path: Path, bad: int, expected: set[tuple[str, str]]) -> None:
    assert judged(Work(tmp_path, "technical").promised().judged(size=10, bad=bad)) == expected


@pytest.mark.parametrize("kind", ["before", "after"])
@pytest.mark.parametrize(("bad", "expected"), [(5, set()), (6, {FAILED})])
def test_a_source_above_five_per_cent_is_refused(
    tmp_path: Path, kind: str, bad: int, expected: set[tuple[str, str]]
) -> None:
    assert judged(Work(tmp_path, kind, source_items=100).promised().judged(size=100, bad=bad)) == expected


def test_what_the_policy_requires_and_nobody_did_is_missing(tmp_path: Path) -> None:
    assert found(acceptance, case(tmp_path)) == set()
    required = {"acceptance": {"require": ["before", "after", "manual", "technical"]}}
    assert len(list(acceptance(case(tmp_path, required)))) == 4
    assert judged(Work(tmp_path, require=["manual"]).promised().judged()) == set()
    assert judged(Work(tmp_path, require=["manual", "technical"]).judged()) == {MISSING}


@settings(deadline=None)
@given(st.integers(1, 60), st.data())
def test_the_interval_is_that_of_clopper_and_pearson(size: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, size))
    low, high = interval(hits, size, size + 1, 0.95)
    expected = binomtest(hits, size).proportion_ci(0.95, "exact")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert interval(hits, size, size, 0.95) == (hits / size, hits / size)


def test_59_without_a_hit_prove_less_than_five_per_cent() -> None:
    assert interval(59, 59, 10**6, 0.90)[0] > 0.95 > interval(58, 58, 10**6, 0.90)[0]  # one-sided 95 %


# The promise


def test_a_sample_nobody_promised_is_for_review(tmp_path: Path) -> None:
    assert judged(Work(tmp_path).judged()) == {PROMISE, FAULT}  # FAULT: not shown to be judged after


def test_another_seed_than_the_promised_one_is_seen(tmp_path: Path) -> None:
    work = Work(tmp_path).promised()
    work.seed = "f" * 64
    assert PROMISE in judged(work.judged())


def test_a_promise_for_other_bytes_is_none(tmp_path: Path) -> None:
    assert PROMISE in judged(Work(tmp_path).promised(address="f" * 64).judged())


@pytest.mark.parametrize(
    ("seed", "address"),
    [("f" * 64, None), (SEED, "f" * 64)],
    ids=["a second draw for the dataset", "the seed of another dataset"],
)
def test_no_one_draws_twice_or_uses_a_seed_twice(tmp_path: Path, seed: str, address: str | None) -> None:
    work = Work(tmp_path).promised().judged()
    told = {"seed": seed, "address": address or work.address}
    with pytest.raises(UsageError):
        work.promised(**told)
    other = tmp_path / "other.jsonl"  # by hand, past the check
    commit(other, by="steward", at=WHEN, **told)
    with (tmp_path / "commitments.jsonl").open("ab") as file:
        file.write(other.read_bytes())
    assert judged(work) == {PROMISE}


@pytest.mark.parametrize("seed", ["", "a", "42", "password"])
def test_a_seed_that_can_be_guessed_is_no_promise(tmp_path: Path, seed: str) -> None:
    with pytest.raises(UsageError, match="too short"):
        commit(tmp_path / "c.jsonl", seed, "aa", "steward")
    assert not (tmp_path / "c.jsonl").exists()


@pytest.mark.parametrize("data", [b"{}\n", b"[]\n", b"\xff\n", b'{"commitment": 1}\n', b"[" * 100_000 + b"\n", b"x"])
def test_a_register_that_is_none_is_refused_and_kept(tmp_path: Path, data: bytes) -> None:
    work = Work(tmp_path).promised().judged()
    register = tmp_path / "commitments.jsonl"
    register.write_bytes(register.read_bytes() + data)
    before = register.read_bytes()
    assert PROMISE in judged(work)
    with pytest.raises(UsageError, match="not a register"):
        commit(register, new_seed(), "aa", "steward")
    assert register.read_bytes() == before


def test_a_register_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    work = Work(tmp_path).promised()
    data = (tmp_path / "commitments.jsonl").read_bytes()
    assert parse(data) is not None
    assert parse(data[:-1]) is None
    assert work.address in data.decode()


def test_the_commitment_tells_nothing_of_the_seed(tmp_path: Path) -> None:
    work = Work(tmp_path).promised()
    assert SEED not in (tmp_path / "commitments.jsonl").read_text()
    assert commitment(SEED, work.address) != commitment(SEED, "f" * 64)
    assert len({new_seed() for _ in range(100)}) == 100


# The judgements


def without_first(told: list[dict[str, Any]]) -> list[Any]:
    return told[1:]


def changing(number: int = 0, **entries: Any) -> Edit:
    return lambda told: [one | entries if index == number else one for index, one in enumerate(told)]


def adding(*lines: Any) -> Edit:
    return lambda told: [*told, *lines]


@pytest.mark.parametrize(
    "edit",
    [
        without_first,
        adding({"item": "a.txt#9999", "ok": True, "judge": "ann", "at": LATER}),
        adding({"item": "", "ok": True, "judge": "ann", "at": LATER}),
        adding("not json"),
        adding(""),
        adding("[" * 100_000),
        adding(json.dumps({"item": "x" * 100_000, "ok": True, "judge": "ann", "at": LATER})),
        adding('{"item": "a", "item": "b", "ok": true, "judge": "ann", "at": "2026"}'),
        changing(ok="yes"),
        changing(ok=1),
        changing(ok=None),
        changing(judge=""),
        changing(judge=7),
        changing(judge=" ACME "),
        changing(judge="acme ltd"),
        changing(at=WHEN.replace(year=2025).isoformat()),
        changing(at="2026-11-25T00:00:00+00:00"),
        changing(at="2026-11-02"),
        changing(at="2026-11-02T00:00:00"),
        changing(at="later"),
        changing(at="9999-12-31T23:59:59-14:00"),
        lambda told: [*told, told[0]],
        lambda told: [*told, told[0] | {"ok": False}],
        lambda _: [],
    ],
)
def test_a_fault_in_the_judging_never_passes(tmp_path: Path, edit: Edit) -> None:
    work = Work(tmp_path).promised().judged(bad=0, edit=edit)
    seen = judged(work, supplier="acme", contract={"id": "c", "party": "Acme Ltd"})
    assert FAULT in seen
    assert seen <= {FAULT, FAILED}


@pytest.mark.parametrize("edit", [without_first, changing(3, ok=False), changing(3, ok="yes")])
def test_what_is_not_judged_good_counts_as_bad(tmp_path: Path, edit: Edit) -> None:
    work = Work(tmp_path, manual_pass=1.0).promised().judged(edit=edit)
    assert FAILED in judged(work)


def test_one_no_of_several_judges_is_a_no(tmp_path: Path) -> None:
    def twice(told: list[dict[str, Any]]) -> list[Any]:
        return [*told, *(one | {"judge": "bob", "ok": False} for one in told), *told]

    assert judged(Work(tmp_path).promised().judged(edit=twice)) == {FAULT, FAILED}


def test_the_order_of_judgements_does_not_matter(tmp_path: Path) -> None:
    work = Work(tmp_path).promised()
    forth = list(acceptance(work.judged(bad=5).case()))
    back = list(acceptance(work.judged(bad=5, edit=lambda told: told[::-1]).case()))
    assert forth == back


@pytest.mark.parametrize("gone", ["judged.jsonl", "acceptance.yaml", "d/a.txt"])
def test_what_is_not_there_cannot_be_redone(tmp_path: Path, gone: str) -> None:
    work = Work(tmp_path).promised().judged()
    one = work.case()
    (tmp_path / gone).unlink()
    assert found(acceptance, one) == {MISSING}


@pytest.mark.parametrize("text", ["", "checks: 7", "checks: [{kind: manul}]", "\0", "- - -"])
def test_a_record_that_says_nothing_is_a_finding(tmp_path: Path, text: str) -> None:
    one = Work(tmp_path).promised().judged().case()
    (tmp_path / "acceptance.yaml").write_text(text)
    assert found(acceptance, one) == {MISSING}


# The draw


@settings(deadline=None)
@given(st.sets(st.text(max_size=8), min_size=1, max_size=50), st.integers(0, 60), st.randoms())
def test_a_draw_depends_on_seed_and_address_and_not_on_the_order(items: set[str], size: int, rng: Any) -> None:
    shuffled = rng.sample(sorted(items), len(items))
    taken = drawn(items, SEED, "aa", "manual", lambda _: size)
    again = drawn(shuffled, SEED, "aa", "manual", lambda _: size)
    assert set(taken.of(items)) == set(again.of(shuffled))
    assert taken.size == len(set(taken.of(items))) == min(size, len(items))


def test_every_item_has_the_same_chance() -> None:
    counts = dict.fromkeys(map(str, range(50)), 0)
    for number in range(400):
        for item in drawn(counts, f"seed {number}", "aa", "manual", lambda _: 10).of(counts):
            counts[item] += 1
    assert sum((count - 80) ** 2 / 64 for count in counts.values()) < 90  # chi-squared, 49 degrees: 1 in 3,000


def test_a_stranger_can_draw_the_sample_again(tmp_path: Path) -> None:
    work = Work(tmp_path)
    keys = {}
    for row in range(ITEMS):
        text = "\0".join((SEED, work.address, "manual", f"a.txt#{row}"))
        keys[f"a.txt#{row}"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert sorted(sorted(keys, key=lambda item: keys[item])[:20]) == work.items(20)
