# SPDX-License-Identifier: Apache-2.0
"""Encrypt: by column for Parquet, whole for the rest, with the key each grade asks for."""

from __future__ import annotations

from collections.abc import Mapping
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
        grade = session.grade_of(before)
        key = session.measures(grade).encrypt
        if key is None:
            return Outcome("encrypt", dataset.name, str(dataset.path), listing.address, grade)
        raw = before.materials[0]["digest"]["dirHash"] if before.materials else listing.address
        columns = _column_keys(session, dataset, raw)
        context = {"address": listing.address, "grade": grade, "policy": session.policy.digest}
        target = output / dataset.name
        write(dataset, EncryptionPlan(columns, key, context, session.home.secret), target)
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


def _column_keys(session: Session, dataset: Dataset, raw: str) -> dict[str, dict[str, str]]:
    """Give each top-level Parquet column the key of the highest grade in it."""
    keys: dict[str, dict[str, str]] = {}
    for file, grades in column_grades(session, raw).items():
        tops = formats.fields(dataset.root / file)
        for column, grade in grades.items():
            above = [top for top in tops if column == top or column.startswith((f"{top}.", f"{top}[]"))]
            if above and (key := session.measures(_highest(session, grades, max(above, key=len), grade)).encrypt):
                keys.setdefault(file, {})[max(above, key=len)] = key
    return keys


def _highest(session: Session, grades: Mapping[str, str], top: str, least: str) -> str:
    inside = [one for column, one in grades.items() if column.startswith((f"{top}.", f"{top}[]"))]
    return session.policy.highest(least, *inside)


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
