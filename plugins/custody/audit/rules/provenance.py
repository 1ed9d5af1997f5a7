# SPDX-License-Identifier: Apache-2.0
"""Are these the publisher's bytes, at a state that does not move, from a publisher that is who it says?

What is stated is always checked. What is missing is a finding where the policy requires it: most publishers give no
proof at all, so a policy names what its sources must bring.
"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.case import Case
from custody.audit.provenance import (
    MAX_CHECKSUMS,
    Compared,
    at_home,
    compare,
    is_public_key,
    pin,
    read_checksums,
    signed_by,
)
from custody.audit.records.files import small
from custody.audit.verdicts import Finding, Verdict
from custody.intents import Publisher

_MAX_SIGNATURE = 1 << 12  # bytes


def provenance(case: Case) -> Iterator[Finding]:
    """Judge checksums, revision, signature and place of origin."""
    compared = _compared(case)
    yield from _checksums(case, compared)
    yield from _revision(case, same=isinstance(compared, Compared) and compared.same)
    yield from _publisher(case)


def _compared(case: Case) -> Compared | str:
    """Hold the bytes against the publisher's checksums. A text says why that says nothing."""
    if not case.source.proof.checksums:
        return "none are named"
    data = small(case.base / case.source.proof.checksums, MAX_CHECKSUMS)
    if data is None:
        return "the file is not there or too large"
    stated = read_checksums(data.decode("utf-8", "surrogateescape"))
    if stated.faults or not stated.digests:
        return f"{stated.faults} lines are no checksums or contradict others" if stated.faults else "the file is empty"
    return compare(case.listing.digests, stated.digests)


def _checksums(case: Case, compared: Compared | str) -> Iterator[Finding]:
    required = "checksum" in case.settings.provenance.require
    if isinstance(compared, str):
        if case.source.proof.checksums or required:
            yield _finding(
                case,
                "review",
                f"the publisher's checksums cannot be held against the bytes: {compared}",
                "the bytes may be other ones",
                "get the publisher's sha256sum file and name it in `proof: checksums`",
            )
        return
    for paths, verdict, what in _differences(compared):
        if paths:
            yield _finding(
                case,
                verdict,
                f"{len(paths):,} files {what}, first {paths[0]!r}",
                "the bytes are not those the publisher lists",
                "fetch the data again, or find out who changed it",
            )


def _differences(compared: Compared) -> tuple[tuple[tuple[str, ...], Verdict, str], ...]:
    return (
        (compared.differ, "deny", "differ from the publisher's checksums"),
        (compared.extra, "review", "are not in the publisher's checksums"),
        (compared.missing, "review", "of the publisher's checksums are not there"),
    )


def _revision(case: Case, *, same: bool) -> Iterator[Finding]:
    if same:
        return  # the bytes themselves are fixed
    required = "revision" in case.settings.provenance.require
    lesser: Verdict = "review" if required else "allow_with_obligations"
    kind = pin(case.source.origin.revision)
    told: dict[str, tuple[Verdict, str, str]] = {
        "moving": ("review", "the revision is a branch or a word for the newest", "it names other bytes tomorrow"),
        "label": (lesser, "the revision is a version or tag", "its owner can move it"),
        "short": (lesser, "the revision is the beginning of a commit id", "another commit can begin the same"),
        "none": ("review", "no revision is stated", "the state of the data at its origin cannot be found again"),
    }
    if kind in told and (kind != "none" or required):
        verdict, what, why = told[kind]
        yield _finding(case, verdict, what, why, "write the whole commit id, or the publisher's checksums")


def _publisher(case: Case) -> Iterator[Finding]:
    known = case.settings.provenance.publishers.get(case.source.origin.publisher)
    proven = known is not None and bool(known.places) and at_home(case.source.origin.url, known.places)
    if case.source.proof.signature:
        faults = list(_signature(case, known))
        yield from faults
        proven = proven or not faults
    if known is not None and known.places and not proven:
        yield _finding(
            case,
            "review",
            "the data does not come from a place of its publisher",
            "anyone can put a name on a copy",
            "fetch it from the publisher, or have the place added to the policy",
            code="AUT071",
        )
    elif not proven and "publisher" in case.settings.provenance.require:
        yield _finding(
            case,
            "review",
            "who published the data is not proven",
            "the policy knows neither its signature nor its place",
            "add the publisher to `audit: provenance: publishers` in the policy, after checking who it is",
            code="AUT071",
        )


def _signature(case: Case, known: Publisher | None) -> Iterator[Finding]:
    proof = case.source.proof
    data = small(case.base / proof.checksums, MAX_CHECKSUMS) if proof.checksums else None
    signature = small(case.base / proof.signature, _MAX_SIGNATURE)
    trusted = [key for key in (known.keys if known else ()) if is_public_key(key)]
    verdict: Verdict = "review"
    if data is None or signature is None:
        what, why = "the signature cannot be checked", "it or the checksums it signs are not there"
    elif not trusted:
        what, why = "the signature is of a key nobody vouches for", "the policy has no key of it that is one"
    elif not any(signed_by(key, signature, data) for key in trusted):
        verdict, what, why = "deny", "the signature does not hold", "no key of the publisher made it over this file"
    else:
        return
    remedy = "get checksums and signature from the publisher, and its key into the policy"
    yield _finding(case, verdict, what, why, remedy, code="AUT071")


def _finding(case: Case, verdict: Verdict, what: str, why: str, remedy: str, code: str = "AUT070") -> Finding:
    return Finding(code, verdict, what, case.source.name, why, remedy)
