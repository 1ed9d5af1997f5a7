# SPDX-License-Identifier: Apache-2.0
"""One finding held against the decisions about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from custody.classifiers.counts import Column, FileScan, Finding
from custody.classifiers.grading import grade_column
from custody.classifiers.memory import Circumstances, Decision, dismissed, standing
from custody.policy import Policy

Part = TypeVar("Part", Column, FileScan, Finding)
STATES = {"accept": "accepted", "false_positive": "false_positive", "override": "overridden"}


@dataclass(frozen=True)
class ReviewedFinding:
    """One finding. `state` is open, accepted, false_positive, overridden, stale or expired; `notes` say why.

    found, effective: the grades it gives its column; empty when it gives none. dismissed: cells that hold nothing but
    values that are no findings. decisions: digests of the statements about it, whether they count or not.
    """

    file: str
    column: str
    entity: str
    state: str
    found: str
    effective: str
    dismissed: int
    decisions: tuple[str, ...]
    notes: tuple[str, ...]


class Judge:
    """Holds the findings of one report against decisions. `ends` is when those that lowered something expire.

    Args:
        report: its JSON form.
        decisions: out of verified statements.
        rules: the policy the report was made under.
        now: RFC 3339 UTC.
        classified_by: the public key that signed the classification.
    """

    def __init__(
        self, report: Mapping[str, Any], decisions: Iterable[Decision], rules: Policy, now: str, classified_by: str
    ) -> None:
        self.report, self.rules, self.classified_by = report, rules, classified_by
        self.circumstances = Circumstances.of(report, now)
        decisions = list(decisions)
        self.standing = standing(decisions, self.circumstances)
        self.wrong = dismissed(decisions, self.circumstances)
        self.ends: list[str] = []
        states = [(one, *self.circumstances.state(one)) for one in self.standing]
        self.ignored = {one.statement: why for one, state, why in states if state == "ignored"}

    def judge(self, path: str, column: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[ReviewedFinding, Finding]:
        """Return what is told of a finding, and what of it is left to be graded."""
        kept = self._without_dismissed(data)
        before, after = self._gives(column, rebuilt(Finding, data)), self._gives(column, kept)
        about = (data["entity"], "", self.report["dataset"], path, column["column"])
        mine = [(one, *self._state(one, data["recognizers"], after)) for one in self.standing if one.about == about]
        state, effective = self._outcome([one for one, state, _ in mine if state == "live"], after)
        mine += [(one, *self.circumstances.state(one)) for one in self._on_values(data)]
        if state == "open" and not kept.cells:
            state = "false_positive"
        elif state == "open":
            state = next((past for _, past, _ in mine if past in ("stale", "expired")), "open")
        notes = tuple(f"{past}: {why}" for _, past, why in mine if why)
        digests = tuple(one.statement for one, _, _ in mine)
        gone = data["cells"] - kept.cells
        told = ReviewedFinding(*about[3:], about[0], state, before, effective, gone, digests, notes)
        return told, kept

    def _outcome(self, live: list[Decision], gives: str) -> tuple[str, str]:
        """Return the state and the grade by the strictest decision that counts."""
        if not live:
            return "open", gives
        chosen = max(live, key=lambda one: (self.rank(_gives(one, gives)), one.kind == "accept"))
        if chosen.kind == "false_positive" or self.rank(_gives(chosen, gives)) < self.rank(gives):
            self.ends.append(chosen.expires)
        return STATES[chosen.kind], _gives(chosen, gives)

    def _state(self, one: Decision, recognizers: list[str], gives: str) -> tuple[str, str]:
        state, why = self.circumstances.state(one, recognizers)
        if state == "live" and one.kind == "override" and self.rank(one.grade) < self.rank(gives):
            if not one.second_person:
                return "ignored", "to lower a grade, somebody other than its author must have asked for it"
            if one.signer == self.classified_by:
                return "ignored", "the key that classified cannot also lower the grade"
        return state, why

    def _on_values(self, data: Mapping[str, Any]) -> list[Decision]:
        values = {*data["previews"], *data.get("dismissed", {})}
        return [one for one in self.standing if one.entity == data["entity"] and one.fingerprint in values]

    def _without_dismissed(self, data: Mapping[str, Any]) -> Finding:
        """Return the finding without the cells of values that are no findings now."""
        found, values = rebuilt(Finding, data), set()
        for value, gone in data.get("dismissed", {}).items():
            if set(gone["recognizers"]) <= self.wrong.get(value, frozenset()):
                found.cells -= gone["cells"]
                found.validated -= gone["validated"]
                values.add(value)
        because = [one for one in self.standing if one.fingerprint in values and one.kind == "false_positive"]
        self.ends += [one.expires for one in because if self.circumstances.state(one)[0] == "live"]
        return found

    def _gives(self, column: Mapping[str, Any], finding: Finding) -> str:
        """Return the grade that a finding alone gives its column, or nothing."""
        if not finding.cells:
            return ""
        raised = grade_column(rebuilt(Column, column, findings={finding.entity: finding}), self.rules)
        return max((one.grade for one in raised), key=self.rank, default="")

    def rank(self, grade: str) -> int:
        """Return a grade's place in the scheme; no grade is below all."""
        return self.rules.levels.index(grade) if grade else -1


def _gives(one: Decision, grade: str) -> str:
    """Return the grade a finding gives under a decision, when it gives `grade` without."""
    return {"accept": grade, "false_positive": "", "override": one.grade}[one.kind]


def rebuilt(kind: type[Part], data: Mapping[str, Any], **given: Any) -> Part:
    """Make the scan's form of a part of a report again: what both have, and what is given."""
    both = {one.name: data[one.name] for one in fields(kind) if one.name in data}
    return kind(**{**both, **given})
