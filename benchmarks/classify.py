# SPDX-License-Identifier: Apache-2.0
"""The figures of classification: speed beside its peers, equality with Presidio, cost of growth, and what is found."""

from __future__ import annotations

from pathlib import Path

from benchmarks import against_peers, against_presidio, growth, quality
from benchmarks.measures import Measure


def measure(data: Path, *, quick: bool, large: bool) -> list[Measure]:
    """Return every figure.

    Args:
        data: holds the public data sets.
        quick: on small corpora, in about a minute; such speeds say nothing.
        large: with 10 GB of input.
    """
    return [
        *against_presidio.measure(quick=quick),
        *against_peers.measure(quick=quick),
        *growth.measure(quick=quick, large=large),
        *quality.measure(data, quick=quick),
    ]
