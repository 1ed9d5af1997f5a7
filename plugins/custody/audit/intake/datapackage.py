# SPDX-License-Identifier: Apache-2.0
"""A Frictionless Data Package: licences of the package and of each resource, digests with their algorithm, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.audit.claims import Ancestor, Claim, Metadata, StatedDigest
from custody.audit.intake.jsonld import as_list
from custody.audit.intake.statements import spelled, statements

BY = "data package"
_KEYS = ("name", "path", "title")  # of a licence: the Open Definition's id, a URL or file, a title


def is_datapackage(data: Any) -> bool:
    """Tell whether a parsed document is a Data Package: only `resources` is required of one."""
    return isinstance(data, Mapping) and isinstance(data.get("resources"), list) and "@context" not in data


def datapackage(data: Mapping[str, Any]) -> Metadata:
    """Return what a parsed document says. Raises what a malformed one raises."""
    resources: list[Mapping[str, Any]] = data["resources"]
    named = [(str(one.get("name") or one.get("path") or "a resource"), one) for one in resources]
    return Metadata(
        claims=(
            *(Claim(BY, text) for text in _licences(data)),
            *(Claim(BY, text, name) for name, one in named for text in _licences(one)),
        ),
        digests=tuple(digest for one in resources for digest in _digest(one)),
        parents=tuple(parent for one in (data, *resources) for parent in _parents(one)),
    )


def _licences(node: Mapping[str, Any]) -> Iterator[str]:
    for value in spelled(node):  # the specification knows `licenses` only; others are often met
        yield from statements(value, _KEYS)


def _digest(resource: Mapping[str, Any]) -> Iterator[StatedDigest]:
    if "hash" in resource:
        paths = as_list(resource.get("path"))
        told = str(resource["hash"])
        algorithm, colon, value = told.rpartition(":")
        # without a prefix it is MD5, as the specification says
        name = str(paths[0]) if len(paths) == 1 else str(resource.get("name") or "")
        yield StatedDigest(name, value, algorithm.casefold().replace("-", "") if colon else "md5")


def _parents(node: Mapping[str, Any]) -> Iterator[Ancestor]:
    for one in as_list(node.get("sources")):
        told = one if isinstance(one, Mapping) else {"title": one}
        url = str(told.get("path") or "")
        yield Ancestor(str(told.get("title") or url or "a source without a name"), url if "://" in url else "")
