# SPDX-License-Identifier: Apache-2.0
"""How many of the personal columns of four public databases are flagged, and how many others by mistake.

A column is flagged when a finding raises its grade above the policy's default. Run it with the directory of the data:
`python benchmarks/column_gold.py DATA`, which holds chinook, northwind, adventureworks and fivethirtyeight.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from custody import policy
from custody.classifiers.engine import Scanner
from custody.classifiers.grading import grade_column
from custody.classifiers.scan import Job, scan
from custody.dataset import Dataset
from custody.keys import Secret
from custody.policy import Policy

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "tests" / "classify" / "gold"
SECRET = Secret("local:benchmark#fingerprints", bytes(32))
LEFT_OUT = {"FREE_TEXT", "BINARY"}
NOT_PERSONAL = {None, "ORGANIZATION"}
Gold = dict[str, dict[str, str | None]]


@dataclass
class Counted:
    """What became of the columns. Names are `set/table.column`."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    clean: list[str] = field(default_factory=list)


def measure(data: Path, rules: Policy | None = None, rows: int | None = None) -> dict[str, Any]:
    """Classify every table and compare with the gold.

    Args:
        data: holds the four databases.
        rules: the policy; by default that of the sample.
        rows: about so many rows of each table, evenly spread; by default all.

    Returns:
        `recall` of the personal columns and `false_alarms` of the others (shares), how many there were of each, and the
        names of the columns that were missed or flagged by mistake.
    """
    rules = rules or policy.load(ROOT / "sample_data" / "policy.yaml")
    scanner, counted = Scanner(rules), Counted()
    with TemporaryDirectory() as place:
        for name, gold in _golds(data).items():
            _prepare(name, data / name, Path(place) / name)
            _thin(Path(place) / name, rows)
            for table, column, flagged in _columns(Path(place) / name, scanner, rules):
                _count(counted, f"{name}/{table}.{column}", gold.get(table, {}).get(column), flagged=flagged)
    personal, other = len(counted.found) + len(counted.missed), len(counted.false) + len(counted.clean)
    return {
        "recall": len(counted.found) / personal,
        "false_alarms": len(counted.false) / other,
        "personal": personal,
        "other": other,
        "missed": counted.missed,
        "false": counted.false,
    }


def _golds(data: Path) -> dict[str, Gold]:
    golds: dict[str, Gold] = {path.stem: json.loads(path.read_text()) for path in sorted(GOLD.glob("*.json"))}
    return golds | {"adventureworks": json.loads((data / "adventureworks" / "column_gold.json").read_text())}


def _count(counted: Counted, name: str, kind: str | None, *, flagged: bool) -> None:
    if kind in LEFT_OUT:
        return
    if kind in NOT_PERSONAL:
        (counted.false if flagged else counted.clean).append(name)
    else:
        (counted.found if flagged else counted.missed).append(name)


def _columns(place: Path, scanner: Scanner, rules: Policy) -> Iterator[tuple[str, str, bool]]:
    """Yield table, column and whether it was flagged, for every column that has a cell."""
    for file in scan(Job(Dataset(place), scanner, SECRET)):
        for column in file.columns.values():
            grade = rules.highest(rules.default, *(one.grade for one in grade_column(column, rules)))
            if column.filled:
                yield Path(file.path).stem, column.column.removeprefix("\ufeff"), grade != rules.default


def _prepare(name: str, source: Path, place: Path) -> None:
    """Write a database's tables as CSV files."""
    place.mkdir()
    if name in {"chinook", "northwind"}:
        _export(source, place)
        return
    for path in sorted(source.glob("*.csv")):
        (place / path.name).write_bytes(path.read_bytes())


def _export(source: Path, place: Path) -> None:
    with closing(_database(source)) as base:
        names = base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        for (table,) in names:
            rows = base.execute(f'SELECT * FROM "{table}"')  # noqa: S608 # the name is the database's own
            with (place / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(column for column, *_ in rows.description)
                writer.writerows([_text(cell) for cell in row] for row in rows)


def _database(source: Path) -> sqlite3.Connection:
    for path in source.glob("*.sqlite"):
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    base = sqlite3.connect(":memory:")
    base.executescript((source / "create.sql").read_text())
    return base


def _thin(place: Path, rows: int | None) -> None:
    if rows is None:
        return
    csv.field_size_limit(1 << 30)
    for path in place.glob("*.csv"):
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            head, *body = csv.reader(file)
        with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
            csv.writer(file).writerows([head, *body[:: max(1, len(body) // rows)]])


def _text(cell: object) -> object:
    return "" if isinstance(cell, bytes) else cell


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1])), indent=1))
