# SPDX-License-Identifier: Apache-2.0
"""Scan a dataset: counts, shares and masked previews of every column, never a value.

A finding depends on the cell's text and the column's name only, so each distinct cell of a chunk is analysed once, and
parts of a file that are scanned apart make the same counts as the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from custody import formats
from custody.classifiers.cells import Reading
from custody.classifiers.counts import Column, FileScan, Finding, Wrong, note
from custody.classifiers.engine import Scanner
from custody.dataset import Dataset
from custody.errors import DatasetError
from custody.keys import Secret


@dataclass(frozen=True)
class Progress:
    """How far a scan is. rows: scanned so far. fraction: of the dataset's bytes, 0 to 1."""

    rows: int
    fraction: float


Watch = Callable[[Progress], None]


@dataclass(frozen=True)
class Job:
    """A dataset with what every part of its scan needs.

    Args:
        dataset: what to scan.
        scanner: the engine.
        secret: keys the fingerprints.
        wrong: values that stewards say are no findings, and by which recognisers; their cells are told apart.
    """

    dataset: Dataset
    scanner: Scanner
    secret: Secret
    wrong: Wrong = field(default_factory=dict)

    def part(
        self, path: str, part: tuple[int, int] = (0, 1), watch: Callable[[int, float], None] | None = None
    ) -> FileScan:
        """Scan some chunks of a file; what cannot be read is noted.

        Args:
            path: relative to the dataset's root.
            part: k and n: the chunks k, k + n, k + 2n and so on.
            watch: is told the rows of each chunk, and the share of the file's bytes that is behind.
        """
        found = FileScan(path)
        reading = Reading(self.scanner, self.secret, self.wrong)
        try:
            for chunk in formats.read(self.dataset.root / path, part=part):
                reading.chunk(found, chunk)
                if watch:
                    watch(chunk.rows, chunk.done)
        except DatasetError as error:
            line = error.where.rpartition(", ")[2] if ", line" in error.where else ""
            note(found, f"{path}: {error.what}" + (f" ({line})" if line else ""))
        reading.finish(found)
        return found


def scan(job: Job, *, workers: int = 1, watch: Watch | None = None) -> list[FileScan]:
    """Read every file whole and analyse every cell.

    What cannot be read is named in the result, never skipped and never an exception.

    Args:
        job: what to scan.
        workers: processes; the counts do not depend on them.
        watch: is told how far the scan is.

    Raises:
        StorageUnavailable: the disk failed.
    """
    if workers > 1:
        from custody.classifiers.parallel import scan_apart

        return [settled(one, job.scanner) for one in scan_apart(job, workers, watch)]
    return [settled(one, job.scanner) for one in _one_by_one(job, watch)]


def _one_by_one(job: Job, watch: Watch | None) -> list[FileScan]:
    paths = job.dataset.files()
    sizes = {path: max(1, (job.dataset.root / path).stat().st_size) for path in paths}
    total, behind, rows = sum(sizes.values()), 0, 0

    def told(path: str, more: int, share: float) -> None:
        nonlocal rows
        rows += more
        if watch:
            watch(Progress(rows, min(1.0, (behind + share * sizes[path]) / total)))

    found = []
    for path in paths:
        found.append(job.part(path, watch=lambda more, share, path=path: told(path, more, share)))  # type: ignore[misc]
        behind += sizes[path]
    return found


def settled(file: FileScan, scanner: Scanner) -> FileScan:
    """Drop what is no finding once no part of the file is missing.

    That is an entity whose checks were computed and never held, and, in a column that is not prose, one that only the
    shipped language model found, in fewer cells than make a column of names.
    """
    for column in file.columns.values():
        kept = {entity: one for entity, one in sorted(column.findings.items()) if one.cells}
        column.findings = {entity: one for entity, one in kept.items() if not _stray(column, one, scanner)}
    return file


def _stray(column: Column, finding: Finding, scanner: Scanner) -> bool:
    share = scanner.model.get("threshold", 0.0)
    named = all(scanner.by_model(one) for one in finding.recognizers)
    return named and not column.free_text and finding.cells < share * column.filled
