# SPDX-License-Identifier: Apache-2.0
"""A report read with the decisions of stewards: the grade as found, and beside it the grade in effect.

Where nobody decided, the grade in effect is the one found. Only a decision that counts now can lower it, and nothing
lowers what could not be scanned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from custody.classifiers.grading import grade_column, grade_dataset, grade_file
from custody.classifiers.judged import Judge, ReviewedFinding, rebuilt
from custody.classifiers.memory import Decision
from custody.classifiers.scan import Column, FileScan, Finding
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
    if not judge.ends:
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
    if not left.lowered:
        return rules.highest(column["grade"], *left.grades)
    raised = grade_column(rebuilt(Column, column, findings=left.counted), rules)
    return rules.highest(rules.default, *left.grades, *(grade for grade, _ in raised))


def _file_grade(
    file: Mapping[str, Any], left: Mapping[str, _Left], grades: list[str], report: Mapping[str, Any], rules: Policy
) -> str:
    if not any(one.lowered for one in left.values()):
        return rules.highest(file["grade"], *grades)
    columns = {one["column"]: rebuilt(Column, one, findings=left[one["column"]].present) for one in file["columns"]}
    together = grade_file(rebuilt(FileScan, file, columns=columns), rules)
    path, floor = file["path"], []
    if any(text.startswith((f"{path}:", f"{path},")) for text in report["unscanned"]):
        floor = [rules.unscanned]
    return rules.highest(rules.default, *grades, *floor, *(grade for grade, _ in together))
