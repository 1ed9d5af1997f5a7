# SPDX-License-Identifier: Apache-2.0
"""Custody's scanner beside Presidio's own engine: how many times faster, and whether it finds the same.

Both have the same recognisers, tokenizer and enhancer, each an engine of its own, so that no cache is shared; both are
warmed on other documents. What is compared is CPU time of one process, slice by slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks import corpora
from benchmarks.measures import Measure, median, timed

from custody.classifiers import presidio, recognizers
from custody.classifiers.engine import THRESHOLD
from custody.classifiers.fast.analyzer import FastAnalyzer
from custody.classifiers.names import hints
from custody.classifiers.presidio import LANGUAGE

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

SLICES = 5
WARM = 300  # documents
EVERY = 50  # of the table's rows one is given to Presidio
SPARSE = 6  # of documents, one; ours is given a slice as large as a chunk of a file, as in a scan
ODD = "which Presidio itself reads\x1c"  # so that what this takes to start is not measured
Found = list[tuple[str, int, int, float]]


@dataclass
class Compared:
    """What the slices of a corpus gave. `times`: for each slice, ours and Presidio's in seconds per cell."""

    times: list[tuple[float, float]] = field(default_factory=list)
    cells: int = 0
    findings: int = 0
    differences: int = 0
    characters: int = 0
    ours: float = 0.0  # seconds over all characters


class Pair:
    """The two engines.

    Args:
        own: whether custody's recognisers run too, or Presidio's default set alone.
    """

    def __init__(self, *, own: bool) -> None:
        self.presidio, self.fast = engine(own=own), FastAnalyzer(engine(own=own), LANGUAGE, THRESHOLD)
        self.fast.warm()

    def theirs(self, text: str, context: Sequence[str] = ()) -> Found:
        """Return what AnalyzerEngine finds in one text."""
        found = self.presidio.analyze(text, LANGUAGE, context=list(context), score_threshold=THRESHOLD) if text else []
        return [(one.entity_type, one.start, one.end, one.score) for one in found]

    def ours(self, texts: Sequence[str], context: Sequence[str] = ()) -> list[Found]:
        """Return what the scanner's fast path finds in many."""
        results = self.fast.analyze(texts, context).results
        return [[one[:4] for one in results.get(at, ())] for at in range(len(texts))]


def engine(*, own: bool) -> AnalyzerEngine:
    """Return Presidio's engine as custody has it, with custody's recognisers or without."""
    made = presidio.analyzer()
    ours: list[Any] = [] if own else recognizers.load()
    for one in ours:
        made.registry.remove_recognizer(one.name)
    return made


def measure(*, quick: bool) -> list[Measure]:
    """Return the ratios over web text, table and dense text, with all recognisers and with Presidio's alone."""
    return [one for own in (True, False) for one in _measured(Pair(own=own), quick=quick, own=own)]


def _measured(pair: Pair, *, quick: bool, own: bool) -> list[Measure]:
    size = 60 if quick else 1_200
    kind = "all recognisers" if own else "Presidio's default set alone"
    web = compare_texts(pair, corpora.web(WARM + SLICES * size), size)
    dense = compare_texts(pair, corpora.dense(WARM + SLICES * size // 3), size // 3)
    table = corpora.table(rows=1_000 if quick else corpora.ROWS)
    rows = compare_tables(pair, table)
    once = compare_texts(pair, [*corpora.dense(WARM), *_distinct(table, SLICES * 5 * size)], 5 * size)
    told = [
        _ratio(f"AnalyzerEngine, web text, {kind}", web, ">= 30", f"documents of 2,000 characters{_every(SPARSE)}"),
        _ratio(f"AnalyzerEngine, table of 12 columns, {kind}", rows, ">= 30", _shown(table)),
        _ratio(
            f"AnalyzerEngine, PII-dense text, {kind}", dense, ">= 9", f"tickets of some 30 findings{_every(SPARSE)}"
        ),
        _ratio(
            f"AnalyzerEngine, cells of the table, none twice, {kind}",
            once,
            "",
            f"without names of columns{_every(SPARSE)}",
        ),
    ]
    return [*told, _differences(kind, (web, rows, dense, once))]


def _every(count: int) -> str:
    return f", AnalyzerEngine given one of {count}"


def _ratio(measure: str, one: Compared, target: str, what: str) -> Measure:
    how = (
        f"{what}; {one.cells:,} cells, {one.findings:,} findings compared; CPU time, median of {len(one.times)} slices;"
        f" ours {one.characters / one.ours / 1e6:.2f} MB/s"
    )
    return median(f"against {measure}", [theirs / ours for ours, theirs in one.times], "x", target, how)


def _differences(kind: str, all_of: Sequence[Compared]) -> Measure:
    cells, findings = sum(one.cells for one in all_of), sum(one.findings for one in all_of)
    how = f"entity, start, end, score and order, in {cells:,} cells with {findings:,} findings of these four runs"
    return Measure(
        f"cells that differ from AnalyzerEngine, {kind}", sum(one.differences for one in all_of), "cells", "= 0", how
    )


def compare_texts(pair: Pair, texts: Sequence[str], size: int) -> Compared:
    """Give documents to both engines, of each slice all to ours and one in SPARSE to Presidio; compare time per cell.

    Args:
        pair: the engines.
        texts: the documents; the first WARM of them warm both, what is over the last whole slice is left out.
        size: documents in a slice.
    """
    compared = Compared()
    pair.ours([*texts[:WARM], ODD])
    for text in (*texts[: min(WARM, size) : 2], ODD):
        pair.theirs(text)
    for at in range(WARM, len(texts) - size + 1, size):
        some = texts[at : at + size]
        with timed() as ours:
            found = pair.ours(some)
        with timed() as theirs:
            expected = [pair.theirs(text) for text in some[::SPARSE]]
        _add(compared, found[::SPARSE], expected, ours.cpu / size, theirs.cpu / len(expected))
        compared.characters += sum(map(len, some))
        compared.ours += ours.cpu
    return compared


def compare_tables(pair: Pair, table: dict[str, list[str]]) -> Compared:
    """Give every row of a slice to the scanner, each distinct cell once as in a scan, and some rows to Presidio.

    What is compared is time per cell; the name of the column is context for both.
    """
    compared, rows = Compared(), len(next(iter(table.values())))
    size = rows // (SLICES + 1)
    for at in range(0, rows - size + 1, size):
        part = {name: cells[at : at + size] for name, cells in table.items()}
        some = {name: cells[::EVERY] for name, cells in part.items()}
        with timed() as ours:
            found = {name: _each(pair, cells, hints(name)) for name, cells in part.items()}
        with timed() as theirs:
            expected = [pair.theirs(text, hints(name)) for name, cells in some.items() for text in cells]
        if not at:
            continue  # that was the warming
        sampled = [one for name in part for one in found[name][::EVERY]]
        _add(compared, sampled, expected, ours.cpu / (size * len(table)), theirs.cpu / len(sampled))
        compared.characters += sum(len(text) for cells in part.values() for text in cells)
        compared.ours += ours.cpu
    return compared


def _each(pair: Pair, cells: Sequence[str], context: Sequence[str]) -> list[Found]:
    places: dict[str, int] = {}
    order = [places.setdefault(text, len(places)) for text in cells]
    found = pair.ours(list(places), context)
    return [found[at] for at in order]


def _add(compared: Compared, found: list[Found], expected: list[Found], ours: float, theirs: float) -> None:
    compared.times.append((ours, theirs))
    compared.cells += len(expected)
    compared.findings += sum(map(len, expected))
    compared.differences += sum(one != other for one, other in zip(found, expected, strict=True))


def _distinct(table: dict[str, list[str]], count: int) -> list[str]:
    """Return cells of all columns in turn, each once."""
    by_row = (cell for row in zip(*table.values(), strict=True) for cell in row if cell)
    return list(dict.fromkeys(by_row))[:count]


def _shown(table: dict[str, list[str]]) -> str:
    cells = [cell for column in table.values() for cell in column]
    distinct = sum(len(set(column)) for column in table.values()) / len(cells)
    return f"{len(cells) // len(table):,} rows, {distinct:.0%} of a column's cells distinct{_every(EVERY)} rows"
