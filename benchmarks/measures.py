# SPDX-License-Identifier: Apache-2.0
"""One measured figure, and the machine it was measured on."""

from __future__ import annotations

import gc
import operator
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("presidio-analyzer", "phonenumbers", "spacy", "regex", "pyarrow", "numpy", "datatrove")
_SENSES: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le, "=": operator.eq}


@dataclass(frozen=True)
class Measure:
    """One figure of a benchmark.

    Args:
        measure: what was measured, in a few words.
        value: the figure, in `unit`; None when it could not be measured here.
        unit: such as `x` for a ratio, `%` or `MB`.
        target: a sense and a number, such as `>= 30`; empty when the figure only informs.
        how: in one line, how it was measured, or why not.
        spread: the least and the greatest of the single runs, when there were several.
    """

    measure: str
    value: float | None
    unit: str
    target: str
    how: str
    spread: tuple[float, float] | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target or a figure."""
        if not self.target or self.value is None:
            return None
        sense, _, least = self.target.partition(" ")
        return _SENSES[sense](self.value, float(least))

    def told(self) -> dict[str, Any]:
        """Return the figure as JSON has it, rounded to four digits after the target was judged."""
        spread = [_short(one) for one in self.spread] if self.spread else None
        value = None if self.value is None else _short(self.value)
        told = {"measure": self.measure, "value": value, "unit": self.unit, "target": self.target, "met": self.met}
        return told | {"spread": spread, "how": self.how}


def median(measure: str, values: list[float], unit: str, target: str, how: str) -> Measure:
    """Return the median of several runs as a figure, with their range."""
    return Measure(measure, statistics.median(values), unit, target, how, (min(values), max(values)))


@dataclass
class Clock:
    """Seconds that a `timed` block took: `cpu` of this process, `wall` of the clock on the wall."""

    cpu: float = 0.0
    wall: float = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    """Measure what a block takes, garbage of before collected before it."""
    gc.collect()
    clock, cpu, wall = Clock(), time.process_time(), time.perf_counter()
    yield clock
    clock.cpu, clock.wall = time.process_time() - cpu, time.perf_counter() - wall


def peak() -> float:
    """Return the peak of this process's resident memory in MB.

    Linux tells it in /proc; what `getrusage` tells includes the process that started this one.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    told = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    kilobytes = int(told) if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes * 1024 / 1e6


def machine() -> dict[str, Any]:
    """Return on what was measured: processor, cores, Python, versions of packages, date and load."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),  # of others and of ourselves; above the cores, wall times say little
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "date": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _short(value: float) -> float:
    return float(f"{value:.4g}")
