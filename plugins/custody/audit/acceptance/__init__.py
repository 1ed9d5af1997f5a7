# SPDX-License-Identifier: Apache-2.0
"""Numeric acceptance of a dataset by samples that nobody could choose, after the numbers of GB/T 45654-2025.

The numbers are those that several second parties report of the standard; its text was not read. Sample sizes of the
source checks, and the way of drawing, are custody's own.
"""

from __future__ import annotations

from custody.audit.acceptance import commitments
from custody.audit.acceptance.checks import Result, catalogue, judge, size
from custody.audit.acceptance.commitments import commit, commitment, new_seed
from custody.audit.acceptance.record import Check, Record
from custody.audit.acceptance.sample import Sample, drawn, rows

__all__ = [
    "Check",
    "Record",
    "Result",
    "Sample",
    "catalogue",
    "commit",
    "commitment",
    "commitments",
    "drawn",
    "judge",
    "new_seed",
    "rows",
    "size",
]
