# SPDX-License-Identifier: Apache-2.0
"""The check of OpenLineage events in figures: OpenLineage's own cases, and those of other producers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.measures import Measure
from tests.lineage.test_openlineage_check import an_event

from custody.lineage.openlineage import schemas
from custody.lineage.openlineage.check import problems

INVALID, TESTS, OTHERS = 6, 47, 73  # files of each; one of the 74 of other producers has a run id that is no UUID
NOT_HERE = "not run: the public data sets are not beside the repository"


def measure(data: Path) -> list[Measure]:
    """Return every figure; seconds."""
    spec = data / "openlineage-spec"
    events = sorted((spec / "proxy/fluentd/events").glob("*.json"))
    refused = [one for one in events if not one.stem.endswith(("_simple", "_full")) and problems(_read(one))]
    tests = sorted((spec / "spec/tests").rglob("*.json"))
    others = sorted((data / "openlineage-compat/consumer/scenarios").rglob("events/*.json"))
    how = "for a field that is missing or of another type"
    return [
        _told("invalid events of OpenLineage refused", INVALID, len(refused), len(events), how),
        _told(
            "cases of OpenLineage's specification accepted",
            TESTS,
            sum(_accepted(_read(one)) for one in tests),
            len(tests),
            "each facet in the place it is for, held against its own schema",
        ),
        _told(
            "events of other producers accepted",
            OTHERS,
            sum(not problems(_read(one)) for one in others),
            len(others),
            "of 74; the run of the other one has an id that is no UUID, as the specification asks",
        ),
    ]


def _told(name: str, target: int, found: int, files: int, how: str) -> Measure:
    if not files:
        return Measure(name, None, "files", f"= {target}", NOT_HERE)
    return Measure(name, found, "files", f"= {target}", how)


def _accepted(told: dict[str, Any]) -> bool:
    """Tell whether an event, or a facet in one of the places it is for, has nothing wrong."""
    places = {place for place, key in schemas.known() if key in told}
    events = [told] if "eventTime" in told else [an_event(**{place: told}) for place in places]
    return any(not problems(one) for one in events)


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))
