# SPDX-License-Identifier: Apache-2.0
"""CycloneDX 1.5 to 1.7: the `data` components of a BOM, their licences, hashes, sensitive data and pedigree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.audit.claims import Ancestor, Claim, Metadata, StatedDigest
from custody.audit.intake.jsonld import as_list
from custody.audit.intake.statements import NOTHING, described

BY = "cyclonedx"
VERSIONS = ("1.5", "1.6", "1.7")
Node = Mapping[str, Any]


def cyclonedx(data: Node) -> Metadata:
    """Return what a parsed BOM says of its data. Raises what a malformed one raises."""
    if data.get("specVersion") not in VERSIONS:
        return Metadata(broken=f"a CycloneDX BOM of another version than {', '.join(VERSIONS)}")
    subject = [one for one in [(data.get("metadata") or {}).get("component")] if one]
    datasets = [one for one in _components([*subject, *as_list(data.get("components"))]) if one.get("type") == "data"]
    if not datasets:
        return Metadata(broken="a CycloneDX BOM without a component of type data")
    whole = _whole(datasets, subject)
    return Metadata(
        claims=tuple(Claim(BY, text, part) for one, part in whole for text in _licences(one)),
        digests=tuple(digest for one in datasets for digest in _digests(one)),
        parents=tuple(parent for one in datasets for parent in _parents(one)),
        personal=True if any(_sensitive(one) for one in datasets) else None,
    )


def _whole(datasets: list[Node], subject: list[Node]) -> list[tuple[Node, str]]:
    """Give each component the part it is about: the BOM's subject, or its only one, is the whole dataset."""
    main = datasets[0] if len(datasets) == 1 or datasets[0] in subject else None
    return [(one, "" if one is main else str(one.get("name") or "a component")) for one in datasets]


def _components(several: list[Any]) -> Iterator[Node]:
    waiting = list(reversed(several))
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Mapping):
            raise TypeError("component")
        yield one
        waiting += reversed(as_list(one.get("components")))


def _licences(component: Node) -> Iterator[str]:
    for choice in as_list(component.get("licenses")):
        if not isinstance(choice, Mapping):
            yield NOTHING
        elif "expression" in choice:
            yield str(choice["expression"])
        else:
            licence = choice.get("license")
            told = licence if isinstance(licence, Mapping) else {"name": licence}
            yield from described(told.get(key) for key in ("id", "name", "url"))


def _digests(dataset: Node) -> Iterator[StatedDigest]:
    for one in _components([dataset]):
        # the digest of a whole dataset is of its listing; only files have one that stands beside a name
        if one is not dataset and one.get("type") == "file":
            for each in as_list(one.get("hashes")):
                algorithm = str(each.get("alg")).casefold().replace("sha-", "sha", 1).replace("-", "_")
                yield StatedDigest(str(one.get("name")), str(each.get("content")), algorithm)


def _parents(dataset: Node) -> Iterator[Ancestor]:
    for one in as_list((dataset.get("pedigree") or {}).get("ancestors")):
        if not isinstance(one, Mapping):
            raise TypeError("ancestor")
        urls = [str(each.get("url")) for each in as_list(one.get("externalReferences"))]
        yield Ancestor(str(one.get("name")), urls[0] if urls else "", " AND ".join(_licences(one)))


def _sensitive(dataset: Node) -> bool:
    return any(as_list(one.get("sensitiveData")) for one in as_list(dataset.get("data")))
