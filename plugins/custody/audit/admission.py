# SPDX-License-Identifier: Apache-2.0
"""Out of quarantine: a copy of a dataset without the rows that may not be used, whole or not at all.

The source stays as it is. A filter looks at columns with one cell a row and names the rows that go; a row goes when any
filter says so. A file that custody cannot read row by row is copied only where no filter has to look into it.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from custody import formats
from custody.dataset import Dataset, Listing
from custody.errors import DatasetError, SourcesRefused
from custody.formats import Chunk, rows
from custody.storage import directory_whole

Drops = Callable[[Chunk], Sequence[bool]]  # one answer a row: does it go?


@dataclass(frozen=True)
class RowFilter:
    """What names rows that may not be used.

    Args:
        name: how it is called in records.
        columns: the columns it looks at, out of those a file has; none means that the file tells it nothing.
        drops: given the rows with these columns, which go.
        demands: whether a file without these columns is refused, since nothing could be said of its rows.
        glob: the files it looks into; `*` stands for any characters, slashes too.
    """

    name: str
    columns: Callable[[Sequence[str]], Sequence[str]]
    drops: Drops
    demands: bool = False
    glob: str = "*"


@dataclass(frozen=True)
class Admission:
    """What was copied and what was not.

    Args:
        source: the listing of the bytes that were read.
        kept: rows that were copied, of files that a filter looked into.
        dropped: rows that were not, by the filter that names them; one row may be named by several.
        gone: rows that were not copied.
        unseen: file -> the filters it told nothing.
    """

    source: Listing
    kept: int
    dropped: Mapping[str, int]
    gone: int
    unseen: Mapping[str, tuple[str, ...]]


def admit(dataset: Dataset, judge: Callable[[Listing], Sequence[RowFilter]], out: Path) -> Admission:
    """Copy a dataset without the rows that filters name.

    Args:
        dataset: what is in quarantine.
        judge: given the listing of the bytes, returns which rows go, or raises; nothing is written before it returns.
        out: the directory to write; appears whole or not at all.

    Raises:
        DatasetError: a file cannot be read row by row, or lacks a column that a filter demands. Nothing is promoted.
        IntegrityError: the bytes changed meanwhile. Nothing is promoted.
        SourcesRefused: no row is left. Nothing is promoted.
        UsageError: something is at `out` that custody did not write.
    """
    # the bytes are held inside, so that they are looked at again before the copy gets its name
    with directory_whole(out) as partial, dataset.held() as listing:
        copying = _Copying(judge(listing))
        for path in listing.digests:
            copying.copy(path, dataset.root / path, partial / path)
        if copying.gone and not copying.left:
            raise SourcesRefused(f"no row of {dataset.name} may be used", where=str(out), remedy="drop the source")
    return Admission(listing, copying.kept, dict(copying.dropped), copying.gone, copying.unseen)


class _Copying:
    """Copies file by file and counts."""

    def __init__(self, filters: Sequence[RowFilter]) -> None:
        self._filters = filters
        self.dropped: Counter[str] = Counter({one.name: 0 for one in filters})
        self.kept = self.gone = 0
        self.left = False  # is there anything in the copy?
        self.unseen: dict[str, tuple[str, ...]] = {}

    def copy(self, path: str, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        seeing = _seeing(path, source, self._filters)
        seen = {one.name for one, _ in seeing}
        if blind := tuple(one.name for one in self._filters if one.name not in seen):
            self.unseen[path] = blind
        names = sorted({name for _, wanted in seeing for name in wanted})
        kept, gone = rows.keep(source, target, names, self._keep(seeing)) if seeing else (0, 0)
        if not gone:  # nothing to take out: the same bytes, and so the same address
            shutil.copyfile(source, target)
        self.kept, self.gone = self.kept + kept, self.gone + gone
        self.left |= not gone or bool(kept)

    def _keep(self, seeing: Sequence[tuple[RowFilter, Sequence[str]]]) -> rows.Keep:
        def keep(found: Chunk) -> Sequence[bool]:
            goes = [False] * found.rows
            for one, _ in seeing:
                named = list(one.drops(found))
                self.dropped[one.name] += sum(named)
                goes = [gone or now for gone, now in zip(goes, named, strict=True)]
            return [not one for one in goes]

        return keep


def _seeing(name: str, path: Path, filters: Sequence[RowFilter]) -> list[tuple[RowFilter, Sequence[str]]]:
    """Return the filters that have something to look at in a file, with the columns they want."""
    mine = [one for one in filters if fnmatchcase(name, one.glob)]
    if not mine:
        return []
    if formats.format_of(path) is None:
        raise DatasetError(
            "a file that cannot be read row by row cannot be held against what must be taken out",
            where=name,
            allowed=", ".join(formats.FORMATS),
            remedy="convert the file, or move it out of the dataset",
        )
    known = rows.columns(path)
    found = [(one, one.columns(known)) for one in mine]
    for one, wanted in found:
        if one.demands and not wanted:
            raise DatasetError(
                f"the file lacks the column that {one.name} is read from",
                where=name,
                remedy="add the column, or move the file out of the dataset",
            )
    return [(one, wanted) for one, wanted in found if wanted]
