# SPDX-License-Identifier: Apache-2.0
"""Impact: what came of a dataset, of bytes, or of one record.

Statements hold no digests of records, which would tell who is in the data. So a record is looked for in bytes: in the
datasets that are given, and nowhere else.

The digest of a record is the SHA-256 of its canonical form: a JSON object of its columns and their cells as text,
without null cells, keys sorted, without blanks, in UTF-8. Columns are leaf paths, such as `address.city`; cells of
lists are no part of it. Anyone can redo it: `printf '{"city":"Oslo","id":"7"}' | sha256sum`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from custody.dataset import Dataset, is_sha256
from custody.errors import CustodyError, UsageError
from custody.lineage.impact import Impact, impact
from custody.verbs.session import Session


@dataclass(frozen=True)
class Held:
    """A record in a file: in how many rows of it."""

    dataset: str
    address: str
    file: str
    rows: int


@dataclass(frozen=True)
class Search:
    """Where a record was found, and what could not be read and so may hold it."""

    held: tuple[Held, ...]
    unread: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def of_name(session: Session, name: str) -> Impact:
    """Return what came of every version of a dataset.

    Raises:
        UsageError: the ledger knows no dataset of that name.
        IntegrityError: a statement on the way is missing, damaged or forged.
    """
    addresses = session.ledger.addresses(name)
    if not addresses:
        raise UsageError("the ledger knows no dataset of this name", remedy="correct it, or ask by --address")
    return impact(session.ledger, addresses)


def of_address(session: Session, address: str) -> Impact:
    """Return what came of the dataset at an address, or of a file by its SHA-256. Errors as `of_name`."""
    found = impact(session.ledger, [_digest(address)])
    if not found.known:
        raise UsageError("no statement is about this digest", remedy="correct it; `custody summary` lists datasets")
    return found


def of_record(session: Session, digest: str, datasets: Sequence[Dataset]) -> tuple[Search, Impact]:
    """Look for a record in datasets, and return what came of those that hold it.

    Args:
        session: the home.
        digest: of the record's canonical form.
        datasets: where to look; plain, as they are classified.

    Raises:
        UsageError: it is no SHA-256.
        DatasetError: there is no dataset at a path.
        IntegrityError: a statement on the way is missing, damaged or forged.
    """
    found = search(_digest(digest), datasets)
    return found, impact(session.ledger, {one.address for one in found.held})


def search(digest: str, datasets: Iterable[Dataset]) -> Search:
    """Look for a record in every file of some datasets. Raises DatasetError when there is nothing at a path."""
    held, unread = [], []
    for dataset in datasets:
        address = dataset.listing().address
        for file in dataset.files():
            try:
                if rows := sum(one == digest for one in digests(dataset, file)):
                    held.append(Held(dataset.name, address, file, rows))
            except CustodyError as error:
                unread.append(f"{dataset.name}/{file}: {type(error).__name__}")
    return Search(tuple(held), tuple(unread))


def digests(dataset: Dataset, file: str) -> Iterator[str]:
    """Yield the digest of each row of a file.

    Raises:
        DatasetError, StorageUnavailable: as `formats.read`.
    """
    from custody.errors import DatasetError
    from custody.formats import rows

    for chunk in rows.read(dataset.root / file):
        if chunk.unread:
            raise DatasetError("a column has no text form", where=file, remedy="look for the record by other means")
        cells = {name: column.to_pylist() for name, column in chunk.columns.items()}
        for number in range(chunk.rows):
            yield record_digest({name: column[number] for name, column in cells.items()})


def record_digest(cells: Mapping[str, str | None]) -> str:
    """Return the SHA-256 of a record's canonical form. Null cells are no part of it, so a missing key is a null."""
    told = {name: cell for name, cell in cells.items() if cell is not None}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(text: str) -> str:
    if not is_sha256(text):
        raise UsageError("this is no SHA-256", allowed="64 lowercase hex digits")
    return text
