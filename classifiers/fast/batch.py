# SPDX-License-Identifier: Apache-2.0
"""What an analyzer gives back for some texts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from custody.classifiers.fast.results import Result


@dataclass
class Checks:
    """How often a recogniser's check, such as a checksum, was computed in distinct texts, and how often it held."""

    tried: dict[int, str] = field(default_factory=dict)  # index of the text -> what was checked in it; memory only
    held: set[int] = field(default_factory=set)

    def add(self, at: int, text: str, *, held: bool) -> None:
        """Count one computed check."""
        if held or at not in self.held:
            self.tried[at] = text
        if held:
            self.held.add(at)


@dataclass
class Batch:
    """What was found: results by index of the text, in Presidio's order, and why some texts were not analysed whole."""

    results: dict[int, list[Result]] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    checks: dict[int, Checks] = field(default_factory=lambda: defaultdict(Checks))  # by recogniser

    def fail(self, at: int, error: Exception) -> None:
        """Note that a text was not analysed whole. The error's own text may quote data, so only its kind is kept."""
        long = isinstance(error, TimeoutError)
        self.failed[at] = "a recogniser took too long" if long else f"a recogniser failed ({type(error).__name__})"
