# SPDX-License-Identifier: Apache-2.0
"""The sources file: what each dataset is, where it came from, and under which terms."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from custody import yamlfile
from custody.errors import PolicyError
from custody.yamlfile import Strict


class Origin(Strict):
    """Where a dataset was got from."""

    url: str = ""
    publisher: str = ""
    revision: str = ""
    retrieved: str = ""  # date


class PersonalData(Strict):
    """Whether people are in it, and on which basis they may be.

    legal_basis: such as consent, contract, legitimate interest, not applicable. record: what a reader can check.
    """

    present: bool
    legal_basis: str = ""
    record: str = ""


class Source(Strict):
    """One dataset of one origin. Paths are relative to the sources file."""

    name: str
    path: str
    origin: Origin = Field(default_factory=Origin)
    licence: str = ""  # as declared: an SPDX expression, a name or a URL
    licence_file: str = ""
    attribution: str = ""
    metadata: str = ""  # a Croissant file (JSON) or a dataset card (Markdown with a YAML header)
    personal_data: PersonalData | None = None


class Sources(Strict):
    """The whole file."""

    sources: tuple[Source, ...]


def load(path: Path) -> Sources:
    """Read and check a sources file.

    Raises:
        PolicyError: names file, line and column, what was received, and what is allowed.
    """
    parsed = yamlfile.parse(yamlfile.read(path, "write one, or correct the path"), Sources, str(path))
    seen: set[str] = set()
    for index, source in enumerate(parsed.value.sources):
        at = parsed.at("sources", index)
        # later steps name a dataset after its directory, and write it under that name
        for name in {source.name, Path(source.path).name}:
            if name in seen:
                raise PolicyError(f"two sources are called {name!r}", where=at, remedy="rename one")
        if not (path.parent / source.path).exists():
            raise PolicyError(f"there is no data at {source.path!r}", where=at, remedy="correct the path, or fetch it")
        seen |= {source.name, Path(source.path).name}
    return parsed.value
