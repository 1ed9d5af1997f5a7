# SPDX-License-Identifier: Apache-2.0
"""What the classification of a dataset says of its columns, for the forms that were made of it, too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custody.lineage.ledger import Ledger
from custody.lineage.statement import Statement

MAKERS = ("redact", "encrypt")  # the steps whose output has the columns of its input


@dataclass(frozen=True)
class Graded:
    """The columns of a classified dataset, over all its files.

    grades: column -> its highest grade. entities: column -> what was found in it. files: path -> its columns.
    """

    grade: str | None
    grades: Mapping[str, str]
    entities: Mapping[str, frozenset[str]]
    files: Mapping[str, tuple[str, ...]]

    def without(self, entities: frozenset[str]) -> Graded:
        """Return the same after entities were taken out; grades stay, as they do on the way of the data."""
        left = {column: found - entities for column, found in self.entities.items()}
        return Graded(self.grade, self.grades, left, self.files)


def graded(ledger: Ledger, address: str) -> Graded | None:
    """Return what is known of the columns of a dataset; None when neither it nor what it came of was classified.

    Raises:
        IntegrityError: a record is damaged.
    """
    if found := ledger.latest(address, "classify"):
        return _read(ledger, found) if "report" in found.link.detail else None
    for step in MAKERS:
        made = ledger.latest(address, step)
        if made and made.materials:
            source = graded(ledger, made.materials[0]["digest"]["dirHash"])
            return source.without(taken_out(made)) if source else None
    return None


def taken_out(made: Statement) -> frozenset[str]:
    """Return the entities that a redaction took out; none for another step."""
    return frozenset(made.link.detail.get("plan", ())) if made.link.step == "redact" else frozenset()


def _read(ledger: Ledger, classified: Statement) -> Graded:
    report: dict[str, Any] = json.loads(ledger.read_document(classified.link.detail["report"]))
    grades: dict[str, str] = {}
    entities: dict[str, frozenset[str]] = {}
    for file in report["files"]:
        for one in file["columns"]:
            name = one["column"]
            grades[name] = ledger.rules.highest(one["grade"], grades.get(name, one["grade"]))
            entities[name] = entities.get(name, frozenset()) | {found["entity"] for found in one["findings"]}
    files = {file["path"]: tuple(one["column"] for one in file["columns"]) for file in report["files"]}
    return Graded(classified.link.grade, grades, entities, files)
