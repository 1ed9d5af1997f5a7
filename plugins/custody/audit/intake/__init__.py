# SPDX-License-Identifier: Apache-2.0
"""What is said about a dataset beside the sources file: Croissant metadata and dataset cards."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from custody.audit.claims import Metadata, merged
from custody.audit.intake.card import card
from custody.audit.intake.croissant import croissant
from custody.lineage.statement import strict_json

MAX_METADATA = 8 << 20  # bytes


def read_all(paths: Iterable[Path]) -> Metadata:
    """Read several metadata files of one dataset. A file that cannot be read is a result, not an exception."""
    return merged(map(read_metadata, paths))


def read_metadata(path: Path) -> Metadata:
    """Read a Croissant file or a dataset card. A file that cannot be read is a result, not an exception."""
    try:
        if path.stat().st_size > MAX_METADATA:
            return Metadata(broken=f"{path.name!r} is larger than {MAX_METADATA:,} bytes")
        text = path.read_text(encoding="utf-8")
        return croissant(strict_json(text.encode())) if path.suffix == ".json" else card(text)
    except Exception as error:  # other people's files: whatever is wrong with one, what it would say is not known
        return Metadata(broken=f"{path.name!r} is not readable ({type(error).__name__})")
