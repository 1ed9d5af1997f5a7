# SPDX-License-Identifier: Apache-2.0
"""Recognisers that a policy adds: in Presidio's own YAML form, or a class or function of an installed module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from custody.errors import PolicyError

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

Told = str | Mapping[str, Any]


def added(recognizers: Iterable[Told], language: str) -> list[EntityRecognizer]:
    """Return the recognisers that a policy names, in its order.

    Args:
        recognizers: each `package.module:Name` of a class or function that gives a recogniser when called without
            arguments, or with `supported_language` alone; or a mapping in the form of Presidio's YAML.
        language: of those that do not say.

    Raises:
        PolicyError: one is not installed, cannot be made, or is no recogniser.
    """
    return [_made(one, language) for one in recognizers]


def _made(told: Told, language: str) -> EntityRecognizer:
    from presidio_analyzer import EntityRecognizer, PatternRecognizer

    name = told if isinstance(told, str) else str(told.get("name", "without a name"))
    try:
        if isinstance(told, str):
            made = _called(told, language)
        else:
            made = PatternRecognizer.from_dict({"supported_language": language, **told})
    except Exception as error:
        raise _refused(name, f"cannot be made ({type(error).__name__})") from None
    if not isinstance(made, EntityRecognizer):
        raise _refused(name, "is no EntityRecognizer of Presidio's")
    return made


def _called(told: str, language: str) -> Any:
    module, _, name = told.partition(":")
    maker = getattr(import_module(module), name)
    try:
        return maker(supported_language=language)
    except TypeError:
        return maker()


def _refused(name: str, why: str) -> PolicyError:
    return PolicyError(
        f"the recogniser {name!r} {why}",
        where="recognizers",
        allowed="package.module:Name of an installed recogniser, or Presidio's YAML form of a pattern recogniser",
        remedy="install its package, or correct the name or the patterns",
    )
