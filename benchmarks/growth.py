# SPDX-License-Identifier: Apache-2.0
"""What a classification costs as the data grows: CPU time, memory, and what a second process saves.

Each run is a process of its own, so that its peak of memory is its own: `python -m benchmarks.growth DATASET WORKERS`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from benchmarks import corpora
from benchmarks.column_gold import ROOT, SECRET
from benchmarks.measures import Measure, median, peak, timed

from custody import policy
from custody.classifiers import Scanner, classify
from custody.dataset import Dataset

GROUP = 500  # documents in a row group
ROWS = 1_000  # documents of the smaller dataset of the comparison
SIZES = (50, 250)  # MB of text
LARGE = 10_000  # MB of text
RUNS = 3
FILE = "part-0.parquet"


class Cost(TypedDict):
    """CPU and wall time of a classification in seconds, and the peak of memory of its process in MB."""

    cpu: float
    wall: float
    peak: float


def measure(*, quick: bool, large: bool) -> list[Measure]:
    """Return the cost of ten times the rows, the peak of memory, and the gain of a second process.

    Args:
        quick: on small data, once.
        large: memory at 10 GB of text, which takes about an hour.
    """
    with TemporaryDirectory() as place:
        rows, runs = (200, 1) if quick else (ROWS, RUNS)
        small, big = write(Path(place) / "small", rows), write(Path(place) / "big", 10 * rows)
        if not quick:
            run(small)  # from here on the files of the packages are in the memory of the system
        many = big if quick else write(Path(place) / "many", 40 * rows)
        return [_growth(small, big, rows, runs), _processes(many, runs), _memory(Path(place), quick=quick, large=large)]


def _growth(small: Path, big: Path, rows: int, runs: int) -> Measure:
    ratios = [run(big)["cpu"] / run(small)["cpu"] for _ in range(runs)]
    how = f"CPU time of classify over {10 * rows:,} and {rows:,} documents of web text in Parquet, {runs} runs"
    return median("cost of ten times the rows", ratios, "x", "<= 10.5", how)


def _processes(big: Path, runs: int) -> Measure:
    ratios = [run(big)["wall"] / run(big, workers=2)["wall"] for _ in range(runs)]
    how = (
        f"wall time of classify over {(big / FILE).stat().st_size / 1e6:.0f} MB of Parquet in row groups of {GROUP} "
        f"documents with one worker and with two, {runs} runs; start-up of workers counts"
    )
    return median("two processes over one", ratios, "x", ">= 1.8", how)


def _memory(place: Path, *, quick: bool, large: bool) -> Measure:
    sizes = (2,) if quick else (SIZES[0], LARGE) if large else SIZES
    peaks = {}
    for size in sizes:
        data = write(place / str(size), size * 1_000_000 // corpora.DOCUMENT)
        peaks[size] = run(data)["peak"]
    told = ", ".join(f"{peak:,.0f} MB at {size:,} MB" for size, peak in peaks.items())
    how = f"peak of the process's resident memory by size of the text: {told}" + ("" if large else "; --large: 10 GB")
    return Measure(f"memory at {sizes[-1]:,} MB of input", peaks[sizes[-1]], "MB", "<= 1000", how)


def run(dataset: Path, workers: int = 1) -> Cost:
    """Classify a dataset in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", str(dataset), str(workers)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 # our own module
    cost: Cost = json.loads(done.stdout)
    return cost


def write(place: Path, rows: int) -> Path:
    """Write a Parquet file of web text that does not repeat, and return its directory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place.mkdir(parents=True)
    schema = pa.schema([("id", pa.int64()), ("text", pa.string()), ("source", pa.string())])
    with pq.ParquetWriter(place / FILE, schema, compression="zstd") as writer:
        source = corpora.endless()
        for at in range(0, rows, GROUP):
            texts = list(islice(source, min(GROUP, rows - at)))
            ids = list(range(at, at + len(texts)))
            writer.write_table(pa.table([ids, texts, ["web"] * len(texts)], schema=schema))
    return place


def _classify(dataset: Path, workers: int) -> Cost:
    rules = policy.load(ROOT / "sample_data" / "policy.yaml")
    scanner = Scanner(rules)
    scanner.scan("text", corpora.dense(50))
    with timed() as clock:
        classify(Dataset(dataset), rules, SECRET, created_at="2026-01-01T00:00:00Z", scanner=scanner, workers=workers)
    return {"cpu": clock.cpu, "wall": clock.wall, "peak": peak()}


if __name__ == "__main__":
    print(json.dumps(_classify(Path(sys.argv[1]), int(sys.argv[2]))))
