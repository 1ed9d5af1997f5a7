# SPDX-License-Identifier: Apache-2.0
"""Is the kept licence text the one it is said to be, and still the one that was approved?"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.evidence import newest
from custody.audit.found import Found
from custody.audit.sources import Approved
from custody.audit.texts import TextMatch
from custody.audit.verdicts import Finding

TOLD = 400  # characters of the differences


def texts(case: Case) -> Iterator[Finding]:
    """Judge the licence texts that are kept."""
    for one in case.found:
        if one.match is None:
            yield Finding(
                "EVD080",
                "review",
                f"the licence text {one.name!r} is {one.problem}",
                case.source.name,
                "what it would say is not known",
                "store the licence's own text",
            )
        elif one.match.kind not in ("exact", "near"):
            yield _unlike(case, one, one.match)


def changes(case: Case) -> Iterator[Finding]:
    """Judge whether licence and terms are still those that somebody approved."""
    current = {
        "licence": [one.digests for one in case.found if not one.part],
        "terms": [
            frozenset({one.sha256, one.text_sha256}) for one in newest(case.evidence, case.today) if one.kind == "terms"
        ],
    }
    for kind, now in current.items():
        approvals = [one for one in case.source.approved if one.kind == kind]
        approved = {one.digest.removeprefix("sha256:").lower() for one in approvals if one.on <= case.today}
        if approvals and (not now or any(approved.isdisjoint(each) for each in now)):
            yield _changed(case, max(approvals, key=lambda one: (one.on, one.by)), there=bool(now))


def _changed(case: Case, last: Approved, *, there: bool) -> Finding:
    what = "is not the text" if there else "is not kept, so it cannot be held against the text"
    return Finding(
        "LIC007",
        "review",
        f"the {last.kind} {what} that {last.by} approved on {last.on.isoformat()}",
        case.source.name,
        "new rows come under terms that nobody approved",
        "read what changed and approve it under `approved`, or keep to the rows that were got before",
    )


def _unlike(case: Case, one: Found, match: TextMatch) -> Finding:
    where = f"{case.source.name}, {one.name}"
    if match.kind == "modified":
        return Finding(
            "LIC006",
            "review",
            f"the licence text is {match.expression} with changes: {'; '.join(match.changes)[:TOLD]}",
            where,
            "a changed text may grant less than its name says",
            "let counsel read the changes, or store the unchanged text if that is what was granted",
        )
    if match.kind == "bundle":
        return Finding(
            "LIC006",
            "review",
            f"the licence text holds several licences: {', '.join(dict.fromkeys(match.ids))}",
            where,
            "which of them covers the data is not said, so all are applied",
            "keep the text of the data's licence alone, or name the licence of each part under `files`",
        )
    return Finding(
        "LIC006",
        "review",
        "the licence text is none that is known",
        where,
        "what was granted is what the text says, and nobody has read it",
        "let counsel read it, or store the text of the licence that was granted",
    )
