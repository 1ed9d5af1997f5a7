# SPDX-License-Identifier: Apache-2.0
"""What stewards decided about findings, and whether it still counts.

A decision stands beside the finding and changes nothing in it. It is about one value, by its keyed fingerprint,
wherever that turns up; or about one entity in one column of one file. It counts only for the recognisers, the detector
and the policy it was made under, and until it expires; one about a column also only while the file has the same bytes.
Of several decisions the strictest counts, and of one author's the last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from custody.lineage.statement import TIME

KINDS = ("accept", "false_positive", "override")
LONGEST = timedelta(days=365)  # a decision is looked at again within a year
_OF_STATEMENT = frozenset({"policy", "created_at", "statement", "signer"})
MAX_SKEW = timedelta(minutes=5)  # between the clocks of two machines; Kerberos allows the same (RFC 4120, 1.6)


@dataclass(frozen=True)
class Decision:
    """One steward's word on a finding.

    kind: `accept` (it is right), `false_positive` (it is not), `override` (it is right, and has `grade`). entity,
    recognizers: what was found, and by which. detector, policy: digests of what it was found with and graded by.
    author, asked_by: who decided, and who wanted it. created_at, expires: RFC 3339 UTC. dataset, file, column, content:
    where, and the SHA-256 of the file; or fingerprint: which value. statement, signer: digest and public key of the
    signed statement this was read from.
    """

    kind: str
    entity: str
    recognizers: tuple[str, ...]
    detector: str
    policy: str
    author: str
    why: str
    created_at: str
    expires: str
    asked_by: str = ""
    dataset: str = ""
    file: str = ""
    column: str = ""
    content: str = ""
    fingerprint: str = ""
    grade: str = ""
    statement: str = ""
    signer: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form that is signed, without what the statement says anyway."""
        told = {key: value for key, value in asdict(self).items() if key not in _OF_STATEMENT}
        return {**told, "recognizers": list(self.recognizers)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], **of_statement: str) -> Decision:
        """Read the JSON form. Raises KeyError, TypeError or ValueError when it is not one.

        Args:
            data: what was signed.
            **of_statement: policy, created_at, statement and signer.
        """
        texts = {key: value for key, value in data.items() if key != "recognizers"}
        names = tuple(data["recognizers"])
        known = {one.name for one in fields(cls)} - _OF_STATEMENT
        if set(data) != known or not all(isinstance(one, str) for one in (*texts.values(), *names)):
            raise ValueError("decision")
        return cls(**texts, **of_statement, recognizers=names)

    @property
    def about(self) -> tuple[str, ...]:
        """What it is about: two decisions with the same `about` answer the same question."""
        return (self.entity, self.fingerprint, self.dataset, self.file, self.column)

    @property
    def second_person(self) -> bool:
        """Whether somebody else asked for it."""
        return bool(_person(self.asked_by)) and _person(self.asked_by) != _person(self.author)


def _person(name: str) -> str:
    return " ".join(name.casefold().split())


def detector_digest(detector: Mapping[str, str]) -> str:
    """Return the SHA-256 of what a report says its findings depend on."""
    return hashlib.sha256(json.dumps(dict(detector), sort_keys=True).encode()).hexdigest()


def moment(text: str) -> datetime:
    """Read a time as statements write it. Raises ValueError."""
    return datetime.strptime(text, TIME).replace(tzinfo=UTC)


def unsound(one: Decision, levels: Sequence[str]) -> str:
    """Return why a decision never counts, or nothing.

    Args:
        one: the decision.
        levels: the scheme's grades, lowest first.
    """
    if one.kind not in KINDS:
        return f"there is no decision {one.kind!r}; there are {', '.join(KINDS)}"
    if not _person(one.author) or not one.why.strip():
        return "it needs an author and a reason"
    if bool(one.fingerprint) == bool(one.file):
        return "it must be about one value or about one column"
    if one.kind == "override" and (one.grade not in levels or one.fingerprint):
        return f"only a finding in a column can have another grade, one of {', '.join(levels)}"
    return _bad_time(one)


def _bad_time(one: Decision) -> str:
    try:
        lasts = moment(one.expires) - moment(one.created_at)
    except ValueError:
        return "its times are not written as statements write them"
    return "" if timedelta(0) < lasts <= LONGEST else f"it must expire after it was made, within {LONGEST.days} days"


@dataclass(frozen=True)
class Circumstances:
    """What a decision is held against: the report's detector digest, policy and listing, and the time of asking."""

    detector: str
    policy: str
    listing: Mapping[str, str]
    levels: tuple[str, ...]
    now: str

    @classmethod
    def of(cls, report: Mapping[str, Any], now: str) -> Circumstances:
        """Take them from a report's JSON form."""
        return cls(
            detector_digest(report["detector"]), report["policy"], report["listing"], tuple(report["levels"]), now
        )

    def state(self, one: Decision, recognizers: Iterable[str] = ()) -> tuple[str, str]:
        """Return `live`, `expired`, `stale` or `ignored` for a decision, and why.

        Args:
            one: the decision.
            recognizers: by which the finding was made now.
        """
        if why := unsound(one, self.levels):
            return "ignored", why
        if moment(one.created_at) > moment(self.now) + MAX_SKEW:
            return "ignored", f"it is dated in the future, {one.created_at}"
        if moment(one.expires) <= moment(self.now):
            return "expired", f"it expired at {one.expires}"
        why = next(self._changes(one, frozenset(recognizers)), "")
        return ("stale", why) if why else ("live", "")

    def _changes(self, one: Decision, recognizers: frozenset[str]) -> Iterator[str]:
        if one.detector != self.detector:
            yield "the detector has changed"
        if one.policy != self.policy:
            yield "the policy has changed"
        if one.file and self.listing.get(one.file) != one.content:
            yield "the file has changed"
        if not recognizers <= set(one.recognizers):
            yield "another recogniser finds it now"


def standing(decisions: Iterable[Decision], circumstances: Circumstances) -> list[Decision]:
    """Return the decisions that no later one of the same author replaces; the replaced ones never count again."""
    newest: dict[tuple[str, ...], Decision] = {}
    for one in sorted(decisions, key=lambda each: (each.created_at, each.statement)):
        if circumstances.state(one)[0] == "ignored":
            newest[one.statement, one.created_at] = one  # replaces nothing, and is told
        else:
            newest[_person(one.author), *one.about] = one
    return list(newest.values())


def dismissed(decisions: Iterable[Decision], circumstances: Circumstances) -> dict[str, frozenset[str]]:
    """Return the values that are no findings now: fingerprint -> the recognisers that may be wrong about it."""
    mine = [one for one in standing(decisions, circumstances) if one.fingerprint]
    live = [one for one in mine if circumstances.state(one)[0] == "live"]
    right = {one.fingerprint for one in live if one.kind == "accept"}  # of two that contradict, the stricter counts
    wrong: dict[str, frozenset[str]] = {}
    for one in live:
        if one.kind == "false_positive" and one.fingerprint not in right:
            wrong[one.fingerprint] = wrong.get(one.fingerprint, frozenset()) | set(one.recognizers)
    return wrong
