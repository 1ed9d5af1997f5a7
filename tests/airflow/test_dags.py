# SPDX-License-Identifier: Apache-2.0
"""The example DAG, the README's DAG and every refusal, through a real Airflow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from custody import cli
from custody.home import Home
from custody.verbs.session import Session
from custody.verbs.summary import summary

if TYPE_CHECKING:
    from airflow_embedded import EmbeddedAirflow
    from airflow_runs import DagRun

    from .conftest import Site

pytestmark = pytest.mark.airflow


CANARY = "zz9canary@plural-zed.example"


def test_the_example_dag_trains_on_cleared_data_and_its_bom_verifies_offline(
    airflow: EmbeddedAirflow, site: Site
) -> None:
    file = site.path / "sample_data" / "chinook_people" / "employees.csv"
    file.write_text(file.read_text().replace("andrew@chinookcorp.com", CANARY))
    run = airflow.run("govern_training_data", conf=site.conf)
    assert run.state == "success", [(one.task_id, one.state) for one in run.tasks]
    work = next((site.home.path / "work" / "govern_training_data").iterdir())
    bom, bundle = work / "bom" / "model.cdx.json", work / "bom" / "bundle"
    options = ["--bytes", str(work / "cleared"), "--policy", str(site.home.path / "policy.yaml")]
    assert cli.main(["verify", str(bom), "--bundle", str(bundle), *options]) == 0
    model = json.loads((work / "cleared" / "ngram.json").read_text())
    assert model["order"] == 3
    assert len(model["counts"]) > 1000, "the model was trained on the cleared text"
    told = summary(Session(site.home), run.run_id)
    assert "review_quotes_nc: REFUSED (deny)" in told
    assert "PASSED for chat-prod" in told
    assert "proven by a restore, RTO" in told
    _no_raw_value_left(airflow, site, run)


def _no_raw_value_left(airflow: EmbeddedAirflow, site: Site, run: DagRun) -> None:
    """Look for the planted address in every log, XCom, report, statement, backup and cleared file."""
    places = {f"log of {one.task_id}": run.log(one.task_id, one.map_index) for one in run.tasks}
    for directory in ("ledger", "reports", "backups", "work"):
        files = [one for one in (site.home.path / directory).rglob("*") if one.is_file()]
        places |= {str(one): one.read_text(errors="replace") for one in files}
    places["the metadata database"] = (airflow.home / "airflow.db").read_bytes().decode(errors="replace")
    assert [place for place, text in places.items() if "zz9canary" in text] == []


def test_third_party_data_is_admitted_on_conditions_in_part_or_not_at_all(airflow: EmbeddedAirflow, site: Site) -> None:
    sources = site.sources.with_name("third_party.yaml")
    run = airflow.run("admit_third_party_data", conf={"home": str(site.home.path), "sources": str(sources)})
    assert run.state == "success", [(one.task_id, one.state) for one in run.tasks]
    assert sorted(one.state for one in run.tasks if one.task_id == "admit") == ["success"] * 3
    (admitted,) = site.home.path.glob("work/admit_third_party_data/*/admitted")
    names = {one.name for one in admitted.iterdir() if one.is_dir()}
    assert names == {"fivethirtyeight", "forum_posts", "weather_words"}
    posts = (admitted / "forum_posts" / "posts.jsonl").read_text()
    assert "spade" in posts
    assert "quinces" not in posts, "its licence forbids commercial use"
    assert "grandmother" not in posts, "it has no licence"
    assert "greenhouse" not in posts, "its site is on the opt-out list"
    assert "slower" not in posts, "its owner is on the opt-out list"
    said = run.log("audit")
    assert "review_quotes_nc is left out: LIC010" in said
    told = summary(Session(site.home), run.run_id)
    assert "review_quotes_nc: REFUSED (deny)" in told
    assert "out of quarantine: " in told


def test_the_dag_of_the_readme_runs_as_it_stands(airflow: EmbeddedAirflow) -> None:
    run = airflow.run("train_on_cleared_data")
    assert run.state == "success", [(one.task_id, one.state) for one in run.tasks]
    home = Home(Path(airflow.env["CUSTODY_HOME"]))
    assert list(home.path.glob("work/train_on_cleared_data/*/cleared/rows.txt"))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("flip", "expected sha256"),
        ("delete", "missing from the ledger"),
        ("resign", "no key that the policy trusts has signed this"),
    ],
)
def test_training_does_not_run_after(how: str, expected: str, airflow: EmbeddedAirflow, site: Site) -> None:
    dataset = site.path / "sample_data" / "fivethirtyeight"
    run = airflow.run("tampered", conf=site.conf | {"dataset": str(dataset), "tamper": how})
    assert run.task("tamper").state == "success"
    assert run.task("gate").state == "failed"
    assert run.task("gate").try_number == 1, "a refusal is not retried"
    _did_not_train(site, run)
    said = run.log("gate")
    assert expected in said
    assert "to mend it" in said.lower()


def test_training_runs_when_nobody_tampers(airflow: EmbeddedAirflow, site: Site) -> None:
    """The counterpart of the cases above: the same DAG passes when it is left alone."""
    dataset = site.path / "sample_data" / "fivethirtyeight"
    run = airflow.run("tampered", conf=site.conf | {"dataset": str(dataset), "tamper": "no"})
    assert run.state == "success"


def test_a_source_without_a_licence_stops_the_run_at_the_audit(airflow: EmbeddedAirflow, site: Site) -> None:
    data = yaml.safe_load(site.sources.read_text())
    source = next(one for one in data["sources"] if one["name"] == "fivethirtyeight")
    for field in ("licence", "metadata", "licence_file"):
        source.pop(field, None)
    site.sources.write_text(yaml.safe_dump(data))
    run = airflow.run("govern_training_data", conf=site.conf)
    assert run.task("audit").state == "failed"
    _did_not_train(site, run)
    assert "LIC001" in run.log("audit")
    assert "to mend it" in run.log("audit").lower()


def test_an_unreadable_parquet_file_stops_the_run_before_training(airflow: EmbeddedAirflow, site: Site) -> None:
    file = site.path / "sample_data" / "chinook_people" / "customers.parquet"
    file.write_bytes(file.read_bytes()[:500])
    run = airflow.run("govern_training_data", conf=site.conf)
    assert run.state == "failed"
    _did_not_train(site, run)
    failed = [one for one in run.tasks if one.task_id == "redact" and one.state == "failed"]
    assert len(failed) == 1
    said = run.log("redact", failed[0].map_index)
    assert "customers.parquet" in said
    assert "restore the file from its source" in said


def test_a_typo_in_the_policy_stops_the_run_with_file_and_line(airflow: EmbeddedAirflow, site: Site) -> None:
    file = site.home.path / "policy.yaml"
    text = file.read_text()
    file.write_text(text.replace("purpose: commercial", "purpose: comercial", 1))
    run = airflow.run("govern_training_data", conf=site.conf)
    assert run.task("audit").state == "failed"
    _did_not_train(site, run)
    line = text[: text.index("purpose: commercial")].count("\n") + 1
    assert f"{file}:{line}:" in run.log("audit")
    assert "allowed: commercial, research" in run.log("audit")


def _did_not_train(site: Site, run: DagRun) -> None:
    assert run.task("train").state in {"upstream_failed", "skipped"}
    assert not list(site.home.path.glob("work/**/.partial-*"))
    assert not list(site.home.path.glob("work/**/cleared/*.json"))
