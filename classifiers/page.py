# SPDX-License-Identifier: Apache-2.0
"""A report as one page that loads nothing: no script, no font, no picture."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from custody.classifiers import view

if TYPE_CHECKING:
    from custody.classifiers.report import ClassificationReport


def page(report: ClassificationReport) -> str:
    """Return the HTML. Every name out of the data is escaped; nothing is a link but to a place on the page."""
    from jinja2 import Environment, StrictUndefined

    template = files("custody.classifiers").joinpath("report.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": view.percent, "between": view.between, "some": view.some}
    environment.globals |= {"plural": view.plural, "dismissed": view.dismissed}
    return environment.from_string(template).render(
        report=report,
        view=view.view(report),
        changes=view.changes(report),
        ways=view.ways(report),
        sample=view.sample(report),
    )
