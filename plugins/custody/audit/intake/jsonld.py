# SPDX-License-Identifier: Apache-2.0
"""As much of JSON-LD as it takes to know what a key means: prefixes and terms of an inline context.

A context that is a URL is never fetched; keys then mean what they mean in Croissant and schema.org. A key counts by its
bare name, too, so that a context can add a meaning but not hide one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_PREFIXES = {
    "sc": "schema.org/",
    "schema": "schema.org/",
    "cr": "mlcommons.org/croissant/",
    "rai": "mlcommons.org/croissant/RAI/",
    "dct": "purl.org/dc/terms/",
    "prov": "www.w3.org/ns/prov#",
    "odrl": "www.w3.org/ns/odrl/2/",
    "duo": "purl.obolibrary.org/obo/DUO_",
}


class Terms:
    """The vocabulary of one document."""

    def __init__(self, context: Any) -> None:
        self._terms: dict[str, str] = {}
        for part in as_list(context):
            if isinstance(part, Mapping):
                self._terms |= {str(key): iri for key, value in part.items() if (iri := _iri(value))}

    def expand(self, name: str) -> str:
        """Return the IRI a key or compact IRI stands for, without its scheme."""
        for _ in range(4):  # a term may be defined by a prefix, and that by another
            prefix, colon, rest = name.partition(":")
            if colon and rest.startswith("//"):
                break
            base = self._terms.get(prefix) or _PREFIXES.get(prefix, "")
            if colon and base:
                name = base + rest
            elif not colon and name in self._terms:
                name = self._terms[name]
            else:
                break
        return name.split("://", 1)[-1]

    def all_of(self, node: Mapping[str, Any], name: str) -> list[Any]:
        """Return the values of every key that means `name`, as one list. `name` is as `sc:license`."""
        prefix, _, bare = name.partition(":")
        wanted = _PREFIXES[prefix] + bare
        found = [value for key, value in node.items() if key in (bare, name) or self.expand(key) == wanted]
        return [one for value in found for one in as_list(value)]

    def is_a(self, node: Any, name: str) -> bool:
        """Tell whether a node has the type `name`, given as `sc:Dataset`."""
        return isinstance(node, Mapping) and any(
            isinstance(one, str) and (one == name.partition(":")[2] or self.expand(one) == self.expand(name))
            for one in as_list(node.get("@type"))
        )


def as_list(value: Any) -> list[Any]:
    """JSON-LD takes one thing for a list of it; nothing is an empty list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a document's top nodes, whether it is one node, a list of them or a graph."""
    for one in as_list(value):
        if isinstance(one, Mapping):
            yield from nodes(one["@graph"]) if "@graph" in one else (one,)


def walk(value: Any) -> Iterator[tuple[str, Any, int]]:
    """Yield every value of a tree with its key and the number of the value it stands in; parents come first.

    Members of a list have the key of the list. The tree's own value has no key, and stands in itself: number 0.
    """
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    number = 0
    while waiting:
        key, one, parent = waiting.pop()
        yield key, one, parent
        if isinstance(one, Mapping):
            waiting += [(str(name), member, number) for name, member in one.items()]
        elif isinstance(one, list):
            waiting += [(key, member, number) for member in one]
        number += 1


def _iri(value: Any) -> str:
    found = value.get("@id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) and not found.startswith("@") else ""
