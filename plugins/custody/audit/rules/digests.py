# SPDX-License-Identifier: Apache-2.0
"""Are these the bytes the publisher described?"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.stated import check
from custody.audit.verdicts import Finding
from custody.dataset import Dataset


def digests(case: Case) -> Iterator[Finding]:
    """Hold the bytes against the digests the publisher states."""
    if not case.metadata.digests:
        return
    checked = check(case.metadata.digests, case.listing, Dataset(case.base / case.source.path, case.source.name).root)
    for one in checked.malformed:
        yield Finding(
            "AUT070",
            "review",
            f"the metadata's {one.algorithm[:20]} of {one.name[-80:]!r} is not one",
            case.source.name,
            "so the bytes cannot be checked against the publisher's word",
            "get the true digest from the publisher",
        )
    for one in checked.differing:
        yield Finding(
            "AUT070",
            "deny",
            f"{one.name[-80:]!r} is not the file the publisher described",
            case.source.name,
            f"its {one.algorithm} differs from the metadata's",
            "fetch the file again, or find out who changed it",
        )
