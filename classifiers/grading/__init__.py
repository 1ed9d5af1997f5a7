# SPDX-License-Identifier: Apache-2.0
"""Findings and a policy give grades, each with the evidence and the sentence that says why.

Grades only rise: a rule can raise the grade of a column, file or dataset, nothing lowers one. The one thing that holds
a rule back is the chance test of `chance.py`.
"""

from __future__ import annotations

from custody.classifiers.grading.columns import grade_column, held_back
from custody.classifiers.grading.files import grade_dataset, grade_file, unscanned
from custody.classifiers.grading.names import suggested
from custody.classifiers.grading.reasons import Reason, joined, sentences, why
from custody.classifiers.grading.shares import wilson

__all__ = [
    "Reason",
    "grade_column",
    "grade_dataset",
    "grade_file",
    "held_back",
    "joined",
    "sentences",
    "suggested",
    "unscanned",
    "why",
    "wilson",
]
