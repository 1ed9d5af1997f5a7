# SPDX-License-Identifier: Apache-2.0
"""SPDX licence expressions: AND applies all parts, OR leaves a choice, WITH adds an exception."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Any

from custody.audit.licences.table import licensing, table, terms_of
from custody.audit.licences.terms import Terms, all_of

MAX_BRANCHES = 64  # an expression with more choices is not read; real ones have two
MAX_LENGTH = 2000  # characters
# Exceptions that only add permissions about linking or generated output of programs; for data they change nothing.
HARMLESS_EXCEPTIONS = frozenset(
    {
        "Autoconf-exception-2.0",
        "Autoconf-exception-3.0",
        "Bison-exception-2.2",
        "Classpath-exception-2.0",
        "Font-exception-2.0",
        "GCC-exception-2.0",
        "GCC-exception-3.1",
        "LLVM-exception",
        "Linux-syscall-note",
    }
)
Branch = tuple[str, Terms]


def parse(text: str) -> str | None:
    """Return an SPDX expression in canonical form, or None when the text is none or names a licence nobody lists."""
    if len(text) > MAX_LENGTH:
        return None
    try:
        parsed = licensing().parse(text)
        keys = {str(one) for one in licensing().license_keys(parsed)} if parsed is not None else set()
        unknown = set(licensing().unknown_license_keys(parsed)) - table().keys()
    except Exception:  # the library raises what it likes, and deep nesting overflows it
        return None
    return str(parsed) if keys and not unknown and _literal(text, keys) else None


def _literal(text: str, keys: set[str]) -> bool:
    """Whether ids were written, in any case and with the old endings: the library's aliases also take families."""
    known = {key.lower() for key in keys}
    words = {word for word in re.split(r"[\s()]+", text.lower()) if word not in {"", "and", "or", "with"}}
    return all({word, f"{word}-only", f"{word.removesuffix('+')}-or-later"} & known for word in words)


@lru_cache(maxsize=4096)
def branches(expression: str) -> tuple[Branch, ...]:
    """Return every way an expression can be kept, each with its terms; empty when no way has known terms."""
    try:
        parsed = licensing().parse(expression)
    except Exception:
        return ()
    return tuple(_branches(parsed) or ())


@lru_cache(maxsize=4096)
def terms(expression: str) -> Branch | None:
    """Return the least strict way to keep an expression, judged without an intent. None when none has known terms."""
    return min(branches(expression), key=lambda one: (one[1].restrictions, one[0]), default=None)


def _branches(node: Any) -> Sequence[Branch] | None:
    operator = getattr(node, "operator", "").strip()
    if operator == "OR":
        return [branch for one in node.args for branch in _branches(one) or ()] or None
    if operator == "AND":
        parts = [_branches(one) for one in node.args]
        known = [one for one in parts if one]
        if len(known) < len(parts) or _ways(known) > MAX_BRANCHES:
            return None
        return [_joined(choice) for choice in product(*known)]
    return _single(str(node))


def _ways(parts: Sequence[Sequence[Branch]]) -> int:
    ways = 1
    for one in parts:
        ways *= len(one)
    return ways


def _joined(parts: Sequence[Branch]) -> Branch:
    return " AND ".join(dict.fromkeys(name for name, _ in parts)), all_of(one for _, one in parts)


def _single(key: str) -> list[Branch] | None:
    base, _, exception = key.partition(" WITH ")
    if exception and exception not in HARMLESS_EXCEPTIONS:
        return None
    found = terms_of(base)
    return [(key, found)] if found else None
