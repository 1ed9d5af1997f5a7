# SPDX-License-Identifier: Apache-2.0
"""Caches hold pieces of the data: they stay in memory, are bounded, and go with the scanner."""

from __future__ import annotations

from typing import TypeVar

ENTRIES = 200_000  # of each cache; a full one starts again

Key = TypeVar("Key")
Value = TypeVar("Value")


def bounded(cache: dict[Key, Value]) -> dict[Key, Value]:
    """Return a cache, emptied when it is full."""
    if len(cache) >= ENTRIES:
        cache.clear()
    return cache
