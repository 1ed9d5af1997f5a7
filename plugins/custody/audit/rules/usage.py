# SPDX-License-Identifier: Apache-2.0
"""Conditions of use that metadata states beside the licence."""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.verdicts import Finding


def usage(case: Case) -> Iterator[Finding]:
    """Hold each condition against the intent; what only a reader can judge is for review."""
    for one in case.metadata.restrictions:
        if one.kind == "other":
            yield Finding(
                "LIC002",
                "review",
                f"the metadata states a condition of use: {one.text}",
                case.source.name,
                "custody cannot tell whether the intent meets it",
                "let somebody read the condition, and record the decision",
            )
        elif case.intent.purpose == "commercial":
            yield Finding(
                "LIC010",
                "deny",
                f"the metadata allows {one.kind} use only: {one.text}",
                case.source.name,
                f"the intent {case.intent_name!r} is commercial",
                "drop the data, obtain a permission, or set purpose: research for a model that never is commercial",
            )
