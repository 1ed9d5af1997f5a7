# SPDX-License-Identifier: Apache-2.0
"""Did publishers reserve their rights when the data was crawled?

What counts is what was kept at the time: from as long before the first fetch as robots.txt may be kept (RFC 9309, 24
hours) to the last fetch. Evidence without a time counts where it restricts and shows nothing where it does not. Later
evidence cannot show what held during the crawl; what it reserves is told as an opt-out since then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from custody.audit.addresses import address
from custody.audit.case import Case
from custody.audit.crawled import concerned, contracted, kept_then, time_of, who_asks
from custody.audit.evidence import Evidence
from custody.audit.rights.observed import KINDS, Heard, hear, host
from custody.audit.rights.states import Signal
from custody.audit.verdicts import Finding, Verdict

_TOLD = 5  # names of a list that a finding repeats
_PAGES = ("headers", "page")
_SITES = ("robots", "tdmrep", *_PAGES)


def rights(case: Case) -> Iterator[Finding]:
    """Judge what robots.txt and the reservations of a crawled source say."""
    if not concerned(case):
        return
    said = tuple(one for one in case.evidence if one.kind in KINDS and not one.problem)
    then = kept_then(case)
    later = tuple(one for one in said if time_of(case, one) == "after")
    yield from _record(case)
    who = who_asks(case)
    for url in addresses(case, then):
        heard = hear(then, url, who)
        yield from _barred(case, heard)
        yield from _reserved(case, heard)
        yield from _unknown(case, heard, then)
        yield from _unread(case, heard)
    for url in addresses(case, later) if later else ():
        yield from _since(case, hear(later, url, who))
    yield from _rows(case)


def addresses(case: Case, evidence: tuple[Evidence, ...]) -> tuple[str, ...]:
    """Return the addresses to judge: those of the crawl or of the origin, and those whose header or page was kept."""
    pages = (one.url for one in evidence if one.kind in _PAGES and one.url)
    return tuple(dict.fromkeys((*_named(case, evidence), *pages)))


def _named(case: Case, evidence: tuple[Evidence, ...]) -> tuple[str, ...]:
    """Return the addresses of the crawl or of the origin; nobody naming one, the sites whose evidence was kept.

    Where every row tells its address, the rows are judged instead of the sites. The empty address is of no site.
    """
    crawl = case.source.crawl
    named = crawl.urls if crawl and crawl.urls else tuple(filter(None, [case.source.origin.url]))
    by_row = case.crawled.judged and case.crawled.rows and not case.crawled.without
    hosts = {host(one.url) for one in evidence if one.kind in _SITES and not (named or by_row)}
    return named or tuple(f"https://{one}/" for one in sorted(hosts - {""})) or ("",)


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
    if contracted(case):
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
    if case.source.crawl is None or heard.url not in _named(case, then):
        return
    shown = {one.kind for one in then if time_of(case, one) == "during" and _is_of(one, heard.url)}
    lacking = [kind for kind in case.settings.rights.require if kind not in shown and kind != "terms"]
    if lacking:
        yield _finding(
            "OPT042",
            "review",
            _where(case, heard.url),
            f"no snapshot of {', '.join(lacking)} for the crawl{_window(case)}",
            "whether rights were reserved then cannot be shown",
            "name what the crawler kept in `evidence`, or check again and record a new crawl",
        )


def _rows(case: Case) -> Iterator[Finding]:
    """Judge the addresses of the rows."""
    found = case.crawled
    verdict: Verdict = "deny" if case.source.crawl is None or case.source.crawl.own else "review"
    admit = "admit the dataset: that leaves them out"
    of_all = f"of {found.rows:,} rows"
    if found.barred:
        what = f"{found.barred:,} {of_all} are from where robots.txt bars the crawler or crawlers for AI"
        yield _finding("OPT040", verdict, case.source.name, what, _moment(case), admit)
    if found.reserved and not contracted(case):
        what = f"{found.reserved:,} {of_all} are from where robots.txt or TDMRep reserves rights"
        yield _finding("OPT041", "deny", case.source.name, what, _moment(case), f"{admit}; or record a contract")
    if found.unknown:
        what = f"{found.unknown:,} {of_all} have no address that can be read, or are from hosts without robots.txt here"
        yield _finding("OPT042", "review", case.source.name, what, "what was said there then cannot be shown", admit)
    if found.without:
        what = f"{len(found.without):,} files have no column with an address"
        why = "parts of the site are barred or reserved, and which rows are from there cannot be told"
        remedy = "name the column in `row_origin: {url: …}`"
        yield _finding("OPT042", "review", case.source.name, what, why, remedy)


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
