# SPDX-License-Identifier: Apache-2.0
"""Did publishers reserve their rights when the data was crawled?

What counts is what was kept at the time: from as long before the first fetch as robots.txt may be kept (RFC 9309, 24
hours) to the last fetch. Evidence without a time counts where it restricts and shows nothing where it does not. Later
evidence cannot show what held during the crawl; what it reserves is told as an opt-out since then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from custody.audit.addresses import address
from custody.audit.case import Case
from custody.audit.evidence import Evidence
from custody.audit.rights.observed import KINDS, Heard, Who, hear
from custody.audit.rights.rsl import Asker
from custody.audit.rights.states import Signal
from custody.audit.rights.vocabulary import ai_agents
from custody.audit.rules.contract import contract
from custody.audit.verdicts import Finding, Verdict

Time = Literal["before", "during", "after", "unknown"]
_TOLD = 5  # names of a list that a finding repeats
_PAGES = ("headers", "page")


def rights(case: Case) -> Iterator[Finding]:
    """Judge what robots.txt and the reservations of a crawled source say."""
    if not concerned(case):
        return
    said = tuple(one for one in case.evidence if one.kind in KINDS and not one.problem)
    then = tuple(one for one in said if _time(case, one) in ("during", "unknown"))
    later = tuple(one for one in said if _time(case, one) == "after")
    yield from _record(case)
    who = _who(case)
    for url in addresses(case, then):
        heard = hear(then, url, who)
        yield from _barred(case, heard)
        yield from _reserved(case, heard)
        yield from _unknown(case, heard, then)
        yield from _unread(case, heard)
    for url in addresses(case, later) if later else ():
        yield from _since(case, hear(later, url, who))


def concerned(case: Case) -> bool:
    """Tell whether reservations of publishers matter: the data was crawled, or there is evidence of some."""
    crawled = case.source.crawl is not None or case.source.kind == "web-domain"
    return crawled or any(one.kind in KINDS for one in case.evidence)


def addresses(case: Case, evidence: tuple[Evidence, ...]) -> tuple[str, ...]:
    """Return the addresses to judge: those of the crawl or of the origin, and those whose header or page was kept."""
    crawl = case.source.crawl
    named = crawl.urls if crawl and crawl.urls else tuple(filter(None, [case.source.origin.url]))
    pages = (one.url for one in evidence if one.kind in _PAGES and one.url)
    return tuple(dict.fromkeys((*named, *pages))) or ("",)


def _who(case: Case) -> Who:
    settings, crawl = case.settings.rights, case.source.crawl
    known = () if settings.crawlers == "none" else ai_agents("train" if settings.crawlers == "training" else "all")
    user = "commercial" if case.intent.purpose == "commercial" else "non-commercial"
    asker = Asker(user, tuple(sorted(case.intent.jurisdictions)))
    return Who(crawl.agent if crawl else "", tuple(sorted({*known, *settings.also})), asker)


def _time(case: Case, one: Evidence) -> Time:
    crawl = case.source.crawl
    if one.fetched_at is None or crawl is None:
        return "unknown"
    if crawl.from_ and one.fetched_at < crawl.from_ - case.settings.max_age.robots:
        return "before"
    if crawl.to and one.fetched_at > crawl.to:
        return "after"
    return "during" if crawl.from_ and crawl.to else "unknown"


def _record(case: Case) -> Iterator[Finding]:
    """Judge the record of the crawl itself."""
    crawl = case.source.crawl
    lacking = (
        ["crawl"]
        if crawl is None
        else [name for name, value in (("agent", crawl.agent), ("from", crawl.from_), ("to", crawl.to)) if not value]
    )
    if crawl and crawl.from_ and crawl.to and crawl.from_ > crawl.to:
        lacking = ["a `to` after its `from`"]
    if lacking:
        yield _finding(
            "OPT042",
            "review",
            case.source.name,
            f"the record of the crawl lacks {', '.join(lacking)}",
            "what held for whom, and when, cannot be told without",
            "write `crawl: {agent: …, from: …, to: …}`",
        )


def _barred(case: Case, heard: Heard) -> Iterator[Finding]:
    crawl = case.source.crawl
    own = crawl is None or crawl.own
    verdict: Verdict = "deny" if own else "review"
    remedy = "drop what is from there, or get the publisher's permission"
    if heard.barred:
        agent = crawl.agent if crawl and crawl.agent else "any crawler"
        what = f"robots.txt bars {agent}" + (", since it could not be got" if heard.unreachable else "")
        yield _finding("OPT040", verdict, _where(case, heard.url), what, _moment(case), remedy)
    elif heard.others:
        names = ", ".join(heard.others[:_TOLD]) + (
            f" and {len(heard.others) - _TOLD} more" * (len(heard.others) > _TOLD)
        )
        what = f"robots.txt bars crawlers for AI: {names}"
        yield _finding("OPT040", verdict, _where(case, heard.url), what, _moment(case), remedy)


def _reserved(case: Case, heard: Heard) -> Iterator[Finding]:
    if heard.reading.state != "reserved":
        return
    found = _reservations(heard)
    if _is_contracted(case):
        yield _finding(
            "OPT041",
            "allow_with_obligations",
            _where(case, heard.url),
            f"rights are reserved by {_told(found)}",
            "the contract on record grants what the reservation withholds",
            "use the data only as the contract says, and keep it with the evidence",
        )
        return
    images = {one.token for one in found} == {"noimageai"}
    union = any(one.upper() == "EU" for one in case.intent.jurisdictions)
    yield _finding(
        "OPT041",
        "review" if images else "deny",
        _where(case, heard.url),
        f"rights are reserved by {_told(found)}" + (", for images" if images else ""),
        "in the EU that is a reservation under Art. 4(3) of Directive (EU) 2019/790" if union else _moment(case),
        "drop what is from there, or record a contract with the publisher",
    )


def _unknown(case: Case, heard: Heard, then: tuple[Evidence, ...]) -> Iterator[Finding]:
    """Tell what was not kept, and what was and cannot be understood."""
    for problem in heard.reading.problems:
        yield _finding(
            "OPT042",
            "review",
            _where(case, heard.url),
            problem,
            "what the publisher said there is not known",
            "look at the evidence, and get it again or let somebody decide",
        )
    if case.source.crawl is None or heard.url not in addresses(case, ()):
        return
    shown = {one.kind for one in then if _time(case, one) == "during" and _is_of(one, heard.url)}
    lacking = [kind for kind in case.settings.rights.require if kind not in shown and kind != "terms"]
    if lacking:
        yield _finding(
            "OPT042",
            "review",
            _where(case, heard.url),
            f"no snapshot of {', '.join(lacking)} for the crawl{_window(case)}",
            "whether rights were reserved then cannot be shown",
            "supply what the crawler kept (WARC records), or check again and record a new crawl",
        )


def _since(case: Case, heard: Heard) -> Iterator[Finding]:
    bars = ["robots.txt"] if heard.barred or heard.others else []
    found = bars + ([_told(_reservations(heard))] if heard.reading.state == "reserved" else [])
    if found:
        yield _finding(
            "OPT043",
            "review",
            _where(case, heard.url),
            f"the publisher opted out after the crawl, by {', '.join(found)}",
            "the opt-out does not reach back, but holds from now on",
            "leave what is from there out of the next build, and crawl it no more",
        )


def _unread(case: Case, heard: Heard) -> Iterator[Finding]:
    kept = {address(one.url) for one in case.evidence if one.url and not one.problem}
    for policy in heard.reading.policies:
        if address(policy) is None or address(policy) not in kept:
            yield _finding(
                "OPT045",
                "review",
                _where(case, heard.url),
                "terms that the publisher points at (a TDM policy or an RSL licence) were not kept",
                "they say who may use the content, and how",
                "get the document, and name it in `evidence` as kind rsl or tdm-policy with its url",
            )


def _is_contracted(case: Case) -> bool:
    return case.source.contract is not None and not any(contract(case))


def _reservations(heard: Heard) -> list[Signal]:
    return [one for one in heard.reading.signals if one.binds and one.state == "reserved"]


def _told(found: list[Signal]) -> str:
    return ", ".join(sorted({f"{one.by} ({one.token})" for one in found})[:_TOLD])


def _is_of(one: Evidence, url: str) -> bool:
    mine, theirs = address(one.url) if one.url else None, address(url) if url else None
    return mine is None or theirs is None or mine.host == theirs.host


def _where(case: Case, url: str) -> str:
    return f"{case.source.name}, {url}" if url else case.source.name


def _moment(case: Case) -> str:
    return f"so it was at the time of the crawl{_window(case)}"


def _window(case: Case) -> str:
    crawl = case.source.crawl
    if not crawl or not (crawl.from_ and crawl.to):
        return ""
    return f" {_day(crawl.from_)} to {_day(crawl.to)}"


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _finding(code: str, verdict: Verdict, where: str, what: str, why: str, remedy: str) -> Finding:
    return Finding(code, verdict, what, where, why, remedy)
