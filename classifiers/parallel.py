# SPDX-License-Identifier: Apache-2.0
"""A scan by several processes: each takes some chunks of some file, and what they count is merged.

The processes are forked, so that none has to load Presidio again, and read the files themselves: what goes between them
are names of files and counts.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from custody.classifiers.counts import FileScan
from custody.classifiers.merge import dump, load, merge_files
from custody.classifiers.scan import Job, Progress, Watch
from custody.errors import WorkerLost

SMALL = 1 << 20  # bytes; a file no larger is not divided
PACKED = 16 << 20  # bytes of a packed file; a smaller one is read faster once than by several that all unpack it
GROUPS = 4  # parts of a Parquet file for each process: the last to finish should not keep the others waiting

_jobs: list[Job] = []  # what the forked processes work for; keys and Presidio cannot be sent


def scan_apart(job: Job, workers: int, watch: Watch | None) -> list[FileScan]:
    """Scan every file of a dataset by several processes.

    Raises:
        StorageUnavailable: the disk failed.
        WorkerLost: a process was killed.
    """
    sizes = {path: (job.dataset.root / path).stat().st_size for path in job.dataset.files()}
    tasks = [(path, (k, n)) for path, size in sizes.items() for n in (_parts(path, size, workers),) for k in range(n)]
    done: dict[tuple[str, tuple[int, int]], FileScan] = {}
    job.scanner.warm()
    _jobs.append(job)
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            futures = {pool.submit(_part, *task): task for task in tasks}
            for future in as_completed(futures):
                done[futures[future]] = load(future.result())
                if watch:
                    watch(_progress(done, sizes))
    except BrokenProcessPool:
        what = "a process that scanned a part was killed"
        raise WorkerLost(
            what, where=str(job.dataset.path), remedy="give it more memory, or use fewer workers"
        ) from None
    finally:
        _jobs.remove(job)
    return [merge_files(done[task] for task in tasks if task[0] == path) for path in sizes]


def _progress(done: Mapping[tuple[str, tuple[int, int]], FileScan], sizes: Mapping[str, int]) -> Progress:
    behind = sum((sizes[path] or 1) / n for path, (_, n) in done)
    return Progress(
        sum(one.rows for one in done.values()), min(1.0, behind / sum(size or 1 for size in sizes.values()))
    )


def _parts(path: str, size: int, workers: int) -> int:
    """Return into how many parts a file is divided. Of files of lines, every reader passes over the others' lines."""
    name = path.lower()
    if size <= (PACKED if name.endswith((".gz", ".zst")) else SMALL):
        return 1
    return workers * GROUPS if name.endswith(".parquet") else workers


def _part(path: str, part: tuple[int, int]) -> bytes:
    return dump(_jobs[-1].part(path, part))
