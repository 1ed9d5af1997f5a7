# SPDX-License-Identifier: Apache-2.0
"""Croissant metadata (MLCommons, JSON-LD)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from custody.audit.claims import Claim, Metadata, StatedDigest


def croissant(data: Any) -> Metadata:
    """Return the claims and digests of a parsed document. Raises what a malformed one raises."""
    claims = tuple(Claim("croissant", text) for text in _licence_texts(data.get("license")))
    told = data.get("distribution") or []
    files = [one for one in (told if isinstance(told, list) else [told]) if "sha256" in one]
    digests = tuple(StatedDigest(_file_name(one), str(one["sha256"])) for one in files)
    return Metadata(claims, digests)


def _licence_texts(value: Any) -> Iterator[str]:
    """Croissant allows a URL, a name, an object with either, or a list of these."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield str(value.get("url") or value.get("@id") or value.get("name") or "an object without a name")
    elif isinstance(value, list):
        for one in value:
            yield from _licence_texts(one)
    elif value is not None:
        yield "something that is no text"


def _file_name(one: dict[str, Any]) -> str:
    return Path(str(one.get("contentUrl") or one.get("name") or "")).name
