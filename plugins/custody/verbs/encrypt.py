# SPDX-License-Identifier: Apache-2.0
"""Encrypt: by column for Parquet, whole for the rest, with the key each grade asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from custody import formats
from custody.dataset import Dataset
from custody.lineage import predicates
from custody.lineage.statement import dataset_subject, now
from custody.verbs.classify import column_grades
from custody.verbs.session import Outcome, Session


def encrypt(session: Session, dataset: Dataset, output: Path) -> Outcome:
    """Write an encrypted copy of a dataset to `output/NAME` and sign its provenance.

    A grade without an encryption measure gives the dataset back as it is, without a statement. Running it twice makes
    two ciphertexts with two addresses: keys and nonces are fresh each time.

    Raises:
        IntegrityError: no signed step made or classified these bytes, or they changed meanwhile.
        KeyringError: a key is missing.
    """
    from custody.protect.encrypt import EncryptionPlan
    from custody.protect.encrypt import encrypt as write

    started = now()
    with dataset.held() as listing:
        before = session.follows(dataset, listing, "redact", "classify")
        raw = before.materials[0]["digest"]["dirHash"] if before.materials else listing.address
        grade = session.grade_in_effect(before, raw)
        key = session.measures(grade).encrypt
        if key is None:
            return Outcome("encrypt", dataset.name, str(dataset.path), listing.address, grade)
        columns, footers = _column_keys(session, dataset, raw)
        context = {"address": listing.address, "grade": grade, "policy": session.policy.digest}
        target = output / dataset.name
        write(dataset, EncryptionPlan(columns, key, context, session.home.secret, footers), target)
    made = session.record(
        "encrypt",
        [session.subject(dataset.name, Dataset(target).listing())],
        predicates.provenance(
            "encrypt", [dataset_subject(dataset.name, listing.address)], {"key": key}, started, session.run
        ),
        prev=[before.digest],
        grade=grade,
        detail={"key": key, "columns": columns},
    )
    address = made.subjects[0]["digest"]["dirHash"]
    return Outcome("encrypt", dataset.name, str(target), address, grade, made.digest, {"key": key, "columns": columns})


Keys = dict[str, dict[str, str]]  # file -> top-level column -> key URI


def _column_keys(session: Session, dataset: Dataset, raw: str) -> tuple[Keys, dict[str, str]]:
    """Give each top-level Parquet column the key of the highest grade in it, and each footer the lowest of these."""
    columns: Keys = {}
    footers: dict[str, str] = {}
    for file, grades in column_grades(session, dataset.name, raw).items():
        tops = _top_grades(session, formats.fields(dataset.root / file), grades)
        keyed = {top: (grade, key) for top, grade in tops.items() if (key := session.measures(grade).encrypt)}
        if keyed:
            columns[file] = {top: key for top, (_, key) in keyed.items()}
            footers[file] = min(keyed.values(), key=lambda one: session.policy.levels.index(one[0]))[1]
    return columns, footers


def _top_grades(session: Session, tops: Sequence[str], grades: Mapping[str, str]) -> dict[str, str]:
    """Return top-level column -> the highest grade of what is in it."""
    found: dict[str, str] = {}
    for column, grade in grades.items():
        above = [top for top in tops if column == top or column.startswith((f"{top}.", f"{top}[]"))]
        if above:
            top = max(above, key=len)
            found[top] = session.policy.highest(grade, found.get(top, grade))
    return found


def decrypt(session: Session, dataset: Dataset, output: Path) -> Outcome:
    """Write the plaintext of an encrypted dataset to `output/NAME`. Nothing is signed: the copy is for reading.

    Raises:
        IntegrityError: no signed encryption made these bytes, or they do not decrypt whole.
        KeyringError: a key is missing or another one.
    """
    from custody.protect.encrypt import decrypt as write

    listing = dataset.listing()
    made = session.follows(dataset, listing, "encrypt")
    target = output / dataset.name
    write(dataset, session.home.secret, target)
    return Outcome("decrypt", dataset.name, str(target), Dataset(target).listing().address, made.link.grade)
