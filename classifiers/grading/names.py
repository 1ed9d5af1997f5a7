# SPDX-License-Identifier: Apache-2.0
"""What the name of a column promises. It is told, and never decides."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from custody import yamlfile
from custody.classifiers.counts import Column
from custody.classifiers.grading.reasons import entities_named
from custody.classifiers.names import words
from custody.policy import Policy


def suggested(column: Column, rules: Policy) -> list[str]:
    """Say which entities that rules name are promised by a column's name, and are in none of its filled cells."""
    promised = promises(column.column) if column.filled else ()
    return [
        f"the name of column {column.column} suggests {entity}, its cells do not: not counted"
        for entity in promised
        if entity in entities_named(rules) and entity not in column.findings
    ]


def promises(name: str) -> tuple[str, ...]:
    """Return the entities that a column's name promises, sorted."""
    told = f" {' '.join(words(name))} "
    return tuple(sorted(entity for entity, phrases in _phrases().items() if any(f" {one} " in told for one in phrases)))


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    data = files("custody.classifiers.grading").joinpath("names.yaml").read_bytes()
    return {entity: tuple(phrases) for entity, phrases in yamlfile.load(data, "names.yaml")[1].items()}
