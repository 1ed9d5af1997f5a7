# SPDX-License-Identifier: Apache-2.0
"""A report read with the decisions of stewards: the grade as found, and beside it the grade in effect.

Where nobody decided, the grade in effect is the one found. Only a decision that counts now can lower it, and nothing
lowers what could not be scanned. A grade that the counts of the report do not give again has reasons that are not known
here, so it is not lowered either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from custody.classifiers.counts import Column, FileScan, Finding
from custody.classifiers.grading import grade_column, grade_dataset, grade_file
from custody.classifiers.judged import Judge, ReviewedFinding, rebuilt
from custody.classifiers.memory import Decision
from custody.errors import UsageError
from custody.policy import Policy

Grades = tuple[str, str]  # found, in effect


@dataclass(frozen=True)
class Reviewed:
    """The whole. found, effective: the dataset's grades; files and columns: the same for each.

    until: when the first of the decisions that lowered something expires; empty when none did. ignored: decisions that
    never count, by the digest of their statement, and why.
    """

    found: str
    effective: str
    at: str
    until: str
    files: Mapping[str, Grades]
    columns: Mapping[str, Mapping[str, Grades]]
    findings: tuple[ReviewedFinding, ...]
    ignored: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


@dataclass
class _Left:
    """What is left of a column."""

    counted: dict[str, Finding] = field(default_factory=dict)  # graded by the rules about columns
    present: dict[str, Finding] = field(default_factory=dict)  # seen by the rules about columns together
    grades: list[str] = field(default_factory=list)  # given by stewards
    lowered: bool = False

    def add(self, told: ReviewedFinding, kept: Finding, *, lowered: bool) -> None:
        self.lowered |= lowered
        if told.state == "overridden":
            self.grades.append(told.effective)
        if told.state == "false_positive" or not kept.cells:
            return
        self.present[told.entity] = kept
        if told.state != "overridden":
            self.counted[told.entity] = kept


def apply(
    report: Mapping[str, Any], decisions: Iterable[Decision], rules: Policy, now: str, classified_by: str = ""
) -> Reviewed:
    """Hold a report against decisions. The report is not changed.

    Args:
        report: its JSON form.
        decisions: out of verified statements.
        rules: the policy the report was made under.
        now: RFC 3339 UTC.
        classified_by: the public key that signed the classification; it cannot also lower a grade by override.

    Raises:
        UsageError: the report was made under another policy.
    """
    if report["policy"] != rules.digest:
        raise UsageError("the policy has changed since this was classified", remedy="classify it again")
    judge = Judge(report, decisions, rules, now, classified_by)
    told: list[ReviewedFinding] = []
    files: dict[str, Grades] = {}
    columns: dict[str, dict[str, Grades]] = {}
    for file in report["files"]:
        left = {one["column"]: _left(judge, file["path"], one, told) for one in file["columns"]}
        columns[file["path"]] = {
            one["column"]: (one["grade"], _column_grade(one, left[one["column"]], rules)) for one in file["columns"]
        }
        grade = _file_grade(file, left, [effective for _, effective in columns[file["path"]].values()], report, rules)
        files[file["path"]] = (file["grade"], grade)
    grade, _ = grade_dataset([effective for _, effective in files.values()], report["rows"], rules)
    again, _ = grade_dataset([found for found, _ in files.values()], report["rows"], rules)
    if not judge.ends or again != report["grade"]:
        grade = rules.highest(grade, report["grade"])
    until = min(judge.ends, default="")
    return Reviewed(report["grade"], grade, now, until, files, columns, tuple(told), judge.ignored)


def _left(judge: Judge, path: str, column: Mapping[str, Any], told: list[ReviewedFinding]) -> _Left:
    left = _Left()
    for data in column["findings"]:
        one, kept = judge.judge(path, column, data)
        told.append(one)
        lower = judge.rank(one.effective) < judge.rank(one.found) or one.state == "false_positive" or one.dismissed > 0
        left.add(one, kept, lowered=lower)
    return left


def _column_grade(column: Mapping[str, Any], left: _Left, rules: Policy) -> str:
    if not left.lowered or _from_counts(column, _found(column), rules) != column["grade"]:
        return rules.highest(column["grade"], *left.grades)
    return rules.highest(_from_counts(column, left.counted, rules), *left.grades)


def _found(column: Mapping[str, Any]) -> dict[str, Finding]:
    return {one["entity"]: rebuilt(Finding, one) for one in column["findings"]}


def _from_counts(column: Mapping[str, Any], findings: Mapping[str, Finding], rules: Policy) -> str:
    raised = grade_column(rebuilt(Column, column, findings=findings), rules)
    return rules.highest(rules.default, *(one.grade for one in raised))


def _file_grade(
    file: Mapping[str, Any], left: Mapping[str, _Left], grades: list[str], report: Mapping[str, Any], rules: Policy
) -> str:
    columns = file["columns"]
    floor = [rules.default, *_floor(file["path"], report["unscanned"], rules)]
    again = [
        *floor,
        *(one["grade"] for one in columns),
        *_together(file, {one["column"]: _found(one) for one in columns}, rules),
    ]
    if not any(one.lowered for one in left.values()) or rules.highest(*again) != file["grade"]:
        return rules.highest(file["grade"], *grades)
    return rules.highest(*floor, *grades, *_together(file, {name: one.present for name, one in left.items()}, rules))


def _together(file: Mapping[str, Any], findings: Mapping[str, Mapping[str, Finding]], rules: Policy) -> list[str]:
    columns = {one["column"]: rebuilt(Column, one, findings=findings[one["column"]]) for one in file["columns"]}
    return [one.grade for one in grade_file(rebuilt(FileScan, file, columns=columns), rules)]


def _floor(path: str, unscanned: Iterable[str], rules: Policy) -> list[str]:
    """Return what a file has at least when something of it could not be scanned."""
    return [rules.unscanned] if any(text.startswith((f"{path}:", f"{path},")) for text in unscanned) else []
