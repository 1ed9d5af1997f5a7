# SPDX-License-Identifier: Apache-2.0
"""The lattice of verdicts, and a finding: one rule's word on one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["allow", "allow_with_obligations", "review", "deny"]
VERDICTS: tuple[Verdict, ...] = ("allow", "allow_with_obligations", "review", "deny")
REFUSALS: tuple[Verdict, ...] = ("review", "deny")  # what the data may not be used with


@dataclass(frozen=True, order=True)
class Finding:
    """One rule's word on one source."""

    code: str
    verdict: Verdict
    what: str
    where: str
    why: str
    remedy: str


def strictest(*verdicts: Verdict) -> Verdict:
    """Return the strictest verdict; nothing at all allows."""
    return max(verdicts, key=VERDICTS.index, default="allow")
