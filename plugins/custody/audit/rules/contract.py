# SPDX-License-Identifier: Apache-2.0
"""Is there a contract where one is needed, does it hold today, and does it cover the intent?

A contract that is only written down, without the signed text, or that cannot be read, does not open a gated source.
"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.records.contract import WORLD, Contract, Use
from custody.audit.records.dates import Term, first_day
from custody.audit.records.files import kept
from custody.audit.regions import EU
from custody.audit.verdicts import Finding, Verdict
from custody.intents import Intent


def contract(case: Case) -> Iterator[Finding]:
    """Judge the contract, and deny a source that needs one it cannot show."""
    held = case.source.contract
    faults = list(_faults(case, held)) if held else []
    yield from faults
    if (why := _closed(case)) and (held is None or faults):
        yield _finding(
            case,
            "deny",
            "no contract that holds is on record" if held else "no contract is on record",
            why,
            "record the contract under `contract`, with the signed file"
            if held is None
            else "mend the contract record",
            code="TOS051",
        )


def _closed(case: Case) -> str:
    """Say why a source needs a contract, or nothing."""
    if case.source.kind == "purchased":
        return "what was bought may be used as the contract says"
    if case.source.gated or case.metadata.gated:
        return "it lies behind a login, a click-through or a paywall"
    return ""


def _faults(case: Case, held: Contract) -> Iterator[Finding]:
    yield from _text(case, held)
    yield from _dates(case, held)
    yield from _scope(case, held)
    yield from _territory(case, held)
    if not held.party:
        what = "the contract does not say who grants"
        yield _finding(case, "review", what, "nobody is bound by it", "write `party`")
    elif not case.source.supplier:  # who delivers is held against the party by the rule about suppliers
        yield from _party(case, held.party)


def _party(case: Case, party: str) -> Iterator[Finding]:
    """Ask whether who grants is who has the rights, where that is told; one name may be part of the other."""
    origin = case.source.origin
    holders = list(filter(None, (origin.owner, origin.publisher)))
    names = [_plain(one) for one in holders]
    if holders and not any(one and (one in _plain(party) or (_plain(party) or "-") in one) for one in names):
        yield _finding(
            case,
            "review",
            f"the contract is with {party[:80]!r}, and the data is {holders[0][:80]!r}'s",
            "only who has the rights can grant them",
            "get a contract with them, or correct `party`, `origin.owner` or `origin.publisher`",
        )


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _text(case: Case, held: Contract) -> Iterator[Finding]:
    state = kept(case.base, held.file, held.sha256)
    if state == "another file":
        yield _finding(
            case,
            "deny",
            f"{held.file!r} is not the contract that was recorded",
            "its sha256 differs",
            "store the signed text again, or record the new one after reading it",
        )
    elif state != "same":
        what = {
            "none named": "the contract has no `file`",
            "not there": f"the contract's file {held.file!r} is not there",
            "unpinned": "the contract has no `sha256`",
            "no digest": "the contract's `sha256` is none",
        }[state]
        why = "what was agreed cannot be looked up"
        yield _finding(case, "review", what, why, "store the signed text and write its file and sha256", code="EVD080")


def _dates(case: Case, held: Contract) -> Iterator[Finding]:
    as_of = f"the audit is as of {case.today.isoformat()} (UTC)"
    signed = first_day(held.signed)
    if signed is None:
        what = "the contract has no day of signature that can be read"
        yield _finding(case, "review", what, "it may not be signed", "write `signed` as 2026-01-31")
    elif signed > case.today:
        what = f"the contract is signed on {held.signed} only"
        yield _finding(case, "deny", what, as_of, "wait until it is signed")
    state = Term(held.valid_from, held.valid_until).on(case.today)
    denied = {
        "over": f"the contract ended on {held.valid_until}",
        "not yet": f"the contract begins on {held.valid_from}",
    }
    doubtful = {
        "unreadable": "a day of the contract is missing or cannot be read",
        "backwards": "the contract ends before it begins",
        "open": "the contract has no last day",
    }
    if state in denied:
        yield _finding(case, "deny", denied[state], as_of, "renew the contract, or drop the source")
    elif state in doubtful:
        why = "whether it holds is not known"
        remedy = "write `valid_from` and `valid_until` as 2026-01-31, or `perpetual` for no end"
        yield _finding(case, "review", doubtful[state], why, remedy)


def needed(intent: Intent) -> tuple[Use, ...]:
    """Return the uses a contract must name for an intent."""
    uses: list[Use] = ["evaluate" if intent.train == "evaluate" else "train"]
    uses += ["commercial"] if intent.purpose == "commercial" else []
    uses += ["redistribute"] if intent.redistribute_data else []
    uses += ["derivative"] if intent.release == "weights" else []
    return tuple(uses)


def _scope(case: Case, held: Contract) -> Iterator[Finding]:
    lacking = [use for use in needed(case.intent) if use not in held.scope]
    if lacking:
        yield _finding(
            case,
            "deny",
            f"the contract's scope lacks {', '.join(lacking)}",
            f"the intent {case.intent_name!r} needs it",
            "have the contract extended, change the intent, or drop the source",
        )


def _territory(case: Case, held: Contract) -> Iterator[Finding]:
    covered = {one.upper() for one in held.territory}
    covered |= EU if "EU" in covered else set()
    outside = [one for one in case.intent.jurisdictions if one.upper() not in covered]
    if not outside or WORLD.upper() in covered:
        return
    if held.territory:
        what = f"the contract does not cover {', '.join(outside)}"
        remedy = "have the contract extended, or leave these places out of the intent"
        yield _finding(case, "deny", what, "the model is for there", remedy)
    else:
        what = "the contract does not say where it holds"
        yield _finding(case, "review", what, f"the model is for {', '.join(outside)}", "write `territory`")


def _finding(case: Case, verdict: Verdict, what: str, why: str, remedy: str, code: str = "EVD081") -> Finding:
    where = f"{case.source.name}, contract {case.source.contract.id}" if case.source.contract else case.source.name
    return Finding(code, verdict, what, where, why, remedy)
