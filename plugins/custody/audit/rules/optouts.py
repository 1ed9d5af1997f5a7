# SPDX-License-Identifier: Apache-2.0
"""Is anything of a source on an opt-out or takedown list: its origin, its owner, a file of it, a row of it?"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.verdicts import Finding, Verdict


def optouts(case: Case) -> Iterator[Finding]:
    """Judge a source by the opt-out lists of the sources file."""
    for problem in case.optouts.problems:
        yield _finding(
            case,
            "review",
            problem,
            "whom it would bar is not known",
            "restore the list from where it is kept; entries are only ever added",
        )
    if case.optouts.entries.needs:
        yield from _origin(case)
        yield from _rows(case)


def _origin(case: Case) -> Iterator[Finding]:
    listed, origin = case.optouts.entries, case.source.origin
    urls = [origin.url, *(case.source.crawl.urls if case.source.crawl else ())]
    if any(listed.url(url) == "listed" for url in urls if url):
        yield _finding(case, "deny", "the address it is from is on an opt-out list", *_DROP)
    if any(listed.owner(one) == "listed" for one in (origin.owner, origin.publisher, origin.uploader) if one):
        yield _finding(case, "deny", "whoever it is from is on an opt-out list", *_DROP)
    files = sum(digest in listed.contents for digest in case.listing.digests.values())
    if files:
        yield _finding(case, "deny", f"{files:,} of its files are on an opt-out list", *_DROP)


def _rows(case: Case) -> Iterator[Finding]:
    found, unread = case.screened.counted, case.screened.unread
    if found.listed:
        yield _finding(
            case,
            "deny",
            f"{found.listed:,} of {found.rows:,} rows are on an opt-out list",
            "these rows may not be used",
            "admit the dataset: that leaves them out",
        )
    if found.unknown:
        yield _finding(
            case,
            "review",
            f"{found.unknown:,} of {found.rows:,} rows have no address or owner that can be read",
            "whether they are on an opt-out list is not known",
            "admit the dataset: that leaves them out; or repair them",
        )
    if found.unchecked:
        yield _finding(
            case,
            "review",
            f"no column is known to hold the {' or '.join(found.unchecked)} of a row",
            "the opt-out lists have entries by it",
            "name the column in `row_origin`",
        )
    if unread:
        yield _finding(
            case,
            "review",
            f"{len(unread):,} files cannot be looked into",
            "whether something of them is on an opt-out list is not known",
            "convert them, or move them out of the dataset",
        )


_DROP = ("who is listed does not want it used", "drop the source, or ask the owner to be taken off the list")


def _finding(case: Case, verdict: Verdict, what: str, why: str, remedy: str) -> Finding:
    return Finding("OPT044", verdict, what, case.source.name, why, remedy)
