# SPDX-License-Identifier: Apache-2.0
"""A steward waives a finding: the source is admitted, the gate lets it through, and the record shows why."""

from __future__ import annotations

import json

import pytest
import yaml

from .conftest import INTENT, Road

NAME = "fivethirtyeight"
ASKED = ("--asked-by", "Ben", "--by", "Ada", "--why", "counsel read the licence", "--expires", "30d")


@pytest.fixture
def shared(start: Road) -> Road:
    """A road whose sources are one under a share-alike licence and nothing else."""
    data = yaml.safe_load(start.sources.read_text())
    (source,) = (one for one in data["sources"] if one["name"] == NAME)
    source |= {"licence": "CC-BY-SA-4.0"}
    source.pop("metadata"), source.pop("licence_file")
    start.sources.write_text(yaml.safe_dump({"sources": [source]}))
    assert start.run("audit", start.sources, "--intent", INTENT) == 3
    return start


def _codes(road: Road) -> set[str]:
    report = json.loads((road.home.path / "reports" / f"audit-{INTENT}.json").read_text())
    return {one["code"] for one in report["sources"][0]["findings"] if one["verdict"] in ("review", "deny")}


def _waive_all(road: Road, *more: str) -> None:
    for code in sorted(_codes(road)):
        wanted = ("--source", NAME, "--intent", INTENT, "--code", code)
        assert road.run("waive", road.sources, *wanted, *ASKED, *more) == 0


def test_a_waived_source_is_admitted_and_both_verdicts_are_on_record(
    shared: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    _waive_all(shared)
    assert shared.run("audit", shared.sources, "--intent", INTENT) == 0
    said = capsys.readouterr().out
    assert "waived: LIC012" in said
    assert "by Ada, asked by Ben" in said
    (source,) = json.loads((shared.home.path / "reports" / f"audit-{INTENT}.json").read_text())["sources"]
    assert (source["verdict"], source["verdict_before_waivers"]) == ("allow_with_obligations", "review")
    audits = [one for one in map(shared.ledger.get, shared.ledger.digests()) if one.link.step == "audit"]
    newest = max(audits, key=lambda one: one.link.created_at)
    reviews = {shared.ledger.get(one).link.step for one in newest.link.prev}
    assert reviews == {"review"}, "the audit names the waivers it rests on"


def test_changed_bytes_need_a_new_decision(shared: Road, capsys: pytest.CaptureFixture[str]) -> None:
    _waive_all(shared)
    file = shared.raw(NAME) / "candy-data.csv"
    file.write_text(file.read_text() + "x\n")
    assert shared.run("audit", shared.sources, "--intent", INTENT) == 3
    assert "it was made for other bytes" in capsys.readouterr().out


def test_a_waiver_can_be_withdrawn(shared: Road) -> None:
    _waive_all(shared)
    _waive_all(shared, "--to", "review")
    assert shared.run("audit", shared.sources, "--intent", INTENT) == 3


def test_reviews_of_findings_in_data_go_on_beside_waivers(shared: Road) -> None:
    _waive_all(shared)
    assert shared.run("classify", shared.raw(NAME)) == 0
    assert shared.run("review", "list", shared.raw(NAME)) == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--code": "LIC999"}, "allowed: "),
        ({"--source": "nobody"}, "there is no source 'nobody'"),
        ({"--asked-by": "ada "}, "who decides must not be who asked"),
        ({"--why": "call me at jane.roe@example.com"}, "EMAIL_ADDRESS"),
        ({"--expires": "400d"}, "within 365 days"),
        ({"--expires": "soon"}, "this is no duration"),
        ({"--intent": "nothing"}, "no intent"),
    ],
)
def test_a_waiver_that_could_never_count_is_not_signed(
    shared: Road, capsys: pytest.CaptureFixture[str], changed: dict[str, str], said: str
) -> None:
    given = dict(zip(ASKED[::2], ASKED[1::2], strict=True))
    told = {"--source": NAME, "--intent": INTENT, "--code": "LIC012"} | given | changed
    assert shared.run("waive", shared.sources, *(part for pair in told.items() for part in pair)) == 1
    assert said in capsys.readouterr().err
    assert "review" not in shared.steps_signed()


def test_what_was_not_audited_cannot_be_waived(shared: Road, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared.raw(NAME) / "candy-data.csv"
    file.write_text(file.read_text() + "x\n")
    assert shared.run("waive", shared.sources, "--source", NAME, "--intent", INTENT, "--code", "LIC012", *ASKED) == 1
    assert "run the audit first" in capsys.readouterr().err
