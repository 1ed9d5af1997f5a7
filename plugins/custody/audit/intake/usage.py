# SPDX-License-Identifier: Apache-2.0
"""Conditions of use in Croissant's `usageInfo`: terms of the Data Use Ontology and ODRL offers.

Each condition that is understood restricts; each that is not is a restriction for a reader. None ever permits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from custody.audit.claims import Restriction
from custody.audit.intake.jsonld import Terms, walk

_DUO = re.compile(r"(?:^|/)DUO[_:](\d{7})$", re.IGNORECASE)
_COMMERCIAL = re.compile(r"commerciali[sz]e|commercialuse", re.IGNORECASE)
_ODRL = "www.w3.org/ns/odrl/2/"
_LIMITS = ("prohibition", "obligation", "duty", "constraint", "refinement")


def restrictions(value: Any, terms: Terms) -> Iterator[Restriction]:
    """Yield what a `usageInfo` asks, each condition once."""
    told: set[Restriction] = set()
    tree = _tree(value, terms)
    for node in tree:
        told.update(_of(node, terms))
    if not told and not any(node.code for node in tree):
        told = {Restriction("other", "a usage policy that custody does not read")}
    yield from sorted(told)


@dataclass
class _Node:
    """A value of the tree: its key, its own DUO code, and what stands anywhere below it."""

    key: str
    code: str
    coded: bool
    commercial: bool


def _tree(value: Any, terms: Terms) -> list[_Node]:
    """Return all values; what stands below each is known after one pass up, however deep they are nested."""
    nodes: list[_Node] = []
    above: list[int] = []
    for key, one, parent in walk(value):
        code = _code(one, terms)
        nodes.append(_Node(key, code, bool(code), isinstance(one, str) and bool(_COMMERCIAL.search(one[:200]))))
        above.append(parent)
    for index in range(len(nodes) - 1, 0, -1):
        over, one = nodes[above[index]], nodes[index]
        over.coded |= one.coded
        over.commercial |= one.commercial
    return nodes


def _of(node: _Node, terms: Terms) -> Iterator[Restriction]:
    if node.code:
        label, kind = _table().get(node.code, ("a term that is not in custody's table", "other"))
        if kind != "open":
            yield Restriction(kind, f"{label} (DUO_{node.code})")
    name = terms.expand(node.key).removeprefix(_ODRL)
    if name == "prohibition":
        yield Restriction("non-commercial" if node.commercial else "other", "an ODRL prohibition")
    elif name in _LIMITS and not node.coded:
        yield Restriction("other", f"an ODRL {name}")


def _code(value: Any, terms: Terms) -> str:
    match = _DUO.search(terms.expand(value)) if isinstance(value, str) and len(value) < 200 else None
    return match[1] if match else ""


@cache
def _table() -> dict[str, tuple[str, Any]]:
    rows = yaml.safe_load(files("custody.audit.intake").joinpath("usage.yaml").read_text())
    return {code: (row["label"], row["kind"]) for code, row in rows.items()}
