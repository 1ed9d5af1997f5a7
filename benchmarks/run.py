# SPDX-License-Identifier: Apache-2.0
"""Run benchmarks: `python -m benchmarks.run [audit classify lineage …] [--quick | --large] [--data DIR]`.

Each writes its figures to benchmarks/results/NAME.json; docs/benchmarks.md is made from those files. A quick run prints
its figures and writes nothing, as its speeds say nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import audit, classify, lineage, render
from benchmarks.column_gold import ROOT
from benchmarks.measures import Measure, machine

BENCHMARKS: dict[str, Callable[..., list[Measure]]] = {
    "audit": audit.measure,
    "classify": classify.measure,
    "lineage": lineage.measure,
}
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
DATA = ROOT.parent / "shared" / "data"


def result(name: str, data: Path, *, quick: bool, large: bool) -> dict[str, Any]:
    """Run a benchmark and return its result: the machine, how it was run, and the figures."""
    told = [one.told() for one in BENCHMARKS[name](data, quick=quick, large=large)]
    return {"benchmark": name, "machine": machine(), "quick": quick, "large": large, "measures": told}


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks named, print them, and return 1 when a target is not met."""
    options = _options(arguments)
    missed = False
    for name in options.names or BENCHMARKS:
        told = result(name, options.data, quick=options.quick, large=options.large)
        print(render.text(told))
        missed |= any(one["met"] is False for one in told["measures"])
        if not options.quick:
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n")
    if not options.quick:
        PAGE.write_text(render.page(sorted(RESULTS.glob("*.json"))))
    return int(missed)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.run", description="Run benchmarks of custody.")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="by default all")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small corpora, about a minute; speeds say nothing")
    size.add_argument("--large", action="store_true", help="memory at 10 GB of input, about an hour")
    parser.add_argument("--data", type=Path, default=DATA, help="directory of the public data sets")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
