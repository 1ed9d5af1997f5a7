# SPDX-License-Identifier: Apache-2.0
"""Croissant metadata 1.0 and 1.1 (MLCommons, JSON-LD), with its vocabulary for responsible AI.

`sdLicense` is the licence of the metadata, not of the data, and therefore no claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.audit.claims import Ancestor, Claim, Metadata, Restriction, StatedDigest
from custody.audit.intake.jsonld import Terms, as_list, nodes
from custody.audit.intake.statements import spelled, statements
from custody.audit.intake.usage import restrictions

_MARKS = ("license", "distribution", "recordSet", "conformsTo", "sc:license", "@type")
_NOBODY = frozenset({"", "none", "no", "n/a", "na", "not applicable", "false"})
Node = Mapping[str, Any]


def is_croissant(data: Any) -> bool:
    """Tell whether a parsed document looks like Croissant, with or without its context."""
    return any(set(_MARKS) & set(node) for node in nodes(data))


def croissant(data: Any) -> Metadata:
    """Return what a parsed document says. Raises what a malformed one raises."""
    context = data.get("@context") if isinstance(data, Mapping) else None
    terms = Terms(context)
    found = list(nodes(data))
    datasets = [node for node in found if terms.is_a(node, "sc:Dataset")] or found
    parts = [part for node in datasets for part in _parts(node, terms)]
    everything = [*datasets, *parts]
    return Metadata(
        claims=tuple(_claims(datasets, parts, terms)),
        digests=tuple(digest for part in parts for digest in _digests(part, terms)),
        parents=tuple(parent for node in everything for parent in _parents(node, terms)),
        restrictions=tuple(dict.fromkeys(one for node in everything for one in _restrictions(node, terms))),
        personal=_personal(everything, terms),
        gated=_gated(datasets, terms),
    )


def _parts(dataset: Node, terms: Terms) -> Iterator[Node]:
    for kind in ("sc:distribution", "cr:recordSet"):
        for part in terms.all_of(dataset, kind):
            if not isinstance(part, Mapping):
                raise TypeError(kind)
            yield part
            yield from (one for one in terms.all_of(part, "cr:field") if isinstance(one, Mapping))


def _claims(datasets: list[Node], parts: list[Node], terms: Terms) -> Iterator[Claim]:
    for node in datasets:
        yield from (Claim("croissant", text) for text in _licences(node, terms))
    for part in parts:
        yield from (Claim("croissant", text, _name(part) or "a part") for text in _licences(part, terms))


def _licences(node: Node, terms: Terms) -> Iterator[str]:
    # a licence that is there but empty is a statement that says nothing: that is a finding, too
    told = [one for key in ("sc:license", "dct:license") for one in terms.all_of(node, key)]
    yield from dict.fromkeys(text for one in (*told, *spelled(node)) for text in statements(one))


def _digests(part: Node, terms: Terms) -> Iterator[StatedDigest]:
    for algorithm in ("sha256", "md5"):
        keys = [key for key in part if key == algorithm or terms.expand(key).endswith("/" + algorithm)]
        yield from (StatedDigest(_file(part), str(part[key]), algorithm) for key in keys)


def _file(part: Node) -> str:
    url = str(part.get("contentUrl") or part.get("sc:contentUrl") or part.get("name") or part.get("@id") or "")
    return url.split("?", 1)[0].split("#", 1)[0] if "://" in url else url


def _name(part: Node) -> str:
    return str(part.get("name") or part.get("sc:name") or part.get("@id") or "")


def _parents(node: Node, terms: Terms) -> Iterator[Ancestor]:
    for value in terms.all_of(node, "prov:wasDerivedFrom"):
        if not isinstance(value, Mapping):
            yield Ancestor(str(value), str(value) if "://" in str(value) else "")
            continue
        places = ("prov:locatedAt", "prov:atLocation", "url", "sc:url", "@id")
        texts = [str(value[key]) for key in places if isinstance(value.get(key), str)]
        url = next((one for one in texts if "://" in one), "")
        name = next((str(value[key]) for key in ("name", "prov:label", "@id") if value.get(key)), url)
        yield Ancestor(name or "something without a name", url, next(_licences(value, terms), ""))


def _restrictions(node: Node, terms: Terms) -> Iterator[Restriction]:
    for value in terms.all_of(node, "sc:usageInfo"):
        yield from restrictions(value, terms)
    for value in terms.all_of(node, "sc:conditionsOfAccess"):
        yield Restriction("other", f"conditions of access{': ' + value[:80] if isinstance(value, str) else ''}")


def _personal(everything: list[Node], terms: Terms) -> bool | None:
    told = [one for node in everything for one in terms.all_of(node, "rai:personalSensitiveInformation")]
    if not told:
        return None
    return any(not isinstance(one, str) or one.strip().rstrip(".").casefold() not in _NOBODY for one in told)


def _gated(datasets: list[Node], terms: Terms) -> bool | None:
    told = [one for node in datasets for one in as_list(terms.all_of(node, "sc:isAccessibleForFree"))]
    free = [str(one).rsplit("/", 1)[-1].casefold() for one in told]
    return None if not free else any(one != "true" for one in free)
