# SPDX-License-Identifier: Apache-2.0
"""The bodies of the standard predicates, as custody fills them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from custody.lineage.statement import Subject, now

BUILDER = "urn:custody:airflow-provider-custody"


def tool_version() -> str:
    """Return the installed version of custody."""
    try:
        return version("airflow-provider-custody")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "0"


def provenance(
    step: str, materials: Sequence[Subject], parameters: Mapping[str, Any], started: str, run: Mapping[str, Any] | None
) -> dict[str, Any]:
    """SLSA provenance v1: a step that made new bytes out of others.

    Args:
        step: names the build type.
        materials: what went in; becomes resolvedDependencies.
        parameters: what the caller chose; becomes externalParameters.
        started: RFC 3339 UTC.
        run: the Airflow run, if there is one; becomes the invocation id.
    """
    metadata = {"startedOn": started, "finishedOn": now()}
    if run:
        metadata["invocationId"] = "/".join(str(run[key]) for key in sorted(run))
    return {
        "buildDefinition": {
            "buildType": f"urn:custody:{step}:v1",
            "externalParameters": dict(parameters),
            "resolvedDependencies": list(materials),
        },
        "runDetails": {"builder": {"id": BUILDER, "version": {"custody": tool_version()}}, "metadata": metadata},
    }


def observed(
    configuration: Sequence[Subject], passed: Iterable[str], failed: Iterable[str] = (), warned: Iterable[str] = ()
) -> dict[str, Any]:
    """in-toto test-result v0.1: a step that observed. FAILED when anything failed, else WARNED when anything warned."""
    failures, warnings = sorted(failed), sorted(warned)
    return {
        "result": "FAILED" if failures else "WARNED" if warnings else "PASSED",
        "configuration": list(configuration),
        "passedTests": sorted(passed),
        "warnedTests": warnings,
        "failedTests": failures,
    }


def scai(attributes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """SCAI v0.3: fine-grained attributes of the subject, each with its evidence."""
    return {"attributes": list(attributes), "producer": {"uri": BUILDER}}


def verification_summary(name: str, policy: str, inputs: Iterable[str], *, passed: bool) -> dict[str, Any]:
    """SLSA verification summary v1 of one dataset.

    Args:
        name: the dataset.
        policy: SHA-256 of the policy file.
        inputs: payload digests of the statements the answer rests on.
        passed: the answer.
    """
    return {
        "verifier": {"id": BUILDER, "version": {"custody": tool_version()}},
        "timeVerified": now(),
        "resourceUri": f"urn:custody:dataset:{name}",
        "policy": {"uri": "policy.yaml", "digest": {"sha256": policy}},
        "inputAttestations": [{"digest": {"sha256": digest}} for digest in sorted(set(inputs))],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": ["CUSTODY_CLEARED"] if passed else [],
    }
