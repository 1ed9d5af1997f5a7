# SPDX-License-Identifier: Apache-2.0
"""Custody's own recognisers, beside Presidio's.

A YAML file is in Presidio's recogniser format. A Python module has `recognizers()`; it is for patterns that need code
behind them: a checksum, a decoded header, the difference between a key and a placeholder.
"""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

LANGUAGE = "en"


def load() -> list[EntityRecognizer]:
    """Return every recogniser of custody: those of the YAML files by name, then those of the modules by name."""
    from presidio_analyzer import RecognizerRegistry

    registry = RecognizerRegistry(recognizers=[], supported_languages=[LANGUAGE])
    names = sorted(one.name for one in files(__name__).iterdir())
    for name in names:
        if name.endswith(".yaml"):
            registry.add_recognizers_from_yaml(str(files(__name__).joinpath(name)))
    modules = [name.removesuffix(".py") for name in names if name.endswith(".py") and not name.startswith("_")]
    made = [one for name in modules for one in import_module(f"{__name__}.{name}").recognizers()]
    return [*registry.recognizers, *made]
