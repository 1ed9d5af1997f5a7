# SPDX-License-Identifier: Apache-2.0
"""JSON Lines, every leaf of every value a cell under its path."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

from custody.formats.chunk import CELL_COST, Chunk, LineError, Part, batches
from custody.formats.streams import unmarked_lines

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit

MAX_VALUES = 1 << 22  # in a line, by its commas: each may take 100 bytes of memory
Slot = tuple[Any, Any]  # a container and the key or index of one leaf in it


class _DuplicateKey(Exception):  # noqa: N818 - never leaves this module
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKey
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("too large")  # it would be written as Infinity, which is not JSON
    return number


def _json_value(line: str) -> Any:
    value = json.loads(line, object_pairs_hook=_unique, parse_float=_finite)
    if "\\ud" in line.lower():
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no character: raises ValueError
    return value


def _json_rows(file: TextIO, part: Part) -> Iterator[tuple[Any, int]]:
    """Yield each value with its size; those of other parts are not parsed."""
    return ((value, size) for (_, value), size in rows_with_lines(file, part))


def rows_with_lines(file: TextIO, part: Part) -> Iterator[tuple[tuple[str, Any], int]]:
    """Yield each line and its value, with its size in characters; those of other parts are not parsed."""
    for number, line in unmarked_lines(file):
        if not line.strip():
            continue
        commas = line.count(",")  # there is one between any two values
        if commas > MAX_VALUES:
            raise LineError(f"the line may hold more than {MAX_VALUES:,} values", number)
        yield (line, _json_at(number, line) if part.mine else None), len(line) + CELL_COST * commas


def _json_at(number: int, line: str) -> Any:
    try:
        return _json_value(line)
    except _DuplicateKey:
        raise LineError("an object names the same key twice, so readers would disagree on it", number) from None
    except (ValueError, RecursionError):
        raise LineError("the line is not JSON, or nested too deep", number) from None


def slots(rows: list[Any]) -> dict[str, list[Slot]]:
    """Find every leaf of JSON values, by path. Walks with a stack: nesting depth is the sender's choice."""
    found: dict[str, list[Slot]] = {}
    stack: list[tuple[str, Any, Any]] = [("", rows, index) for index in reversed(range(len(rows)))]
    while stack:
        path, holder, key = stack.pop()
        value = holder[key]
        if isinstance(value, dict):
            stack += [(_below(path, name), value, name) for name in reversed(value)]
        elif isinstance(value, list):
            stack += [(f"{path}[]", value, index) for index in reversed(range(len(value)))]
        else:
            found.setdefault(path or "value", []).append((holder, key))
    return found


def _below(path: str, name: str) -> str:
    """Return the path of a key: `a.b`, or `a["b.c"]` where a dot or bracket in the key would read as a path."""
    if set(name) & set('.[]"'):
        return f"{path}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{path}.{name}" if path else name


def _slot_cells(found: list[Slot]) -> pa.StringArray:
    import pyarrow as pa

    values = [holder[key] for holder, key in found]
    return pa.array([_cell(value) for value in values], pa.string())


def _cell(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def cell_at(row: Any, path: str) -> str | None:
    """Return the cell that a row has under a path of no list, or None."""
    if '["' in path or not isinstance(row, dict):
        found = slots([row]).get(path)
        return _cell(found[0][0][found[0][1]]) if found else None
    for key in path.split("."):
        if not isinstance(row, dict) or key not in row:
            return None
        row = row[key]
    return None if isinstance(row, dict | list) else _cell(row)


def read(file: TextIO, part: Part) -> Iterator[Chunk]:
    """Yield the chunks of JSON Lines."""
    for rows in batches(_json_rows(file, part), part):
        yield part.chunk(len(rows), {path: _slot_cells(found) for path, found in slots(rows).items()})


def rewrite(old: TextIO, new: TextIO, edit: Edit) -> None:
    """Copy JSON Lines with every cell passed through `edit`."""
    part = Part()
    for rows in batches(_json_rows(old, part), part):
        for path, found in slots(rows).items():
            cells = _slot_cells(found)
            edited = edit(path, cells)
            if not edited.equals(cells):
                _fill(found, cells.to_pylist(), edited.to_pylist())
        new.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _fill(found: list[Slot], before: list[str | None], after: list[str | None]) -> None:
    for (holder, key), old, new in zip(found, before, after, strict=True):
        if old != new:
            holder[key] = new if isinstance(holder[key], str) else None
