# SPDX-License-Identifier: Apache-2.0
"""Which domains the content comes from, counted again from the rows themselves.

A row counts for the host of its URL, without `www.`, in the form DNS has it; its size is that of its other text cells
in UTF-8. What is no web address counts as `no domain` and is told. How many domains the EU template asks for is
recalled, not read: 10 % of all by size of the content, and for small providers 5 %, at most 1,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from custody import formats
from custody.dataset import Dataset
from custody.formats import rows

if TYPE_CHECKING:
    from custody.formats import Chunk

NAMES = frozenset({"url", "uri", "source_url", "page_url", "link", "warc-target-uri", "target_uri", "original_url"})
NO_DOMAIN = "no domain"
ONE_IN, ONE_IN_SMALL, MOST_SMALL = 10, 20, 1000  # basis: recalled; the template itself is C(2025) 8311
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f:.]+")


@dataclass
class Domains:
    """Rows and bytes by domain. `files` were read and have such a column; `without` were read and have none."""

    count: dict[str, int] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)  # bytes
    files: int = 0
    without: int = 0

    @property
    def known(self) -> list[str]:
        """The domains, the largest first, then by name."""
        return sorted(self.size.keys() - {NO_DOMAIN}, key=lambda one: (-self.size[one], one))

    def top(self, *, small: bool = False) -> list[str]:
        """Return the domains to be named: the largest tenth, or what is asked of a small provider."""
        count = -(-len(self.known) // (ONE_IN_SMALL if small else ONE_IN))  # rounded up
        return self.known[: min(count, MOST_SMALL) if small else count]

    def to_dict(self, *, small: bool = False) -> dict[str, Any]:
        """Return the JSON form."""
        total = sum(self.size.values())
        named = [
            {"domain": one, "rows": self.count[one], "bytes": self.size[one], "share": round(self.size[one] / total, 6)}
            for one in self.top(small=small)
        ]
        counted = {"domains": len(self.known), "bytes": total, "rows": sum(self.count.values())}
        unknown = {"rows_without_domain": self.count.get(NO_DOMAIN, 0), "files_without_urls": self.without}
        return {"basis": "thresholds recalled", "small_provider": small, **counted, **unknown, "top": named}


def domain(url: str | None) -> str:
    """Return the domain of a web address, or `no domain`."""
    try:
        parts = urlsplit((url or "").strip())
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
        if parts.scheme.lower() not in ("http", "https", "ftp") or not host:
            return NO_DOMAIN
        named = host if ":" in host else host.encode("idna").decode().lower()
    except (ValueError, UnicodeError):
        return NO_DOMAIN
    return named if _HOST.fullmatch(named) else NO_DOMAIN


def count(datasets: Iterable[Dataset]) -> Domains:
    """Read datasets and count the domains of their rows.

    Raises:
        DatasetError: a file that has a format custody reads cannot be read.
    """
    found = Domains()
    for path in _files(datasets):
        column = url_column(rows.columns(path))
        for chunk in rows.read(path):
            _add(found, chunk, column)
        found.files, found.without = found.files + bool(column), found.without + (not column)
    return found


def url_column(columns: Iterable[str]) -> str | None:
    """Return the first column whose name says that it holds the row's web address."""
    return next((one for one in columns if "[]" not in one and one.rsplit(".", 1)[-1].lower() in NAMES), None)


def _files(datasets: Iterable[Dataset]) -> Iterator[Path]:
    for dataset in datasets:
        yield from (dataset.root / one for one in dataset.files() if formats.format_of(Path(one)))


def _add(found: Domains, chunk: Chunk, column: str | None) -> None:
    urls = chunk.columns[column].to_pylist() if column and column in chunk.columns else repeat(None, chunk.rows)
    for name, size in zip(map(domain, urls), _sizes(chunk, column), strict=True):
        found.count[name] = found.count.get(name, 0) + 1
        found.size[name] = found.size.get(name, 0) + size


def _sizes(chunk: Chunk, column: str | None) -> list[int]:
    """Return the bytes of each row's text. Cells of lists belong to no row, and are left out."""
    import pyarrow.compute as pc

    texts = [cells for name, cells in chunk.columns.items() if name != column]
    sizes = [pc.fill_null(pc.binary_length(cells), 0).to_pylist() for cells in texts]
    return [sum(each) for each in zip(*sizes, strict=True)] if sizes else [0] * chunk.rows
