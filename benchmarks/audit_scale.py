# SPDX-License-Identifier: Apache-2.0
"""What the audit of many sources costs, cold: `python -m benchmarks.audit_scale DIRECTORY` is the process measured.

The sources are small files with the usual entries and one parent each, so that lineage runs through all of them. A
tenth has a dataset card, a tenth Croissant metadata with a digest.
"""

from __future__ import annotations

import hashlib
import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from benchmarks.measures import peak

ROOT = Path(__file__).resolve().parents[1]
SOURCES = 10_000
LICENCES = ("CC0-1.0", "MIT", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0", "Apache-2.0", "cc by 4.0", "blah")
INTENT = "chat-prod"


class Cost(TypedDict):
    """One audit in a process of its own: CPU and wall time in seconds, peak of memory in MB, start-up included."""

    sources: int
    cpu: float
    wall: float
    peak: float


def cost(sources: int = SOURCES, *, signed: bool = False) -> Cost:
    """Write a sources file and its data, and audit it in a fresh process.

    Args:
        sources: how many.
        signed: as `custody audit` does it: with a statement in the ledger for each source, and the reports written.
    """
    with TemporaryDirectory() as place:
        write(Path(place), sources)
        command = [sys.executable, "-m", "benchmarks.audit_scale", place, *["signed"] * signed]
        path = f"{ROOT / 'plugins'}:{ROOT}"
        done = subprocess.run(command, check=True, capture_output=True, env={"PYTHONPATH": path}, cwd=ROOT)  # noqa: S603
        measured: Cost = json.loads(done.stdout)
        return measured


def write(place: Path, sources: int) -> None:
    """Write the data, its metadata and the sources file."""
    drawn = random.Random(1)
    lines = ["sources:"]
    for number in range(sources):
        name = f"source-{number:05}"
        lines += _source(place, name, number, drawn)
        if number:
            lines.append(f"    derived_from: [source-{drawn.randrange(number):05}]")
    (place / "sources.yaml").write_text("\n".join(lines) + "\n")


def _source(place: Path, name: str, number: int, drawn: random.Random) -> list[str]:
    (place / name).mkdir(parents=True)
    data = json.dumps({"text": f"text {number}"}).encode() + b"\n"
    (place / name / "data.jsonl").write_bytes(data)
    licence = drawn.choice(LICENCES)
    lines = [
        f"  - name: {name}",
        f"    path: {name}",
        f"    licence: {licence}",
        f"    attribution: the authors of {name}",
        "    origin:",
        f"      url: https://example.org/datasets/{name}",
        f"      publisher: publisher {number % 97}",
        f"      revision: {drawn.getrandbits(160):040x}",
        "      retrieved: 2026-10-01",
        "    personal_data: {present: false}",
    ]
    if number % 10 == 0:
        (place / f"{name}.md").write_text(f"---\nlicense: cc-by-4.0\n---\n# {name}\nLicensed under CC BY 4.0.\n")
        lines.append(f"    metadata: {name}.md")
    elif number % 10 == 1:
        described = {"contentUrl": "data.jsonl", "sha256": hashlib.sha256(data).hexdigest()}
        document = {"@type": "sc:Dataset", "license": licence, "distribution": [described]}
        (place / f"{name}.json").write_text(json.dumps(document))
        lines.append(f"    metadata: {name}.json")
    return lines


def main(place: Path, *, signed: bool) -> None:
    """Audit and print what it cost."""
    from custody import home, policy
    from custody.audit import audit
    from custody.verbs.audit import audit as audit_and_sign
    from custody.verbs.session import Session

    rules = ROOT / "sample_data" / "policy.yaml"
    made = home.init(place / "home", rules) if signed else None
    begun = time.perf_counter()
    if made:
        audit_and_sign(Session(made), place / "sources.yaml", INTENT, on_deny="filter", on_review="filter")
    else:
        audit(place / "sources.yaml", INTENT, policy.load(rules)).to_text()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    wall = time.perf_counter() - begun
    cpu = usage.ru_utime + usage.ru_stime
    print(
        json.dumps(
            Cost(
                sources=sum(1 for one in place.iterdir() if one.name.startswith("source-") and one.is_dir()),
                cpu=cpu,
                wall=wall,
                peak=peak(),
            )
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), signed="signed" in sys.argv[2:])
