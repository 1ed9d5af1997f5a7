# SPDX-License-Identifier: Apache-2.0
"""The pure verb: a dataset and a policy give a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from custody.classifiers.engine import Scanner
from custody.classifiers.grading import (
    grade_column,
    grade_dataset,
    grade_file,
    held_back,
    joined,
    sentences,
    suggested,
    unscanned,
    why,
    wilson,
)
from custody.classifiers.report import ClassificationReport, ColumnReport, FileReport, FindingReport, Translation
from custody.classifiers.scan import Column, Dismissed, FileScan, Finding, Wrong, scan
from custody.dataset import Dataset
from custody.keys import Secret
from custody.policy import Policy
from custody.schemes import NAMES

NO_NER = "Names, places and organisations in free text were not looked for: no language model is loaded."


def classify(
    dataset: Dataset,
    rules: Policy,
    secret: Secret,
    *,
    created_at: str,
    scanner: Scanner | None = None,
    wrong: Callable[[Mapping[str, str]], Wrong] = lambda _: {},
) -> ClassificationReport:
    """Scan and grade a dataset.

    Args:
        dataset: what to classify; its address is taken of the bytes that were scanned.
        rules: the policy.
        secret: keys the fingerprints.
        created_at: RFC 3339 UTC.
        scanner: one made for the same policy, to use again; by default a new one.
        wrong: given what the findings depend on, the values that stewards say are no findings.

    Raises:
        DatasetError: there is no dataset, or it cannot be addressed.
        IntegrityError: the bytes changed while they were scanned.
        PolicyError: the policy names an entity that nothing finds.
    """
    scanner = scanner or Scanner(rules)
    with dataset.held() as listing:
        scans = scan(dataset, scanner, secret, wrong(scanner.detector))
    unread = tuple(text for one in scans for text in one.unscanned)
    reports = tuple(_file(one, rules) for one in scans)
    rows = sum(one.rows for one in scans)
    grade, by_scale = grade_dataset((one.grade for one in reports), rows, rules)
    return ClassificationReport(
        dataset=dataset.name,
        address=listing.address,
        grade=grade,
        why=_why(grade, reports, sentences(grade, by_scale)),
        unchecked=(*(f"Not scanned: {text}." for text in unread), NO_NER, *_unverified(rules)),
        unscanned=unread,
        scheme=rules.scheme,
        levels=rules.levels,
        policy=rules.digest,
        detector=scanner.detector,
        created_at=created_at,
        rows=rows,
        files=reports,
        listing=dict(listing.digests),
        impact=joined(rules, *(one.impact for one in reports), *(one.impact for one in by_scale)),
        translations=_translations(grade, rules),
    )


def _unverified(rules: Policy) -> tuple[str, ...]:
    scheme = rules.graded_by
    return () if scheme.verified else (f"Grades are those of {scheme.told}.",)


def _translations(grade: str, rules: Policy) -> tuple[Translation, ...]:
    others = [name for name in NAMES if name != rules.scheme]
    cells = [(name, rules.translated(grade, name)) for name in others]
    return tuple(Translation(name, cell.to, cell.basis or "", cell.note) for name, cell in cells)


def _why(grade: str, reports: tuple[FileReport, ...], by_scale: tuple[str, ...]) -> tuple[str, ...]:
    """Return the reasons for exactly the dataset's grade."""
    reasons = [text for one in reports if one.grade == grade for text in _reasons(one, grade)]
    return (*by_scale, *reasons) or ("no rule fired; this is the policy's default",)


def _reasons(file: FileReport, grade: str) -> tuple[str, ...]:
    fired = (one for one in file.columns if one.grade == grade and one.reasons)
    return (*file.why, *(f"{file.path}: {text}" for one in fired for text in one.why[:1]))


def _file(one: FileScan, rules: Policy) -> FileReport:
    columns = tuple(_column(column, rules, whole=not one.unscanned) for column in one.columns.values())
    raised = (*grade_file(one, rules), *(unscanned(text, rules) for text in one.unscanned))
    grade = rules.highest(rules.default, *(one.grade for one in columns), *(one.grade for one in raised))
    impact = joined(rules, *(one.impact for one in columns), *(one.impact for one in raised))
    return FileReport(one.path, grade, sentences(grade, raised), one.rows, columns, raised, impact)


def _column(one: Column, rules: Policy, *, whole: bool) -> ColumnReport:
    fired, held = tuple(grade_column(one, rules)), held_back(one, rules)
    grade = rules.highest(rules.default, *(reason.grade for reason in fired))
    return ColumnReport(
        column=one.column,
        grade=grade,
        why=why(grade, fired, one, rules, whole=whole),
        cells=one.cells,
        filled=one.filled,
        findings=tuple(_finding(finding, one.filled) for _, finding in sorted(one.findings.items())),
        reasons=fired,
        notes=(*(reason.sentence for reason in held), *suggested(one, rules)),
        impact=joined(rules, *(reason.impact for reason in fired)),
    )


def _finding(one: Finding, filled: int) -> FindingReport:
    low, high = wilson(one.cells, filled)
    return FindingReport(
        entity=one.entity,
        cells=one.cells,
        hits=one.hits,
        validated=one.validated,
        tried=one.tried,
        passed=one.passed,
        chance=one.chance,
        share=round(one.cells / filled, 6),
        interval=(round(low, 6), round(high, 6)),
        max_score=one.max_score,
        recognizers=tuple(sorted(one.recognizers)),
        previews=dict(sorted(one.previews.items())),
        dismissed={key: _dismissed(gone) for key, gone in sorted(one.dismissed.items())},
    )


def _dismissed(one: Dismissed) -> dict[str, Any]:
    return {"cells": one.cells, "validated": one.validated, "recognizers": sorted(one.recognizers)}
