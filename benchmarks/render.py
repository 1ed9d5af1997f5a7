# SPDX-License-Identifier: Apache-2.0
"""Results as text for a terminal and as the page docs/benchmarks.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HEAD = """# Benchmarks

Made by `make bench` from `benchmarks/results/`. Ratios are medians with the range of the single runs in brackets; CPU
time is that of one process. Corpora are made from a seed and from the packages installed; how each figure was measured
stands under its table.
"""
_MET = {True: "met", False: "**missed**", None: ""}


def text(result: dict[str, Any]) -> str:
    """Return a result as lines of text."""
    lines = [f"{result['benchmark']} on {_machine(result['machine'])}"]
    for one in result["measures"]:
        met = {True: "met", False: "MISSED", None: ""}[one["met"]]
        lines.append(f"  {one['measure']:<82} {_value(one):<24} {_target(one):<9} {met}\n      {one['how']}")
    return "\n".join(lines)


def page(results: Sequence[Path]) -> str:
    """Return the page of all results."""
    return "\n".join([HEAD, *(line for path in results for line in _section(json.loads(path.read_text())))])


def _section(result: dict[str, Any]) -> Iterator[str]:
    yield f"## {result['benchmark']}\n"
    yield f"Measured on {_machine(result['machine'])}.\n"
    yield "| measure | figure | target | |"
    yield "| --- | --- | --- | --- |"
    for one in result["measures"]:
        yield f"| {one['measure']} | {_value(one)} | {_target(one)} | {_MET[one['met']]} |"
    yield ""
    yield from (f"- *{one['measure']}*: {one['how']}." for one in result["measures"])
    yield ""


def _value(one: dict[str, Any]) -> str:
    if one["value"] is None:
        return "not measured"
    spread = f" [{_number(one['spread'][0])} to {_number(one['spread'][1])}]" if one["spread"] else ""
    return f"{_number(one['value'])} {one['unit']}".strip() + spread


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 1000 else f"{value:.4g}"


def _target(one: dict[str, Any]) -> str:
    return str(one["target"]).replace(">=", "≥").replace("<=", "≤")


def _machine(told: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in told["packages"].items())
    return (
        f"{told['processor']}, {told['cores']} cores (load {told['load']}), {told['system']}, "
        f"Python {told['python']}, {told['date']}; {packages}"
    )
