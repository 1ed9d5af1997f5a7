# SPDX-License-Identifier: Apache-2.0
"""Columns as a scan would have counted them, and policies of few rules."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as some

from custody import policy
from custody.classifiers.counts import Column, FileScan, Finding
from custody.classifiers.grading import Reason, grade_column, grade_dataset, grade_file, joined, unscanned
from custody.policy import Policy
from tests.base.samples import POLICY

ENTITIES = ("PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "STREET_ADDRESS", "DATE_OF_BIRTH", "US_SSN", "URL")
_BODY = POLICY[POLICY.index("intents:") :]


def column(filled: int, **cells: int) -> Column:
    """Return a column with so many filled cells, and so many cells with each entity."""
    findings = {name: Finding(name, cells=count, hits=count, validated=count) for name, count in cells.items()}
    return Column("c", filled, filled, findings=findings)


def tried(passed: int, of: int, chance: float = 0.1, filled: int | None = None) -> Column:
    """Return a column of CREDIT_CARD whose checksum was computed for distinct values, each in one cell."""
    finding = Finding("CREDIT_CARD", passed, passed, passed, tried=of, passed=passed, chance=chance)
    return Column("number", filled or of, filled or of, findings={"CREDIT_CARD": finding})


@cache
def rules(*grades: str, scheme: str = "confidentiality-4", default: str = "internal", worst: str = "") -> Policy:
    """Return a policy of rules written as YAML, each `when: {...}, grade: ...`."""
    told = "\n".join(f"  - {{{one}}}" for one in grades)
    head = f"scheme: {scheme}\ndefault: {default}\nunscanned: {worst or default}\nfingerprint: local:k.keyring#f\n"
    return policy.parse(f"{head}grades:\n{told}\nmeasures: {{}}\n{_BODY}".encode(), "p.yaml")


def grade_of(files: Sequence[FileScan], rules: Policy) -> str:
    """Return the grade of a dataset of these files."""
    told = [one.grade for one in _reasons(files, rules)]
    return grade_dataset(told, sum(file.rows for file in files), rules)[0]


def impact_on(files: Sequence[FileScan], rules: Policy) -> dict[str, str]:
    """Return the impact of a dataset of these files, by objective."""
    told = _reasons(files, rules)
    by_scale = grade_dataset((one.grade for one in told), sum(file.rows for file in files), rules)[1]
    return joined(rules, *(one.impact for one in (*told, *by_scale)))


def _reasons(files: Sequence[FileScan], rules: Policy) -> list[Reason]:
    told = [one for file in files for found in file.columns.values() for one in grade_column(found, rules)]
    told += [one for file in files for one in grade_file(file, rules)]
    return told + [unscanned(text, rules) for file in files for text in file.unscanned]


@some.composite
def findings(draw: some.DrawFn, entity: str = "CREDIT_CARD") -> Finding:
    """Draw a finding whose counts agree with one another."""
    cells = draw(some.integers(1, 500))
    validated, of = draw(some.integers(0, cells)), draw(some.integers(0, 200))
    passed, chance = draw(some.integers(0, of)), draw(some.sampled_from([0.0, 0.01, 0.1, 0.5]))
    return Finding(entity, cells, cells + draw(some.integers(0, 9)), validated, of, passed, chance)


@some.composite
def files(draw: some.DrawFn, path: str = "f") -> FileScan:
    """Draw a file of up to four columns."""
    made = {}
    for name in draw(some.lists(some.sampled_from("abcd"), unique=True)):
        kinds = draw(some.lists(some.sampled_from((*ENTITIES, "CREDIT_CARD")), unique=True, max_size=4))
        found = {kind: draw(findings(kind)) for kind in kinds}
        filled = max([1, *(one.cells for one in found.values())]) + draw(some.integers(0, 1000))
        made[name] = Column(name, filled, filled, free_text=draw(some.booleans()), findings=found)
    return FileScan(path, draw(some.integers(0, 2_000_000)), made)
