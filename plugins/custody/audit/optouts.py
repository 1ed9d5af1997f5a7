# SPDX-License-Identifier: Apache-2.0
"""Opt-outs and takedowns: lists of what must not be used, applied to rows.

A list is JSON Lines, CSV, Parquet or any other format custody reads, with the columns `kind` and `value`:

| kind | value | bars |
| --- | --- | --- |
| url | a web address; may end with `*` | it and what is below it; with `*` whatever begins so |
| domain | a host name | it and its subdomains |
| owner | a name or account | rows of that owner; case, width and space make no difference |
| sha256 | of a row's text, as its UTF-8 bytes stand in the cell | that text |

Addresses are compared as `addresses` spells them. A row of which a list would have to know more than it says (no
address that can be read where addresses are listed) is unknown, and unknown is not clear.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from custody.audit import addresses
from custody.audit.output import domains
from custody.dataset import file_sha256, is_sha256
from custody.formats import rows

if TYPE_CHECKING:
    from custody.formats import Chunk

Column = Literal["url", "owner", "content"]
Mark = Literal["clear", "unknown", "listed"]  # in the order of strictness
MARKS: tuple[Mark, ...] = ("clear", "unknown", "listed")
_GUESSES: Mapping[Column, frozenset[str]] = {
    "url": domains.NAMES,
    "owner": frozenset({"owner", "author", "username", "uploader", "rights_holder"}),
    "content": frozenset({"text", "content", "body"}),
}


@dataclass
class Optouts:
    """What must not be used. Entries are in their canonical spelling.

    Args:
        urls: host and path.
        stems: what an address may begin with, of entries with `*`.
        sha256: of each file the entries are from.
        unreadable: how many rows of these files are no entry.
    """

    urls: set[str] = field(default_factory=set)
    stems: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    contents: set[str] = field(default_factory=set)
    sha256: tuple[str, ...] = ()
    unreadable: int = 0

    def __len__(self) -> int:
        """How many entries there are."""
        return sum(map(len, self._sets()))

    def __or__(self, other: Optouts) -> Optouts:
        """Return both lists as one."""
        urls, stems, domains, owners, contents = map(set.union, self._sets(), other._sets())
        digests = tuple(sorted({*self.sha256, *other.sha256}))
        return Optouts(urls, stems, domains, owners, contents, digests, self.unreadable + other.unreadable)

    def withdrawn(self, earlier: Optouts) -> int:
        """Count the entries of an earlier list that are not here; a list that only grows has none."""
        return sum(len(theirs - mine) for mine, theirs in zip(self._sets(), earlier._sets(), strict=True))

    @property
    def needs(self) -> tuple[Column, ...]:
        """What must be known of a row to hold it against the list."""
        wanted = {"url": self.urls or self.stems or self.domains, "owner": self.owners, "content": self.contents}
        return tuple(column for column in _GUESSES if wanted[column])

    def url(self, value: str | None) -> Mark:
        """Judge an address."""
        if "url" not in self.needs:
            return "clear"
        found = addresses.address(value) if value else None
        if found is None:
            return "unknown"
        if not self.domains.isdisjoint(addresses.parents(found.host)):
            return "listed"
        begins = any(found.text[:length] in self.stems for length in set(map(len, self.stems)))
        return "listed" if begins or not self.urls.isdisjoint(_above(found)) else "clear"

    def owner(self, value: str | None) -> Mark:
        """Judge an owner."""
        if not self.owners:
            return "clear"
        name = _name(value or "")
        return "listed" if name in self.owners else "clear" if name else "unknown"

    def content(self, value: str | None) -> Mark:
        """Judge a text, by the SHA-256 of its UTF-8 bytes. No text is clear."""
        if not self.contents or value is None:
            return "clear"
        return "listed" if hashlib.sha256(value.encode()).hexdigest() in self.contents else "clear"

    def marks(self, chunk: Chunk, columns: Mapping[Column, str]) -> list[Mark]:
        """Judge the rows of a chunk.

        Args:
            chunk: rows, as `formats.rows` reads them: one cell a row.
            columns: which column of the data holds the address, the owner and the text; what is left out is not judged.
                Others of the chunk with usual names for the same are looked at, too, and count where they are listed.
        """
        judges: Mapping[Column, Callable[[str | None], Mark]] = {
            "url": self.url,
            "owner": self.owner,
            "content": self.content,
        }
        found: list[Mark] = ["clear"] * chunk.rows
        for what, name in columns.items():
            if what in self.needs and name in chunk.columns:
                new = _each(chunk.columns[name], judges[what])
                found = [max(pair, key=MARKS.index) for pair in zip(found, new, strict=True)]
        for what, name in beside(chunk.columns, columns):
            new = _each(chunk.columns[name], judges[what])
            found = ["listed" if mark == "listed" else before for before, mark in zip(found, new, strict=True)]
        return found

    def matches(self, chunk: Chunk, columns: Mapping[Column, str]) -> list[bool]:
        """Tell for each row whether it must not be used: it is listed, or cannot be told from what is."""
        return [mark != "clear" for mark in self.marks(chunk, columns)]

    def _sets(self) -> tuple[set[str], set[str], set[str], set[str], set[str]]:
        return self.urls, self.stems, self.domains, self.owners, self.contents


def load(path: Path) -> Optouts:
    """Read a list.

    Raises:
        DatasetError: the file cannot be read. Rows of it that are no entry are counted instead.
        StorageUnavailable: the disk failed.
    """
    found = Optouts(sha256=(file_sha256(path),))
    for chunk in rows.read(path, ["kind", "value"]):
        pairs = zip(chunk.columns["kind"].to_pylist(), chunk.columns["value"].to_pylist(), strict=True)
        found.unreadable += sum(not _add(found, kind or "", value or "") for kind, value in pairs)
    return found


def guessed(names: Iterable[str]) -> dict[Column, str]:
    """Return which columns hold address, owner and text, by their names; of several the shortest, in any order."""
    there = [name for name in names if "[]" not in name]
    found: dict[Column, str] = {}
    for what, known in _GUESSES.items():
        if mine := [one for one in there if one.rsplit(".", 1)[-1].lower() in known]:
            found[what] = min(mine, key=lambda one: (len(one), one))
    return found


def beside(names: Iterable[str], columns: Mapping[Column, str]) -> list[tuple[Column, str]]:
    """Return the other columns that, by their names, hold what one of some columns holds."""
    return [
        (what, name)
        for name in names
        for what, used in columns.items()
        if name != used and "[]" not in name and name.rsplit(".", 1)[-1].lower() in _GUESSES[what]
    ]


def _each(cells: Any, judge: Callable[[str | None], Mark]) -> list[Mark]:
    """Judge each distinct cell once."""
    encoded = cells.dictionary_encode()
    told, nothing = [judge(value) for value in encoded.dictionary.to_pylist()], judge(None)
    return [nothing if at is None else told[at] for at in encoded.indices.to_pylist()]


def _add(found: Optouts, kind: str, value: str) -> bool:
    """Add an entry; return whether it is one."""
    match kind.strip().lower():
        case "url":
            return _add_url(found, value.strip())
        case "domain":
            host = addresses.domain(value.strip().removeprefix("*."))
            found.domains |= {host} if host else set()
            return bool(host)
        case "owner":
            name = _name(value)
            found.owners |= {name} if name else set()
            return bool(name)
        case "sha256":
            digest = value.strip().lower().removeprefix("sha256:")
            found.contents |= {digest} if is_sha256(digest) else set()
            return is_sha256(digest)
    return False


def _add_url(found: Optouts, value: str) -> bool:
    stem = value.endswith("*")
    read = addresses.address(value.rstrip("*"))
    if read is None:
        return False
    if stem:
        found.stems.add(read.text)
    else:
        found.urls.add(read.text.rstrip("/"))
    return True


def _above(found: addresses.Address) -> Iterator[str]:
    """Yield an address and all it is below, without slashes at the end."""
    path, mark, query = found.path.partition("?")
    yield from accumulate(path.split("/")[1:], lambda upper, part: f"{upper}/{part}", initial=found.host)
    base = found.host + path.rstrip("/")
    yield base
    if mark:
        parts = query.split("&")
        yield from accumulate(parts[1:], lambda before, part: f"{before}&{part}", initial=f"{base}?{parts[0]}")
        yield from (f"{found.host}{path}?{'&'.join(parts[: count + 1])}" for count in range(len(parts)))


def _name(value: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split()).removeprefix("@")
