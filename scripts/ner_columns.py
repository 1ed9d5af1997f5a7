# SPDX-License-Identifier: Apache-2.0
"""Measure the shipped NER model on public tables and texts it was not made from, and write `columns.json`.

    python scripts/ner_columns.py --data DIR [--out classifiers/ner/model]

`--data` holds Chinook, Northwind, AdventureWorks, fivethirtyeight, and the synthetic texts of presidio-research as
`ner/presidio_synth.jsonl`. Nothing is chosen here: the threshold is the
model's own, and which columns are of persons was written down by hand from names and contents.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from custody.classifiers.ner import card, column_entity, column_share, describe, nlp_engine
from custody.classifiers.ner.corpus import read_texts
from custody.classifiers.ner.score import figures, spans
from custody.classifiers.ner.seam import small

OUT = Path(__file__).resolve().parent.parent / "classifiers" / "ner" / "model"
CELLS = 300  # of a column, evenly over its sorted distinct cells
FEWEST = 5  # distinct cells with a word in them; a column with fewer tells nothing
PERSONS = {
    "chinook": ("Customer.FirstName", "Customer.LastName", "Employee.FirstName", "Employee.LastName", "Track.Composer"),
    "northwind": (
        "Customers.ContactName",
        "Employees.FirstName",
        "Employees.LastName",
        "Suppliers.ContactName",
    ),
    "fivethirtyeight": (
        "cabinet-turnover.appointee",
        "cabinet-turnover.president",
        "endorsements-june-30.candidate",
        "performer-scores.Performer",
        "adjustments.",
        "historical_projections.Player",
        "events.Person",
        "commencement_speeches.president_name",
        "russia-investigation.name",
        "russia-investigation.president",
    ),
}
UNCOUNTED = {  # persons and others mixed, or names of persons written as identifiers
    "chinook": ("Artist.Name",),
    "fivethirtyeight": ("historical_projections.ID", "russia-investigation.investigation"),
}
_WORD = re.compile(r"[^\W\d_]{2,}")
Table = tuple[str, list[list[Any]]]  # the name and the rows, the header first


def main() -> None:
    """Measure, write `columns.json`, and render the card anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    told = parser.parse_args()
    rows = list(judged(told.data))
    sets = sorted({name for name, *_ in rows})
    counted = {name: outcome([row for row in rows if row[0] == name]) for name in sets}
    found = {
        "threshold": threshold(),
        "sets": {**counted, "all": outcome(rows)},
        "wrong": wrong(rows),
        "synthetic_texts": spans(small(), read_texts(told.data / "ner" / "presidio_synth.jsonl")),
    }
    (told.out / "columns.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    card.write(told.out)
    print(json.dumps(found, indent=1, sort_keys=True))


def threshold() -> float:
    """Return the model's own threshold."""
    return float(describe("custody-small")["threshold"])


Judged = tuple[str, str, bool, bool]  # set, column, whether it is of persons, whether it was taken for that


def judged(data: Path) -> Iterator[Judged]:
    """Yield the decision on every column that counts; columns that occur again are judged once."""
    engine, least, seen = nlp_engine("custody-small"), threshold(), set()
    for name, table, column, cells in columns(data):
        path = f"{table}.{column}"
        key = (name, column, tuple(cells[:5]))
        if key in seen or path.endswith(UNCOUNTED.get(name, ())):
            continue
        seen.add(key)
        is_person = path.endswith(PERSONS.get(name, ("\0",)))
        yield name, path, is_person, column_entity(column_share(cells, engine), least) == "PERSON"


def outcome(rows: list[Judged]) -> dict[str, float | int]:
    """Return precision and recall over columns of persons, and the share of other columns taken for such."""
    right = sum(gold and found for _, _, gold, found in rows)
    told = figures(right, sum(found for *_, found in rows), sum(gold for _, _, gold, _ in rows))
    others = [found for _, _, gold, found in rows if not gold]
    return {**told, "others": len(others), "false_alarms": round(sum(others) / len(others), 4)}


def wrong(rows: list[Judged]) -> dict[str, list[str]]:
    """Name the columns that came out wrong."""
    return {
        "missed": [f"{name}/{path}" for name, path, gold, found in rows if gold and not found],
        "false alarms": [f"{name}/{path}" for name, path, gold, found in rows if found and not gold],
    }


def columns(data: Path) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield set, table, column and some distinct cells of every column that is mostly of words."""
    for name in ("adventureworks", "chinook", "fivethirtyeight", "northwind"):
        for table, (head, *rows) in tables(data / name):
            for index, column in enumerate(head):
                held = sorted({row[index].strip() for row in rows if len(row) > index and isinstance(row[index], str)})
                cells = [one for one in held if _WORD.search(one)]
                if len(cells) >= max(FEWEST, len(held) / 2):
                    yield name, table, column, cells[:: -(-len(cells) // CELLS)]


def tables(folder: Path) -> Iterator[Table]:
    """Yield the tables of one set: a SQLite file, an SQL script, or CSV files."""
    for file in sorted(folder.glob("*.csv")):
        raw = file.read_bytes()
        text = raw.decode("utf-8-sig") if _is_utf8(raw) else raw.decode("latin-1")
        if rows := list(csv.reader(text.splitlines())):
            yield file.stem, rows
    if (folder / "create.sql").exists():
        database = sqlite3.connect(":memory:")
        database.executescript((folder / "create.sql").read_text(encoding="utf-8"))
        yield from _sql_tables(database)
    for file in sorted(folder.glob("*.sqlite")):
        yield from _sql_tables(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sql_tables(database: sqlite3.Connection) -> Iterator[Table]:
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    for (name,) in names.fetchall():
        found = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name the database itself gave
        yield name, [[one[0] for one in found.description], *map(list, found)]


if __name__ == "__main__":
    main()
