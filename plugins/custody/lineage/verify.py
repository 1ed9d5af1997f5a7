# SPDX-License-Identifier: Apache-2.0
"""Re-verify a BOM offline, as somebody who runs no custody.

Three results: ok, mismatch, incomplete. Never plain ok when bytes were not read. The nine checks of
`verification.CHECKS` run in order; the first seven stop at the first broken link, since what follows rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from custody.errors import CustodyError, UsageError
from custody.lineage import checks, redo
from custody.lineage.presented import Case
from custody.lineage.verification import Check, Verification, sentence

RECORDS = (
    checks.signatures,
    checks.statements,
    checks.chain,
    checks.bom,
    checks.training,
    checks.steps,
    checks.grades,
)
BYTES = (checks.data, checks.model)


def verify(
    bom: Path,
    bundle: Path,
    data: Path | None = None,
    rules: Path | None = None,
    *,
    head: str | None = None,
    anchor: Path | None = None,
    roots: Sequence[Path] = (),
) -> Verification:
    """Check a BOM against the statements of its bundle and, when given, against the bytes.

    Args:
        bom: the BOM file.
        bundle: the bundle's directory.
        data: a directory that holds each dataset under its name, and the model file.
        rules: the verifier's own copy of the policy. Without it the keys are those the bundle itself names.
        head: what the bundle's head must be, as its publisher tells it elsewhere; an older bundle has another.
        anchor: an RFC 3161 time stamp over the bundle's head.
        roots: PEM files with the certificates of trusted time-stamp authorities.

    Raises:
        UsageError: a path is not there, a time stamp is no file, or there is an authority without one.
    """
    if roots and not anchor:
        raise UsageError("there is no time stamp for this authority", where="--tsa", remedy="name it with --anchor")
    for path in (bom, bundle / "policy.yaml", *(one for one in (data, rules, anchor) if one)):
        if not path.exists():
            raise UsageError("there is nothing here", where=str(path), remedy="correct the path")
    if anchor and not anchor.is_file():
        raise UsageError("a time stamp is a file", where=str(anchor), remedy="correct the path")
    found = Verification(pinned=rules is not None)
    case = Case(found, bom, bundle, data, rules or bundle / "policy.yaml", head, anchor, tuple(roots))
    for number, check in enumerate(RECORDS, 1):
        _run(found, number, check, case)
        if found.mismatches:
            return found
    for number, check in enumerate(BYTES, len(RECORDS) + 1):
        _run(found, number, check, case)
    found.redo = redo.commands(case, data)
    return found


def _run(found: Verification, number: int, check: Callable[[Case], checks.Findings], case: Case) -> None:
    try:
        found.checks += [Check(number, state, text) for state, text in check(case)]
    except CustodyError as error:
        found.checks.append(Check(number, "broken", sentence(error)))
    except (AttributeError, KeyError, TypeError, ValueError, StopIteration, RecursionError) as error:
        # a schema passes much, and whoever holds a role's key can sign details of any shape
        text = f"a signed record or the BOM has details of another form ({type(error).__name__})"
        found.checks.append(Check(number, "broken", text))
