# SPDX-License-Identifier: Apache-2.0
"""The twelve answers that California's AB 2013 (Civil Code 3111) asks of who offers a generative model.

What the items ask was read in a summary, their order and words are recalled: hold them against the statute before they
are published. What no data tells is empty, and said to be for the developer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from custody.audit.output.safe import cleaned

if TYPE_CHECKING:
    from custody.audit.report import AuditReport, SourceVerdict

BASIS = "AB 2013: items read in a summary, order and words recalled"
DEVELOPER = "for the developer to write"


def answers(report: AuditReport, rows: int) -> dict[str, Any]:
    """Return an answer for each item, as far as the audit tells.

    Args:
        report: the audit.
        rows: of all sources that may be used.
    """
    used = sorted((one for one in report.sources if one.usable), key=lambda one: one.name)
    told: list[tuple[str, Any]] = [
        ("sources or owners of the datasets", [_owner(one) for one in used]),
        ("how the datasets further the purpose of the system", DEVELOPER),
        ("number of data points", f"{rows:,} rows in {len(used):,} datasets"),
        ("types of data points", DEVELOPER),
        ("protected by copyright, trademark or patent, or in the public domain", [_licence(one) for one in used]),
        ("purchased or licensed", _names(one for one in used if one.source.contract or one.source.kind == "purchased")),
        ("personal information", _names(one for one in used if _people(one))),
        ("aggregate consumer information", DEVELOPER),
        ("cleaning, processing or other modification", "see the signed steps of each dataset, and the model's BOM"),
        ("when the data was collected", {one.name: str(one.source.origin.retrieved or "not stated") for one in used}),
        ("when the datasets were first used", DEVELOPER),
        ("synthetic data", _names(one for one in used if one.source.generated_by or one.source.kind == "model-output")),
    ]
    items = [{"item": at, "asks": asks, "answer": answer} for at, (asks, answer) in enumerate(told, 1)]
    return dict(cleaned({"basis": BASIS, "as_of": report.as_of, "answers": items}))


def _owner(one: SourceVerdict) -> str:
    origin = one.source.origin
    return f"{one.name}: {origin.owner or origin.publisher or 'not stated'} ({origin.url or 'no address'})"


def _licence(one: SourceVerdict) -> str:
    return f"{one.name}: {one.concluded or ('by row' if one.source.row_licence else 'not settled')}"


def _people(one: SourceVerdict) -> bool:
    return one.source.personal_data is None or one.source.personal_data.present


def _names(some: Iterable[SourceVerdict]) -> list[str]:
    return [one.name for one in some]
