# SPDX-License-Identifier: Apache-2.0
"""Findings and a policy give grades, each with the sentence that says why.

Grades only rise: a rule can raise the grade of a column, file or dataset, nothing lowers one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt

from custody.classifiers.scan import Column, FileScan, Finding
from custody.policy import Policy
from custody.rules import Rule

Z = 1.959964  # two-sided 95 % of the normal distribution
Raised = tuple[str, str]  # grade, why


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share (Wilson 1927)."""
    if total == 0:
        return 0.0, 1.0
    share, spread = hits / total, Z * Z / total
    middle = share + spread / 2
    margin = Z * sqrt(share * (1 - share) / total + spread / total / 4)
    return max(0.0, (middle - margin) / (1 + spread)), min(1.0, (middle + margin) / (1 + spread))


def grade_column(column: Column, rules: Policy) -> list[Raised]:
    """Return what each rule about single columns says of a column."""
    raised = []
    for rule in rules.grades:
        for entity in rule.when.entity:
            finding = column.findings.get(entity)
            if finding and (why := _fires(rule, finding, column)):
                raised.append((rule.grade, why))
    return raised


def _fires(rule: Rule, finding: Finding, column: Column) -> str:
    cells = finding.validated if rule.when.validated else finding.cells
    low, high = wilson(cells, column.filled)
    if cells < rule.when.count or low < rule.when.prevalence:
        return ""
    kind = " with a valid checksum" if rule.when.validated else ""
    interval = f"95 % interval {_percent(low)} to {_percent(high)}"
    share = f"{_percent(cells / column.filled)} of {column.filled:,} cells, {interval}"
    return f"column {column.column} holds {finding.entity}{kind} in {cells:,} cells ({share})"


def grade_file(file: FileScan, rules: Policy) -> list[Raised]:
    """Return what the rules about columns together say of a file."""
    found = {entity for column in file.columns.values() for entity in column.findings}
    return [
        (rule.grade, f"file {file.path} holds {', '.join(rule.when.together)} together")
        for rule in rules.grades
        if rule.when.together and found.issuperset(rule.when.together)
    ]


def grade_dataset(grades: Iterable[str], rows: int, rules: Policy) -> tuple[str, list[str]]:
    """Return the dataset's grade from those of its parts, and why scale raised it.

    Args:
        grades: of every file and column.
        rows: in all files.
        rules: the policy.
    """
    grade, whys = rules.highest(rules.default, *grades), []
    for raised, why in _by_scale(rows, rules, grade):
        if rules.highest(raised, grade) != grade:
            grade = raised
            whys.append(why)
    return grade, whys


def _by_scale(rows: int, rules: Policy, grade: str) -> Iterator[Raised]:
    for rule in rules.grades:
        limit = rule.when.rows
        if limit is not None and rows >= limit and rules.highest(grade, rule.when.grade or rules.levels[0]) == grade:
            yield rule.grade, f"{rows:,} rows of {grade} data are {limit:,.0f} or more"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
