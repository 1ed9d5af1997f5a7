# SPDX-License-Identifier: Apache-2.0
"""What is said about a dataset beside the sources file: Croissant metadata and dataset cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custody import yamlfile
from custody.lineage.statement import strict_json

MAX_METADATA = 8 << 20  # bytes
_HEADER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Claim:
    """One statement about the licence, and who makes it."""

    by: str  # sources file, croissant, card
    text: str


@dataclass(frozen=True)
class Metadata:
    """What a metadata file says. `broken` says why it could not be read; then the rest is empty."""

    claims: tuple[Claim, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()  # file name, SHA-256 as stated
    broken: str = ""


def read_metadata(path: Path) -> Metadata:
    """Read a Croissant file or a dataset card. A file that cannot be read is a result, not an exception."""
    try:
        if path.stat().st_size > MAX_METADATA:
            return Metadata(broken=f"larger than {MAX_METADATA:,} bytes")
        text = path.read_text(encoding="utf-8")
        return _croissant(strict_json(text.encode())) if path.suffix == ".json" else _card(text)
    except Exception as error:  # other people's files: whatever is wrong with one, what it would say is not known
        return Metadata(broken=f"not readable ({type(error).__name__})")


def _croissant(data: Any) -> Metadata:
    claims = tuple(Claim("croissant", text) for text in _licence_texts(data.get("license")))
    told = data.get("distribution") or []
    files = [one for one in (told if isinstance(told, list) else [told]) if "sha256" in one]
    digests = tuple((_file_name(one), str(one["sha256"])) for one in files)
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


def _card(text: str) -> Metadata:
    match = _HEADER.match(text)
    if match is None:
        return Metadata(broken="no YAML header between --- lines")
    _, header = yamlfile.load(match[1].encode(), "the card")
    value = header.get("license")
    texts = value if isinstance(value, list) else [value] if value is not None else []
    return Metadata(tuple(Claim("card", str(one)) for one in texts))
