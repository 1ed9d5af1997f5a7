# SPDX-License-Identifier: Apache-2.0
"""Conditions of use in Croissant's `usageInfo`: terms of the Data Use Ontology and ODRL offers.

Each condition that is understood restricts; each that is not is a restriction for a reader. None ever permits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    told = {one for key, member in walk(value) for one in _of(key, member, terms)}
    coded = any(_code(member, terms) for _, member in walk(value))
    if not told and not coded:
        told = {Restriction("other", "a usage policy that custody does not read")}
    yield from sorted(told)


def _of(key: str, value: Any, terms: Terms) -> Iterator[Restriction]:
    if code := _code(value, terms):
        label, kind = _table().get(code, ("a term that is not in custody's table", "other"))
        if kind != "open":
            yield Restriction(kind, f"{label} (DUO_{code})")
    name = terms.expand(key).removeprefix(_ODRL)
    if name == "prohibition":
        commercial = any(isinstance(one, str) and _COMMERCIAL.search(one) for _, one in walk(value))
        yield Restriction("non-commercial" if commercial else "other", "an ODRL prohibition")
    elif name in _LIMITS and not any(_code(one, terms) for _, one in walk(value)):
        yield Restriction("other", f"an ODRL {name}")


def _code(value: Any, terms: Terms) -> str:
    match = _DUO.search(terms.expand(value)) if isinstance(value, str) and len(value) < 200 else None
    return match[1] if match else ""


@cache
def _table() -> dict[str, tuple[str, Any]]:
    rows = yaml.safe_load(files("custody.audit.intake").joinpath("usage.yaml").read_text())
    return {code: (row["label"], row["kind"]) for code, row in rows.items()}
