# SPDX-License-Identifier: Apache-2.0
"""Has a predicate the fields that its type asks for?

The fields are those of the published predicates: SCAI v0.3, test-result v0.1, SLSA provenance v1 and verification
summary v1. What custody reads of them later is checked where it is read; this says early that a signer wrote another
thing under the name of a predicate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.lineage import statement as st

RESULTS = ("PASSED", "WARNED", "FAILED")
_FIELDS: dict[str, dict[str, type]] = {
    st.SCAI: {"attributes": list},
    st.TEST_RESULT: {"result": str, "configuration": list},
    st.PROVENANCE: {
        "buildDefinition.buildType": str,
        "buildDefinition.externalParameters": dict,
        "buildDefinition.resolvedDependencies": list,
        "runDetails.builder.id": str,
    },
    st.VSA: {
        "verifier.id": str,
        "timeVerified": str,
        "resourceUri": str,
        "policy.digest.sha256": str,
        "verificationResult": str,
        "inputAttestations": list,
    },
    st.CYCLONEDX: {"bomFormat": str, "specVersion": str, "metadata": dict},
}


def problems(statement: st.Statement) -> list[str]:
    """Return what a statement's predicate lacks, each in a few words; empty when it has the form of its type."""
    predicate = statement.predicate
    return [*_fields(statement.predicate_type, predicate), *_words(statement.predicate_type, predicate)]


def _fields(kind: str, predicate: Mapping[str, Any]) -> Iterator[str]:
    for path, wanted in _FIELDS[kind].items():
        if not isinstance(_at(predicate, path), wanted):
            yield f"{path} is missing or of another type"


def _words(kind: str, predicate: Mapping[str, Any]) -> Iterator[str]:
    if kind == st.TEST_RESULT and predicate.get("result") not in RESULTS:
        yield f"result is none of {', '.join(RESULTS)}"
    if kind == st.VSA and predicate.get("verificationResult") not in ("PASSED", "FAILED"):
        yield "verificationResult is neither PASSED nor FAILED"
    if kind == st.SCAI and not all(isinstance(_at(one, "attribute"), str) for one in predicate.get("attributes") or ()):
        yield "an attribute has no name"


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
