# SPDX-License-Identifier: Apache-2.0
"""What a scan counts: files, columns, findings. Masked previews and keyed fingerprints, never a value."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from custody.classifiers.sketch import Sketch
from custody.keys import Secret

PREVIEWS = 3  # masked examples kept per column and entity
MASK = "***"
Wrong = Mapping[str, frozenset[str]]  # fingerprint -> recognisers that may be wrong about it


@dataclass
class Dismissed:
    """Cells whose only value is no finding, say stewards; they are counted in the finding all the same."""

    cells: int = 0
    validated: int = 0
    recognizers: set[str] = field(default_factory=set)


@dataclass
class Finding:
    """One entity in one column."""

    entity: str
    cells: int = 0
    hits: int = 0
    validated: int = 0  # cells with a hit whose checksum holds
    tried: int = 0  # distinct cell texts in which a checksum of the entity was computed
    passed: int = 0  # how many of them held
    chance: float = 0.0  # share of random texts of the same shape whose checksum would hold; 0: there is no checksum
    max_score: float = 0.0
    recognizers: set[str] = field(default_factory=set)
    previews: dict[str, str] = field(default_factory=dict)  # fingerprint -> masked text
    values: Sketch = field(default_factory=Sketch)  # what `tried` and `passed` count, where parts will be merged
    dismissed: dict[str, Dismissed] = field(default_factory=dict)  # by fingerprint


@dataclass
class Column:
    """One leaf path of one file. `filled` counts cells that are not null or empty, `distinct` their distinct texts."""

    column: str
    cells: int = 0
    filled: int = 0
    distinct: int = 0
    free_text: bool = False  # the cells are prose
    sampled: bool = False  # not every cell was read, but a random sample
    findings: dict[str, Finding] = field(default_factory=dict)


@dataclass
class FileScan:
    """One file. `unscanned` says what could not be read or analysed, and why."""

    path: str
    rows: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    unscanned: list[str] = field(default_factory=list)


def note(found: FileScan, text: str) -> None:
    """Note once that something was not scanned, and why."""
    if text not in found.unscanned:
        found.unscanned.append(text)


def fingerprint(entity: str, value: str, secret: Secret) -> str:
    """Return 16 hex digits by which a finding is recognised again; without the key a guess cannot be tested."""
    return hmac.new(secret.key, f"{entity}\0{value}".encode(), hashlib.sha256).hexdigest()[:16]


def mask(entity: str, value: str) -> str:
    """Keep the first letter of a value that begins with one; of an e-mail address `j***@e***.org`.

    The length of the masked parts is not kept.
    """
    user, at, host = value.partition("@")
    if at and entity == "EMAIL_ADDRESS":  # in a password with an @ the rest would be told
        name, dot, suffix = host.rpartition(".")
        return f"{_initial(user)}@{_initial(name)}{dot}{suffix if suffix.isalpha() else MASK}"
    return _initial(value)


def _initial(text: str) -> str:
    return (text[0] if text[:1].isalpha() else "") + MASK
