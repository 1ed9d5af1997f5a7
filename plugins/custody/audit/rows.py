# SPDX-License-Identifier: Apache-2.0
"""The licence of each row, where a column has it.

Distinct values are counted chunk by chunk, so that a dataset of any size takes the memory of one. Values are data:
one is told only where it stands for a licence, and then as that licence's own name; the rest is a number of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from custody.audit.licences.names import read
from custody.dataset import Dataset
from custody.errors import DatasetError

_LONGEST = 1000  # characters; a longer value is no licence
MAX_DISTINCT = 10_000  # more different licences are no licences: the column is another one


@dataclass(frozen=True)
class RowLicences:
    """The licences of the rows of a dataset.

    Args:
        counts: SPDX expression, or custody's id of a family without its version -> rows that have it.
        unknown: rows whose value stands for no licence that custody knows.
        without: rows without a value.
        missing: files without the column.
        unreadable: files that cannot be read.
        overflow: whether there are more than `MAX_DISTINCT` values; the rest were not counted.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0
    without: int = 0
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    overflow: bool = False

    @property
    def total(self) -> int:
        """All rows that were read."""
        return sum(self.counts.values()) + self.unknown + self.without


def row_licences(dataset: Dataset, column: str, glob: str = "*") -> RowLicences:
    """Count the licences in a column.

    Args:
        dataset: the data.
        column: the leaf path of the column, as `licence` or `meta.licence`.
        glob: the files that have it; `*` stands for any characters, slashes too.
    """
    values: Counter[str] = Counter()
    missing, unreadable = [], []
    for path in dataset.files():
        if not fnmatchcase(path, glob):
            continue
        try:
            found = _count(dataset, path, column, values)
        except DatasetError:
            unreadable.append(path)
            continue
        if not found:
            missing.append(path)
        if len(values) > MAX_DISTINCT:
            break
    counts, unknown = _named(values)
    overflow = len(values) > MAX_DISTINCT
    return RowLicences(counts, unknown, values[""], tuple(missing), tuple(unreadable), overflow)


def _count(dataset: Dataset, path: str, column: str, values: Counter[str]) -> bool:
    """Add the values of one file; tell whether it has the column, or has no rows that could.

    Raises:
        DatasetError: the file cannot be read, or has a list or an object in the place of a value: which licence such a
            row has is not known, and it is not one without.
    """
    import pyarrow.compute as pc

    from custody import formats

    everywhere = True
    for chunk in formats.read(dataset.root / path):
        if "[]" in column or any(name.startswith((f"{column}[", f"{column}.")) for name in chunk.columns):
            raise DatasetError(f"a row has more than one value in {column!r}", where=path)
        cells = chunk.columns.get(column)
        everywhere = everywhere and (cells is not None or not chunk.rows)
        values[""] += chunk.rows - (0 if cells is None else len(cells))  # a row of JSON may lack the key
        for one in pc.value_counts(cells).to_pylist() if cells is not None else ():
            values[(one["values"] or "").strip()] += one["counts"]
        if len(values) > MAX_DISTINCT:
            break
    return everywhere


def _named(values: Mapping[str, int]) -> tuple[dict[str, int], int]:
    counts: Counter[str] = Counter()
    unknown = 0
    for value, rows in values.items():
        if not value:
            continue
        if licence := _name(value):
            counts[licence] += rows
        else:
            unknown += rows
    return dict(sorted(counts.items())), unknown


def _name(value: str) -> str:
    """Return the name of the licence, or of the family, that a value stands for alone."""
    found = read(value) if len(value) < _LONGEST else None
    return found.expression if found and (found.certain or found.kind == "family") else ""
