# SPDX-License-Identifier: Apache-2.0
"""Summaries of training data that laws ask to be published, as far as an audit and the rows tell."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.dataset import Dataset
from custody.storage import directory_whole
from custody.verbs.judged import judged
from custody.verbs.session import Session

if TYPE_CHECKING:
    from custody.audit import AuditReport
    from custody.audit.output.domains import Domains


def publish(session: Session, sources: Path, intent: str, output: Path, *, small: bool = False) -> list[Path]:
    """Write the summaries to a directory of their own, replaced whole. Nothing is signed.

    Args:
        session: the home.
        sources: the sources file.
        intent: a name under `intents` in the policy.
        output: the directory.
        small: whether the provider is an SME, of whom fewer domains are asked.

    Returns:
        The files.

    Raises:
        PolicyError, DatasetError, IntegrityError, UsageError: as `judged`, or a dataset cannot be read.
    """
    from custody.audit.output import california, domains, sources_list

    report = judged(session, sources, intent)
    counted = domains.count(Dataset(one.path, one.name) for one in report.sources if one.usable)
    summary = sources_list.to_dict(report, counted, _reservations(report), small=small)
    texts = {
        "eu-sources.csv": sources_list.to_csv(report),
        "eu-domains.csv": _domains(counted, small=small),
        "eu-summary.json": _json(summary),
        "california-ab2013.json": _json(california.answers(report, sum(counted.count.values()))),
    }
    with directory_whole(output) as partial:
        for name, text in texts.items():
            (partial / name).write_text(text, encoding="utf-8", newline="")
    return [output / name for name in texts]


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _domains(counted: Domains, *, small: bool) -> str:
    from custody.audit.output.safe import cell

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(["domain", "rows", "bytes"])
    writer.writerows([cell(one), counted.count[one], counted.size[one]] for one in counted.top(small=small))
    return out.getvalue()


def _reservations(report: AuditReport) -> dict[str, Any]:
    """Count what the audit found about rights reservations, for section 3.1 of the template."""
    codes = [one.code for source in report.sources for one in source.findings if one.code.startswith("OPT")]
    crawled = sum(source.source.kind == "web-domain" for source in report.sources)
    return {"crawled_sources": crawled, "findings_by_code": dict(sorted(Counter(codes).items()))}
