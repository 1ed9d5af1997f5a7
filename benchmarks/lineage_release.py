# SPDX-License-Identifier: Apache-2.0
"""A release in figures: what its verification sees, what others' tools make of its records, what verifying costs."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measures import Measure, median
from tests.lineage.bom_fixtures import remembered_urls
from tests.lineage.release import Release, make
from tests.lineage.tamper import files
from tests.lineage.test_tamper import INSIDERS, OUTSIDERS, Case

from custody.errors import UsageError
from custody.lineage.redo import SIGNATURES
from custody.lineage.verification import CHECKS, EXIT_CODES, Result

FILES, FILE_SIZE = 64, 16 << 20  # bytes; together 1 GiB
RUNS = 5
COMMAND = "import sys; from custody.cli import main; sys.exit(main())"


def measure(*, quick: bool) -> list[Measure]:
    """Return every figure; minutes."""
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as scratch, remembered_urls():
        made = _made(Path(scratch) / "made")
        return [
            _cases("tampering without a key seen", OUTSIDERS, made, step=8 if quick else 1),
            _cases("tampering with the keys of some roles seen", INSIDERS, made, step=8 if quick else 1),
            single_files(made, step=8 if quick else 1),
            *libraries(made),
            *verified(Path(scratch) / "large", FILES // (32 if quick else 1), runs=1 if quick else RUNS),
        ]


def _cases(name: str, cases: Mapping[str, Case], made: Release, *, step: int) -> Measure:
    chosen = list(cases.values())[::step]
    seen = sum(_seen(made, one) for one in chosen)
    how = f"{len(chosen)} cases; refused by the check that is for it, and the message names the link"
    return Measure(name, seen, "cases", f"= {len(chosen)}", how)


def _seen(made: Release, case: Case) -> bool:
    act, check, what = case
    with _copy(made) as release:
        options = act(release)
        found = release.check(**(options if isinstance(options, dict) else {}))
    first = next((one for one in found.checks if one.state == "broken"), None)
    return bool(first and CHECKS[first.number] in check.split("|") and re.search(what, first.text))


def _made(place: Path) -> Release:
    os.environ.setdefault("CUSTODY_PASSPHRASE", "of a benchmark")
    place.mkdir(exist_ok=True)
    return make(place)


@contextmanager
def _copy(made: Release) -> Iterator[Release]:
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as scratch:
        yield made.copy(Path(scratch) / "copy")


def single_files(made: Release, *, step: int = 1) -> Measure:
    """Tell how many deletions, edits and replacements of one file of a bundle are seen without the bytes."""
    with _copy(made) as release:
        every = files(release)
        contents = {one: one.read_bytes() for one in every}
        damages = [one for number in range(0, len(every), step) for one in _damages(every, contents, number)]
        seen = 0
        for file, damage in damages:
            damage()
            seen += _refused(release)
            file.write_bytes(contents[file])
        assert release.check().result == "ok", "the bundle is whole again"
    how = f"{len(every[::step])} files, each deleted, with one bit flipped, and replaced by another of the bundle"
    return Measure("damage to a single file of a bundle seen", seen, "cases", f"= {len(damages)}", how)


def _damages(
    every: Sequence[Path], contents: Mapping[Path, bytes], number: int
) -> list[tuple[Path, Callable[[], object]]]:
    file = every[number]
    data = contents[file]
    other = next(one for one in (contents[every[number - 1]], b"{}") if one != data)
    flipped = bytes([data[0] ^ 1]) + data[1:] if data else b"\0"
    return [(file, file.unlink), (file, lambda: file.write_bytes(flipped)), (file, lambda: file.write_bytes(other))]


def _refused(release: Release) -> bool:
    try:
        return release.check(data=None).result == "mismatch"
    except UsageError:
        return not (release.bundle / "policy.yaml").is_file()


def libraries(made: Release) -> list[Measure]:
    """Tell how many statements of a bundle other implementations verify and read."""
    envelopes = sorted((made.bundle / "ledger" / "statements").iterdir())
    done = subprocess.run([sys.executable, "-c", SIGNATURES], cwd=made.bundle, capture_output=True, text=True)  # noqa: S603, PLW1510
    verified = len(done.stdout.splitlines()) if done.returncode == 0 else 0
    read = sum(_read_by_in_toto(json.loads(one.read_bytes())) for one in envelopes)
    whole, how = f"= {len(envelopes)}", "every statement of a bundle of two datasets, all steps and the BOM"
    return [
        Measure("statements verified by securesystemslib", verified, "statements", whole, how),
        Measure("statements read by in-toto-attestation", read, "statements", whole, how),
    ]


def _read_by_in_toto(envelope: dict[str, Any]) -> bool:
    from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]
    from in_toto_attestation.v1 import statement_pb2  # type: ignore[import-untyped]
    from in_toto_attestation.v1.statement import Statement  # type: ignore[import-untyped]

    body = json.loads(base64.b64decode(envelope["payload"]))
    read = Statement.copy_from_pb(ParseDict(body, statement_pb2.Statement()))
    read.validate()
    return bool(read.pb.predicate_type == body["predicateType"])


def verified(place: Path, count: int, *, runs: int) -> list[Measure]:
    """Time `custody verify` with the bytes against sha256sum on the same files, by turns, from the page cache."""
    people = place / "bytes" / "people"
    people.mkdir(parents=True)
    for number in range(count):
        (people / f"part-{number:04}.parquet").write_bytes(random.Random(number).randbytes(FILE_SIZE))
    release = _made(place)
    command = [sys.executable, "-c", COMMAND, "verify", str(release.bom), "--bundle", str(release.bundle)]
    command += ["--bytes", str(release.bytes), "--policy", str(release.home.path / "policy.yaml")]
    plain = ["sha256sum", *map(str, sorted(release.bytes.rglob("*.*")))]
    pairs = [(_wall(command, "ok"), _wall(plain)) for _ in range(runs + 1)][1:]  # the first warms the caches
    start = [_wall([*command[:-4], *command[-2:]], "incomplete") for _ in range(runs)]
    size = count * FILE_SIZE
    how = f"{size >> 20} MiB in {count} files in the page cache; wall time of the whole command, start-up included"
    return [
        median("custody verify with the bytes", [ours / theirs for ours, theirs in pairs], "x", "<= 1.3", how),
        median("custody verify with the bytes, time", [ours for ours, _ in pairs], "s", "", how),
        median(
            "sha256sum of the same bytes, time", [theirs for _, theirs in pairs], "s", "", "one process of coreutils"
        ),
        median("custody verify without the bytes, time", start, "s", "", "the records alone, start-up included"),
    ]


def _wall(command: Sequence[str], result: Result | None = None) -> float:
    """Return the seconds a command takes; it must end as it should, or they say nothing."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    took = time.perf_counter() - start
    assert done.returncode == (EXIT_CODES[result] if result else 0), done.stderr
    assert not result or result in done.stdout
    return took
