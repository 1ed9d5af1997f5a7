# SPDX-License-Identifier: Apache-2.0
r"""Patterns of the module `regex` in terms that the parser of `re` knows, where they match no less.

`\K`, which leaves out of a match what stands before it, is dropped: then the match is all that was consumed. Letters by
property, and any other property, become code points that stand for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# what `re` does not know, or reads otherwise
_FOREIGN = re.compile(
    r"\\[XRhHGNmML]|\[\[:|\(\?\||\(\?[a-zA-Z]*[rVbpefw][a-zA-Z]*[):]|\{[esid][\s,<:}]|\{[^{}]*[<~]|\(\?&|\(\?\("
    r"|\\U0010[fF]{3}[d-fD-F]|[\U0010fffd-\U0010ffff]"
)
_PROPERTY = re.compile(r"p\{(\^?)([^}]*)\}")
# stand for any letter, for letters of one case, and for any other property; no text holds these code points
LETTER, CASED, ANYTHING = "\U0010ffff", "\U0010fffe", "\U0010fffd"


class ForeignError(ValueError):
    """A pattern cannot be put in terms of `re`."""


def readable(pattern: str) -> str:
    """Return a pattern that `re` can parse and that matches wherever the given one does.

    Raises:
        ForeignError: there is none that is known.
    """
    if _FOREIGN.search(pattern):
        raise ForeignError
    return "".join(_pieces(pattern))


def _pieces(pattern: str) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        text, length = _escaped(pattern, at) if pattern[at] == "\\" else (pattern[at], 1)
        yield text
        at += length


def _escaped(pattern: str, at: int) -> tuple[str, int]:
    """Return what stands for an escape, and its length."""
    if pattern[at + 1 : at + 2] == "K":
        return "", 2
    if pattern[at + 1 : at + 2] not in ("p", "P"):
        return pattern[at : at + 2], 2
    found = _PROPERTY.match(pattern, at + 1)
    if not found:
        raise ForeignError
    name = "" if found[1] or pattern[at + 1] == "P" else found[2]
    return {"L": LETTER, "Lu": CASED, "Ll": CASED, "Lt": CASED}.get(name, ANYTHING), 1 + len(found[0])
