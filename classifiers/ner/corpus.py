# SPDX-License-Identifier: Apache-2.0
"""The annotated texts the model is made of: read, cleaned, and split by content.

The four sets are BTC, WikiGold, SEC filings and WNUT-17, each a JSONL file of `{"text", "spans"}` with labels PER, LOC
and ORG. Label noise that would teach a wrong thing is taken out: role words of contracts ("Lender") that are no names,
handles, and punctuation at the ends of spans.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from custody.errors import DatasetError

SETS = ("btc", "sec", "wikigold", "wnut")
LABELS = ("LOC", "ORG", "PER")
PARTS = 10  # texts are dealt into ten parts by digest: one is for test, one for development, eight for training
ROLES = frozenset({"bank", "borrower", "company", "lender", "remarketing agent"})  # tagged as names in the SEC set

Part = Literal["train", "dev", "test"]
Mark = tuple[int, int, str]  # start and end in code points, label


@dataclass(frozen=True)
class Text:
    """One annotated text."""

    text: str
    marks: tuple[Mark, ...]

    @property
    def names(self) -> list[tuple[str, str]]:
        """What is marked, as words and label."""
        return [(self.text[start:end], label) for start, end, label in self.marks]

    def flat(self) -> str:
        """Return the marks as one cell of text, such as `0:4:PER 9:15:LOC`."""
        return " ".join(f"{start}:{end}:{label}" for start, end, label in self.marks)


def unflat(text: str, marks: str) -> Text:
    """Return the text whose marks `flat` wrote."""
    parts = (one.split(":") for one in marks.split())
    return Text(text, tuple((int(start), int(end), label) for start, end, label in parts))


def read_sets(folder: Path) -> dict[str, list[Text]]:
    """Read `NAME_train.jsonl` of every set, as published.

    Raises:
        DatasetError: a file is missing or a line is not as described. The line's text is not in the message.
    """
    return {name: read_texts(folder / f"{name}_train.jsonl") for name in SETS}


def read_texts(path: Path) -> list[Text]:
    """Read one file of annotated texts. Raises as `read_sets`."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"the set cannot be read ({type(error).__name__})", where=str(path)) from None
    return [_parse(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def _parse(line: str, where: str) -> Text:
    try:
        row = json.loads(line)
        marks = tuple(sorted((int(one["start"]), int(one["end"]), str(one["label"])) for one in row["spans"]))
        found = Text(str(row["text"]), marks)
    except (ValueError, KeyError, TypeError):
        found = None
    if found is None or not _sound(found):
        raise DatasetError(
            "the line is no annotated text", where=where, allowed='{"text": "…", "spans": [{"start", "end", "label"}]}'
        )
    return found


def _sound(one: Text) -> bool:
    ends = [0, *(end for _, end, _ in one.marks)]
    fits = all(last <= start < end for last, (start, end, _) in zip(ends, one.marks, strict=False))
    return fits and ends[-1] <= len(one.text) and all(label in LABELS for _, _, label in one.marks)


def clean(one: Text) -> Text:
    """Trim punctuation off the ends of marks and drop what is no name."""
    trimmed = (_trim(one.text, mark) for mark in one.marks)
    return Text(one.text, tuple(mark for mark in trimmed if mark))


def _trim(text: str, mark: Mark) -> Mark | None:
    start, end, label = mark
    if text[start:end].lower() in ROLES or "@" in text[max(start - 1, 0) : end]:
        return None
    while start < end and not text[start].isalnum():
        start += 1
    abbreviated = "." in text[start : max(end - 1, start)] and text[end - 1] == "."
    while start < end and not text[end - 1].isalnum() and not abbreviated:
        end -= 1
    return (start, end, label) if start < end else None


def part_of(text: str, seed: int) -> Part:
    """Deal a text into a part by its digest, so that equal texts never meet across parts."""
    part = int(hashlib.sha256(f"{seed}:{text}".encode()).hexdigest(), 16) % PARTS
    return {0: "test", 1: "dev"}.get(part, "train")  # type: ignore[return-value] # mypy widens the literals


def split(sets: Mapping[str, Sequence[Text]], seed: int, part: Part) -> dict[str, list[Text]]:
    """Return one part of every set, cleaned."""
    return {name: [clean(one) for one in rows if part_of(one.text, seed) == part] for name, rows in sets.items()}


def everything(sets: Mapping[str, Iterable[Text]]) -> list[Text]:
    """Return the texts of all sets, in the order of the sets' names."""
    return [one for name in sorted(sets) for one in sets[name]]
