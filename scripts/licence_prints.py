# SPDX-License-Identifier: Apache-2.0
"""Make the fingerprints of licence texts that custody ships: `python scripts/licence_prints.py DIR [DIR …]`.

A directory holds one text per file: ID.txt (as `test/simpleTestForGenerator` of spdx/license-list-XML), ID.json with a
`licenseText` (as the npm package spdx-license-list), or KEY.LICENSE with the id in a YAML header (as ScanCode's
`licensedcode/data/licenses`). An id counts from the first directory that has it. Texts with the same words become one
entry.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from custody.audit.texts.prints import save
from custody.audit.texts.words import digest, words

TARGET = Path(__file__).resolve().parents[1] / "plugins" / "custody" / "audit" / "texts" / "prints.npz"


def collect(folders: Iterable[Path]) -> list[tuple[tuple[str, ...], list[str]]]:
    """Return (ids, words) of each distinct text below the folders; of several ids, the ones in use come first."""
    texts: dict[str, list[str]] = {}
    ids: dict[str, set[str]] = defaultdict(set)
    family: dict[str, set[str]] = defaultdict(set)
    for name, text in _first(_read(path) for folder in folders for path in sorted(folder.iterdir())).items():
        said = words(text)
        texts[digest(said)] = said
        ids[digest(said)].add(name)
        family[_family(name)].add(name)
    every = {key: {name for one in group for name in family[_family(one)]} for key, group in ids.items()}
    return [(tuple(sorted(every[key], key=lambda one: (_old(one, every[key]), one))), texts[key]) for key in texts]


def _first(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in named:
        found.setdefault(name, text)
    return found


def _read(path: Path) -> tuple[str, str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return path.stem, str(json.loads(text)["licenseText"])
    if path.suffix == ".LICENSE":
        _, header, body = text.split("---\n", 2)
        return str(yaml.safe_load(header)["spdx_license_key"]), body
    return path.stem, text


def _family(name: str) -> str:
    """A GNU licence has one text, or two that differ in nothing but layout, whichever versions are granted."""
    return re.sub(r"(-only|-or-later|\+)$", "", name)


def _old(name: str, group: set[str]) -> bool:
    """SPDX deprecated the GNU names that do not end in -only or -or-later; its ids come before those of others."""
    return name.endswith("+") or f"{name}-only" in group or name.startswith("LicenseRef-")


def main(arguments: Sequence[str]) -> int:
    """Write the fingerprints and say how many."""
    texts = collect(map(Path, arguments))
    save(texts, TARGET)
    print(f"{len(texts)} texts, {len({name for ids, _ in texts for name in ids})} ids, {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
