# SPDX-License-Identifier: Apache-2.0
"""Make the sample data from copies of the upstream repositories. Kept to show what was changed; nobody needs to run it.

    python sample_data/prepare.py UPSTREAM

UPSTREAM holds `chinook/Chinook_Sqlite.sqlite`, `hf_cards/*/README.md` and `fivethirtyeight/*.csv`; README.md names
the commits.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
CSV_FILES = {
    "college-majors__women-stem.csv": "women-stem.csv",
    "candy-power-ranking__candy-data.csv": "candy-data.csv",
    "us-weather-history__KJAX.csv": "KJAX.csv",
    "presidential-commencement-speeches__commencement_speeches.csv": "commencement_speeches.csv",
}
CARDS_BYTES = 300_000  # of text; what the classifier reads in a few seconds


def chinook(upstream: Path) -> None:
    """Two of the tables, one as Parquet and one as CSV."""
    target = _fresh("chinook_people")
    database = sqlite3.connect(f"file:{upstream / 'chinook' / 'Chinook_Sqlite.sqlite'}?mode=ro&immutable=1", uri=True)
    names, rows = _table(database, "Customer")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    pq.write_table(pa.table(columns), target / "customers.parquet", compression="zstd")
    names, rows = _table(database, "Employee")
    with (target / "employees.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([names, *rows])


def cards(upstream: Path) -> None:
    """The prose of dataset cards: no YAML header, table of contents, code, table or empty part of the template."""
    target = _fresh("dataset_cards") / "cards.jsonl"
    size, lines = 0, []
    for card in sorted((upstream / "hf_cards").glob("*/README.md")):
        text = re.sub(r"\A---\n.*?\n---\n", "", card.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"## Table of Contents\n.*?(?=\n## )", "", text, flags=re.DOTALL)
        text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        text = re.sub(r"^(?: {4}|\t|\|).*\n", "", text, flags=re.MULTILINE)
        text = text.replace("[More Information Needed]", "").strip()
        if len(text) < 1500 or not text.isascii():
            continue
        size += len(text)
        if size > CARDS_BYTES:
            break
        lines.append(json.dumps({"id": card.parent.name, "text": text}) + "\n")
    target.write_text("".join(lines))


def fivethirtyeight(upstream: Path) -> None:
    """Four tables as they are, under their own names."""
    target = _fresh("fivethirtyeight")
    for name, short in CSV_FILES.items():
        shutil.copyfile(upstream / "fivethirtyeight" / name, target / short)


def _table(database: sqlite3.Connection, name: str) -> tuple[list[str], list[tuple[object, ...]]]:
    cursor = database.execute(f"select * from {name} order by 1")  # noqa: S608 - two constant names
    return [column[0] for column in cursor.description], cursor.fetchall()


def _fresh(name: str) -> Path:
    path = HERE / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


if __name__ == "__main__":
    for make in (chinook, cards, fivethirtyeight):
        make(Path(sys.argv[1]))
