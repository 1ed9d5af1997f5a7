# SPDX-License-Identifier: Apache-2.0
"""Who may see the steward's pages, what they serve, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from airflow.api_fastapi.app import init_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.utils.db import initdb
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from custody.home import Home
from custody.lineage.ledger import Ledger
from custody.steward.app import create_app
from custody.steward.plugin import CustodyPlugin

REPORT = b"<!DOCTYPE html><title>employees</title><p>a grade and why"
MISSING = "0" * 64

Login = Callable[[str | None], TestClient]


@pytest.fixture
def app(home: Home, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setenv("CUSTODY_HOME", str(home.path))
    return create_app()


@pytest.fixture(scope="session")
def _database() -> None:
    """Airflow's tables: it looks tokens up among the revoked ones."""
    initdb()


@pytest.fixture
def login(app: FastAPI, _database: None) -> Login:
    """Return a client of a user with a role; None is nobody."""
    manager = init_auth_manager(FastAPI())

    def as_role(role: str | None) -> TestClient:
        cookies = {}
        if role is not None:
            cookies["_token"] = manager.generate_jwt(SimpleAuthManagerUser(username="somebody", role=role))
        return TestClient(app, cookies=cookies, raise_server_exceptions=False)

    return as_role


@pytest.mark.parametrize("role", [None, ""])
def test_every_route_refuses_who_is_not_logged_in_or_has_no_role(app: FastAPI, login: Login, role: str | None) -> None:
    client = login(role)
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    assert routes
    assert routes == list(app.routes), "nothing but guarded routes: no mount, no static files, no OpenAPI document"
    for route in routes:
        for method in route.methods:
            answer = client.request(method, route.path.format(digest=MISSING))
            assert answer.status_code in {401, 403}, f"{method} {route.path}"


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc", "/ui/../reports", "/"])
def test_nothing_is_served_beside_the_routes(login: Login, path: str) -> None:
    assert login("admin").get(path).status_code == 404


def test_a_forged_token_is_refused(app: FastAPI, login: Login) -> None:
    token = login("admin").cookies["_token"]
    forged = TestClient(app, cookies={"_token": token[:-10] + "A" * 10})
    assert forged.get("/ui/").status_code == 403


def test_a_viewer_reads_a_report_that_can_neither_run_nor_load_anything(home: Home, login: Login) -> None:
    answer = login("viewer").get(f"/reports/{Ledger.of(home).document(REPORT)}")
    assert (answer.status_code, answer.content) == (200, REPORT)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "script" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "digest", ["", "..", "%2e%2e%2fpolicy.yaml", "A" * 64, "g" * 64, "0" * 63, "0" * 65, f"{'0' * 64}%0a", MISSING]
)
def test_what_is_not_the_digest_of_a_stored_report_is_not_found(login: Login, digest: str) -> None:
    assert login("admin").get(f"/reports/{digest}").status_code == 404


def test_other_documents_of_the_ledger_are_not_served_as_pages(home: Home, login: Login) -> None:
    for document in (b"<script>alert(1)</script>", b'{"findings": []}', b"", b"0" * 64 + b"  <!doctype html>\n"):
        assert login("admin").get(f"/reports/{Ledger.of(home).document(document)}").status_code == 404


def test_a_changed_report_is_not_shown_and_the_page_says_so(home: Home, login: Login) -> None:
    digest = Ledger.of(home).document(REPORT)
    (home.path / "ledger" / "documents" / digest).write_bytes(REPORT.replace(b"grade", b"GRADE"))
    answer = login("admin").get(f"/reports/{digest}")
    assert answer.status_code == 404
    assert "has changed" in answer.text
    assert "GRADE" not in answer.text


def test_a_home_that_is_not_one_is_explained(login: Login, home: Home) -> None:
    (home.path / "policy.yaml").unlink()
    answer = login("admin").get("/ui/")
    assert answer.status_code == 503
    assert "custody init" in answer.text


def test_an_empty_home_says_what_to_do(login: Login) -> None:
    answer = login("viewer").get("/ui/")
    assert answer.status_code == 200
    assert "Nothing has been classified yet" in answer.text


def test_the_index_escapes_names_and_links_reports_relatively(login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        "name": "<b>x</b>",
        "address": "a" * 64,
        "grade": "restricted",
        "page": MISSING,
        "classified": "2026-01-02T03:04:05Z",
    }
    monkeypatch.setattr("custody.steward.app.overview", lambda _: [row])
    text = login("viewer").get("/ui/").text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "<b>" not in text
    assert f'href="../reports/{MISSING}"' in text


def test_the_plugin_works_below_a_path_prefix_and_builds_its_pages_late() -> None:
    plugin = CustodyPlugin()
    (view,) = plugin.external_views
    assert view["url_route"] == plugin.name == "custody"
    assert not view["href"].startswith("/")
    (entry,) = plugin.fastapi_apps
    assert view["href"].startswith(entry["url_prefix"].lstrip("/") + "/")
