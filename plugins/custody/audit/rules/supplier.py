# SPDX-License-Identifier: Apache-2.0
"""Does the supplier's word still stand, and did its deliveries hold?

SUP120: the supplier is not known. SUP121: an attestation is missing, over or not shown. SUP122: its deliveries did not
hold often enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.records.dates import Term
from custody.audit.records.suppliers import Attestation, Supplier, score
from custody.audit.verdicts import Finding, Verdict


def supplier(case: Case) -> Iterator[Finding]:
    """Judge the supplier a source names."""
    named = case.source.supplier
    if not named:
        if case.source.kind == "purchased":
            what, why = "no supplier is named", "what was bought came from someone"
            yield _finding(case, "SUP120", what, why, "name the supplier and register it")
        return
    known = case.register.suppliers.get(named) if case.register else None
    if known is None:
        what, why = f"the supplier {named!r} is not registered", "nothing is known of it"
        yield _finding(case, "SUP120", what, why, "add it to the register that `suppliers` of the sources file names")
        return
    yield from _attestations(case, known)
    yield from _score(case, known)
    contract = case.source.contract
    if contract and contract.party and contract.party.casefold() not in {named.casefold(), known.name.casefold()}:
        what = f"the contract is not with the supplier {named!r}"
        yield _finding(case, "SUP120", what, "who delivers is not who grants", "record the contract of the supplier")


def _attestations(case: Case, known: Supplier) -> Iterator[Finding]:
    for wanted in case.settings.suppliers.attest:
        given = [one for one in known.attestations if one.of == wanted]
        if not given:
            yield _attested(case, f"the supplier attests nothing about {wanted}", "the policy asks for it")
        # one that holds is enough: an old one beside its renewal is no fault
        elif all(faults := [_fault(case, one) for one in given]):
            yield _attested(case, f"the supplier's attestation of {wanted} {faults[0]}", "it proves nothing today")
    for one in known.attestations:
        others = [other for other in known.attestations if other.of == one.of and not _fault(case, other)]
        if one.of not in case.settings.suppliers.attest and not others and (fault := _fault(case, one)):
            yield _attested(case, f"the supplier's attestation of {one.of} {fault}", "it proves nothing today")


def _attested(case: Case, what: str, why: str) -> Finding:
    return _finding(case, "SUP121", what, why, "ask the supplier for a new one and register it")


def _fault(case: Case, one: Attestation) -> str:
    """Say in words that follow `attestation` why it does not count, or nothing."""
    state = Term("", one.valid_until, begins=False).on(case.today)
    file = case.register.kept(one) if case.register else "not there"
    if state == "over":
        return f"ended on {one.valid_until}"
    if state != "holds":
        return "has no last day that can be read"
    return "" if file == "same" else "is not kept with its sha256" if file != "another file" else "is another file"


def _score(case: Case, known: Supplier) -> Iterator[Finding]:
    settings, told = case.settings.suppliers, score(known, case.today)
    if told.deliveries >= settings.deliveries and told.worst < settings.least:
        shares = f"{told.held:.0%} as announced, {told.clean:.0%} clean, {told.in_time:.0%} in time"
        what = f"of {told.deliveries} deliveries of the supplier {shares}"
        why = f"the policy asks for {settings.least:.0%} of each"
        yield _finding(case, "SUP122", what, why, "check this delivery by hand, or change the supplier")


def _finding(case: Case, code: str, what: str, why: str, remedy: str, verdict: Verdict = "review") -> Finding:
    return Finding(code, verdict, what, case.source.name, why, remedy)
