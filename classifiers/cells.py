# SPDX-License-Identifier: Apache-2.0
"""From the cells of a chunk to the counts of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from custody.classifiers.chance import SAMPLES, chance
from custody.classifiers.counts import (
    MASK,
    PREVIEWS,
    Column,
    Dismissed,
    FileScan,
    Finding,
    Wrong,
    fingerprint,
    mask,
    note,
)
from custody.classifiers.engine import MAX_CELL, Scanned, Scanner, Span, counting
from custody.formats import Chunk
from custody.keys import Secret

if TYPE_CHECKING:
    import pyarrow as pa

PROSE = 8  # words; a cell with as many is prose
FREE = 0.2  # share of a chunk's distinct cells that are prose, from which on its column is free text


class Reading:
    """Counts chunks into the files they are from. One for each process: it remembers names and texts in memory.

    Args:
        scanner: the engine.
        secret: keys the fingerprints.
        wrong: values that stewards say are no findings, and by which recognisers; their cells are told apart.
    """

    def __init__(self, scanner: Scanner, secret: Secret, wrong: Wrong) -> None:
        self._scanner, self._secret, self._wrong = scanner, secret, wrong
        self._in_name: dict[str, str] = {}
        self._checked: dict[tuple[str, str, str], list[str]] = {}  # column, entity, recogniser -> checked texts

    def chunk(self, found: FileScan, chunk: Chunk, rows: Sequence[int] | None = None) -> None:
        """Count a chunk, or some of its rows, from 0; a column with other than a cell a row is always counted whole."""
        found.rows += chunk.rows if rows is None else len(rows)
        self._look_at_names([*chunk.columns, *chunk.unread])
        for name in sorted(chunk.unread):
            note(found, f"{found.path}, column {self._shown(name)}: has no text form")
        columns: dict[str, dict[str, int]] = {}
        for index, (name, cells) in enumerate(chunk.columns.items(), 1):
            if entity := self._in_name[name]:
                # what is scanned and redacted are cells; a value in a name would stay, and stand in every report
                note(found, f"{found.path}, column {index}: its name holds {entity}, so it is data and not a name")
            else:
                columns[name] = self._counted(found, name, _taken(cells, chunk.rows, rows))
        for name, scanned in self._scanner.scan_all({name: list(counts) for name, counts in columns.items()}).items():
            self._add(found, found.columns[name], columns[name], scanned)

    def finish(self, found: FileScan) -> None:
        """Say of each finding with a check how often it holds by chance; call it when the part is read."""
        for (name, entity, recognizer), texts in self._checked.items():
            finding = found.columns[name].findings.get(entity)
            if finding and finding.tried:
                told = chance(self._scanner.checker(recognizer), texts)
                finding.chance = min(finding.chance or 1.0, told)  # of two the lower: it holds less back
        self._checked.clear()

    def _look_at_names(self, names: Sequence[str]) -> None:
        if new := [name for name in dict.fromkeys(names) if name not in self._in_name]:
            self._in_name |= self._scanner.in_names(new)

    def _shown(self, name: str) -> str:
        return MASK if self._in_name[name] else name

    def _counted(self, found: FileScan, name: str, cells: pa.StringArray) -> dict[str, int]:
        """Count a column's cells, and return its distinct texts that can be scanned, with how many cells hold each."""
        column = found.columns.setdefault(name, Column(name))
        counts = distinct(cells)
        column.cells += len(cells)
        column.filled += sum(counts.values())
        column.distinct += len(counts)
        column.free_text |= sum(text.count(" ") >= PROSE - 1 for text in counts) > FREE * len(counts)
        if any(len(text) > MAX_CELL for text in counts):
            note(found, f"{found.path}, column {name}: a cell is longer than {MAX_CELL:,} characters")
            return {text: count for text, count in counts.items() if len(text) <= MAX_CELL}
        return counts

    def _add(self, found: FileScan, column: Column, counts: Mapping[str, int], scanned: Scanned) -> None:
        for why in scanned.failed.values():
            note(found, f"{found.path}, column {column.column}: {why}")
        texts = list(counts)
        for text, spans in zip(texts, scanned.spans, strict=True):
            if spans:
                self._hit(column, text, counts[text], counting(text, spans))
        for recognizer, checks in scanned.checks.items():
            self._check(column, recognizer, checks.tried, {texts[at] for at in checks.held}, texts)

    def _hit(self, column: Column, text: str, count: int, spans: tuple[Span, ...]) -> None:
        for entity in dict.fromkeys(span.entity for span in spans):
            mine = [span for span in spans if span.entity == entity]
            finding = column.findings.setdefault(entity, Finding(entity))
            finding.cells += count
            finding.hits += count * len(mine)
            finding.validated += count * any(span.validated for span in mine)
            finding.max_score = max(finding.max_score, *(span.score for span in mine))
            finding.recognizers |= {span.recognizer for span in mine}
            if not (self._wrong and self._dismiss(finding, {text[one.start : one.end] for one in mine}, mine, count)):
                self._preview(finding, text[mine[0].start : mine[0].end])

    def _preview(self, finding: Finding, value: str) -> None:
        """Keep the values with the smallest fingerprints, which are the same whatever comes first."""
        finding.previews[fingerprint(finding.entity, value, self._secret)] = mask(finding.entity, value)
        if len(finding.previews) > PREVIEWS:
            del finding.previews[max(finding.previews)]

    def _dismiss(self, finding: Finding, values: set[str], spans: list[Span], count: int) -> bool:
        """Note cells whose only value is said to be no finding. Return whether they are such."""
        names = {span.recognizer for span in spans}
        known = fingerprint(finding.entity, min(values), self._secret)
        if len(values) > 1 or known not in self._wrong or not names <= self._wrong[known]:
            return False
        gone = finding.dismissed.setdefault(known, Dismissed())
        gone.cells += count
        gone.validated += count * any(span.validated for span in spans)
        gone.recognizers |= names
        return True

    def _check(
        self, column: Column, recognizer: str, tried: Mapping[int, str], held: set[str], texts: Sequence[str]
    ) -> None:
        """Count distinct texts in which a check was computed."""
        checker = self._scanner.checker(recognizer)
        entity = checker.supported_entities[0] if checker else ""
        finding = column.findings.setdefault(entity, Finding(entity))  # perhaps without a cell so far
        for at in tried:
            text = texts[at]
            finding.values.add(fingerprint(entity, text, self._secret), passed=text in held)
        finding.tried, finding.passed = finding.values.tried, finding.values.passed
        kept = self._checked.setdefault((column.column, entity, recognizer), [])
        kept += list(tried.values())[: SAMPLES - len(kept)]


def distinct(cells: pa.StringArray) -> dict[str, int]:
    """Return each distinct text that is not empty with how many cells hold it."""
    import pyarrow.compute as pc

    counted = pc.value_counts(cells)
    texts, counts = (counted.field(at).to_pylist() for at in (0, 1))
    return {text: count for text, count in zip(texts, counts, strict=True) if text}


def _taken(cells: pa.StringArray, total: int, rows: Sequence[int] | None) -> pa.StringArray:
    return cells if rows is None or len(cells) != total else cells.take(rows)
