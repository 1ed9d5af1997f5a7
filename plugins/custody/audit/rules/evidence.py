# SPDX-License-Identifier: Apache-2.0
"""Evidence that is named must exist and be readable."""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.verdicts import Finding


def evidence(case: Case) -> Iterator[Finding]:
    """Judge whether the metadata and the licence's text can be read."""
    if case.metadata.broken:
        yield Finding(
            "EVD080",
            "review",
            f"metadata cannot be used: {case.metadata.broken}",
            case.source.name,
            "what it would say is not known",
            "repair or remove it",
        )
    if case.source.licence_file and case.licence_text is None:
        yield Finding(
            "EVD080",
            "review",
            f"the licence file {case.source.licence_file!r} is not there",
            case.source.name,
            "evidence that is named must exist",
            "store the licence's text there",
        )
