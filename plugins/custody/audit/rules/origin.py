# SPDX-License-Identifier: Apache-2.0
"""Can whoever states the licence have known it?

Two signs that a licence was filled in rather than granted: the content was taken from a site whose own terms bar that,
and a derived dataset has its only licence from a hub that is not its origin, where anybody may have picked it.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from custody.audit.case import Case
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
    if (hub := _only_a_hub(case)) and (case.source.derived_from or case.metadata.parents):
        yield Finding(
            "LIC032",
            "review",
            f"only {hub} states a licence, and the data was made from other data and comes from elsewhere",
            case.source.name,
            "whoever filled in the field there need not have known what the parents allow",
            "get the licence from the data's own page, and write it with its file into `licence`",
        )


def _only_a_hub(case: Case) -> str | None:
    """Return the hub that alone states a licence, where the data was not got from there."""
    parties = {HUBS.get(claim.by) for claim in case.claims if read(claim.text).kind != "unstated"}
    hub = parties.pop() if len(parties) == 1 else None
    try:
        host = urlsplit(case.source.origin.url).hostname or ""
    except ValueError:
        host = ""
    return hub if hub and host and not f".{host}".endswith(f".{hub}") else None
