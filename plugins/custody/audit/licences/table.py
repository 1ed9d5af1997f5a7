# SPDX-License-Identifier: Apache-2.0
"""The terms of one licence by its id: from the elements of a Creative Commons name, else from `licences.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from custody.audit.licences import creative
from custody.audit.licences.terms import BASIS, Terms


def terms_of(key: str) -> Terms | None:
    """Return the terms of one licence, or None when none are coded."""
    return creative.terms(key) or table().get(key)


@cache
def table() -> Mapping[str, Terms]:
    """Return every row of the table by its id."""
    return {
        key: Terms(basis=basis, **_values(group["terms"]))
        for group in data("licences.yaml")
        for basis in BASIS
        for key in group.get(basis, ())
    }


@cache
def licensing() -> Any:
    """Return the library's index of SPDX ids. It takes hundredths of a second to build, so it is built once."""
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def data(name: str) -> Any:
    """Return a data file of this package."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("custody.audit.licences").joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, and the package's own file


def _values(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
