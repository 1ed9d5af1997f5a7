# SPDX-License-Identifier: Apache-2.0
"""What is said about a dataset beside the sources file.

Croissant 1.0 and 1.1, dataset cards of the Hugging Face Hub, Frictionless Data Packages, CycloneDX 1.5 to 1.7 and
SPDX 3 are told apart by what is in them, not by their name. Nothing is fetched, and no file can do more than be
reported as broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from custody import yamlfile
from custody.audit.claims import Metadata, merged
from custody.audit.intake.card import card
from custody.audit.intake.croissant import croissant, is_croissant
from custody.audit.intake.cyclonedx import cyclonedx
from custody.audit.intake.datapackage import datapackage, is_datapackage
from custody.audit.intake.spdx import is_spdx, spdx
from custody.lineage.statement import strict_json

MAX_METADATA = 8 << 20  # bytes


def read_all(paths: Iterable[Path]) -> Metadata:
    """Read several metadata files of one dataset. A file that cannot be read is a result, not an exception."""
    return merged(map(read_metadata, paths))


def read_metadata(path: Path) -> Metadata:
    """Read one metadata file. A file that cannot be read is a result, not an exception."""
    try:
        if not path.is_file():  # a pipe would be waited for without end
            return Metadata(broken=f"{path.name!r} is not a file that is there")
        with path.open("rb") as file:
            data = file.read(MAX_METADATA + 1)
        if len(data) > MAX_METADATA:
            return Metadata(broken=f"{path.name!r} is larger than {MAX_METADATA:,} bytes")
        return _read(data.decode("utf-8-sig").replace("\r\n", "\n"), path)
    except Exception as error:  # other people's files: whatever is wrong with one, what it would say is not known
        return Metadata(broken=f"{path.name!r} is not readable ({type(error).__name__})")


def _read(text: str, path: Path) -> Metadata:
    if text.lstrip()[:1] in ("{", "["):
        return _document(strict_json(text.encode()), path)
    if path.suffix in (".yaml", ".yml"):
        return _document(yamlfile.load(text.encode(), path.name)[1], path)
    return card(text)


def _document(data: Any, path: Path) -> Metadata:
    if isinstance(data, Mapping) and data.get("bomFormat") == "CycloneDX":
        return cyclonedx(data)
    if is_spdx(data):
        return spdx(data)
    if is_datapackage(data):
        return datapackage(data)
    if is_croissant(data):
        return croissant(data)
    return Metadata(broken=f"{path.name!r} is no kind of metadata that custody reads")
