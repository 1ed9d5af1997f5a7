# SPDX-License-Identifier: Apache-2.0
"""The pages a steward reads in Airflow's UI.

Airflow does not authenticate what a plugin serves. So every route here asks for a logged-in user who may see plugins;
nothing is mounted, and there is no OpenAPI document. Pages run no script and load nothing, and nothing may store them.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_view
from airflow.configuration import conf
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from custody import home as homes
from custody.errors import CustodyError, IntegrityError
from custody.lineage.ledger import Ledger
from custody.verbs.session import Session
from custody.verbs.summary import overview

if TYPE_CHECKING:
    from jinja2 import Template

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PAGE = b"<!doctype html"  # how a report begins, and no listing, statement or JSON document

router = APIRouter(dependencies=[Depends(requires_access_view(AccessView.PLUGINS))])


def create_app() -> FastAPI:
    """Return the app that Airflow mounts."""
    app = FastAPI(title="custody", openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(router)
    app.add_exception_handler(CustodyError, _explain)
    return app


@router.get("/ui/")
def index() -> HTMLResponse:
    """List the datasets that were classified, the newest first."""
    rows = overview(Session(_home()))
    return HTMLResponse(_template().render(rows=rows), headers=HEADERS)


@router.get("/reports/{digest}")
def report(digest: str) -> HTMLResponse:
    """Show a classification report out of the ledger, by its digest."""
    if not _DIGEST.fullmatch(digest):
        raise HTTPException(404, "not a digest")
    page = Ledger.of(_home()).read_document(digest)
    if not page[: len(_PAGE)].lower() == _PAGE:
        raise HTTPException(404, "not a report")
    return HTMLResponse(page, headers=HEADERS)


def _home() -> homes.Home:
    return homes.find(os.environ.get("CUSTODY_HOME") or conf.get("custody", "home", fallback=None))


@cache
def _template() -> Template:
    from jinja2 import Environment

    source = Path(__file__).with_name("index.html").read_text()
    return Environment(autoescape=True).from_string(source)


def _explain(_: Request, error: Exception) -> PlainTextResponse:
    """Say what is wrong: a document is missing or damaged (404), or the home is not usable (503)."""
    return PlainTextResponse(str(error), 404 if isinstance(error, IntegrityError) else 503, HEADERS)
