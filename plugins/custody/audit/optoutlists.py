# SPDX-License-Identifier: Apache-2.0
"""The opt-out lists of a sources file, and what of a dataset is on them.

A list that is not there, not the one that was named, or lost entries since an earlier version is a problem, and so is a
row of it that is no entry: what it would bar is then not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from custody.audit import optouts
from custody.audit.admission import RowFilter
from custody.audit.optouts import Column, Optouts, Screening
from custody.dataset import Dataset
from custody.errors import CustodyError
from custody.formats import Chunk, format_of

if TYPE_CHECKING:
    from custody.audit.sources import RowOrigin


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
    if entries.unreadable:
        problems.append(f"the opt-out list {named.file!r} has {entries.unreadable:,} rows that are no entry")
    return Lists(entries | before, tuple(problems))


def columns(origin: RowOrigin | None) -> Mapping[Column, str] | None:
    """Return the columns a source names, or None where they are to be guessed."""
    if origin is None:
        return None
    named: dict[Column, str] = {"url": origin.url, "owner": origin.owner, "content": origin.content}
    return {what: name for what, name in named.items() if name}


def screen(dataset: Dataset, entries: Optouts, named: Mapping[Column, str] | None) -> Screened:
    """Count what of a dataset is listed."""
    counted, unread = Screening(), []
    for name in dataset.files() if entries.needs else ():
        if format_of(Path(name)) is None:
            unread.append(name)
            continue
        try:
            counted += optouts.screen(dataset.root / name, entries, named)
        except CustodyError:
            unread.append(name)
    return Screened(counted, tuple(unread))


def row_filter(entries: Optouts, named: Mapping[Column, str] | None) -> RowFilter:
    """Return what names the rows that are listed or unknown. A file without a column the lists ask for is refused."""

    def used(known: Iterable[str]) -> Mapping[Column, str]:
        return optouts.guessed(known) if named is None else named

    def wanted(known: Sequence[str]) -> Sequence[str]:
        there = used(known)
        complete = all(there.get(what) in known for what in entries.needs)
        return sorted({there[what] for what in entries.needs}) if complete else ()

    def drops(chunk: Chunk) -> Sequence[bool]:
        return entries.matches(chunk, used(chunk.columns))

    return RowFilter(NAME, wanted, drops, demands=True)
