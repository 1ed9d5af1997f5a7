# SPDX-License-Identifier: Apache-2.0
"""The pure verb: a dataset and a policy give a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from custody.classifiers.counts import Column, Dismissed, FileScan, Finding, Wrong
from custody.classifiers.engine import Scanner
from custody.classifiers.grading import (
    Reason,
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
from custody.classifiers.sampling import Plan
from custody.classifiers.scan import Job, Watch, scan
from custody.dataset import Dataset
from custody.keys import Secret
from custody.policy import Policy
from custody.schemes import NAMES

if TYPE_CHECKING:
    from custody.classifiers.sampled import Sample


def classify(
    dataset: Dataset,
    rules: Policy,
    secret: Secret,
    *,
    created_at: str,
    scanner: Scanner | None = None,
    wrong: Callable[[Mapping[str, str]], Wrong] = lambda _: {},
    plan: Plan | None = None,
    workers: int = 1,
    progress: Watch | None = None,
) -> ClassificationReport:
    """Scan and grade a dataset.

    Args:
        dataset: what to classify; its address is taken of the bytes that were scanned.
        rules: the policy.
        secret: keys the fingerprints.
        created_at: RFC 3339 UTC.
        scanner: one made for the same policy, to use again; by default a new one.
        wrong: given what the findings depend on, the values that stewards say are no findings.
        plan: how to sample rows; by default every row is read. Every row is read all the same when a rule of the policy
            fires on a single hit, unless the plan says to sample that too.
        workers: processes for a scan of every row.
        progress: is told how far the scan is.

    Raises:
        DatasetError: there is no dataset, or it cannot be addressed.
        IntegrityError: the bytes changed while they were scanned.
        PolicyError: the policy names an entity that nothing finds.
    """
    scanner = scanner or Scanner(rules)
    scanner.begin()
    with dataset.held() as listing:
        job = Job(dataset, scanner, secret, wrong(scanner.detector))
        sample, whole = _sample(job, rules, plan, progress)
        scans = sample.files if sample else scan(job, workers=workers, watch=progress)
    unread = tuple(text for one in scans for text in one.unscanned)
    reports = tuple(_file(one, rules, sample) for one in scans)
    rows = sample.proof["rows"] if sample else sum(one.rows for one in scans)
    grade, by_scale = grade_dataset((one.grade for one in reports), rows, rules)
    notes = (
        *(f"Not scanned: {text}." for text in unread),
        *_of_sample(sample),
        scanner.model["warning"],
        *whole,
        *_unverified(rules),
    )
    return ClassificationReport(
        dataset=dataset.name,
        address=listing.address,
        grade=grade,
        why=_why(grade, reports, sentences(grade, by_scale)),
        unchecked=(
            *notes,
            *_unverified(rules),
            *(f"Presidio itself ran for every cell: {why}." for why in scanner.doubts),
        ),
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
        sampling=sample.proof if sample else None,
        paths=dict(scanner.paths),
        checked=scanner.checked,
    )


def _doubts(scanner: Scanner) -> list[str]:
    return [f"Presidio itself ran for every cell: {why}." for why in scanner.doubts]


def _sample(job: Job, rules: Policy, plan: Plan | None, watch: Watch | None) -> tuple[Sample | None, tuple[str, ...]]:
    """Return what a sample found, or why every row is read although a sample was asked for."""
    if plan is None:
        return None, ()
    from custody.classifiers.sampled import needs_all, scan_sample

    if why := needs_all(rules, plan):
        return None, (f"Every row was read although a sample was asked for: {why}.",)
    if sample := scan_sample(job, rules, plan, watch):
        return sample, ()
    return None, ("Every row was read although a sample was asked for: a file cannot be read whole.",)


def _of_sample(sample: Sample | None) -> tuple[str, ...]:
    if sample is None or sample.proof["rows_read"] == sample.proof["rows"]:
        return ()
    proof, questions = sample.proof, len(sample.proof["undecided"])
    read = f"A sample was read: {proof['rows_read']:,} of {proof['rows']:,} rows."
    left = f", but for {questions} questions it leaves open" if questions else ""
    return (f"{read} With {100 * proof['confidence']:g} % confidence, shares give the grades of the whole{left}.",)


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


def _file(one: FileScan, rules: Policy, sample: Sample | None) -> FileReport:
    columns = tuple(_column(column, rules, whole=not one.unscanned) for column in one.columns.values())
    raised = (
        *grade_file(one, rules),
        *(unscanned(text, rules) for text in one.unscanned),
        *(
            _open(column, entity, rules)
            for path, column, entity in (sample.undecided if sample else ())
            if path == one.path
        ),
    )
    grade = rules.highest(rules.default, *(one.grade for one in columns), *(one.grade for one in raised))
    impact = joined(rules, *(one.impact for one in columns), *(one.impact for one in raised))
    return FileReport(one.path, grade, sentences(grade, raised), one.rows, columns, raised, impact)


def _left_open(path: str, rules: Policy, sample: Sample | None) -> list[Reason]:
    return [_open(column, entity, rules) for of, column, entity in (sample.undecided if sample else ()) if of == path]


def _open(column: str, entity: str, rules: Policy) -> Reason:
    """Return the grade for what the sample leaves open: the highest that a share of this entity can give."""
    grades = [rule.grade for rule in rules.grades if entity in rule.when.entity and rule.when.prevalence]
    text = f"column {column} may hold {entity} in more cells than the sample can tell; read more rows, or all"
    return Reason(rules.highest(rules.default, *grades), text)


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
