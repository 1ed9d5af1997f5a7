# SPDX-License-Identifier: Apache-2.0
"""May exactly these bytes train this model? The question the gate asks before training and `verify` asks afterwards.

The answer comes from signed statements alone: walk from the address back to the raw bytes, then compare what was done
with what the policy demands of the grade. Whatever is missing, stale, unknown or unreadable is a reason to say no, and
every reason names its remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from custody.dataset import Listing
from custody.errors import IntegrityError
from custody.lineage.ledger import Ledger
from custody.lineage.statement import Statement
from custody.policy import Measures

MAKERS = ("encrypt", "redact")  # the steps that turn one address into another
PERMITTED = ("allow", "allow_with_obligations")
MAX_SKEW = timedelta(minutes=5)  # between the clocks of two machines; Kerberos allows the same (RFC 4120, 1.6)
MAX_STEPS = 100  # addresses between raw and cleared bytes; more means the records are not a chain


@dataclass
class Examination:
    """What the records say about one dataset.

    addresses: from the examined bytes back to the raw ones. used: step -> the statement the answer rests on, the
    makers in `made`, tests of the forms in between in `noted`. reasons: why not; empty means yes.
    """

    name: str
    addresses: list[str]
    grade: str | None = None
    used: dict[str, Statement] = field(default_factory=dict)
    made: list[Statement] = field(default_factory=list)
    noted: list[Statement] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against these bytes."""
        return not self.reasons

    @property
    def raw(self) -> str:
        """The address of the bytes as they came in."""
        return self.addresses[-1]

    @property
    def statements(self) -> list[Statement]:
        """Every statement the answer rests on."""
        return [*self.made, *self.noted, *self.used.values()]

    def refuse(self, what: str, remedy: str) -> None:
        """Add a reason."""
        self.reasons.append(f"{self.name}: {what}. To mend it: {remedy}")


def examine(
    ledger: Ledger, name: str, address: str, intent: str, at: str, listing: Listing | None = None
) -> Examination:
    """Ask the records whether the bytes at an address may be used for an intent.

    Args:
        ledger: the records and the policy they are read under.
        name: the dataset's name, for messages.
        address: its dirHash, recomputed from the bytes by the caller.
        intent: a name under `intents` in the policy.
        at: the moment of use, RFC 3339 UTC; a drill must be recent at that moment.
        listing: of the bytes, when there are any, so that a mismatch can be told file by file.
    """
    found = Examination(name, [address])
    try:
        _trace(ledger, found)
        _classified(ledger, found, listing, at)
        if found.grade is not None:
            _audited(ledger, found, intent, at)
            _measures(ledger, found, intent, at)
        _fresh_and_whole(ledger, found)
    except IntegrityError as error:
        found.refuse(str(error).replace("\n", ";"), "restore the ledger from a copy, or run this dataset's steps again")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # whoever holds a role's key can sign details of any shape
        what = f"a signed record has details of another form ({type(error).__name__})"
        found.refuse(what, "run this dataset's steps again")
    return found


def _trace(ledger: Ledger, found: Examination) -> None:
    """Follow the makers from the examined bytes back to the raw ones."""
    while True:
        address = found.addresses[-1]
        makers = _makers(ledger, address)
        # a redaction that found nothing to take out gives the same bytes: it was done, and leads no further back
        same = [one for one in makers if one.link.step == "redact" and _source(one) == address]
        found.made += same[:1]
        others = [one for one in makers if one not in same]
        if not others:
            return
        source = _source(others[0])
        if source in found.addresses or len(found.addresses) >= MAX_STEPS:
            raise IntegrityError("the records of how these bytes were made go round in a circle")
        found.made.append(others[0])
        found.addresses.append(source)


def _source(maker: Statement) -> str:
    sources = [one["digest"].get("dirHash") for one in maker.materials]
    if len(sources) != 1 or sources[0] is None:
        raise IntegrityError(
            f"the {maker.link.step} does not name the one dataset it was made from",
            where=f"statement {maker.digest[:12]}…",
        )
    return str(sources[0])


def _makers(ledger: Ledger, address: str) -> list[Statement]:
    """Return the statements that made these bytes, the newest first."""
    made = [one for step in MAKERS for one in ledger.about(address, step) if one.names(address)]
    return sorted(made, key=lambda one: one.link.created_at, reverse=True)


def _classified(ledger: Ledger, found: Examination, listing: Listing | None, at: str) -> None:
    classified = ledger.latest(found.raw, "classify")
    if classified is None or classified.link.grade is None:
        known = len(found.addresses) == 1
        what = (
            unknown_bytes(ledger, found.name, listing) if known else f"its raw bytes {found.raw[:12]}… are unclassified"
        )
        found.refuse(what, "restore the bytes that were processed, or run every step on these")
        return
    found.used["classify"] = classified
    reviews = raising(ledger, found.raw, at)
    if reviews:  # the highest is what the answer rests on, and so what a bundle has to hold
        found.used["review"] = reviews[-1]
    grades = {one.link.grade or classified.link.grade for one in (*found.made, classified, *reviews)}
    if unknown := grades - set(ledger.rules.levels):
        found.refuse(f"it is graded {', '.join(sorted(unknown))}, which the scheme does not have", "classify it again")
        return
    found.grade = ledger.rules.highest(*grades)
    for one in found.made:
        grade = one.link.grade or classified.link.grade
        if grade != found.grade:
            what = f"its {one.link.step} was done for {grade} data, but it is {found.grade}"
            found.refuse(what, f"run {one.link.step} and the steps after it again")
    if unscanned := classified.link.detail.get("unscanned"):
        found.refuse(
            "could not be read whole: " + "; ".join(unscanned[:5]), "repair or remove these, then run every step again"
        )


def raising(ledger: Ledger, address: str, at: str) -> list[Statement]:
    """Return the reviews by which stewards raised the grade of a dataset and that count at a moment, the highest last.

    A decision under another policy is stale, as everything is that was done under it.

    Args:
        ledger: the records.
        address: of the raw bytes.
        at: RFC 3339 UTC.

    Raises:
        IntegrityError: one gives a grade that the scheme does not have, or as `Ledger.about`.
    """
    levels = ledger.rules.levels
    counting = [
        one
        for one in ledger.about(address, "review")
        if one.link.grade
        and one.link.policy == ledger.rules.digest
        and one.names(address)
        and one.link.created_at <= at < str(one.link.detail["decision"]["expires"])
    ]
    if unknown := next((one for one in counting if one.link.grade not in levels), None):
        raise IntegrityError(
            "a signed review gives a grade that the scheme does not have",
            where=f"statement {unknown.digest[:12]}…",
            allowed=", ".join(levels),
            remedy="find out who signed it with the steward's key",
        )
    return sorted(counting, key=lambda one: (levels.index(str(one.link.grade)), one.digest))


def unknown_bytes(ledger: Ledger, name: str, listing: Listing | None) -> str:
    """Say how bytes that no statement names differ from what the name stood for before."""
    head = "no signed step names these bytes"
    earlier = [ledger.listing(one) for one in ledger.addresses(name)] if listing else []
    changes = min((one.differences(listing) for one in earlier if listing), key=len, default=[])
    return f"{head} ({'; '.join(changes[:5])})" if changes else head


def _audited(ledger: Ledger, found: Examination, intent: str, at: str) -> None:
    audits = [one for one in ledger.about(found.raw, "audit") if one.names(found.raw)]
    # a verdict is for one intent; an audit for another says nothing about this one
    audited = max(audits, key=lambda one: (one.link.detail.get("intent") == intent, one.link.created_at), default=None)
    if audited is None:
        found.refuse("its source was never audited", "describe it in sources.yaml and run the audit")
        return
    found.used["audit"] = audited
    verdict, asked = audited.link.detail.get("verdict"), audited.link.detail.get("intent")
    if asked != intent:
        found.refuse(f"it was audited for the intent {asked!r}, not {intent!r}", f"audit it for {intent!r}")
    if verdict not in PERMITTED:
        why = "; ".join(audited.link.detail.get("reasons", [])) or "no reason is recorded"
        found.refuse(f"the audit's verdict is {verdict} ({why})", "settle the findings, then audit again")
    for waived in audited.link.detail.get("waived", ()):
        if str(waived["expires"]) < at[: len("YYYY-MM-DD")]:
            found.refuse(
                f"the waiver of {waived['code']} expired on {waived['expires']}", "decide anew, then audit again"
            )


def _measures(ledger: Ledger, found: Examination, intent: str, at: str) -> None:
    measures = ledger.rules.measures.get(str(found.grade))
    if measures is None:
        found.refuse(f"the policy has no measures for {found.grade} data", f"write `measures: {found.grade}:`")
        return
    if intent not in ledger.rules.intents:
        found.refuse(f"the policy has no intent {intent!r}", f"use one of {', '.join(ledger.rules.intents)}")
    elif ledger.rules.intents[intent].use not in measures.purposes:
        found.refuse(f"{found.grade} data may not be used to {ledger.rules.intents[intent].use}", "choose other data")
    for remark, remedy in (*_made_as_demanded(found, measures), *_proven(ledger, found, measures, at)):
        found.refuse(remark, remedy)


def _made_as_demanded(found: Examination, measures: Measures) -> Iterator[tuple[str, str]]:
    steps = {one.link.step: one for one in found.made}
    if measures.redact:
        plan = steps["redact"].link.detail.get("plan", {}) if "redact" in steps else None
        if plan is None:
            yield "it was not redacted", "run the redaction and the steps after it"
        elif lacking := sorted(entity for entity, how in measures.redact.items() if plan.get(entity) != how):
            yield (
                f"{', '.join(lacking)} was not redacted as the policy says",
                "run the redaction and the steps after it",
            )
    if measures.encrypt and (not found.made or found.made[0].link.step != "encrypt"):
        yield "it is not encrypted", "run the encryption and the steps after it"


def _proven(ledger: Ledger, found: Examination, measures: Measures, at: str) -> Iterator[tuple[str, str]]:
    address = found.addresses[0]
    yield from _tested_before(ledger, found)
    if measures.expectations:
        yield from _passed(ledger, found, "expect", "its expectations", "run the expectation gate on these bytes")
    if measures.backup:
        yield from _passed(ledger, found, "drill", "its restore drill", "back it up and run a restore drill")
        drill, every = found.used.get("drill"), measures.backup.every
        if drill and _age(drill.link.created_at, at) > every:
            yield f"its last proven restore is older than {every}", "run a restore drill"
        if drill and _age(drill.link.created_at, at) < -MAX_SKEW:
            yield "its last proven restore is dated in the future", "set the clocks, then run a restore drill"
        found.used |= {step: one for step in ("backup",) if (one := _backup_of(ledger, address))}
        if "backup" not in found.used:
            yield "it has no backup", "back it up and run a restore drill"


def _tested_before(ledger: Ledger, found: Examination) -> Iterator[tuple[str, str]]:
    """Whatever was tested on the way counts: nobody must test the raw or redacted form, but a failure there is one."""
    for address in found.addresses[1:]:
        if tested := ledger.latest(address, "expect"):
            found.noted.append(tested)
            if tested.predicate.get("result") != "PASSED":
                yield "an earlier form of it failed its expectations", "mend the data and run the steps again"


def _passed(ledger: Ledger, found: Examination, step: str, what: str, remedy: str) -> Iterator[tuple[str, str]]:
    tested = ledger.latest(found.addresses[0], step)
    if tested is None:
        yield f"{what}: no signed result", remedy
        return
    found.used[step] = tested
    if tested.predicate.get("result") != "PASSED":
        yield f"{what} failed: {', '.join(tested.predicate.get('failedTests', []))}", remedy


def _backup_of(ledger: Ledger, address: str) -> Statement | None:
    made = [
        one for one in ledger.about(address, "backup") if any(address in m["digest"].values() for m in one.materials)
    ]
    return max(made, key=lambda one: one.link.created_at, default=None)


def _age(earlier: str, later: str) -> timedelta:
    return datetime.fromisoformat(later) - datetime.fromisoformat(earlier)


def _fresh_and_whole(ledger: Ledger, found: Examination) -> None:
    """Refuse statements of another policy, and holes in what the used statements follow."""
    for one in found.statements:
        if one.link.policy != ledger.rules.digest:
            found.refuse(f"its {one.link.step} was done under another policy", f"run {one.link.step} again")
    seen: set[str] = set()
    waiting = [digest for one in found.statements for digest in one.link.prev]
    while waiting:
        digest = waiting.pop()
        if digest not in seen:
            seen.add(digest)
            waiting += ledger.get(digest).link.prev
