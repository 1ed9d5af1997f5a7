# SPDX-License-Identifier: Apache-2.0
"""A contract or grant, as the sources file records it. What is agreed but not written down here is not agreed."""

from __future__ import annotations

from typing import Literal

from custody.audit.records.dates import Day
from custody.yamlfile import Strict

Use = Literal["train", "evaluate", "commercial", "redistribute", "derivative"]
WORLD = "world"


class Contract(Strict):
    """What lets a source be used.

    Args:
        id: what both parties call it.
        party: who grants.
        file: the signed text, relative to the sources file.
        sha256: of that file.
        valid_from, valid_until: days (UTC, both inclusive); `perpetual` for no end.
        scope: the uses it names. derivative: models made from the data may be given away.
        territory: countries (ISO 3166-1 alpha-2), EU, or world.
        signed: the day of the last signature.
    """

    id: str
    party: str = ""
    file: str = ""
    sha256: str = ""
    valid_from: Day = ""
    valid_until: Day = ""
    scope: tuple[Use, ...] = ()
    territory: tuple[str, ...] = ()
    signed: Day = ""
