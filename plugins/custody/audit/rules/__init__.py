# SPDX-License-Identifier: Apache-2.0
"""The rules: each a function from a case to findings. Verdicts only rise, and the order of rules does not matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from custody.audit.case import Case
from custody.audit.rules.acceptance import acceptance
from custody.audit.rules.changed import changed
from custody.audit.rules.conflicts import conflicts
from custody.audit.rules.contract import contract
from custody.audit.rules.digests import digests
from custody.audit.rules.evidence import evidence
from custody.audit.rules.licence import licence
from custody.audit.rules.optouts import optouts
from custody.audit.rules.origin import origin
from custody.audit.rules.outputs import outputs
from custody.audit.rules.owner import owner
from custody.audit.rules.parts import parts
from custody.audit.rules.personal import personal_data
from custody.audit.rules.provenance import provenance
from custody.audit.rules.rights import rights
from custody.audit.rules.supplier import supplier
from custody.audit.rules.terms import site_terms
from custody.audit.rules.texts import changes, texts
from custody.audit.rules.usage import usage
from custody.audit.verdicts import Finding

RULES: tuple[Callable[[Case], Iterable[Finding]], ...] = (
    acceptance,
    conflicts,
    changed,
    contract,
    digests,
    evidence,
    licence,
    origin,
    outputs,
    optouts,
    owner,
    parts,
    personal_data,
    usage,
    provenance,
    rights,
    site_terms,
    supplier,
    texts,
    changes,
)


def judge(case: Case) -> tuple[Finding, ...]:
    """Return what every rule finds, each finding once, in a fixed order."""
    return tuple(sorted({finding for rule in RULES for finding in rule(case)}))
