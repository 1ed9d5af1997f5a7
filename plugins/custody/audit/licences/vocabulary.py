# SPDX-License-Identifier: Apache-2.0
"""Names of licences in folded text: which licence each stands for, and how certain that is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from custody.audit.licences import creative
from custody.audit.licences.table import data, licensing

_LICENCE = r"(?: (?:community |public |free |open |software |data )*(?:license|agreement)s?(?: agreement)?)"
_VERSION = r"(?: (?:version|ver|v))? (?P<version>\d+(?:\.\d+)*[a-z]?)(?! clause)"
_LATER = (
    r"(?P<later> \+| (?:and|or)(?: \(?at your option\)?)?(?: any)? (?:later|newer|above|higher|greater)(?: versions?)?)"
)
_PLACES = {
    "united states": "US",
    "united kingdom": "UK",
    "germany": "DE",
    "austria": "AT",
    "australia": "AU",
    "france": "FR",
    "netherlands": "NL",
    "japan": "JP",
    "spain": "ES",
    "italy": "IT",
    "canada": "CA",
    "brazil": "BR",
    "switzerland": "CH",
    "poland": "PL",
    "taiwan": "TW",
    "new zealand": "NZ",
    "ireland": "IE",
}
_CODES = (  # of the countries with ports of their own; `nc` is none of them
    "ar|at|au|az|be|bg|br|ca|ch|cl|cn|co|cr|cz|de|dk|ec|ee|eg|es|fi|fr|ge|gr|gt|hk|hr|hu|ie|il|in|it|jo|jp|kr|lk|lu|mk"
    "|mt|mx|my|ng|nl|no|nz|pe|ph|pl|pr|pt|ro|rs|se|sg|si|th|tw|ug|uk|us|ve|vn|za"
)
_PORT = rf"(?: (?P<port>igo|{_CODES}|" + "|".join(_PLACES) + r")(?= license| legalcode| \)|$))?"
_SCOPE = r"(?: (?:international|unported|generic|universal|intl|int))*"
_CC = r"(?:creative commons?|cc)"


@dataclass(frozen=True)
class Mention:
    """A licence's name in a text.

    Args:
        key: its id: an SPDX id, or ours (`LicenseRef-…`) for what SPDX does not list.
        certain: one published licence, with its version where several were published.
        strong: it can mean nothing but a licence, even in running text.
        span: where it stands in the folded text.
        family: what all versions have in common; two mentions of one family may mean the same.
    """

    key: str
    certain: bool
    strong: bool
    span: tuple[int, int]
    family: str


def mentions(folded: str) -> Iterator[Mention]:
    """Yield every name in a folded text, from left to right, none inside another."""
    for match in _pattern().finditer(folded):
        yield _mention(match)


def _mention(match: re.Match[str]) -> Mention:
    name = match.lastgroup or ""
    told = {key.rstrip("0123456789"): value for key, value in match.groupdict().items() if value is not None}
    if name.startswith("cc"):
        return _creative(match, told)
    return _listed(_families()[int(name[1:])], match, told)


def _creative(match: re.Match[str], told: Mapping[str, str]) -> Mention:
    words, version = match[0], _full(told.get("version", ""), creative.VERSIONS)
    if "cczero" in told:
        return Mention("CC0-1.0", version in {"", "1.0"}, strong=True, span=match.span(), family="CC0")
    if "ccmark" in told:
        return Mention("CC-PDM-1.0", version in {"", "1.0"}, strong=True, span=match.span(), family="CC-PDM")
    if "ccany" in told:
        return Mention("LicenseRef-CC-unversioned", certain=False, strong=words != "cc", span=match.span(), family="CC")
    after = told.get("after", "")  # elements behind the version are not how it is written, but they restrict
    found = creative.elements(told.get("elements", words) + after)
    port = _PLACES.get(told.get("port", ""), told.get("port", "").upper()) if version < "4" else ""
    key = creative.identifier(found, version, port if _is_spdx(creative.identifier(found, version, port)) else "")
    certain = version in creative.VERSIONS and not after and not {"SA", "ND"} <= set(found)
    return Mention(key, certain, strong=True, span=match.span(), family=creative.identifier(found, ""))


def _listed(family: Mapping[str, Any], match: re.Match[str], told: Mapping[str, str]) -> Mention:
    known = [str(one) for one in family.get("versions", ())]
    version = _full(told.get("version", ""), known)
    key, certain = str(family["id"]), not family.get("family")
    strong = bool(family.get("alone") or version or " license" in match[0] or " agreement" in match[0])
    common = str(family.get("without", family["id"]))
    if version and version not in known:
        return Mention(common, certain=False, strong=strong, span=match.span(), family=common)
    if "{v}" in key:
        certain = bool(version)
        key = key.format(v=version) if version else common
        if certain and family.get("later"):
            key += "-or-later" if told.get("later") else "-only"
    return Mention(key, certain, strong, match.span(), common)


def _full(version: str, known: tuple[str, ...] | list[str]) -> str:
    """Write a version as it was published: 4 is 4.0 where there is a 4.0."""
    return next((one for one in (version, f"{version}.0", f"{version}.0.0") if one in known), version)


@cache
def _families() -> tuple[Mapping[str, Any], ...]:
    return tuple(data("names.yaml"))


@cache
def _pattern() -> re.Pattern[str]:
    """One expression for all names. Names stand in the order of their file; the first that fits is taken."""
    dedication = r"(?: public domain)?(?: dedication)?"
    bare = r"attribution(?: ELEMENTS)?|by(?: (?:nc|sa|nd))+".replace("ELEMENTS", creative.ELEMENTS)  # need a version
    parts = [
        rf"(?P<cczero>(?:{_CC} (?:cc )?(?:zero|0)){_LICENCE}?{_numbered('version', 0)}{_SCOPE}{dedication}{_LICENCE}?)",
        rf"(?P<ccmark>(?:{_CC} )?(?:public domain mark|pdm){_numbered('version', 1)})",
        (
            rf"(?P<ccby>(?:{_CC}{_LICENCE}? (?P<elements1>{creative.ELEMENTS})"
            rf"|(?P<elements2>{bare})(?={_LICENCE}?(?: (?:version|v))? [1-4]\.\d)"
            rf"|(?P<elements3>attribution (?!attribution){creative.ELEMENTS})){_LICENCE}?"
            rf"{_numbered('version', 2)}(?P<after1>(?: (?:nc|nd|sa))*){_SCOPE}{_PORT}{_LICENCE}?)"
        ),
        rf"(?P<ccany>{_CC}{_LICENCE}?)",
    ]
    for number, family in enumerate(_families()):
        later = _LATER.replace("later>", f"later{number}>") + r"?(?: only)?" if family.get("later") else ""
        names = "|".join(sorted(family["names"], key=len, reverse=True))
        version = _numbered("version", 10 + number)
        parts.append(rf"(?P<f{number}>(?:{names}){_LICENCE}?{version}{later}{_LICENCE}?)")
    return re.compile(r"(?<!\S)(?:" + "|".join(parts) + r")(?!\S)")


def _numbered(name: str, number: int) -> str:
    return f"(?:{_VERSION.replace(f'{name}>', f'{name}{number}>')})?"


def _is_spdx(key: str) -> bool:
    return key in licensing().known_symbols
