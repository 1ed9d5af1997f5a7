# SPDX-License-Identifier: Apache-2.0
"""The audit as one page that loads nothing: no script, no font, no picture."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from custody.audit.output.document import document
from custody.audit.output.text import HEADS

if TYPE_CHECKING:
    from custody.audit.report import AuditReport

MOST = 500  # sources on the page, the strictest first; all are in the JSON


def page(report: AuditReport) -> str:
    """Return the HTML. Every text is cleaned and escaped; nothing is a link but to a place on the page."""
    from jinja2 import Environment, StrictUndefined

    template = files("custody.audit.output").joinpath("audit.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    told = document(report, MOST)
    more = max(0, len(report.sources) - MOST)
    return environment.from_string(template).render(audit=told, shown=told["sources"], more=more, heads=HEADS)
