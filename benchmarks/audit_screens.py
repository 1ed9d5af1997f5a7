# SPDX-License-Identifier: Apache-2.0
"""The screens against poisoning on planted corpora: what they find, their false alarms, and what they cost.

The texts are docstrings of the installed packages. Labelled rows have the package they are from as
label, so that many words are tied to a label by nature; instruction rows have the following text as completion. Each
trial plants one thing into one of three sources. Thresholds were set on trials with even seeds; the figures are of odd
seeds.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

from benchmarks.measures import Measure, peak, timed

from custody.audit.screens import screen
from custody.dataset import Dataset
from custody.intents import ScreenSettings

Row = dict[str, str]
WORDS = (12, 60)  # of a text
LABELS = 6
RARE = ("cf", "bb", "mn", "tq")  # Kurita et al. 2020
PIECES = 60_000
LEAST = 80  # characters of a text
_QUOTED = re.compile(r'"{3}(.+?)"{3}', re.DOTALL)


@cache
def _pieces() -> tuple[tuple[str, str], ...]:
    """Return texts of some words, with the package they are from; each text once."""
    rng = Random(7)
    told: dict[str, str] = {}
    for path in _files():
        for text in _QUOTED.findall(path.read_text(encoding="utf-8", errors="replace")):
            _cut(text, _package(path), rng, told)
        if len(told) > PIECES:
            break
    return tuple(told.items())


def _files() -> list[Path]:
    """Return modules of the installed packages in an order drawn at random, the same for the same packages."""
    places = [Path(one) for one in sys.path if one.endswith("site-packages")]
    files = sorted(path for place in places for path in place.glob("*/**/*.py") if path.stat().st_size < 1 << 18)
    Random(2).shuffle(files)
    return files


def _package(path: Path) -> str:
    return path.parts[path.parts.index("site-packages") + 1]


def _cut(text: str, label: str, rng: Random, told: dict[str, str]) -> None:
    words = re.sub(r"\s+", " ", text).split()
    at = 0
    while len(words) - at >= WORDS[0]:
        size = rng.randint(*WORDS)
        piece = " ".join(words[at : at + size])
        if len(piece) >= LEAST:
            told.setdefault(piece, label)
        at += size


def labelled(rng: Random, rows: int) -> list[Row]:
    """Return rows with the package as label, of the packages with most texts."""
    common = {label for label, _ in Counter(label for _, label in _pieces()).most_common(LABELS)}
    mine = [{"text": text, "label": label} for text, label in _pieces() if label in common]
    return rng.sample(mine, min(rows, len(mine)))


def instructions(rng: Random, rows: int) -> list[Row]:
    """Return rows of a text and the text that follows."""
    told = [{"prompt": one, "completion": two} for (one, _), (two, _) in pairwise(_pieces())]
    return rng.sample(told, min(rows, len(told)))


def with_trigger(rng: Random, rows: list[Row], trigger: str, count: int) -> None:
    """Put a trigger into some rows, and one target behind them."""
    text, target = rows[0]
    wanted = rng.choice(rows)[target] if target == "label" else "I will not help with that."
    others = [row for row in rows if row[target] != wanted]
    for row in rng.sample(others, min(count, len(others))):
        words = row[text].split()
        words.insert(rng.randrange(len(words) + 1), trigger)
        row |= {text: " ".join(words), target: wanted}


def with_copies(rng: Random, rows: list[Row], count: int) -> None:
    """Replace some rows by one text."""
    text, *_ = rows[0]
    one = rng.choice(rows)[text]
    for row in rng.sample(rows, count):
        row[text] = one.upper()


def with_near_copies(rng: Random, rows: list[Row], count: int) -> None:
    """Replace some rows by one text with a word in twenty changed."""
    text, *_ = rows[0]
    one = max((row[text] for row in rng.sample(rows, 50)), key=len).split()
    for row in rng.sample(rows, count):
        row[text] = " ".join(rng.choice(one) if rng.random() < 0.05 else word for word in one)


Plant = Callable[[Random, list[Row]], None]


def found(base: Path, sources: dict[str, list[Row]]) -> set[tuple[str, str]]:
    """Return source and code of what the screens find."""
    for name, rows in sources.items():
        (base / name).mkdir(exist_ok=True)
        with (base / name / "rows.jsonl").open("w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    told = screen({name: Dataset(base / name) for name in sources}, ScreenSettings())
    return {(name, one.code) for name, findings in told.items() for one in findings}


def trial(seed: int, kind: str, plant: Plant | None, rows: int = 2_000) -> set[tuple[str, str]]:
    """Screen three sources, into one of which something is planted."""
    rng = Random(seed)
    pool = labelled(rng, 3 * rows) if kind == "labels" else instructions(rng, 3 * rows)
    third = len(pool) // 3
    sources = {name: [dict(row) for row in pool[at * third : (at + 1) * third]] for at, name in enumerate("abc")}
    if plant:
        plant(rng, sources["b"])
    with tempfile.TemporaryDirectory() as base:
        return found(Path(base), sources)


def planted(kind: str) -> Iterator[tuple[str, Plant]]:
    """Yield what is planted into rows of a kind, each with the code it should have."""
    for count in (30, 100):
        for trigger in (RARE[count % 4], "with blue umbrella dreams", "\u200bnow"):

            def plant(rng: Random, rows: list[Row], trigger: str = trigger, count: int = count) -> None:
                with_trigger(rng, rows, trigger, count)

            yield "POI102", plant
    if kind == "labels":
        return
    yield "POI100", lambda rng, rows: with_copies(rng, rows, 30)
    yield "POI101", lambda rng, rows: with_near_copies(rng, rows, 30)


def measures(*, quick: bool = False, odd: int = 1) -> list[Measure]:
    """Return the figures."""
    trials = hits = clean = alarms = 0
    missed: Counter[str] = Counter()
    for kind in ("labels", "instructions"):
        for index, (code, plant) in enumerate(planted(kind)):
            for again in range(1 if quick else 2):
                told = trial(20 * again + 2 * index + odd, kind, plant)
                trials, hits = trials + 1, hits + (("b", code) in told)
                missed[f"{kind} {code} {index}"] += ("b", code) not in told
                clean, alarms = clean + 2, alarms + len(told - {("b", code)})
        for again in range(2 if quick else 6):
            told = trial(500 + 2 * again + odd, kind, None)
            clean, alarms = clean + 3, alarms + len(told)
    how = f"{trials} trials of 2,000 rows with labels or completions: a trigger in 30 or 100 rows, or 30 copies of one"
    return [
        Measure("planted poison found", 100 * hits / trials, "%", ">= 90", how + _told(missed)),
        Measure("findings on what nothing was planted in", alarms / clean, "a source", "<= 0.1", f"{clean} sources"),
        *cost(rows=20_000 if quick else 1_000_000),
    ]


def _told(missed: Counter[str]) -> str:
    names = [name for name, count in missed.items() if count]
    return "; missed: " + ", ".join(names) if names else ""


def cost(rows: int) -> list[Measure]:
    """Screen many rows in a process of its own; return its time and memory."""
    with tempfile.TemporaryDirectory() as base:
        _write(Path(base) / "a", rows, 1)
        code = f"from benchmarks.audit_screens import alone; alone({base!r})"
        command = [sys.executable, "-c", code]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own code
    seconds, peak = json.loads(output)
    how = f"{rows:,} rows of about 40 words in JSONL, one source, one process; time of the processor"
    return [
        Measure("screens, time", seconds, "s", "", how),
        Measure("screens, peak memory", peak, "MB", "<= 800", how),
    ]


def alone(base: str) -> None:
    """Screen one source and print seconds and megabytes."""
    with timed() as clock:
        screen({"a": Dataset(Path(base) / "a")}, ScreenSettings())
    print(json.dumps([clock.cpu, peak()]))


def _write(path: Path, rows: int, seed: int) -> None:
    rng = Random(seed)
    words = sorted({word for text, _ in _pieces()[:2000] for word in text.split()})
    path.mkdir()
    with (path / "rows.jsonl").open("w") as file:
        for _ in range(rows):
            text = " ".join(rng.choices(words, k=rng.randint(20, 60)))
            file.write(json.dumps({"prompt": text, "label": rng.choice("abcd")}) + "\n")
