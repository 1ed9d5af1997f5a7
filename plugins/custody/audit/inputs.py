# SPDX-License-Identifier: Apache-2.0
"""What an audit read beside the data, by SHA-256, so that whoever goes by the audit can see that it still holds.

Names are as the sources file writes them; what cannot be read has no digest. Evidence that is named by a digest of its
own is checked wherever it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from custody.audit.sources import Source, Sources
from custody.dataset import file_sha256
from custody.errors import DatasetError


def of_file(sources_file: Path, found: Sources) -> dict[str, str]:
    """Return the digests of the sources file and of what it names for all sources."""
    lists = [name for one in found.optouts for name in (one.file, one.earlier)]
    beside = _digests(sources_file.parent, [found.suppliers, *lists])
    return {**beside, sources_file.name: _digest(sources_file)}


def of_source(source: Source, base: Path) -> dict[str, str]:
    """Return the digests of what the sources file names for one source."""
    names = [
        *source.metadata,
        source.licence_file,
        *(one.licence_file for one in source.files),
        *(one.file for one in source.evidence),
        source.origin.grant,
        source.contract.file if source.contract else "",
        source.classification,
        source.acceptance,
        source.proof.checksums,
        source.proof.signature,
    ]
    return _digests(base, names)


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names of files that are not what they were, sorted."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def _digests(base: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: _digest(base / name) for name in sorted({*names} - {""})}


def _digest(path: Path) -> str:
    try:
        return file_sha256(path)
    except DatasetError:
        return ""
