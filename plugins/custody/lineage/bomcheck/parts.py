# SPDX-License-Identifier: Apache-2.0
"""The objects of a BOM one by one, each with where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_QUOTED = 80  # characters of a bom-ref in a message


@dataclass(frozen=True)
class Part:
    """One object.

    Args:
        pointer: where it stands, as a JSON pointer (RFC 6901).
        holder: the key it stands under, array indices left out; "" for the BOM itself.
        value: the object.
    """

    pointer: str
    holder: str
    value: Mapping[str, Any]

    def problem(self, what: str, key: str = "") -> str:
        """Say what is wrong with this object, or with one of its fields."""
        return f"{self.pointer}{f'/{escaped(key)}' if key else ''}: {what}"


def parts(bom: Mapping[str, Any]) -> list[Part]:
    """Return every object of a BOM, the BOM first, in document order."""
    return list(_walk(bom))


def _walk(bom: Mapping[str, Any]) -> Iterator[Part]:
    stack: list[tuple[str, str, Any]] = [("", "", bom)]
    while stack:
        pointer, holder, value = stack.pop()
        if isinstance(value, dict):
            yield Part(pointer, holder, value)
            inner = [(f"{pointer}/{escaped(key)}", key, one) for key, one in value.items()]
            stack += reversed(inner)
        elif isinstance(value, list):
            stack += reversed([(f"{pointer}/{index}", holder, one) for index, one in enumerate(value)])


def escaped(key: str) -> str:
    """Return a key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def resolves(bom: Mapping[str, Any], pointer: str) -> bool:
    """Tell whether a JSON pointer (RFC 6901) leads to a value."""
    if pointer and not pointer.startswith("/"):
        return False
    value: Any = bom
    for raw in pointer.split("/")[1:]:
        key = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key in map(str, range(len(value))):
            value = value[int(key)]
        else:
            return False
    return True


def quoted(text: object) -> str:
    """Return a bom-ref for a message: escaped, and no longer than a line."""
    told = repr(str(text))
    return told if len(told) <= MAX_QUOTED else f"{told[:MAX_QUOTED]}…'"
