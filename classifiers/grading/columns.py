# SPDX-License-Identifier: Apache-2.0
"""What the rules about single columns say of a column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from custody.classifiers.counts import Column, Finding
from custody.classifiers.grading import chance
from custody.classifiers.grading.reasons import Reason, by_rule
from custody.classifiers.grading.shares import percent, wilson
from custody.policy import Policy
from custody.rules import Rule


def grade_column(column: Column, rules: Policy) -> list[Reason]:
    """Return what each rule that fired says of a column."""
    return [reason for reason, counts in _met(column, rules) if counts]


def held_back(column: Column, rules: Policy) -> list[Reason]:
    """Return what rules would have said of a column, had its checksums not held as often as by chance alone."""
    return [
        replace(
            reason, sentence=f"{reason.sentence}: not counted, though up to {_hidden(reason, column):,} may be real"
        )
        for reason, counts in _met(column, rules)
        if not counts
    ]


def _hidden(reason: Reason, column: Column) -> int:
    return chance.hidden(column.findings[reason.entity])


def _met(column: Column, rules: Policy) -> Iterator[tuple[Reason, bool]]:
    """Yield each condition that is met, and whether it counts."""
    for index, rule in enumerate(rules.grades):
        if rule.when.free_text and not column.free_text:
            continue
        if rule.when.free_text and not rule.when.entity:
            text = f"column {column.column} is free text, in which not all that is personal can be recognised"
            yield by_rule(index, rule, text), True
        for entity in dict.fromkeys(rule.when.entity):
            finding = column.findings.get(entity)
            if finding and _enough(rule, finding, column):
                counts = not (rule.when.validated and chance.by_chance(finding))
                yield _reason(index, rule, finding, column), counts


def _enough(rule: Rule, finding: Finding, column: Column) -> bool:
    cells = _counted(rule, finding)
    return cells >= rule.when.count and wilson(cells, column.filled)[0] >= rule.when.prevalence


def _counted(rule: Rule, finding: Finding) -> int:
    return finding.validated if rule.when.validated else finding.cells


def _reason(index: int, rule: Rule, finding: Finding, column: Column) -> Reason:
    cells = _counted(rule, finding)
    low, high = wilson(cells, column.filled)
    tested = finding if rule.when.validated else Finding(finding.entity)
    return replace(
        by_rule(index, rule, _sentence(rule, finding, column)),
        entity=finding.entity,
        hits=cells,
        share=round(cells / column.filled, 6),
        interval=(round(low, 6), round(high, 6)),
        tried=tested.tried,
        passed=tested.passed,
        chance=tested.chance,
    )


def _sentence(rule: Rule, finding: Finding, column: Column) -> str:
    cells = _counted(rule, finding)
    low, high = wilson(cells, column.filled)
    kind = " with a valid checksum" if rule.when.validated else ""
    where = f"free-text column {column.column}" if rule.when.free_text else f"column {column.column}"
    interval = f"95 % interval {percent(low)} to {percent(high)}"
    share = f"{percent(cells / column.filled)} of {column.filled:,} cells, {interval}"
    compared = chance.told(finding) if rule.when.validated else ""
    text = f"{where} holds {finding.entity}{kind} in {cells:,} cells ({share})"
    return f"{text}; {compared}" if compared else text
