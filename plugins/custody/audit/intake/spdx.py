# SPDX-License-Identifier: Apache-2.0
"""SPDX 3 in JSON-LD: the DatasetPackage, its declared and concluded licences, digests, ancestors and levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.audit.claims import Ancestor, Claim, Metadata, Restriction, StatedDigest
from custody.audit.intake.jsonld import as_list, nodes

_LICENCES = {"hasDeclaredLicense": "spdx declared", "hasConcludedLicense": "spdx concluded"}
_GATES = frozenset({"clickthrough", "registration"})
_MAX_DEPTH = 20  # of licence sets within licence sets
Node = Mapping[str, Any]


def is_spdx(data: Any) -> bool:
    """Tell whether a parsed document is SPDX, of whichever version."""
    if isinstance(data, Mapping) and "spdxVersion" in data:
        return True
    return any("spdxId" in node or str(_get(node, "type")).endswith("DatasetPackage") for node in nodes(data))


def spdx(data: Any) -> Metadata:
    """Return what a parsed document says. Raises what a malformed one raises."""
    graph = list(nodes(data))
    datasets = [node for node in graph if str(_get(node, "type")).rsplit("_", 1)[-1] == "DatasetPackage"]
    if not datasets:
        return Metadata(broken="an SPDX document without a DatasetPackage of version 3")
    by_id = {_id(node): node for node in graph}
    links = [node for node in graph if str(_get(node, "type")).endswith("Relationship")]
    whole = len(datasets) == 1
    return Metadata(
        claims=tuple(claim for one in datasets for claim in _claims(one, links, by_id, whole=whole)),
        digests=tuple(digest for one in graph for digest in _digests(one)),
        parents=tuple(parent for one in datasets for parent in _parents(one, links, by_id)),
        restrictions=tuple(one for dataset in datasets for one in _levels(dataset)),
        personal=_personal(datasets),
        gated=True if any(str(_get(one, "datasetAvailability")) in _GATES for one in datasets) else None,
    )


def _claims(dataset: Node, links: list[Node], by_id: Mapping[str, Node], *, whole: bool) -> Iterator[Claim]:
    part = "" if whole else str(_get(dataset, "name") or _id(dataset))
    for link in links:
        by = _LICENCES.get(str(_get(link, "relationshipType")))
        if by and _ref(_get(link, "from")) == _id(dataset):
            yield from (Claim(by, _licence(one, by_id), part) for one in as_list(_get(link, "to")))


def _licence(value: Any, by_id: Mapping[str, Node], depth: int = 0) -> str:
    """Return the expression of a licence element: an expression, a listed licence, or a set of these."""
    node = by_id.get(_ref(value)) or (value if isinstance(value, Mapping) else {})
    kind, members = str(_get(node, "type")), as_list(_get(node, "member"))
    if expression := _get(node, "licenseExpression"):
        return str(expression)
    if members and depth < _MAX_DEPTH:
        inner = [f"({_licence(one, by_id, depth + 1)})" for one in members]
        return (" OR " if "Disjunctive" in kind else " AND ").join(inner)
    if "Custom" in kind or "With" in kind or "OrLater" in kind or members:
        return str(_get(node, "name") or "a licence of its own kind")
    name = _ref(value).rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    return name or "something that is no licence"


def _digests(node: Node) -> Iterator[StatedDigest]:
    if str(_get(node, "type")).rsplit("_", 1)[-1] in ("File", "DatasetPackage"):
        name = str(_get(node, "downloadLocation") or _get(node, "name") or "").removeprefix("./")
        for one in as_list(_get(node, "verifiedUsing")):
            value = _get(one, "hashValue") if isinstance(one, Mapping) else None
            yield StatedDigest(name, str(value), str(_get(one, "algorithm")) if isinstance(one, Mapping) else "")


def _parents(dataset: Node, links: list[Node], by_id: Mapping[str, Node]) -> Iterator[Ancestor]:
    for link in links:
        kind, start = _get(link, "relationshipType"), _get(link, "from")
        ends, own = as_list(_get(link, "to")), _id(dataset)
        found = ends if kind == "descendantOf" and _ref(start) == own else []
        if kind == "ancestorOf" and own in map(_ref, ends):
            found = [start]
        for one in found:
            node = by_id.get(_ref(one), {})
            yield Ancestor(str(_get(node, "name") or _ref(one)), str(_get(node, "downloadLocation") or ""))


def _levels(dataset: Node) -> Iterator[Restriction]:
    level = _get(dataset, "confidentialityLevel")
    if level not in (None, "clear"):
        yield Restriction("other", f"a confidentiality level other than clear{f' ({level})' if level == 'red' else ''}")


def _personal(datasets: list[Node]) -> bool | None:
    told = {str(_get(one, "hasSensitivePersonalInformation")) for one in datasets}
    return True if "yes" in told else False if told == {"no"} else None


def _get(node: Any, name: str) -> Any:
    """Return a property by its bare name, whichever profile's prefix it has."""
    if not isinstance(node, Mapping):
        return None
    return next((value for key, value in node.items() if str(key).rsplit("_", 1)[-1].removeprefix("@") == name), None)


def _id(node: Node) -> str:
    return str(node.get("spdxId") or node.get("@id") or "")


def _ref(value: Any) -> str:
    return value if isinstance(value, str) else _id(value) if isinstance(value, Mapping) else ""
