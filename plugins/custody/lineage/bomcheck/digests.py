# SPDX-License-Identifier: Apache-2.0
"""A digest has the length of its algorithm, and what is told twice is told alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from custody.dataset import Listing
from custody.errors import CustodyError
from custody.lineage.bomcheck.parts import Part

# Hex digits by algorithm: the output lengths of RFC 1321 (MD5), FIPS 180-4 (SHA), FIPS 202 (SHA3), RFC 7693 (BLAKE2b)
# and GOST R 34.11-2012 (Streebog). BLAKE3 is of any length; 32 bytes is its default, and CycloneDX lets 64 pass.
LENGTHS: dict[str, tuple[int, ...]] = {
    "MD5": (32,),
    "SHA-1": (40,),
    "SHA-256": (64,),
    "SHA-384": (96,),
    "SHA-512": (128,),
    "SHA3-256": (64,),
    "SHA3-384": (96,),
    "SHA3-512": (128,),
    "BLAKE2b-256": (64,),
    "BLAKE2b-384": (96,),
    "BLAKE2b-512": (128,),
    "BLAKE3": (64, 128),
    "Streebog-256": (64,),
    "Streebog-512": (128,),
}


def wrong(every: Iterable[Part]) -> Iterator[str]:
    """Yield what is wrong with the digests of a BOM."""
    for part in every:
        if part.holder == "hashes":
            yield from _digest(part)
        hashes = part.value.get("hashes")
        if isinstance(hashes, list):
            yield from _alike(part, hashes)
        if part.value.get("type") == "data" and part.holder != "ancestors":
            yield from _listed(part)


def _digest(part: Part) -> Iterator[str]:
    algorithm, content = str(part.value.get("alg")), str(part.value.get("content"))
    lengths = LENGTHS.get(algorithm, ())
    if len(content) not in lengths:
        wanted = " or ".join(map(str, lengths))
        yield part.problem(f"a hash labelled {algorithm} is not {wanted} hex digits long", "content")
    elif content != content.lower():
        yield part.problem("a hash has uppercase digits", "content")
    elif not content.strip("0"):
        yield part.problem("a hash is all zeros, which stands for none", "content")


def _alike(part: Part, hashes: list[Any]) -> Iterator[str]:
    told: dict[str, set[str]] = defaultdict(set)
    for one in hashes:
        told[str(one.get("alg"))].add(str(one.get("content")).lower())
    for algorithm, contents in told.items():
        if len(contents) > 1:
            yield part.problem(f"it has {len(contents)} different hashes by {algorithm}", "hashes")


def _listed(part: Part) -> Iterator[str]:
    """Recompute the dirHash of a dataset whose files are all listed."""
    files = [one for one in part.value.get("components", ()) if one.get("type") == "file"]
    told = {one["name"]: sha256(one) for one in files}
    if len(files) > len(told):
        yield part.problem("two of its files have one name", "components")
    own = sha256(part.value)
    if not own or not files or part.value["components"] != files or own in told.values():
        return  # the one file that is the listing has the hash of the listing
    try:
        address = Listing(told).address
    except (CustodyError, UnicodeError):
        address = ""
    if address != own:
        yield part.problem("its hash is not that of the listing of its files", "hashes")


def sha256(component: Any) -> str:
    """Return a component's SHA-256, or nothing."""
    hashes = component.get("hashes", ())
    return next((str(one["content"]) for one in hashes if one["alg"] == "SHA-256"), "")
