# SPDX-License-Identifier: Apache-2.0
"""The schemas of OpenLineage as files of this package, and which of them a facet must fit.

A facet is known by where it stands and its key. The `_schemaURL` it gives is no guide: it may name an older version, a
branch or nothing, and whoever wrote a wrong facet wrote the URL as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Place = Literal["dataset", "input", "output", "job", "run"]
CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
ATTESTATION = "urn:custody:openlineage:attestation:1-0-0"
_BASES: Mapping[str, Place] = {
    "DatasetFacet": "dataset",
    "InputDatasetFacet": "input",
    "OutputDatasetFacet": "output",
    "JobFacet": "job",
    "RunFacet": "run",
}
# `uri` is left out: well-known producers write words such as `file` in its place
FORMATS = ("date-time", "uuid")


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return every schema by its id."""
    here = files("custody.lineage.openlineage")
    names = [one for one in here.joinpath("spec").iterdir() if one.name.endswith(".json")]
    texts = [one.read_text("utf-8") for one in (*names, here.joinpath("custody_attestation.json"))]
    return {one["$id"]: one for one in map(json.loads, texts)}


@cache
def known() -> dict[tuple[Place, str], str]:
    """Return the reference of the facet that each place and key must hold."""
    found: dict[tuple[Place, str], str] = {}
    for ident, document in documents().items():
        for name, body in document["$defs"].items() if ident != CORE else ():
            bases = {one.get("$ref", "").rpartition("/")[2] for one in body.get("allOf", ())}
            places = [place for base, place in _BASES.items() if base in bases]
            found |= {(place, key): f"{ident}#/$defs/{name}" for place in places for key in document["properties"]}
    return found


def url_of(place: Place, key: str) -> str:
    """Return the `_schemaURL` of a facet that is known."""
    return known()[place, key]


@cache
def validator(reference: str) -> Validator:
    """Return what validates against one definition, offline."""
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry, Resource

    registry: Any = Registry().with_resources(
        [(ident, Resource.from_contents(one)) for ident, one in documents().items()]
    )
    return Draft202012Validator({"$ref": reference}, registry=registry, format_checker=FormatChecker(FORMATS))
