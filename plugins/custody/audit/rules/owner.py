# SPDX-License-Identifier: Apache-2.0
"""Could whoever passed the data on give a licence at all?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.records.files import is_file
from custody.audit.verdicts import Finding


def owner(case: Case) -> Iterator[Finding]:
    """Ask for the owner's grant where the data was got from the account of somebody else."""
    origin = case.source.origin
    if (
        not origin.uploader
        or origin.uploader == origin.owner
        or _plain(origin.uploader) == (_plain(origin.owner) or "-")
    ):
        return
    if origin.grant and is_file(case.base / origin.grant):
        return
    yield Finding(
        "LIC032",
        "review",
        f"it was uploaded by {origin.uploader!r}, and "
        + (f"{origin.owner!r} owns it" if origin.owner else "who owns it is not stated"),
        case.source.name,
        "only an owner, or who has the owner's grant, can license data",
        "get it from its owner, or keep the owner's grant and name its file in `origin.grant`",
    )


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
