# SPDX-License-Identifier: Apache-2.0
"""How much of what a model BOM must and should tell does this one tell? The profile is `completeness.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from custody import yamlfile
from custody.yamlfile import Strict

PLACEHOLDERS = frozenset({"", "unknown", "none", "n/a", "na", "noassertion", "null", "tbd", "-", "?"})
_STEP = re.compile(r"([A-Za-z-]+)(?:\[([a-z]+)=([^\]]+)\])?(?:\.|$)")


class Field(Strict):
    """One field of the profile."""

    id: str
    of: Literal["bom", "model", "dataset"]
    at: tuple[str, ...]
    mandatory: bool = False
    asked_by: tuple[str, ...]


class Profile(Strict):
    """The whole file."""

    profile: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Completeness:
    """What a BOM tells.

    Args:
        told: fields it tells, over all subjects.
        asked: fields asked for, over all subjects.
        lacking: mandatory fields it does not tell, each as `subject: field`.
        missing: other fields it does not tell, likewise.
    """

    told: int
    asked: int
    lacking: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def score(self) -> str:
        """The share of fields told, in words."""
        return f"{self.told} of {self.asked} fields"


@cache
def profile() -> Profile:
    """Return the profile."""
    data = files("custody.lineage.bom").joinpath("completeness.yaml").read_bytes()
    return yamlfile.parse(data, Profile, "completeness.yaml").value


def completeness(bom: Mapping[str, Any]) -> Completeness:
    """Hold a BOM against the profile. A placeholder such as `unknown` tells nothing."""
    told = 0
    lacking: list[str] = []
    missing: list[str] = []
    asked = [(name, subject, one) for name, subject, of in _subjects(bom) for one in profile().fields if one.of == of]
    for name, subject, one in asked:
        if any(_tells(value) for path in one.at for value in _follow(subject, path)):
            told += 1
        else:
            (lacking if one.mandatory else missing).append(f"{name}: {one.id}")
    return Completeness(told, len(asked), tuple(lacking), tuple(missing))


def _subjects(bom: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    yield "the BOM", bom, "bom"
    model = bom.get("metadata", {}).get("component", {})
    yield f"model {model.get('name', '')}".strip(), model, "model"
    for one in bom.get("components", ()):
        if one.get("type") == "data":
            yield f"dataset {one.get('name', '')}".strip(), one, "dataset"


def _tells(value: Any) -> bool:
    return str(value).strip().lower() not in PLACEHOLDERS if value is not None else False


def _follow(value: Any, path: str) -> Iterator[Any]:
    """Yield the leaves a path leads to."""
    values = list(_members(value))
    for key, by, wanted in _STEP.findall(path):
        values = [one[key] for one in values if isinstance(one, dict) and key in one]
        values = [member for one in values for member in _members(one)]
        values = [one for one in values if not by or (isinstance(one, dict) and str(one.get(by)) == wanted)]
    yield from values


def _members(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _members(one)
    else:
        yield value
