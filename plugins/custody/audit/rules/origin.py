# SPDX-License-Identifier: Apache-2.0
"""Can whoever states the licence have known it?

Two signs that a licence was filled in rather than granted: the content was taken from a site whose own terms bar that,
and a derived dataset has its only licence from a hub that is not its origin, where anybody may have picked it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from urllib.parse import urlsplit

from custody.audit.case import Case
from custody.audit.licences.expressions import terms
from custody.audit.licences.names import read
from custody.audit.licences.sites import barring_site
from custody.audit.verdicts import Finding

HUBS = {
    "card": "huggingface.co",
    "card tag": "huggingface.co",
    "hugging face": "huggingface.co",
    "papers with code": "paperswithcode.com",
}


def origin(case: Case) -> Iterator[Finding]:
    """Judge where the content came from, and who states its licence."""
    for site in sorted({site for one in case.source.collected_from if (site := barring_site(one))}):
        yield Finding(
            "TOS050",
            "review",
            f"content was taken from {site}",
            case.source.name,
            "its terms are known for barring collection or training without an agreement",
            "record the agreement as `contract`, keep the terms of that time as evidence, or drop that part",
        )
    if not (case.source.derived_from or case.metadata.parents):
        return
    for hub in _unconfirmed(case):
        yield Finding(
            "LIC032",
            "review",
            f"nobody but {hub} states its licence, and the data was made from other data and comes from elsewhere",
            case.source.name,
            "whoever filled in the field there need not have known what the parents allow",
            "get the licence from the data's own page, and write it with its file into `licence`",
        )


def _unconfirmed(case: Case) -> list[str]:
    """Return the hubs that are not the origin, and whose claims no other party confirms.

    A claim confirms another where both come to the same: so one that restricts more never clears a hub.
    """
    host = _host(case.source.origin.url)
    said: dict[str, set[Hashable]] = {}
    for claim in case.claims:
        if known := terms(read(claim.text).expression):
            said.setdefault(HUBS.get(claim.by, claim.by), set()).add(known[1].obligations_class)
    return sorted(
        hub
        for hub, classes in said.items()
        if hub in HUBS.values()
        and host
        and not f".{host}".endswith(f".{hub}")
        and classes.isdisjoint(one for party, others in said.items() if party != hub for one in others)
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
