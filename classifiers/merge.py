# SPDX-License-Identifier: Apache-2.0
"""Parts of a file, scanned apart, make the file: in any order and any grouping, the same result.

Cells, hits and validated cells add up. Distinct values whose checksum was tried are joined by their sketches, since
the parts may share values. `distinct` of the column adds up to an upper bound; no grade depends on it. A column is
free text, or sampled, when one of its parts is.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce

from pydantic import TypeAdapter, ValidationError

from custody.classifiers.counts import PREVIEWS, Column, Dismissed, FileScan, Finding
from custody.classifiers.sketch import Sketch
from custody.errors import IntegrityError, UsageError


def dump(part: FileScan) -> bytes:
    """Return a part as JSON, to hand from one task to another; it holds no value out of the data."""
    return _adapter().dump_json(part)


def load(data: bytes) -> FileScan:
    """Return a part that `dump` wrote.

    Raises:
        IntegrityError: it did not, or not all of it is there.
    """
    try:
        return _adapter().validate_json(data)
    except ValidationError as error:
        at = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        what, remedy = "the counts of a part of a scan cannot be read back", "scan the part again"
        raise IntegrityError(what, where=at, remedy=remedy) from None  # the error quotes what it was given


@cache
def _adapter() -> TypeAdapter[FileScan]:
    return TypeAdapter(FileScan)


def merge_files(parts: Iterable[FileScan]) -> FileScan:
    """Return the file that these parts make; what is unscanned in one is unscanned in the whole.

    Raises:
        UsageError: no part, parts of several files, or as `merge`.
    """
    parts = list(parts)
    if len({one.path for one in parts}) != 1:
        raise UsageError(f"{len(parts)} parts are not the parts of one file", remedy="merge the parts of each apart")
    names = dict.fromkeys(name for one in parts for name in one.columns)
    return FileScan(
        path=parts[0].path,
        rows=sum(one.rows for one in parts),
        columns={name: merge(one.columns[name] for one in parts if name in one.columns) for name in names},
        unscanned=sorted({text for one in parts for text in one.unscanned}),
    )


def merge(columns: Iterable[Column]) -> Column:
    """Return the column that these parts make.

    Args:
        columns: at least one part, all of the same name.

    Raises:
        UsageError: no part, parts of several columns, or a part that counted checksums without a sketch.
    """
    parts = list(columns)
    if len({one.column for one in parts}) != 1:
        raise UsageError(f"{len(parts)} parts are not the parts of one column", remedy="merge the parts of each apart")
    return reduce(_both, parts, Column(parts[0].column))


def _both(one: Column, other: Column) -> Column:
    names = sorted({*one.findings, *other.findings})
    return Column(
        column=one.column,
        cells=one.cells + other.cells,
        filled=one.filled + other.filled,
        distinct=one.distinct + other.distinct,
        free_text=one.free_text or other.free_text,
        sampled=one.sampled or other.sampled,
        findings={
            name: _found(one.findings.get(name, Finding(name)), other.findings.get(name, Finding(name)))
            for name in names
        },
    )


def _found(one: Finding, other: Finding) -> Finding:
    values = _sketch(one).joined(_sketch(other))
    previews = sorted({**one.previews, **other.previews}.items())[:PREVIEWS]
    return Finding(
        entity=one.entity,
        cells=one.cells + other.cells,
        hits=one.hits + other.hits,
        validated=one.validated + other.validated,
        tried=values.tried,
        passed=values.passed,
        chance=_chance(one, other),
        max_score=max(one.max_score, other.max_score),
        recognizers=one.recognizers | other.recognizers,
        previews=dict(previews),
        values=values,
        dismissed={key: _gone(key, one, other) for key in sorted({*one.dismissed, *other.dismissed})},
    )


def _gone(key: str, one: Finding, other: Finding) -> Dismissed:
    parts = [part.dismissed.get(key, Dismissed()) for part in (one, other)]
    cells, validated = sum(part.cells for part in parts), sum(part.validated for part in parts)
    return Dismissed(cells, validated, parts[0].recognizers | parts[1].recognizers)


def _sketch(one: Finding) -> Sketch:
    if one.tried and not one.values.marks:
        what = f"checksums of {one.entity} were counted without a sketch, so this part cannot be merged"
        raise UsageError(what, remedy="scan the column in one piece")
    return one.values


def _chance(one: Finding, other: Finding) -> float:
    """Return the lower chance of those that tried: it holds less back, so a doubt raises the grade."""
    tried = [part.chance for part in (one, other) if part.tried]
    return min(tried or [one.chance, other.chance])
