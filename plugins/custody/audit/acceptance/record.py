# SPDX-License-Identifier: Apache-2.0
"""The record of the acceptance checks of one source: a YAML file that the source names."""

from __future__ import annotations

from typing import Literal

from custody.yamlfile import Strict

Kind = Literal["before", "after", "manual", "technical"]


class Check(Strict):
    """One check. Paths are relative to the record.

    Args:
        kind: before: a source, before it is collected. after: the same, once collected. manual: people look at items
            of the dataset. technical: keywords or a classifier do.
        judgements: JSONL, one object an item: item, ok, judge, at.
        catalogue: of `before`: the items that the source offers, one a line.
        committed: the register that has the commitment.
        seed: told after the judging.
    """

    kind: Kind
    judgements: str
    committed: str
    seed: str
    catalogue: str = ""


class Record(Strict):
    """All checks of a source."""

    checks: tuple[Check, ...]
