# SPDX-License-Identifier: Apache-2.0
"""The licence statements in a value of somebody else's JSON or YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.audit.licences.clauses import CONDITIONS
from custody.audit.licences.names import read, terms

SPELLINGS = frozenset({"license", "licenses", "licence", "licences"})  # of the key, in any case
KEYS = ("url", "@id", "id", "expression", "name", "path", "title", "@value")
NOTHING = "something that is no text"


def statements(value: Any, keys: tuple[str, ...] = KEYS) -> Iterator[str]:
    """Yield what a licence field says: a text, an object with several descriptions of one licence, or a list.

    Args:
        value: the field's value. Nothing at all yields nothing; what is no text is told as such, never passed over.
        keys: in which an object describes its licence, the most exact one first.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from described(value.get(key) for key in keys)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from statements(one, keys)
    elif value is not None:
        yield NOTHING


def spelled(node: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the values of the keys that mean the licence, however somebody spelled them."""
    yield from (value for key, value in node.items() if str(key).strip().casefold() in SPELLINGS)


def described(several: Iterator[Any]) -> Iterator[str]:
    """Yield the first of several descriptions of one licence, and those of the others that say another thing."""
    texts = [str(one) for one in several if isinstance(one, (str, int, float)) and str(one).strip()]
    texts = [one for one in texts if not one.startswith("_:")] or ["an object without a name"]  # `_:` is of JSON-LD
    yield texts[0]
    yield from (one for one in texts[1:] if _adds(one, texts[0]))


def _adds(text: str, first: str) -> bool:
    """Tell whether a text names another licence, or terms that differ: what restricts need not be certain."""
    found, known = read(text), read(first)
    vague = found.kind == "custom" and CONDITIONS.isdisjoint(found.expression.split(" AND "))  # as a link to a file
    if vague or not found.expression or found.expression == known.expression:
        return False
    mine, theirs = terms(found.expression), terms(known.expression)
    return found.certain or mine is None or theirs is None or mine[1].obligations_class != theirs[1].obligations_class
