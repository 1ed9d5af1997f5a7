# SPDX-License-Identifier: Apache-2.0
"""What Airflow's OpenLineage provider takes of custody's events, where it is installed.

The provider sends its own event of a task; these are the datasets of it, with their facets as plain JSON, which its
client writes as it is. Several statements of one task become one task's inputs and outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage


def lineage_of(events: Sequence[Mapping[str, Any]]) -> OperatorLineage | None:
    """Return the datasets of some events; None where the provider is not installed or there is no event."""
    if not events:
        return None
    try:
        from airflow.providers.openlineage.extractors import OperatorLineage
        from openlineage.client.event_v2 import InputDataset, OutputDataset
    except ImportError:
        return None
    inputs = [InputDataset(**one) for one in _merged(events, "inputs")]
    return OperatorLineage(inputs=inputs, outputs=[OutputDataset(**one) for one in _merged(events, "outputs")])


def _merged(events: Iterable[Mapping[str, Any]], side: str) -> list[dict[str, Any]]:
    """Return each dataset once, by name; of facets with one key the last stands."""
    found: dict[str, dict[str, Any]] = {}
    for dataset in (one for event in events for one in event[side]):
        mine = found.setdefault(dataset["name"], {})
        for key, value in dataset.items():
            mine[key] = {**mine.get(key, {}), **value} if isinstance(value, Mapping) else value
    return list(found.values())
