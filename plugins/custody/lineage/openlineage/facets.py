# SPDX-License-Identifier: Apache-2.0
"""The facets custody fills, as plain JSON. Facts of signed records go in: names, counts, digests, never a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from custody.governance import Governance
from custody.lineage.openlineage.schemas import Place, url_of
from custody.lineage.predicates import BUILDER, tool_version
from custody.lineage.statement import Statement, Subject

NAMESPACE = "custody"  # of jobs and datasets
ATTESTATION = "custody_attestation"
Facets = dict[str, dict[str, Any]]
MOST = 1000  # columns, tests or files told of one dataset; the statement's report has all


def facet(place: Place, key: str, **body: Any) -> Facets:
    """Return one facet under its key."""
    return {key: {"_producer": producer(), "_schemaURL": url_of(place, key), **body}}


def producer() -> str:
    """Return who makes the events."""
    return f"{BUILDER}:{tool_version()}"


def dataset_name(subject: Subject) -> str:
    """Return how events call a dataset: by name and digest, since other bytes are another dataset."""
    return f"{subject['name']}@{digest_of(subject)}"


def digest_of(subject: Subject) -> str:
    """Return a subject's address, or the SHA-256 of a file."""
    digests = subject["digest"]
    return str(digests.get("dirHash") or digests.get("sha256") or min(digests.values()))


def attestation(statement: Statement, subject: Subject, role: str, ledger: str) -> Facets:
    """Point at the signed statement."""
    digests = {name: value for name, value in subject["digest"].items() if name in ("dirHash", "sha256")}
    about = {"step": statement.link.step, "role": role, "digest": digests, "ledger": ledger}
    record = {"statementSha256": statement.digest, "predicateType": statement.predicate_type}
    return facet("dataset", ATTESTATION, **about, **record)


def ownership(place: Place, told: Governance) -> Facets:
    """Who answers for the data, where the policy says so."""
    kinds = {"OWNER": told.owners, "STEWARD": told.stewards, "CUSTODIAN": told.custodians}
    owners = [
        {"name": one.organization or one.contact, "type": kind} for kind, parties in kinds.items() for one in parties
    ]
    return facet(place, "ownership", owners=owners) if owners else {}


def columns(grades: Mapping[str, str], entities: Mapping[str, Iterable[str]], grade: str | None) -> Facets:
    """The columns as schema, and their grades and entities as tags.

    Args:
        grades: column -> grade.
        entities: column -> what was found in it.
        grade: of the dataset.
    """
    names = list(grades)[:MOST]
    tags = [_tag("grade", grade)] if grade else []
    for name in names:
        tags += [_tag("grade", grades[name], name), *(_tag("contains", one, name) for one in sorted(entities[name]))]
    schema = facet("dataset", "schema", fields=[{"name": name} for name in names]) if names else {}
    return schema | (facet("dataset", "tags", tags=tags) if tags else {})


def _tag(key: str, value: str, field: str = "") -> dict[str, str]:
    tag = {"key": f"custody.{key}", "value": value, "source": "custody"}
    return tag | ({"field": field} if field else {})


def column_lineage(source: Subject, masked: Mapping[str, bool], how: str) -> Facets:
    """Each column comes of the one of its name.

    Args:
        source: the dataset the columns come of.
        masked: column -> whether what was in it cannot be read any more.
        how: the step.
    """
    fields = {}
    for name, hidden in list(masked.items())[:MOST]:
        step = {"type": "DIRECT", "subtype": "TRANSFORMATION" if hidden else "IDENTITY", "masking": hidden}
        step |= {"description": how} if hidden else {}
        origin = {"namespace": NAMESPACE, "name": dataset_name(source), "field": name}
        fields[name] = {"inputFields": [{**origin, "transformations": [step]}]}
    return facet("dataset", "columnLineage", fields=fields) if fields else {}


def assertions(passed: Sequence[str], warned: Sequence[str], failed: Sequence[str]) -> Facets:
    """What was tested, and how it ended; failures first, should there be too many to tell."""
    told = [{"assertion": one, "success": False, "severity": "error"} for one in failed]
    told += [{"assertion": one, "success": True, "severity": "warn"} for one in warned]
    told += [{"assertion": one, "success": True, "severity": "error"} for one in passed]
    return facet("input", "dataQualityAssertions", assertions=told[:MOST]) if told else {}


def statistics(place: Place, **counts: int | None) -> Facets:
    """Counts of an input or output: rowCount, fileCount; None is left out."""
    told = {name: count for name, count in counts.items() if count is not None}
    return facet(place, f"{place}Statistics", **told) if told else {}


def only_files(files: Sequence[str]) -> Facets:
    """Only these files of the input were read."""
    return facet("input", "subset", inputCondition={"type": "location", "locations": list(files[:MOST])})


def only_rows(filters: Sequence[str]) -> Facets:
    """The output has only the rows that these filters leave."""
    told = f"rows that stay after {', '.join(filters)}"
    return facet("output", "subset", outputCondition={"type": "partition", "partitions": [{"identifier": told}]})
