# SPDX-License-Identifier: Apache-2.0
"""A steward's way through `airflow standalone`, in a real browser: log in, trigger, follow the link to the report."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from airflow_embedded import EmbeddedAirflow
from custody.home import init
from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.browser]
DAG = "govern_training_data"
MINUTES = 5 * 60 * 1000  # milliseconds a run may take on a slow machine
CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAirflow]:
    path = tmp_path_factory.mktemp("ui")
    home = init(path / "custody", ROOT / "sample_data" / "policy.yaml", scrypt_n=2**4)
    with EmbeddedAirflow(path / "home", ROOT / "dags", {"CUSTODY_HOME": str(home.path)}, "ui") as running:
        yield running


@pytest.fixture
def page(site: EmbeddedAirflow) -> Iterator[Page]:
    """A page of a logged-in administrator."""
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium")
    passwords = json.loads((Path(site.home) / "simple_auth_manager_passwords.json.generated").read_text())
    with sync_playwright() as play, play.chromium.launch(executable_path=CHROMIUM, args=QUIET) as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 900}, base_url=site.env["AIRFLOW__API__BASE_URL"])
        page.goto("/")
        page.fill("input[name=username]", "admin")
        page.fill("input[name=password]", passwords["admin"])
        page.click("button[type=submit]")
        expect(page.get_by_text("Dags").first).to_be_visible()
        yield page


def test_a_run_triggered_in_the_ui_trains_and_links_its_reports(page: Page) -> None:
    page.goto(f"/dags/{DAG}")
    page.get_by_role("button", name=re.compile("Trigger")).first.click()
    page.get_by_test_id("trigger-dag-submit").click()
    run = _ended(page)
    assert run["state"] == "success"
    page.goto(f"/dags/{DAG}/runs/{quote(run['dag_run_id'])}/tasks/classify/mapped/0/details")
    page.get_by_text("Classification report").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="What was not checked")).to_be_visible()
    page.goto("/plugin/custody")
    expect(page.frame_locator("iframe").get_by_role("link", name="report").first).to_be_visible()


def _ended(page: Page) -> dict[str, str]:
    """Ask the API until the newest run has ended; each answer takes a moment, so this does not spin."""
    runs: list[dict[str, str]] = []
    while not runs or runs[0]["state"] not in {"success", "failed"}:
        page.wait_for_timeout(500)
        path = f"/api/v2/dags/{DAG}/dagRuns?order_by=-start_date&limit=1"
        runs = page.request.get(path, timeout=MINUTES).json()["dag_runs"]
    return runs[0]
