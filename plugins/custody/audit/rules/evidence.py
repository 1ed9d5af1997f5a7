# SPDX-License-Identifier: Apache-2.0
"""Evidence that is named must exist, be readable, be what was kept, and be recent enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from custody.audit.case import Case
from custody.audit.evidence import Evidence, newest
from custody.audit.records.files import is_file
from custody.audit.verdicts import Finding

DATED = ("licence", "terms", "robots", "tdmrep", "headers", "page", "rsl")  # what can change where it was got


def evidence(case: Case) -> Iterator[Finding]:
    """Judge whether the metadata and all that was kept can be relied on."""
    if case.metadata.broken:
        yield Finding(
            "EVD080",
            "review",
            f"metadata cannot be used: {case.metadata.broken}",
            case.source.name,
            "what it would say is not known",
            "repair or remove it",
        )
    for name in (case.source.licence_file, *(part.licence_file for part in case.source.files)):
        if not name or is_file(case.base / name):
            continue
        yield Finding(
            "EVD080",
            "review",
            f"the licence file {name!r} is not there",
            case.source.name,
            "evidence that is named must exist",
            "store the licence's text there",
        )
    for one in case.evidence:
        if one.problem:
            yield _finding(case, one, one.problem, "what it would show is not known")
        elif not one.stands:
            yield _finding(case, one, f"the answer to an error, HTTP {one.status}", "an error page states no terms")
    for one in newest(case.evidence, case.today):
        yield from _age(case, one)


def _age(case: Case, one: Evidence) -> Iterator[Finding]:
    if one.fetched_at is None:
        if one.kind in DATED:
            yield _finding(case, one, "without the time it was got", "so nobody can tell whether it still holds")
        return
    age = case.today - one.fetched_at.date()
    if age < timedelta():
        yield _finding(case, one, f"from the future, {-age.days} days ahead", "so its time, or a clock, is wrong")
    limits = {"licence": case.settings.max_age.licence, "terms": case.settings.max_age.terms}
    if one.kind in limits and age > limits[one.kind]:
        old, allowed = f"{age.days} days old", f"{limits[one.kind].days} days"
        yield _finding(case, one, old, f"the policy takes it for {allowed}: it may have changed since")


def _finding(case: Case, one: Evidence, what: str, why: str) -> Finding:
    return Finding(
        "EVD080",
        "review",
        f"the {one.kind} evidence {one.name!r} is {what}",
        case.source.name,
        why,
        "get it again from where the data is offered, and name it in `evidence` with its url and fetched_at",
    )
