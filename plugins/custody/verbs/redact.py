# SPDX-License-Identifier: Apache-2.0
"""Redact: take out what the grade's measures name, and measure what is left."""

from __future__ import annotations

from pathlib import Path

from custody.dataset import Dataset
from custody.errors import IntegrityError
from custody.lineage import predicates
from custody.lineage.statement import dataset_subject, now
from custody.verbs.session import Outcome, Session


def redact(session: Session, dataset: Dataset, output: Path) -> Outcome:
    """Write a redacted copy of a classified dataset to `output/NAME` and sign its provenance.

    A grade without redaction measures gives the dataset back as it is, without a statement. The grade stays: what was
    taken out does not lower it.

    Raises:
        IntegrityError: these bytes were not classified, or the second scan still finds what was to be taken out.
        DatasetError: a file cannot be read.
    """
    from custody.classifiers import Scanner
    from custody.protect.redact import redact as write

    started = now()
    listing = dataset.listing()
    classified = session.follows(dataset, listing, "classify")
    grade = session.grade_in_effect(classified, listing.address)
    plan = session.measures(grade).redact
    if not plan:
        return Outcome("redact", dataset.name, str(dataset.path), listing.address, grade)
    target = output / dataset.name
    done = write(dataset, plan, Scanner(session.policy).find_all, target)
    _require(done.source == listing, dataset, "the bytes changed since they were classified")
    if left := {entity: count for entity, count in done.residual.items() if count}:
        raise IntegrityError(
            f"after redaction a second scan still finds {left}", where=str(target), remedy="use `replace` for these"
        )
    made = session.record(
        "redact",
        [session.subject(dataset.name, Dataset(target).listing())],
        predicates.provenance(
            "redact", [dataset_subject(dataset.name, listing.address)], {"plan": plan}, started, session.run
        ),
        prev=[classified.digest],
        grade=grade,
        detail={"plan": dict(plan), "redacted": dict(done.counts), "residual": dict(done.residual)},
    )
    address = made.subjects[0]["digest"]["dirHash"]
    return Outcome("redact", dataset.name, str(target), address, grade, made.digest, {"redacted": dict(done.counts)})


def _require(holds: bool, dataset: Dataset, what: str) -> None:  # noqa: FBT001 - an assertion reads so
    if not holds:
        raise IntegrityError(what, where=str(dataset.path), remedy="classify it again, then redact")
