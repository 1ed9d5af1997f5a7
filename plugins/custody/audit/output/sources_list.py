# SPDX-License-Identifier: Apache-2.0
"""The public summary of training content of Art. 53(1)(d), Regulation (EU) 2024/1689, as far as data tells.

The order follows the Commission's template, C(2025) 8311. Its title and three headings were read, the numbering below
is recalled: hold it against the template before it is published. What only the provider knows is empty, and named.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from custody.audit.output.safe import cell, cleaned
from custody.dataset import Dataset

if TYPE_CHECKING:
    from custody.audit.output.domains import Domains
    from custody.audit.report import AuditReport, SourceVerdict

BASIS = "template C(2025) 8311: title and three headings read, numbering and thresholds recalled"
SECTIONS = {  # number -> heading; recalled
    "2.1": "publicly available datasets",
    "2.2": "private datasets obtained from third parties",
    "2.3": "data crawled and scraped from online sources",
    "2.4": "user data",
    "2.5": "synthetic data",
    "2.6": "other sources",
}
BY_KIND = {"purchased": "2.2", "web-domain": "2.3", "user": "2.4", "model-output": "2.5", "internal": "2.6"}
COLUMNS = ("section", "heading", "name", "publisher", "url", "revision", "retrieved", "licence", "files", "bytes")
PROVIDER = (  # what no data tells
    "1 general information: provider, model, modalities, date of placing on the market",
    "3.2 measures to avoid or remove illegal content",
)


def rows(report: AuditReport) -> list[dict[str, Any]]:
    """Return one row per source that may be used, by section and name."""
    return sorted((_row(one) for one in report.sources if one.usable), key=lambda row: (row["section"], row["name"]))


def to_csv(report: AuditReport) -> str:
    """Return the rows as CSV that no spreadsheet takes for formulas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    writer.writerows([cell(str(row[name])) for name in COLUMNS] for row in rows(report))
    return out.getvalue()


def to_dict(report: AuditReport, domains: Domains, reservations: Mapping[str, Any], *, small: bool) -> dict[str, Any]:
    """Return the whole summary.

    Args:
        report: the audit.
        domains: counted in the data of the sources that may be used.
        reservations: what was done about rights reservations, for section 3.1.
        small: whether the provider is an SME.
    """
    told = {
        "basis": BASIS,
        "as_of": report.as_of,
        "to_be_written_by_the_provider": list(PROVIDER),
        "sections": SECTIONS,
        "sources": rows(report),
        "top_domains": domains.to_dict(small=small),
        "reservations": dict(reservations),
    }
    return dict(cleaned(told))


def _row(one: SourceVerdict) -> dict[str, Any]:
    section = BY_KIND.get(one.source.kind, "2.1")
    dataset = Dataset(one.path, one.name)
    files = dataset.files()
    return {
        "section": section,
        "heading": SECTIONS[section],
        "name": one.name,
        "publisher": one.source.origin.publisher,
        "url": one.source.origin.url,
        "revision": one.source.origin.revision,
        "retrieved": str(one.source.origin.retrieved or ""),
        "licence": one.concluded or ("by row" if one.source.row_licence else "not settled"),
        "files": len(files),
        "bytes": sum((dataset.root / each).stat().st_size for each in files),
    }
