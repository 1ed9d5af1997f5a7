# SPDX-License-Identifier: Apache-2.0
"""A long list of words in a pattern, regrouped by first letters.

A regular expression tries alternatives one by one; a list of all top-level domains costs hundreds of tries. Words that
begin with different letters exclude each other, so grouping them by their first letters changes neither which words can
match nor, as each group keeps its order, which of several comes first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEAST = 16  # words; a shorter list is left as it is
DEPTH = 2  # letters by which words are grouped
_WORD = r"(?:\(\?:[a-z]{2,}\)|[a-z]{2,})"
_LIST = re.compile(rf"(?<!\\)\(\?:({_WORD}(?:\|{_WORD}){{{LEAST - 1},}})\)")


def regrouped(pattern: str) -> str:
    """Return a pattern that matches as another does, with long lists of lower-case words grouped."""
    return _LIST.sub(lambda found: _grouped(re.findall(r"[a-z]{2,}", found[1]), 0), pattern)


def _grouped(words: Sequence[str], depth: int) -> str:
    if depth == DEPTH:
        return _choice([word[depth:] for word in words])
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault(word[depth], []).append(word)
    return _choice([letter + _grouped(same, depth + 1) for letter, same in groups.items()])


def _choice(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
