# SPDX-License-Identifier: Apache-2.0
"""Are these the bytes that were there when the source was listed?

Who lists a source and who fetches it later may not get the same bytes (Carlini et al. 2024, split-view poisoning).
"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.provenance import MAX_CHECKSUMS
from custody.audit.records.files import small
from custody.audit.verdicts import Finding
from custody.dataset import Listing, is_sha256
from custody.errors import IntegrityError

_WHY = "what changes behind a listing is how poison gets in, and nobody has looked at the new bytes"


def changed(case: Case) -> Iterator[Finding]:
    """Hold the bytes against the address or the listing that was written down."""
    told = case.source.listed
    if not told:
        return
    if is_sha256(told.lower()):
        if told.lower() != case.listing.address:
            yield _differs(case, "the address is another one")
        return
    listing = _listing(case)
    if listing is None:
        yield Finding(
            "EVD080",
            "review",
            "the listing made when the source was listed cannot be read",
            case.source.name,
            "whether the bytes changed since is not known",
            "store the listing again, or write the address into `listed`",
        )
    elif differences := listing.differences(case.listing):
        yield _differs(case, f"{len(differences):,} files differ, first {differences[0].split(': expected')[0]}")


def _listing(case: Case) -> Listing | None:
    data = small(case.base / case.source.listed, MAX_CHECKSUMS)
    try:
        return None if data is None else Listing.parse(data.decode("utf-8", "surrogateescape"))
    except IntegrityError:
        return None


def _differs(case: Case, how: str) -> Finding:
    what = f"the bytes changed since the source was listed: {how}"
    remedy = "fetch the listed bytes, or review the new ones and list them anew"
    return Finding("POI103", "deny", what, case.source.name, _WHY, remedy)
