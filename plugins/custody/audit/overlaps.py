# SPDX-License-Identifier: Apache-2.0
"""Sources of the same bytes: what one description binds, another of the same data does not free.

Two sources are of the same data when their bytes have one address, or when the path of one is inside the other's; and
so is whatever is linked by such pairs. Empty files are no data.
"""

from __future__ import annotations

import hashlib
import os.path
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from custody.audit.case import Case
from custody.audit.verdicts import REFUSALS, VERDICTS, Finding, Verdict

_EMPTY = hashlib.sha256(b"").hexdigest()


def groups(cases: Iterable[Case]) -> list[tuple[str, ...]]:
    """Return the names of sources that describe the same data, sorted; none is in two groups."""
    head: dict[str, str] = {}

    def find(name: str) -> str:
        while head.setdefault(name, name) != name:
            head[name] = head[head[name]]
            name = head[name]
        return name

    for one, other in _pairs(list(cases)):
        head[find(one)] = find(other)
    found: dict[str, list[str]] = {}
    for name in sorted(head):
        found.setdefault(find(name), []).append(name)
    return sorted(tuple(names) for names in found.values())


def told(names: Sequence[str], verdicts: Mapping[str, Verdict]) -> Iterator[tuple[str, Finding]]:
    """Yield for each source of a group the finding about the strictest other one, where that may not be used.

    Args:
        names: a group, sorted.
        verdicts: what each source comes to, the others of its group aside.
    """
    strict = sorted(names, key=lambda one: -VERDICTS.index(verdicts[one]))[:2]
    for name in names:
        other = next(one for one in strict if one != name)
        if (verdict := verdicts[other]) in REFUSALS:
            what = f"its bytes, or some of them, are described as {other!r}, too, which is: {verdict}"
            why = "one description cannot free what another binds"
            remedy = f"find out which description holds and take the other out, or settle what is found on {other!r}"
            yield name, Finding("LIC003", verdict, what, name, why, remedy)


def _pairs(cases: Sequence[Case]) -> Iterator[tuple[str, str]]:
    by_address: dict[str, str] = {}
    by_path = {os.path.realpath(case.base / case.source.path): case.source.name for case in cases if case.source.path}
    for case in cases:
        if set(case.listing.digests.values()) - {_EMPTY}:
            first = by_address.setdefault(case.listing.address, case.source.name)
            if first != case.source.name:
                yield first, case.source.name
    for path, name in by_path.items():
        for above in PurePath(path).parents:
            if outer := by_path.get(str(above)):
                yield outer, name
