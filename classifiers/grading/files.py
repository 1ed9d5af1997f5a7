# SPDX-License-Identifier: Apache-2.0
"""What the rules about several columns together, and about scale, say of a file and a dataset."""

from __future__ import annotations

from collections.abc import Iterable

from custody.classifiers.counts import FileScan
from custody.classifiers.grading.reasons import Reason, by_rule
from custody.policy import Policy


def grade_file(file: FileScan, rules: Policy) -> list[Reason]:
    """Return what the rules about columns together say of a file."""
    found = {entity for column in file.columns.values() for entity in column.findings}
    return [
        by_rule(index, rule, f"file {file.path} holds {', '.join(rule.when.together)} together")
        for index, rule in enumerate(rules.grades)
        if rule.when.together and found.issuperset(rule.when.together)
    ]


def unscanned(text: str, rules: Policy) -> Reason:
    """Return the grade of what could not be read whole.

    Args:
        text: what it was, and why.
        rules: the policy.
    """
    impact: dict[str, str] = dict.fromkeys(rules.graded_by.objectives, rules.unscanned)
    return Reason(rules.unscanned, f"could not be read whole: {text}", impact=impact)


def grade_dataset(grades: Iterable[str], rows: int, rules: Policy) -> tuple[str, list[Reason]]:
    """Return the dataset's grade from those of its parts, and why scale raised it or, perhaps, its impact.

    Every rule about rows looks at the grade the parts give, not at what another rule about rows made of it: the same
    rows do not count twice, and the order of the rules does not matter.

    Args:
        grades: of every file and column.
        rows: in all files.
        rules: the policy.
    """
    grade = rules.highest(rules.default, *grades)
    raised = _by_scale(rows, rules, grade)
    highest = rules.highest(grade, *(one.grade for one in raised))
    return highest, [one for one in raised if one.grade == highest != grade or one.impact]


def _by_scale(rows: int, rules: Policy, grade: str) -> list[Reason]:
    return [
        by_rule(index, rule, f"{rows:,} rows of {grade} data are {limit:,.0f} or more")
        for index, rule in enumerate(rules.grades)
        if (limit := rule.when.rows) is not None
        and rows >= limit
        and rules.highest(grade, rule.when.grade or rules.levels[0]) == grade
    ]
