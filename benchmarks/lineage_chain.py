# SPDX-License-Identifier: Apache-2.0
"""The chain of custody in figures: finding one among a million statements, and verifying bytes against coreutils."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.measures import Measure, median
from tests.base.samples import POLICY

from custody.dataset import Dataset
from custody.home import Home, init
from custody.lineage import predicates
from custody.lineage import statement as st
from custody.lineage.ledger import Ledger

STATEMENTS = 1_000_000
PER_DATASET = 20  # statements that name one address
REAL = 200  # of the statements can be read; the others only stand in the way
FILES, FILE_SIZE = 64, 16 << 20  # bytes; together 1 GiB
PLAIN = "find . -type f | cut -c3- | LC_ALL=C sort | xargs -r -d '\\n' sha256sum -- | sha256sum"


def measure(data: Path, *, quick: bool, large: bool) -> list[Measure]:
    """Measure everything here."""
    del data, large
    return [*lookup(10_000 if quick else STATEMENTS), *address(FILES // (32 if quick else 1))]


def lookup(count: int = STATEMENTS) -> list[Measure]:
    """Time `latest` for addresses that have twenty statements each, in a ledger of `count` statements."""
    with _workplace() as place:
        ledger, addresses = _filled(place, count)
        ledger.latest(addresses[0], "drill")
        times = [_timed(partial(_found, ledger, one)) * 1000 for one in addresses]
        missing = [_timed(lambda: ledger.latest(os.urandom(32).hex(), "drill")) * 1000 for _ in range(100)]
    how = f"{count:,} statements of {count // PER_DATASET:,} datasets on a local disk; newest of one step, verified"
    worst = sorted(times)[int(len(times) * 0.99)]
    return [
        median("a statement found by address", times, "ms", "<= 50", how),
        Measure("a statement found by address, 99th percentile", worst, "ms", "<= 50", how),
        median("an address that has none", missing, "ms", "<= 50", how),
    ]


def address(files: int = FILES) -> list[Measure]:
    """Time a dataset's address against coreutils on the same files, by turns, from the page cache."""
    with _workplace() as place:
        for number in range(files):
            (place / f"part-{number:04}.parquet").write_bytes(random.Random(number).randbytes(FILE_SIZE))
        said = _coreutils(place)  # which also warms the cache
        assert Dataset(place).listing().address == said
        pairs = [(_timed(lambda: Dataset(place).listing()), _timed(lambda: _coreutils(place))) for _ in range(5)]
    how = f"{files} files, {files * FILE_SIZE >> 20} MiB, in the page cache; wall time against that of sha256sum"
    rates = [files * FILE_SIZE / ours / 1e6 for ours, _ in pairs]
    return [
        median("time to recompute an address", [ours / theirs for ours, theirs in pairs], "x", "<= 1.3", how),
        median("bytes addressed", rates, "MB/s", "", how),
    ]


@contextmanager
def _workplace() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="custody-bench-"))
    try:
        yield place
    finally:
        shutil.rmtree(place)


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _coreutils(place: Path) -> str:
    done = subprocess.run(["bash", "-c", PLAIN], cwd=place, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout.split()[0]


def _found(ledger: Ledger, address: str) -> None:
    assert ledger.latest(address, "drill") is not None


def _filled(place: Path, count: int) -> tuple[Ledger, list[str]]:
    """Fill a ledger with empty statements and their markers, and some real ones among them; return their addresses."""
    os.environ.setdefault("CUSTODY_PASSPHRASE", "of a benchmark")
    (place / "template.yaml").write_text(POLICY)
    home = init(place / "home", place / "template.yaml", scrypt_n=2**4)
    root = home.path / "ledger"
    (root / "statements").mkdir(parents=True)
    for number in range(0, count, PER_DATASET):
        folder = root / "about" / _digest(f"dataset {number}")
        folder.mkdir(parents=True)
        for one in range(number, number + PER_DATASET):
            digest = _digest(f"statement {one}")
            os.close(os.open(root / "statements" / f"{digest}.dsse.json", os.O_CREAT))
            os.close(os.open(folder / f"expect-{digest}", os.O_CREAT))
    chosen = random.Random(7).sample(range(0, count, PER_DATASET), REAL)
    addresses = [_digest(f"dataset {number}") for number in chosen]
    ledger = Ledger.of(Home(home.path))
    for address in addresses:
        link = st.Link("drill", (), ledger.rules.digest, st.now())
        ledger.append([st.dataset_subject("people", address)], predicates.observed([], ["restored"]), link)
    return ledger, addresses


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
