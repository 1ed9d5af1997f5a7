# SPDX-License-Identifier: Apache-2.0
"""The opt-out lists of a sources file, and what of a dataset is on them.

A list that is not there, not the one that was named, or lost entries since an earlier version is a problem, and so is a
row of it that is no entry: what it would bar is then not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from custody.audit import optouts
from custody.audit.admission import RowFilter
from custody.audit.optouts import Column, Optouts
from custody.dataset import Dataset
from custody.errors import CustodyError, DatasetError
from custody.formats import Chunk, format_of, rows

if TYPE_CHECKING:
    from custody.audit.sources import RowOrigin, Source


NAME = "opt-outs"


class Named(Protocol):
    """How the sources file names a list."""

    @property
    def file(self) -> str: ...  # noqa: D102 - see OptoutList
    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def earlier(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Lists:
    """All entries of all lists, and what is wrong with the lists."""

    entries: Optouts = field(default_factory=Optouts)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Screening:
    """What of some files is listed. unchecked: what the list asks for and the data has no column of."""

    rows: int = 0
    listed: int = 0
    unknown: int = 0
    unchecked: tuple[Column, ...] = ()

    def __add__(self, other: Screening) -> Screening:
        """Return both."""
        unchecked = tuple(sorted({*self.unchecked, *other.unchecked}))
        return Screening(self.rows + other.rows, self.listed + other.listed, self.unknown + other.unknown, unchecked)


@dataclass(frozen=True)
class Screened:
    """What of a dataset is on the lists. unread: files that cannot be looked into."""

    counted: Screening = field(default_factory=Screening)
    unread: tuple[str, ...] = ()


def read(named: Iterable[Named], base: Path) -> Lists:
    """Read the lists; whatever is wrong with one is told in the result."""
    found = [_one(one, base) for one in named]
    problems = tuple(problem for one in found for problem in one.problems)
    return Lists(reduce(Optouts.__or__, (one.entries for one in found), Optouts()), problems)


def _one(named: Named, base: Path) -> Lists:
    try:
        entries = optouts.load(base / named.file)
        before = optouts.load(base / named.earlier) if named.earlier else Optouts()
    except (CustodyError, OSError) as error:
        return Lists(problems=(f"the opt-out list {named.file!r} cannot be read ({type(error).__name__})",))
    problems = []
    if named.sha256 and entries.sha256 != (named.sha256.lower().removeprefix("sha256:"),):
        problems.append(f"the opt-out list {named.file!r} is not the one that was named: its sha256 differs")
    if lost := entries.withdrawn(before):
        problems.append(f"the opt-out list {named.file!r} lacks {lost:,} entries of {named.earlier!r}")
    if not len(entries):  # a list that was cut to nothing would free everybody
        problems.append(f"the opt-out list {named.file!r} has no entry")
    if entries.unreadable:
        problems.append(f"the opt-out list {named.file!r} has {entries.unreadable:,} rows that are no entry")
    return Lists(entries | before, tuple(problems))


def of_rows(entries: Optouts, source: Source) -> Optouts:
    """Return what rows are to be held against: all, but for what the source's own origin answers for every row."""
    origin = source.origin
    if source.row_origin is None or not source.row_origin.single:
        return entries
    if origin.url:
        entries = replace(entries, urls=set(), stems=set(), domains=set())
    return replace(entries, owners=set()) if origin.owner or origin.publisher else entries


def columns(origin: RowOrigin | None) -> Mapping[Column, str] | None:
    """Return the columns a source names, or None where they are to be guessed."""
    if origin is None:
        return None
    named: dict[Column, str] = {"url": origin.url, "owner": origin.owner, "content": origin.content}
    given = {what: name for what, name in named.items() if name}
    return given or (None if origin.single else given)


def screen(dataset: Dataset, entries: Optouts, named: Mapping[Column, str] | None) -> Screened:
    """Count what of a dataset is listed."""
    counted, unread = Screening(), []
    for name in dataset.files() if entries.needs else ():
        if format_of(Path(name)) is None:
            unread.append(name)
            continue
        try:
            counted += screen_file(dataset.root / name, entries, named)
        except CustodyError:
            unread.append(name)
    return Screened(counted, tuple(unread))


def screen_file(path: Path, entries: Optouts, columns: Mapping[Column, str] | None = None) -> Screening:
    """Count what of a file is listed, chunk by chunk.

    Args:
        path: the file.
        entries: the lists.
        columns: as `Optouts.marks`; guessed by their names when not given.

    Raises:
        DatasetError, StorageUnavailable: as `formats.read`.
    """
    known = rows.columns(path) if columns is None else []
    used = _used(known, entries, columns)
    total = Screening(unchecked=tuple(what for what in entries.needs if what not in used))
    for chunk in rows.read(path, _read(known, used)):
        marks = entries.marks(chunk, used)
        total += Screening(chunk.rows, marks.count("listed"), marks.count("unknown"))
    return total


def without(
    source: Path, target: Path, entries: Optouts, columns: Mapping[Column, str] | None = None
) -> tuple[int, int]:
    """Copy a file without the rows that `Optouts.matches`. Arguments as `screen_file`.

    Returns:
        How many rows stayed and how many did not.

    Raises:
        DatasetError: the list asks for what the data has no column of; else as `formats.read`.
        StorageUnavailable: as `formats.read`.
    """
    known = rows.columns(source) if columns is None else []
    used = _used(known, entries, columns)
    if lacking := [what for what in entries.needs if what not in used]:
        raise DatasetError(
            f"the opt-out lists have entries by {', '.join(lacking)}, and no column of the data is known to hold that",
            where=str(source),
            remedy="name the columns, or leave such entries to a list of their own",
        )
    return rows.keep(
        source,
        target,
        _read(known, used),
        lambda chunk: [not barred for barred in entries.matches(chunk, used)],
    )


def _used(known: Iterable[str], entries: Optouts, columns: Mapping[Column, str] | None) -> dict[Column, str]:
    """Return the columns the list asks for. Of a column that is named and not there, every row is unknown."""
    wanted = optouts.guessed(known) if columns is None else columns
    return {what: name for what, name in wanted.items() if what in entries.needs}


def _read(known: Iterable[str], used: Mapping[Column, str]) -> list[str]:
    """Return what is read of a file: the columns that are used, and what else seems to hold the same."""
    return sorted({*used.values(), *(name for _, name in optouts.beside(known, used))})


def row_filter(entries: Optouts, named: Mapping[Column, str] | None) -> RowFilter:
    """Return what names the rows that are listed or unknown. A file without a column the lists ask for is refused."""

    def wanted(known: Sequence[str]) -> Sequence[str]:
        used = _used(known, entries, named)
        complete = all(used.get(what) in known for what in entries.needs)
        return _read(known if named is None else (), used) if complete else ()

    def drops(chunk: Chunk) -> Sequence[bool]:
        return entries.matches(chunk, _used(chunk.columns, entries, named))

    return RowFilter(NAME, wanted, drops, demands=True)
