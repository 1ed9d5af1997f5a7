# SPDX-License-Identifier: Apache-2.0
"""The figures of the chain of custody: what is refused, what others' tools accept, what it costs."""

from __future__ import annotations

from pathlib import Path

from benchmarks import lineage_bom, lineage_chain, lineage_events, lineage_release
from benchmarks.measures import Measure


def measure(data: Path, *, quick: bool, large: bool) -> list[Measure]:
    """Return every figure; six minutes, most of them for a million statements.

    Args:
        data: holds the public data sets.
        quick: with fewer statements, bytes and cases; such speeds say nothing.
        large: makes no difference here.
    """
    return [
        *lineage_bom.measure(data, quick=quick, large=large),
        *lineage_events.measure(data),
        *lineage_release.measure(quick=quick),
        *lineage_chain.measure(data, quick=quick, large=large),
    ]
