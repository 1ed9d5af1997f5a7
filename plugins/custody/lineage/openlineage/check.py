# SPDX-License-Identifier: Apache-2.0
"""Check an OpenLineage event, its facets included.

The core schema asks of a facet no more than `_producer` and `_schemaURL`. Here each facet is held against its own
schema as well, found by place and key; a facet of nobody's we know is held against the core alone. Findings tell the
place, never the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.lineage.openlineage.schemas import CORE, Place, known, validator

KINDS = {"run": "RunEvent", "dataset": "DatasetEvent", "job": "JobEvent"}  # the key that tells the kind
MOST = 100  # findings told of one event


def problems(event: Any) -> list[str]:
    """Return where an event is wrong, in words; empty when it is sound."""
    if not isinstance(event, Mapping):
        return ["the event is no object"]
    try:
        return list(dict.fromkeys(_all(event)))[:MOST]
    except RecursionError:
        return ["it is nested too deeply to be checked"]


def _all(event: Mapping[str, Any]) -> Iterator[str]:
    kind = next((one for one in KINDS if one in event), None)
    if kind is None:
        yield f"the event has none of {', '.join(KINDS)}"
        return
    yield from _refused(f"{CORE}#/$defs/{KINDS[kind]}", event, "")
    for place, where, facets in _facets(event):
        for key, facet in facets.items():
            if reference := _reference(place, key):
                yield from _refused(reference, facet, f"{where}/{key}")


def _reference(place: Place, key: str) -> str | None:
    """Return the schema of a facet; of one that stands where it should not, the schema of its own place."""
    return known().get((place, key)) or next((ref for (_, name), ref in known().items() if name == key), None)


def _facets(event: Mapping[str, Any]) -> Iterator[tuple[Place, str, Mapping[str, Any]]]:
    """Yield every set of facets with its place."""
    yield from _of("run", "/run", event.get("run"))
    yield from _of("job", "/job", event.get("job"))
    yield from _of("dataset", "/dataset", event.get("dataset"))
    sides: tuple[tuple[str, Place], ...] = (("inputs", "input"), ("outputs", "output"))
    for side, place in sides:
        several = event.get(side)
        for number, one in enumerate(several if isinstance(several, list) else ()):
            yield from _of("dataset", f"/{side}/{number}", one)
            yield from _of(place, f"/{side}/{number}", one, f"{place}Facets")


def _of(place: Place, where: str, holder: Any, name: str = "facets") -> Iterator[tuple[Place, str, Mapping[str, Any]]]:
    facets = holder.get(name) if isinstance(holder, Mapping) else None
    if isinstance(facets, Mapping):
        yield place, f"{where}/{name}", facets


def _refused(reference: str, value: Any, where: str) -> Iterator[str]:
    for error in validator(reference).iter_errors(value):
        path = "".join(f"/{one}" for one in error.absolute_path)
        yield f"{where}{path}: the schema {reference.rpartition('/')[2]} refuses it ({error.validator})"
