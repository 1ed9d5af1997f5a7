# SPDX-License-Identifier: Apache-2.0
"""Creative Commons licences: their names are made of elements, and the elements say the terms."""

from __future__ import annotations

import re
from collections.abc import Iterable

from custody.audit.licences.terms import Terms

VERSIONS = ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0")  # 2.1 is Japanese only
ORDER = ("NC", "ND", "SA")
_ID = re.compile(r"(?:LicenseRef-)?CC-BY((?:-(?:NC|SA|ND))*)-(?:\d\.\d|unversioned)(?:-[A-Z]{2,3})?")
_GLUED = re.compile(r"(?:by|nc|sa|nd)+")
_SPELLED = (("NC", "non"), ("ND", "deriv"), ("SA", "share"))
_ONE = (
    r"(?:by(?:nc)?(?:sa|nd)?|attributions?|nc(?:sa|nd)?|non ?commercial(?: use)?|sa|share ?alike"
    r"|nd|(?:no|non) ?deriv(?:at(?:iv)?e|ation)?s?(?: works?)?)"
)
ELEMENTS = rf"{_ONE}(?:(?: and)? {_ONE})*"


def elements(words: str) -> tuple[str, ...]:
    """Return the elements beside BY that a folded name has, in the order of the names' authors."""
    glued = {one for word in words.split() if _GLUED.fullmatch(word) for one in re.findall("..", word.upper())}
    plain = words.replace("no deriv", "deriv").replace("non deriv", "deriv").replace("nonderiv", "deriv")
    spelled = {name for name, start in _SPELLED if start in plain}
    return tuple(one for one in ORDER if one in glued | spelled)


def identifier(found: Iterable[str], version: str, port: str = "") -> str:
    """Return the SPDX id of a licence by its elements; without a version, ours for the family."""
    middle = "".join(f"-{one}" for one in sorted(found, key=ORDER.index))
    if version not in VERSIONS:
        return f"LicenseRef-CC-BY{middle}-unversioned"
    return f"CC-BY{middle}-{version}" + (f"-{port}" if port else "")


def terms(key: str) -> Terms | None:
    """Return the terms of a Creative Commons licence, or None when the id is of another."""
    match = _ID.fullmatch(key)
    if match is None:
        return None
    parts = match[1].split("-")[1:]
    modify = "no" if "ND" in parts else "same-licence" if "SA" in parts else "yes"
    return Terms(
        kind="content",
        commercial_use="no" if "NC" in parts else "yes",
        redistribution="yes",
        modify=modify,
        basis="name",
        share_alike="data" if "SA" in parts else "none",
        duty="give credit, link the licence, and say what was changed",
        effects=("contested-nd",) if "ND" in parts else ("contested-sa",) if "SA" in parts else (),
    )
