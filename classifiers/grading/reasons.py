# SPDX-License-Identifier: Apache-2.0
"""Why a grade is what it is: the evidence in fields, and in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from custody.classifiers.counts import Column
from custody.classifiers.grading.shares import most_missed, percent
from custody.policy import Policy
from custody.rules import Rule

FEW = 4  # entities that a sentence still names one by one


@dataclass(frozen=True)
class Reason:
    """One cause of a grade.

    rule: its place in the policy's `grades`, from 0; nothing when it is no rule but the policy's `unscanned`.
    hits, share, interval: the cells that counted, their share of the filled cells, and its 95 % Wilson interval.
    tried, passed, chance: distinct values whose checksum was computed, how many held, and the share that would by
    chance; all 0 where no checksum counted. impact: by objective, where the scheme has objectives.
    """

    grade: str
    sentence: str
    rule: int | None = None
    entity: str = ""
    hits: int = 0
    share: float = 0.0
    interval: tuple[float, float] | None = None
    tried: int = 0
    passed: int = 0
    chance: float = 0.0
    impact: Mapping[str, str] = field(default_factory=dict)


def by_rule(index: int, rule: Rule, sentence: str) -> Reason:
    """Return the reason that a rule fired.

    Args:
        index: its place in the policy's `grades`, from 0.
        rule: the rule.
        sentence: what was found; what the rule makes of it is added where the grade follows from harm or impact.
    """
    impact = {str(name): str(level) for name, level in rule.impact} if rule.impact else {}
    return Reason(rule.grade, sentence + _follows(rule, impact), rule=index, impact=impact)


def _follows(rule: Rule, impact: Mapping[str, str]) -> str:
    if rule.harm:
        return f"; {rule.harm.degree} harm to {rule.harm.object}".replace("_", " ")
    told = [f"{name} {level}" for name, level in impact.items() if level != "low"]
    return f"; impact on {', '.join(told)}" if told else ""


def joined(rules: Policy, *impacts: Mapping[str, str]) -> dict[str, str]:
    """Return the highest impact on each objective, at least that of the policy's default."""
    scheme = rules.graded_by
    return {one: scheme.highest(rules.default, *(i[one] for i in impacts if i)) for one in scheme.objectives}


def entities_named(rules: Policy) -> tuple[str, ...]:
    """Return the entities that rules name, sorted."""
    return tuple(sorted({one for rule in rules.grades for one in (*rule.when.entity, *rule.when.together)}))


def why(grade: str, fired: Sequence[Reason], column: Column, rules: Policy, *, whole: bool) -> tuple[str, ...]:
    """Return the sentences for exactly a column's grade, or what it rests on that no rule gave it.

    Args:
        grade: of the column.
        fired: what rules said.
        column: its counts.
        rules: the policy.
        whole: the file was read to its end, all or a random sample of it.
    """
    if told := sentences(grade, fired):
        return told
    if fired:
        return (f"column {column.column}: the policy's default is higher than what rules give",)
    if not column.filled:
        empty = "no cell is filled" if whole and not column.sampled else "no filled cell was read"
        return (f"column {column.column}: {empty}",)
    return (f"column {column.column}: no rule about columns fired; {'; '.join(_seen(column, rules, whole=whole))}",)


def sentences(grade: str, reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Return the sentences of the reasons for exactly one grade."""
    return tuple(one.sentence for one in reasons if one.grade == grade)


def _seen(column: Column, rules: Policy, *, whole: bool) -> Iterator[str]:
    names = entities_named(rules)
    for one in (column.findings[name] for name in names if name in column.findings):
        yield f"{one.entity} in {one.cells:,} cells meets none"
    if others := sorted(set(column.findings) - set(names)):
        yield f"no rule is about {' or '.join(others)}, which it holds"
    none = [name for name in names if name not in column.findings]
    told = f"no {' or '.join(none)}" if len(none) <= FEW else f"none of {len(none)} entities that rules name"
    if none:
        yield f"{told} in {column.filled:,} filled cells: {_bound(column, whole=whole)}"
    elif not names:
        yield "the rules name no entity"


def _bound(column: Column, *, whole: bool) -> str:
    if not whole:
        return "not all of the file was read, and nothing follows for the rest"
    if column.sampled:
        return f"a random sample, so at 95 % confidence at most {percent(most_missed(column.filled))} of all"
    return "every one was read"
