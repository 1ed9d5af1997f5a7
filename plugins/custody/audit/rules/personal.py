# SPDX-License-Identifier: Apache-2.0
"""May the people in the data be there?"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.verdicts import Finding


def personal_data(case: Case) -> Iterator[Finding]:
    """Ask for the legal basis on which people may be in the data."""
    told = case.source.personal_data
    if told is None:
        yield Finding(
            "PII060",
            "review",
            "it is not stated whether people are in the data",
            case.source.name,
            "unknown is not allowed",
            "classify it, then write `personal_data: {present: …}`",
        )
    elif told.present and not (told.legal_basis and told.record):
        yield Finding(
            "PII060",
            "review",
            "people are in the data and no legal basis is on record",
            case.source.name,
            "personal data needs a basis that can be shown",
            "write `legal_basis` and where its record is, or remove the people",
        )
