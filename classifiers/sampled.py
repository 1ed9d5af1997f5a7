# SPDX-License-Identifier: Apache-2.0
"""A scan of a sample: rounds of rows, until no rule about shares could say something else of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from custody import formats
from custody.classifiers.cells import Reading
from custody.classifiers.counts import FileScan
from custody.classifiers.merge import merge_files
from custody.classifiers.sampling import Plan, Sampler, Stratum
from custody.classifiers.scan import Job, Progress, Watch, settled
from custody.classifiers.sequential import Sequential, read_in_full, thresholds
from custody.errors import DatasetError
from custody.formats import Chunk
from custody.policy import Policy


@dataclass
class Sample:
    """What a sample found. proof: what the report says of it. undecided: file, column, entity it cannot tell."""

    files: list[FileScan]
    proof: dict[str, Any]
    undecided: list[tuple[str, str, str]] = field(default_factory=list)


def needs_all(rules: Policy, plan: Plan) -> str:
    """Say why every row has to be read all the same, or nothing."""
    entities = sorted(read_in_full(rules, plan))
    return f"one hit of {', '.join(entities)} decides, which a sample could miss" if entities else ""


def scan_sample(job: Job, rules: Policy, plan: Plan, watch: Watch | None = None) -> Sample | None:
    """Scan rows of a dataset in rounds; None when a file cannot be read whole, so that no sample of it proves anything.

    Args:
        job: what to scan.
        rules: the policy.
        plan: how to sample.
        watch: is told how far the scan is.
    """
    paths = job.dataset.files()
    try:
        sampler = Sampler(plan, {key: chunk.rows for key, chunk in _chunks(job, paths)})
    except DatasetError:
        return None
    sequential = Sequential(sampler, thresholds(rules))
    found = {path: FileScan(path) for path in paths}
    reading = Reading(job.scanner, job.secret, job.wrong)
    while sampler.more():
        for key, chunk in _chunks(job, paths):
            part = _part(reading, key, chunk, sampler, first=sampler.round == 1)
            for name, column in part.columns.items():
                cells = {entity: one.cells for entity, one in column.findings.items()}
                sequential.add_column(f"{key[0]}\0{name}", column.filled, cells)
            found[key[0]] = merge_files([found[key[0]], part])
        if watch:
            watch(Progress(sampler.read, sampler.fraction))
        if sequential.decided():
            break
    parted = [(column.partition("\0"), entity) for column, entity in sequential.undecided()]
    undecided = [(path, name, entity) for (path, _, name), entity in parted]
    return Sample([settled(one, job.scanner) for one in found.values()], _told(sequential.proof()), undecided)


def _part(reading: Reading, key: Stratum, chunk: Chunk, sampler: Sampler, *, first: bool) -> FileScan:
    part = FileScan(key[0])
    rows = sampler.take(key, chunk.rows)
    # a column with other than a cell a row cannot be sampled by rows: it is read whole, and once
    odd = {name for name, cells in chunk.columns.items() if len(cells) != chunk.rows}
    kept = {name: cells for name, cells in chunk.columns.items() if first or name not in odd}
    reading.chunk(part, Chunk(chunk.rows, kept, chunk.unread), rows)
    reading.finish(part)
    for name, column in part.columns.items():
        column.sampled = name not in odd and not sampler.whole
    return part


def _chunks(job: Job, paths: list[str]) -> Iterator[tuple[Stratum, Chunk]]:
    for path in paths:
        for number, chunk in enumerate(formats.read(job.dataset.root / path)):
            yield (path, number), chunk


def _told(proof: dict[str, Any]) -> dict[str, Any]:
    """Write names of columns as people read them."""
    none_found = {text.replace("\0", ", column "): told for text, told in proof["none_found"].items()}
    undecided = [[text.replace("\0", ", column ") for text in one] for one in proof["undecided"]]
    return {**proof, "none_found": none_found, "undecided": undecided}
