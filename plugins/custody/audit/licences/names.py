# SPDX-License-Identifier: Apache-2.0
"""From what somebody wrote about a licence to its SPDX expression, and from there to its terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_VERSION = r"([1-4]\.0|2\.5)"  # the versions Creative Commons has published
_CC_URL = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(?:licenses/(by(?:-nc|-sa|-nd)*)/"
    + _VERSION
    + r"|publicdomain/(zero)/1\.0)(?:/[a-z]{2})?(?:/(?:deed|legalcode)(?:\.[a-z-]+)?)?"
)
_CC_NAME = re.compile(
    r"(?:creative commons|cc)[ _-]*(by(?:[ _-](?:nc|sa|nd))*)[ _-]*v?" + _VERSION + r"(?:[ _-]*(?:int\w*|unported))?"
)
_CC_ID = re.compile(r"CC-BY((?:-(?:NC|SA|ND))*)-\d\.\d")
_NAMES = {
    "mit license": "MIT",
    "the mit license": "MIT",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "https://www.apache.org/licenses/license-2.0": "Apache-2.0",
    "https://opensource.org/licenses/mit": "MIT",
    "cc0": "CC0-1.0",
    "cc0 1.0": "CC0-1.0",
    "cc zero": "CC0-1.0",
}
_WORDS = {  # CC names spelled out
    "attribution-noncommercial-sharealike": "by-nc-sa",
    "attribution-noncommercial-noderivatives": "by-nc-nd",
    "attribution-noncommercial": "by-nc",
    "attribution-sharealike": "by-sa",
    "attribution-noderivatives": "by-nd",
    "attribution": "by",
}


@dataclass(frozen=True)
class Terms:
    """What a licence allows and asks; `basis` says how that is known."""

    commercial: bool
    modify: str  # yes, same-licence or no
    redistribute: bool
    duty: str
    basis: str

    @property
    def restrictions(self) -> tuple[int, int, int, int]:
        """Orders terms from free to strict, as one branch of an OR must be chosen."""
        order = ("yes", "same-licence", "no")
        return (not self.commercial, not self.redistribute, order.index(self.modify), bool(self.duty))


def normalise(text: str) -> str | None:
    """Return the SPDX expression a text stands for, or None when it is not certain.

    An unversioned or unknown name is not certain.
    """
    plain = " ".join(text.strip().split())
    lower = plain.lower().rstrip("/.")
    if match := _CC_URL.fullmatch(lower):
        return "CC0-1.0" if match[3] else f"CC-{match[1].upper()}-{match[2]}"
    spelled = re.sub("|".join(map(re.escape, _WORDS)), lambda found: _WORDS[found[0]], lower)
    if match := _CC_NAME.fullmatch(spelled):
        return f"CC-{re.sub('[ _]', '-', match[1]).upper()}-{match[2]}"
    return _NAMES.get(lower) or _spdx(plain)


def terms(expression: str) -> tuple[str, Terms] | None:
    """Return the terms of an SPDX expression, with the branch taken where it offers a choice.

    AND applies all parts, OR takes the least strict, WITH is not known. None when any needed part has no known terms.
    """
    parsed = _licensing().parse(expression)
    return _terms(parsed)


def _terms(node: Any) -> tuple[str, Terms] | None:
    parts = [_terms(one) for one in getattr(node, "args", ())]
    if getattr(node, "operator", "").strip() == "OR":
        known = [one for one in parts if one]
        return min(known, key=lambda one: (one[1].restrictions, one[0]), default=None)
    if getattr(node, "operator", "").strip() == "AND":
        known = [one for one in parts if one]
        return (_all(known) if len(known) == len(parts) else None) if known else None
    return (key, found) if (found := _of(key := str(node))) else None


def _all(parts: list[tuple[str, Terms]]) -> tuple[str, Terms]:
    found = [one for _, one in parts]
    strictest = max(found, key=lambda one: ("yes", "same-licence", "no").index(one.modify))
    duties = "; ".join(dict.fromkeys(one.duty for one in found if one.duty))
    merged = Terms(
        all(one.commercial for one in found),
        strictest.modify,
        all(one.redistribute for one in found),
        duties,
        ", ".join(dict.fromkeys(one.basis for one in found)),
    )
    return " AND ".join(name for name, _ in parts), merged


def _of(key: str) -> Terms | None:
    if match := _CC_ID.fullmatch(key):
        elements = match[1].split("-")[1:]
        modify = "no" if "ND" in elements else "same-licence" if "SA" in elements else "yes"
        duty = "give credit, link the licence, and say what was changed"
        return Terms("NC" not in elements, modify, redistribute=True, duty=duty, basis="name")
    row = _table().get(key)
    return Terms(**row) if row else None


def _spdx(text: str) -> str | None:
    try:
        parsed = _licensing().parse(text, validate=True)
    except Exception:
        return None
    return str(parsed) if parsed is not None else None


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    table: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        files("custody.audit.licences").joinpath("licences.yaml").read_text()
    )
    return table
