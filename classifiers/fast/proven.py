# SPDX-License-Identifier: Apache-2.0
"""The code whose inside the fast path follows, and whether what is installed is that code.

What the fast path leans on was held against Presidio for these versions. With others, Presidio itself runs.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PRESIDIO = frozenset({"2.2.366"})  # every release may change how results are made
SPACY = frozenset({"3.8"})  # the tokenizer's rules; first two parts of the version
# SHA-256 over the two modules; the metadata, which changes every two weeks, is read and need not be the same
PHONENUMBERS = frozenset({"1cf7df56ff53e4beae1698d1f7b8f163017ade25def4f7f2c5b59e752946de72"})


def doubts() -> tuple[str, ...]:
    """Return why the fast path cannot be taken, in sentences; empty when it can."""
    presidio, spacy = version("presidio-analyzer"), ".".join(version("spacy").split(".")[:2])
    found = []
    if presidio not in PRESIDIO:
        found.append(f"presidio-analyzer {presidio} is not one the fast path was proven for ({_told(PRESIDIO)})")
    if spacy not in SPACY:
        found.append(f"spaCy {spacy} is not one the fast path was proven for ({_told(SPACY)})")
    return tuple(found)


def phones_proven() -> bool:
    """Tell whether the matcher of `phonenumbers` is the code that was followed."""
    return _digest() in PHONENUMBERS


def _digest() -> str:
    spec = find_spec("phonenumbers")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    code = hashlib.sha256()
    for name in ("phonenumbermatcher.py", "phonenumberutil.py"):
        code.update((folder / name).read_bytes())
    return code.hexdigest()


def _told(versions: frozenset[str]) -> str:
    return ", ".join(sorted(versions))
