# SPDX-License-Identifier: Apache-2.0
"""The pure verb: a dataset and a policy give a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from custody.classifiers.engine import Scanner
from custody.classifiers.grading import grade_column, grade_dataset, grade_file, wilson
from custody.classifiers.report import ClassificationReport, ColumnReport, FileReport, FindingReport
from custody.classifiers.scan import Column, Dismissed, FileScan, Finding, Wrong, scan
from custody.dataset import Dataset
from custody.keys import Secret
from custody.policy import Policy

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
    unscanned = tuple(text for one in scans for text in one.unscanned)
    reports = tuple(_file(one, rules) for one in scans)
    rows = sum(one.rows for one in scans)
    grade, by_scale = grade_dataset((one.grade for one in reports), rows, rules)
    return ClassificationReport(
        dataset=dataset.name,
        address=listing.address,
        grade=grade,
        why=_why(grade, reports, by_scale),
        unchecked=(*(f"Not scanned: {text}." for text in unscanned), NO_NER),
        unscanned=unscanned,
        scheme=rules.scheme,
        levels=rules.levels,
        policy=rules.digest,
        detector=scanner.detector,
        created_at=created_at,
        rows=rows,
        files=reports,
        listing=dict(listing.digests),
    )


def _why(grade: str, reports: tuple[FileReport, ...], by_scale: list[str]) -> tuple[str, ...]:
    """Return the reasons for exactly the dataset's grade."""
    reasons = [why for one in reports if one.grade == grade for why in _reasons(one, grade)]
    return (*by_scale, *reasons) or ("no rule fired; this is the policy's default",)


def _reasons(file: FileReport, grade: str) -> tuple[str, ...]:
    columns = (f"{file.path}: {why}" for one in file.columns if one.grade == grade for why in one.why[:1])
    return (*file.why, *columns)


def _file(one: FileScan, rules: Policy) -> FileReport:
    columns = tuple(_column(column, rules) for column in one.columns.values())
    raised = grade_file(one, rules)
    raised += [(rules.unscanned, f"could not be read whole: {text}") for text in one.unscanned]
    grade = rules.highest(rules.default, *(column.grade for column in columns), *(level for level, _ in raised))
    return FileReport(one.path, grade, tuple(why for level, why in raised if level == grade), one.rows, columns)


def _column(one: Column, rules: Policy) -> ColumnReport:
    raised = grade_column(one, rules)
    grade = rules.highest(rules.default, *(level for level, _ in raised))
    why = tuple(why for level, why in raised if level == grade)
    findings = tuple(_finding(finding, one.filled) for _, finding in sorted(one.findings.items()))
    return ColumnReport(one.column, grade, why, one.cells, one.filled, findings)


def _finding(one: Finding, filled: int) -> FindingReport:
    low, high = wilson(one.cells, filled)
    return FindingReport(
        entity=one.entity,
        cells=one.cells,
        hits=one.hits,
        validated=one.validated,
        share=round(one.cells / filled, 6),
        interval=(round(low, 6), round(high, 6)),
        max_score=one.max_score,
        recognizers=tuple(sorted(one.recognizers)),
        previews=dict(sorted(one.previews.items())),
        dismissed={key: _dismissed(gone) for key, gone in sorted(one.dismissed.items())},
    )


def _dismissed(one: Dismissed) -> dict[str, Any]:
    return {"cells": one.cells, "validated": one.validated, "recognizers": sorted(one.recognizers)}
