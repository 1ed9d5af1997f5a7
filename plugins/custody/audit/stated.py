# SPDX-License-Identifier: Apache-2.0
"""The digests a publisher states, held against the bytes.

A stated name is a path, a URL or a bare file name. It means the listed file that shares most of its last path
components with it; where several do, one that matches is enough. MD5 and SHA-1 can be forged: they show that a file is
another one, but never prove that it is the right one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

from custody.audit.claims import StatedDigest
from custody.dataset import Listing

_WEAK = frozenset({"md5", "sha1"})
_STRONG = frozenset({"sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"})


@dataclass(frozen=True)
class Checked:
    """What became of each stated digest. Every one is in exactly one of these.

    Args:
        verified: a file has it, and it cannot be forged.
        weak: a file has it, by MD5 or SHA-1.
        differing: the file it names has other bytes.
        absent: no such file is in the data.
        malformed: it is none of its algorithm, or custody does not know the algorithm.
    """

    verified: tuple[StatedDigest, ...] = ()
    weak: tuple[StatedDigest, ...] = ()
    differing: tuple[StatedDigest, ...] = ()
    absent: tuple[StatedDigest, ...] = ()
    malformed: tuple[StatedDigest, ...] = ()


def check(digests: Iterable[StatedDigest], listing: Listing, root: Path) -> Checked:
    """Sort stated digests by what they say of the data.

    Args:
        digests: as metadata states them.
        listing: of the data; its SHA-256 are not computed again.
        root: the directory that listed paths are relative to, for other algorithms.

    Raises:
        OSError: a file that is listed cannot be read.
    """
    by_name: dict[str, list[str]] = {}
    found: dict[str, list[StatedDigest]] = {}
    for one in digests:
        if not by_name:
            for path in listing.digests:
                by_name.setdefault(path.rsplit("/", 1)[-1], []).append(path)
        found.setdefault(_fate(one, by_name, listing, root), []).append(one)
    return Checked(**{fate: tuple(ones) for fate, ones in found.items()})


def _fate(one: StatedDigest, by_name: Mapping[str, list[str]], listing: Listing, root: Path) -> str:
    value = one.value.strip().lower()
    if one.algorithm not in _WEAK | _STRONG or not _well_formed(value, one.algorithm):
        return "malformed"
    paths = _candidates(one.name, by_name)
    if not paths:
        return "absent"
    digests = listing.digests
    actual = (digests[path] if one.algorithm == "sha256" else _digest(root / path, one.algorithm) for path in paths)
    return ("weak" if one.algorithm in _WEAK else "verified") if value in actual else "differing"


def _well_formed(value: str, algorithm: str) -> bool:
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    return len(value) == 2 * size and set(value) <= set("0123456789abcdef")


def _candidates(name: str, by_name: Mapping[str, list[str]]) -> list[str]:
    parts = unquote(name).replace("\\", "/").split("/")
    paths = by_name.get(parts[-1], [])
    shared = {path: _shared(parts, path.split("/")) for path in paths}
    most = max(shared.values(), default=0)
    return [path for path in paths if shared[path] == most]


def _shared(one: list[str], other: list[str]) -> int:
    """Count the last components that two paths have in common."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
