# SPDX-License-Identifier: Apache-2.0
"""What is said about a dataset, and by whom."""

from __future__ import annotations

from dataclasses import dataclass


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
