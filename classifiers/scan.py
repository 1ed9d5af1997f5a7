# SPDX-License-Identifier: Apache-2.0
"""Scan a dataset column by column: counts, shares and masked previews, never a value.

Each chunk's column is dictionary-encoded, each distinct cell is analysed once, and the counts are expanded. That is
exact: a finding depends on the cell's text and the column's name only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from custody import formats
from custody.classifiers.engine import MAX_CELL, Scanner, Span, counting
from custody.classifiers.sketch import Sketch
from custody.dataset import Dataset
from custody.errors import DatasetError
from custody.keys import Secret

if TYPE_CHECKING:
    import pyarrow as pa

PREVIEWS = 3  # masked examples kept per column and entity
MASK = "***"
Wrong = Mapping[str, frozenset[str]]  # fingerprint -> recognisers that may be wrong about it


@dataclass
class Dismissed:
    """Cells whose only value is no finding, say stewards; they are counted in the finding all the same."""

    cells: int = 0
    validated: int = 0
    recognizers: set[str] = field(default_factory=set)


@dataclass
class Finding:
    """One entity in one column."""

    entity: str
    cells: int = 0
    hits: int = 0
    validated: int = 0  # cells with a hit whose checksum holds
    tried: int = 0  # distinct cell texts in which a checksum of the entity was computed
    passed: int = 0  # how many of them held
    chance: float = 0.0  # share of random texts of the same shape whose checksum would hold; 0: there is no checksum
    max_score: float = 0.0
    recognizers: set[str] = field(default_factory=set)
    previews: dict[str, str] = field(default_factory=dict)  # fingerprint -> masked text
    values: Sketch = field(default_factory=Sketch)  # what `tried` and `passed` count, where parts will be merged
    dismissed: dict[str, Dismissed] = field(default_factory=dict)  # by fingerprint


@dataclass
class Column:
    """One leaf path of one file. `filled` counts cells that are not null or empty, `distinct` their distinct texts."""

    column: str
    cells: int = 0
    filled: int = 0
    distinct: int = 0
    free_text: bool = False  # the cells are prose
    sampled: bool = False  # not every cell was read, but a random sample
    findings: dict[str, Finding] = field(default_factory=dict)


@dataclass
class FileScan:
    """One file. `unscanned` says what could not be read or analysed, and why."""

    path: str
    rows: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    unscanned: list[str] = field(default_factory=list)


def scan(dataset: Dataset, scanner: Scanner, secret: Secret, wrong: Wrong = MappingProxyType({})) -> list[FileScan]:
    """Read every file whole and analyse every cell.

    What cannot be read is named in the result, never skipped and never an exception.

    Args:
        dataset: what to scan.
        scanner: the engine.
        secret: keys the fingerprints.
        wrong: values that stewards say are no findings, and by which recognisers; their cells are told apart.
    """
    return [_scan_file(dataset, path, scanner, secret, wrong) for path in dataset.files()]


def _scan_file(dataset: Dataset, path: str, scanner: Scanner, secret: Secret, wrong: Wrong) -> FileScan:
    found = FileScan(path)
    try:
        for chunk in formats.read(dataset.root / path):
            found.rows += chunk.rows
            for name in sorted(chunk.unread):
                _note(found, f"{path}, column {_shown(name, scanner)}: has no text form")
            for index, (name, cells) in enumerate(chunk.columns.items(), 1):
                if entity := _entity_in(name, scanner):
                    # what is scanned and redacted are cells; a value in a name would stay, and stand in every report
                    _note(found, f"{path}, column {index}: its name holds {entity}, so it is data and not a name")
                    continue
                _scan_column(found, found.columns.setdefault(name, Column(name)), cells, scanner, secret, wrong)
    except DatasetError as error:
        line = error.where.rpartition(", ")[2] if ", line" in error.where else ""
        _note(found, f"{path}: {error.what}" + (f" ({line})" if line else ""))
    return found


def _entity_in(name: str, scanner: Scanner) -> str:
    try:
        return scanner.in_name(name)
    except Exception:
        return "what a recogniser failed on"


def _shown(name: str, scanner: Scanner) -> str:
    return MASK if _entity_in(name, scanner) else name


def _note(found: FileScan, text: str) -> None:
    if text not in found.unscanned:
        found.unscanned.append(text)


def _scan_column(
    found: FileScan, column: Column, cells: pa.StringArray, scanner: Scanner, secret: Secret, wrong: Wrong
) -> None:
    column.cells += len(cells)
    counts = _distinct(cells)
    column.filled += sum(counts.values())
    texts = [text for text in counts if len(text) <= MAX_CELL]
    if len(texts) < len(counts):
        _note(found, f"{found.path}, column {column.column}: a cell is longer than {MAX_CELL:,} characters")
    scanned = scanner.scan(column.column, texts)
    for why in scanned.failed.values():
        _note(found, f"{found.path}, column {column.column}: {why}")
    for text, spans in zip(texts, scanned.spans, strict=True):
        if spans:
            _add(column, text, counts[text], counting(text, spans), secret, wrong)


def _distinct(cells: pa.StringArray) -> dict[str, int]:
    """Return each distinct text that is not empty with how many cells hold it."""
    import pyarrow.compute as pc

    counted = pc.value_counts(cells)
    texts, counts = (counted.field(at).to_pylist() for at in (0, 1))
    return {text: count for text, count in zip(texts, counts, strict=True) if text}


def _add(column: Column, text: str, count: int, spans: tuple[Span, ...], secret: Secret, wrong: Wrong) -> None:
    for entity in sorted({span.entity for span in spans}):
        mine = [span for span in spans if span.entity == entity]
        finding = column.findings.setdefault(entity, Finding(entity))
        finding.cells += count
        finding.hits += count * len(mine)
        finding.validated += count * any(span.validated for span in mine)
        finding.max_score = max(finding.max_score, *(span.score for span in mine))
        finding.recognizers |= {span.recognizer for span in mine}
        if wrong and _dismiss(finding, {text[one.start : one.end] for one in mine}, mine, count, secret, wrong):
            continue
        if len(finding.previews) < PREVIEWS:
            value = text[mine[0].start : mine[0].end]
            finding.previews[fingerprint(entity, value, secret)] = mask(value)


def _dismiss(finding: Finding, values: set[str], spans: list[Span], count: int, secret: Secret, wrong: Wrong) -> bool:
    """Note cells whose only value is said to be no finding. Return whether they are such."""
    names = {span.recognizer for span in spans}
    known = fingerprint(finding.entity, min(values), secret)
    if len(values) > 1 or known not in wrong or not names <= wrong[known]:
        return False
    gone = finding.dismissed.setdefault(known, Dismissed())
    gone.cells += count
    gone.validated += count * any(span.validated for span in spans)
    gone.recognizers |= names
    return True


def fingerprint(entity: str, value: str, secret: Secret) -> str:
    """Return 16 hex digits by which a finding is recognised again; without the key a guess cannot be tested."""
    return hmac.new(secret.key, f"{entity}\0{value}".encode(), hashlib.sha256).hexdigest()[:16]


def mask(value: str) -> str:
    """Keep the first letter of each part of an address or name, and no digit: `j***@e***.org`.

    The length of the masked parts is not kept.
    """
    user, at, host = value.partition("@")
    if at:
        name, dot, suffix = host.rpartition(".")
        return f"{_initial(user)}@{_initial(name)}{dot}{suffix if suffix.isalpha() else MASK}"
    return _initial(value)


def _initial(text: str) -> str:
    return (text[0] if text[:1].isalpha() else "") + MASK
