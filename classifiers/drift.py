# SPDX-License-Identifier: Apache-2.0
"""What changed between two reports of the same dataset name.

A share has moved when the 95 % interval of its change leaves out 0 (Newcombe 1998, method 10; see `intervals`). Where
the detector changed, findings and grades are not compared, since any difference may be the detector's; where the policy
changed, grades are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from custody.classifiers.intervals import difference

Part = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One change. file, column and entity are empty where it is not about one.

    kind: file_new, file_gone, unscanned, column_new, column_gone, entity_new, entity_gone, share_moved or
    grade_changed. before, after: shares of the filled cells, or grades. chance: the counts are too small to tell it
    from chance.
    """

    kind: str
    sentence: str
    file: str = ""
    column: str = ""
    entity: str = ""
    before: float | str | None = None
    after: float | str | None = None
    chance: bool = False


@dataclass(frozen=True)
class Drift:
    """The comparison. previous, previous_at: address and time of the earlier report. not_comparable: what, and why."""

    previous: str
    previous_at: str
    not_comparable: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The comparison as text."""
        return (*self.not_comparable, *(one.sentence for one in self.changes))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def compare(before: Part, after: Part) -> Drift:
    """Compare two reports in their JSON form, the earlier first."""
    detector, policy = (before[key] != after[key] for key in ("detector", "policy"))
    notes = []
    if detector:
        notes.append("findings and grades are not comparable: the detector changed")
    if policy:
        notes.append("grades are not comparable: the policy changed")
    changes = [*_files(before, after), *_unscanned(before, after)]
    if not detector:
        changes += _findings(before, after)
    if not detector and not policy:
        changes += _grades(before, after)
    return Drift(before["address"], before["created_at"], tuple(notes), tuple(changes))


def _unscanned(before: Part, after: Part) -> Iterator[Change]:
    for text in after["unscanned"]:
        if text not in before["unscanned"]:
            yield Change("unscanned", f"newly not scanned: {text}")


def _files(before: Part, after: Part) -> Iterator[Change]:
    old, new = _by(before["files"], "path"), _by(after["files"], "path")
    yield from (Change("file_gone", f"{path} is gone", path) for path in old if path not in new)
    for path, file in new.items():
        if path not in old:
            yield Change("file_new", f"{path} is new{_holding(file['columns'])}", path)
            continue
        columns, now = _by(old[path]["columns"], "column"), _by(file["columns"], "column")
        for name in columns:
            if name not in now:
                yield Change("column_gone", f"{path}: column {name} is gone", path, name)
        for name, column in now.items():
            if name not in columns:
                yield Change("column_new", f"{path}: column {name} is new{_holding([column])}", path, name)


def _holding(columns: list[Part]) -> str:
    entities = sorted({one["entity"] for column in columns for one in column["findings"]})
    return f" and holds {', '.join(entities)}" if entities else ""


def _by(parts: list[Part], key: str) -> dict[str, Part]:
    return {one[key]: one for one in parts}


def _both(before: Part, after: Part) -> Iterator[tuple[str, str, Part, Part]]:
    """Yield the columns that are in both reports."""
    old = _by(before["files"], "path")
    for file in after["files"]:
        columns = _by(old.get(file["path"], {"columns": []})["columns"], "column")
        for column in file["columns"]:
            if column["column"] in columns:
                yield file["path"], column["column"], columns[column["column"]], column


def _findings(before: Part, after: Part) -> Iterator[Change]:
    for path, name, old, new in _both(before, after):
        counts = [{one["entity"]: one["cells"] for one in column["findings"]} for column in (old, new)]
        for entity in sorted({*counts[0], *counts[1]}):
            was, now = (
                (found.get(entity, 0), column["filled"]) for found, column in zip(counts, (old, new), strict=True)
            )
            if change := _moved(f"{path}: {entity} in column {name}", was, now):
                kind, sentence, chance = change
                yield Change(kind, sentence, path, name, entity, _share(was), _share(now), chance)


def _moved(what: str, was: tuple[int, int], now: tuple[int, int]) -> tuple[str, str, bool] | None:
    low, high = difference(was, now)
    chance = low <= 0 <= high
    kind = "entity_new" if not was[0] else "entity_gone" if not now[0] else "share_moved"
    if kind == "share_moved" and chance:
        return None
    told = {"entity_new": "is new", "entity_gone": "is gone", "share_moved": "has moved"}[kind]
    numbers = f"{_told(was)} before, {_told(now)} now"
    change = f"change {100 * low:+.2f} to {100 * high:+.2f} points at 95 %"
    return kind, f"{what} {told}: {numbers}, {change}" + (", which may be chance" if chance else ""), chance


def _share(counts: tuple[int, int]) -> float:
    return round(counts[0] / counts[1], 6) if counts[1] else 0.0


def _told(counts: tuple[int, int]) -> str:
    return f"{counts[0]:,} of {counts[1]:,} cells"


def _grades(before: Part, after: Part) -> Iterator[Change]:
    if before["grade"] != after["grade"]:
        sentence = f"the dataset was {before['grade']} and is {after['grade']}"
        yield Change("grade_changed", sentence, before=before["grade"], after=after["grade"])
    old = _by(before["files"], "path")
    for file in after["files"]:
        was = old.get(file["path"], file)["grade"]
        if was != file["grade"]:
            sentence = f"{file['path']} was {was} and is {file['grade']}"
            yield Change("grade_changed", sentence, file["path"], before=was, after=file["grade"])
    for path, name, was, now in _both(before, after):
        if was["grade"] != now["grade"]:
            sentence = f"{path}: column {name} was {was['grade']} and is {now['grade']}"
            yield Change("grade_changed", sentence, path, name, before=was["grade"], after=now["grade"])
