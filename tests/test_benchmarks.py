# SPDX-License-Identifier: Apache-2.0
"""The benchmark of classification gives every figure and finds what Presidio finds; its page says what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from benchmarks import corpora, people, render, run
from benchmarks.measures import Measure, median

KEYS = {"measure", "value", "unit", "target", "met", "spread", "how"}


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return run.result("classify", run.DATA, quick=True, large=False)


@pytest.mark.slow
def test_every_figure_has_its_parts_and_says_how_it_was_measured(quick: dict[str, Any]) -> None:
    assert all(set(one) == KEYS and one["how"] for one in quick["measures"])
    assert len({one["measure"] for one in quick["measures"]}) == len(quick["measures"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "figure",
    [
        "web text, all",
        "12 columns, all",
        "PII-dense text, all",
        "datatrove",
        "data-prep-kit",
        "ten times",
        "memory",
        "two processes",
        "personal columns",
        "other columns",
        "recall of IBAN_CODE",
        "F1 of secrets",
    ],
)
def test_every_figure_that_was_asked_for_is_there(quick: dict[str, Any], figure: str) -> None:
    if not run.DATA.is_dir() and figure == "recall of IBAN_CODE":
        pytest.skip("the public data sets are not beside the repository")
    assert [one for one in quick["measures"] if figure in one["measure"]]


@pytest.mark.slow
def test_no_cell_differs_from_presidio(quick: dict[str, Any]) -> None:
    told = [one for one in quick["measures"] if one["measure"].startswith("cells that differ")]
    assert len(told) == 2
    assert all(one["value"] == 0 and one["met"] for one in told)


AUDIT = (
    "restricted datasets that pass",
    "commercial datasets that pass",
    "raw licence strings",
    "cards whose tag is more permissive",
    "agreeing cards flagged wrongly",
    "SPDX licence texts told",
    "installed packages",
    "wrong duties",
    "robots.txt",
    "vectors",
    "freer than what they were made from",
    "planted poison",
    "nothing was planted in",
    "audit of many sources, time",
    "audit of many sources, peak memory",
)


@pytest.mark.slow
def test_the_figures_of_the_audit_are_all_there_and_none_is_missed() -> None:
    told = run.result("audit", run.DATA, quick=True, large=False)["measures"]
    assert all(set(one) == KEYS and one["how"] for one in told)
    assert len({one["measure"] for one in told}) == len(told)
    assert [name for name in AUDIT if not any(name in one["measure"] for one in told)] == []
    assert [one["measure"] for one in told if one["met"] is False] == []


LINEAGE = (
    "agreement with the CycloneDX corpus",
    "edits refused in 1.6",
    "edits refused in 1.7",
    "invalid events of OpenLineage",
    "cases of OpenLineage's specification",
    "tampering without a key",
    "tampering with the keys of some roles",
    "damage to a single file",
    "securesystemslib",
    "in-toto-attestation",
    "custody verify with the bytes",
    "recompute an address",
    "a statement found by address",
)
SPEEDS = ("custody verify", "time to recompute", "a statement found", "an address that has none")


@pytest.mark.slow
def test_the_figures_of_lineage_are_all_there_and_none_but_a_speed_is_missed() -> None:
    told = run.result("lineage", run.DATA, quick=True, large=False)["measures"]
    assert all(set(one) == KEYS and one["how"] for one in told)
    assert len({one["measure"] for one in told}) == len(told)
    assert [name for name in LINEAGE if not any(name in one["measure"] for one in told)] == []
    assert [one["measure"] for one in told if one["met"] is False and not one["measure"].startswith(SPEEDS)] == []


@pytest.mark.parametrize(
    ("value", "target", "met"),
    [
        (30, ">= 30", True),
        (29.99, ">= 30", False),
        (29.9999999, ">= 30", False),
        (10.5, "<= 10.5", True),
        (10.6, "<= 10.5", False),
        (0, "= 0", True),
        (1, "= 0", False),
        (7, "", None),
        (None, ">= 1", None),
    ],
)
def test_a_target_is_met_or_missed_before_the_figure_is_rounded(
    value: float | None, target: str, met: bool | None
) -> None:
    assert Measure("m", value, "x", target, "h").told()["met"] is met


def test_a_median_tells_its_range() -> None:
    assert (
        median("m", [3.0, 1.0, 2.0], "x", "", "h").told() | {"value": 2, "spread": [1, 3]}
        == median("m", [3.0, 1.0, 2.0], "x", "", "h").told()
    )


def test_a_figure_that_was_not_measured_is_never_shown_as_met(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(_result(Measure("speed", None, "x", ">= 1", "not run: no peer"))))
    page = render.page([tmp_path / "x.json"])
    assert "| speed | not measured | ≥ 1 |  |" in page
    assert "not run: no peer" in page


def test_a_missed_target_stands_out_on_the_page_and_in_the_terminal(tmp_path: Path) -> None:
    result = _result(Measure("speed", 0.5, "x", ">= 1", "h", (0.4, 0.6)))
    (tmp_path / "x.json").write_text(json.dumps(result))
    assert "| speed | 0.5 x [0.4 to 0.6] | ≥ 1 | **missed** |" in render.page([tmp_path / "x.json"])
    assert "MISSED" in render.text(result)


def test_the_page_in_the_repository_is_made_from_the_results_in_it() -> None:
    assert run.PAGE.read_text() == render.page(sorted(run.RESULTS.glob("*.json")))


def test_a_corpus_is_the_same_for_the_same_seed() -> None:
    assert corpora.dense(5, seed=9) == corpora.dense(5, seed=9) != corpora.dense(5, seed=8)


def test_tables_repeat_customers_and_no_order() -> None:
    table = corpora.table(rows=500)
    assert len(table) == 12
    assert len(set(table["order_id"])) == 500
    assert 50 < len(set(table["email"])) <= 100


@pytest.mark.parametrize("seed", range(20))
def test_made_cards_and_accounts_have_the_check_digits_of_real_ones(seed: int) -> None:
    card, iban = people.card(Random(seed)), people.iban(Random(seed))
    doubled = [sum(divmod(2 * int(one), 10)) if at % 2 else int(one) for at, one in enumerate(reversed(card))]
    assert sum(doubled) % 10 == 0
    assert int(iban[4:] + "1314" + iban[2:4]) % 97 == 1


def _result(*measures: Measure) -> dict[str, Any]:
    machine = {"processor": "p", "cores": 2, "load": 0.1, "system": "s", "python": "3", "packages": {}, "date": "d"}
    return {"benchmark": "x", "machine": machine, "measures": [one.told() for one in measures]}
