# SPDX-License-Identifier: Apache-2.0
"""The class of duties of a licence id, so that texts whose ids cannot be told apart still have one answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import yaml

UNKNOWN = "not known"
_ORDER = (
    "nothing",
    "notice",
    "same-licence",
    "no-derivatives",
    "restricted",
    "non-commercial",
    "non-commercial same-licence",
    "non-commercial no-derivatives",
    UNKNOWN,
)


def obligations(ids: Iterable[str]) -> str:
    """Return the one class that all ids have, or `UNKNOWN` when they differ or one has none."""
    found = {_of(one) for one in ids}
    return found.pop() if len(found) == 1 else UNKNOWN


def strictness(ids: Iterable[str]) -> int:
    """Return how much the class asks, for a choice between texts that fit equally well; what is not known asks most."""
    return _ORDER.index(obligations(ids))


@cache
def _of(name: str) -> str:
    return next((kind for kind, pattern in _table() if pattern.fullmatch(name)), UNKNOWN)


@cache
def _table() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = yaml.safe_load(files("custody.audit.texts").joinpath("classes.yaml").read_text(encoding="utf-8"))
    return tuple((kind, re.compile(pattern)) for kind, pattern in rows)
