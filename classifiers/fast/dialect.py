# SPDX-License-Identifier: Apache-2.0
r"""Patterns of the module `regex` in terms that the parser of `re` knows, where they match no less.

`\K`, which leaves out of a match what stands before it, is dropped: then the match is all that was consumed. Letters by
property become word characters, and any other property every character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# what `re` does not know, or reads otherwise
_FOREIGN = re.compile(r"\\[XRhHGNmML]|\[\[:|\(\?\||\(\?[a-zA-Z]*[rVbpefw][a-zA-Z]*[):]|\{[esid]\s*[<:}]|\(\?&|\(\?\(")
_PROPERTY = re.compile(r"p\{(\^?)([^}]*)\}")
_LETTERS = re.compile(r"L[ult]?")


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
    at, inside, negated = 0, False, False
    while at < len(pattern):
        one = pattern[at]
        if one == "\\":
            text, length = _escaped(pattern, at, inside=inside, negated=inside and negated)
            yield text
            at += length
            continue
        if one == "[" and not inside:
            inside, negated = True, pattern[at + 1 : at + 2] == "^"
            first = at + 1 + negated
            if pattern[first : first + 1] == "]":  # a bracket in the first place is one of the characters
                yield pattern[at : first + 1]
                at = first + 1
                continue
        elif one == "]" and inside:
            inside = False
        yield one
        at += 1


def _escaped(pattern: str, at: int, *, inside: bool, negated: bool) -> tuple[str, int]:
    """Return what stands for an escape, and its length."""
    if pattern[at + 1 : at + 2] == "K":
        return "", 2
    if pattern[at + 1 : at + 2] not in ("p", "P"):
        return pattern[at : at + 2], 2
    found = _PROPERTY.match(pattern, at + 1)
    if not found or negated:  # without more than a property is with less than it
        raise ForeignError
    anything = "\\s\\S" if inside else "[\\s\\S]"
    return "\\w" if _LETTERS.fullmatch(found[2]) and not found[1] else anything, 1 + len(found[0])
