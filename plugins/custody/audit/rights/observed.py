# SPDX-License-Identifier: Apache-2.0
"""What the evidence of one time says about one address: may it be fetched, and may it train a model?

Evidence speaks for its own host; without an address it speaks for every host. A header and a page speak for their own
address. Of several snapshots of one thing the most restrictive counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from custody.audit.addresses import address
from custody.audit.evidence import Evidence
from custody.audit.rights import assertions, headers, pages, robots, robots_reading, rsl, tdmrep
from custody.audit.rights.rsl import Asker
from custody.audit.rights.states import Reading, combined
from custody.audit.rights.tdmrep import Tdm

KINDS = ("robots", "tdmrep", "headers", "page", "rsl", "c2pa")


@dataclass(frozen=True)
class Who:
    """Who fetches and who uses.

    Args:
        agent: the crawler's product token; empty when not known.
        others: the crawlers of which a ban is a sign, too.
        asker: who wants to train.
    """

    agent: str = ""
    others: tuple[str, ...] = ()
    asker: Asker = field(default_factory=Asker)


@dataclass(frozen=True)
class Heard:
    """What was said about one address.

    Args:
        url: the address.
        reading: all signals, problems and policies.
        barred: whether robots.txt bars the crawler itself.
        others: the other crawlers it bars.
        unreachable: whether robots.txt could not be got, which bars everything.
    """

    url: str
    reading: Reading = field(default_factory=Reading)
    barred: bool = False
    others: tuple[str, ...] = ()
    unreachable: bool = False


@lru_cache(maxsize=1024)  # rows with licences of their own judge a source once for each licence
def hear(evidence: tuple[Evidence, ...], url: str, who: Who) -> Heard:
    """Return what some evidence says about an address.

    Raises:
        IntegrityError: evidence changed since the audit began.
    """
    ours = [one for one in evidence if host(one.url) in ("", host(url)) or one.kind in ("rsl", "c2pa")]
    files = [robots.fetched(one.status or 200, one.body) for one in ours if one.kind == "robots"]
    parts = [robots_reading(one, (who.agent or "*",), url) for one in files]
    parts.append(_used(ours, url, who))
    return Heard(
        url=url,
        reading=combined(parts),
        barred=any(not one.allows(who.agent or "*", url) for one in files),
        others=tuple(sorted({name for one in files for name in one.barred(who.others, url)})),
        unreachable=any(one.access == "none" for one in files),
    )


def _used(ours: list[Evidence], url: str, who: Who) -> Reading:
    """Return what is said about use, with the three places of TDMRep one over the other."""
    agents = (who.agent,) if who.agent else ()
    places: dict[str, list[Tdm]] = {"tdmrep": [], "headers": [], "page": []}
    parts: list[Reading] = []
    for one in ours:
        if one.kind == "tdmrep":
            places["tdmrep"].append(_file(one, url))
        elif one.kind == "rsl":
            parts.append(rsl.parse(one.body).reading(url, who.asker))
        elif one.kind == "c2pa":
            parts.append(assertions.parse(one.body))
        elif one.kind == "headers" and _speaks(one, url):
            found, problems = headers.parse(one.body)
            places["headers"].append(headers.tdm(found))
            parts += [headers.usage(found, agents), Reading(problems=problems)]
        elif one.kind == "page" and _speaks(one, url):
            page = pages.read(one.body, agents, who.asker, url)
            places["page"].append(page.tdm)
            parts.append(page.reading)
    tdm = Tdm()
    for place in ("tdmrep", "headers", "page"):
        tdm = _strictest(places[place]).over(tdm)
    return combined([*parts, tdm.reading])


def _file(one: Evidence, url: str) -> Tdm:
    status = one.status or 200
    if 400 <= status < 500:
        return Tdm()  # the server does not take part in the protocol
    if not 200 <= status < 300:
        return Tdm(problems=(f"tdmrep.json was answered with status {status}",))
    return tdmrep.file(one.body, url)


def _strictest(some: list[Tdm]) -> Tdm:
    """Return one that reserves, or else one that speaks; with the problems of all."""
    best = max(some, key=lambda one: -1 if one.reservation is None else one.reservation, default=Tdm())
    return Tdm(best.reservation, best.policy, tuple(dict.fromkeys(text for one in some for text in one.problems)))


def _speaks(one: Evidence, url: str) -> bool:
    return not one.url or not url or address(one.url) == address(url)


def host(url: str) -> str:
    """Return the host of an address; nothing for what is none."""
    found = address(url) if url else None
    return found.host if found else ""
