# SPDX-License-Identifier: Apache-2.0
"""Are these the bytes the publisher described?"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.verdicts import Finding
from custody.dataset import is_sha256


def digests(case: Case) -> Iterator[Finding]:
    """Hold the bytes against the digests the publisher states."""
    by_name = {path.rsplit("/", 1)[-1]: digest for path, digest in case.listing.digests.items()}
    for name, stated, _ in case.metadata.digests:
        if not is_sha256(stated.lower()):
            yield Finding(
                "AUT070",
                "review",
                f"the metadata's sha256 of {name!r} is not one",
                case.source.name,
                "so the bytes cannot be checked against the publisher's word",
                "get the true digest from the publisher",
            )
        elif name in by_name and by_name[name] != stated.lower():
            yield Finding(
                "AUT070",
                "deny",
                f"{name!r} is not the file the publisher described",
                case.source.name,
                "its sha256 differs from the metadata's",
                "fetch the file again, or find out who changed it",
            )
