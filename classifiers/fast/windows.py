# SPDX-License-Identifier: Apache-2.0
"""From the places where a factor holds to the stretches of text on which a pattern has to be tried.

Every match of the pattern lies whole in one stretch, and a stretch shows the pattern all that it could look at. So the
matches found stretch by stretch are those that a search through the whole cell would find, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from custody.classifiers.fast.charset import ALL, ASCII_SPACE
from custody.classifiers.fast.factors import Factor, Shape
from custody.classifiers.fast.sieve import Joined
from custody.classifiers.fast.ways import ENDLESS

MANY = 400  # stretches; only for so many it pays to look where what else they need stands
SHORT = 48  # characters; a cell no longer is tried whole


# the cell, where matches start at first and at last in it, and beyond where nothing matters to them
Stretch = tuple[int, int, int, int]


def whole(text: Joined, cells: Sequence[int]) -> Iterator[Stretch]:
    """Yield whole cells."""
    for cell in cells:
        length = len(text.cells[cell])
        yield cell, 0, length, length


def stretches(text: Joined, shape: Shape, held: Sequence[tuple[Factor, np.ndarray]]) -> Iterator[Stretch]:
    """Yield the stretches in which a pattern of a shape can match, given where its factors hold."""
    parts = [_around(text, shape, factor, places) for factor, places in held]
    cell, start, last, close = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(start, kind="stable")
    cell, start, last, close = cell[order], start[order], last[order], close[order]
    reached = np.maximum.accumulate(close)
    first = np.flatnonzero(np.concatenate(([True], start[1:] >= reached[:-1])))
    last, close = np.maximum.reduceat(last, first), np.maximum.reduceat(close, first)
    cell, start = cell[first], start[first]
    if shape.needs != ALL or shape.longest < ENDLESS:
        kept = _may_match(text, shape, cell, start, close)
        cell, start, last, close = cell[kept], start[kept], last[kept], close[kept]
    base = text.starts[cell]
    end = np.minimum(close + shape.reach, text.ends[cell])
    columns = (one.tolist() for one in (cell, start - base, last - base, end - base))
    return zip(*columns, strict=True)


def _may_match(text: Joined, shape: Shape, cell: np.ndarray, start: np.ndarray, close: np.ndarray) -> np.ndarray:
    """Tell of stretches whether what else a match needs stands there, and whether their cells are short enough."""
    may: np.ndarray = text.ends[cell] - text.starts[cell] <= shape.longest
    if shape.needs != ALL and len(cell) >= MANY:
        where = text.where(shape.needs)
        may &= np.searchsorted(where, start - 1) < np.searchsorted(where, close, "right")
    return may


def _around(text: Joined, shape: Shape, factor: Factor, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return for each place: the cell, the first and last start of a match, and where every match has ended."""
    inside = places + factor.inside
    cell = text.cell_of(inside)
    low, high = text.starts[cell], text.ends[cell]
    start, last = np.maximum(places - factor.most, low), np.minimum(places - factor.least, high)
    if not shape.kinds & ASCII_SPACE:
        before = np.searchsorted(text.gaps, inside)
        start = np.maximum(start, text.gaps[before - 1] + 1)
        high = np.minimum(high, text.gaps[before])
    close = np.minimum(last + shape.width, high)
    short = text.ends[cell] - text.starts[cell] <= SHORT
    start = np.where(short, text.starts[cell], start)
    last, close = (np.where(short, text.ends[cell], one) for one in (last, close))
    return cell, start, last, close
