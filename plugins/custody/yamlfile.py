# SPDX-License-Identifier: Apache-2.0
"""YAML that people write, checked against a typed model, with file, line and column in every error.

Refused before anything else: more than 1 MiB (or what the caller takes), and what `yamltree` refuses, such as aliases
and a key written twice.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from custody import yamltree
from custody.errors import PolicyError

MAX_SIZE = 1 << 20  # bytes, where the caller does not say
Location = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)
_DURATION = re.compile(r"([1-9][0-9]{0,4})([dh])")


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(str(value))
    if not match:
        raise ValueError("a duration is a whole number of days or hours, such as 7d or 12h")
    return timedelta(**{{"d": "days", "h": "hours"}[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]


class Strict(BaseModel):
    """A model that knows all its fields and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Places:
    """Where the parts of a text stand. It is read once more for that, and only when somebody asks."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def tree(self) -> yaml.Node | None:
        """The nodes of the text, with their marks."""
        return yamltree.nodes(self._text)


@dataclass(frozen=True)
class Parsed(Generic[Model]):
    """A checked file, and where its parts stand."""

    value: Model
    places: Places
    where: str

    def at(self, *location: int | str) -> str:
        """Name file, line and column of a part."""
        return _position(self.places.tree, location, self.where)


def read(path: Path, remedy: str, limit: int = MAX_SIZE) -> bytes:
    """Return a file's bytes.

    Args:
        path: the file.
        remedy: what to do when it is not there.
        limit: bytes; of a larger file just enough is returned for `parse` to refuse it.

    Raises:
        PolicyError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:  # a ValueError is a name that no file can have
        why = getattr(error, "strerror", None) or "no file can have this name"
        raise PolicyError(f"cannot be read ({why})", where=str(path), remedy=remedy) from error


def parse(data: bytes, model: type[Model], where: str, limit: int = MAX_SIZE) -> Parsed[Model]:
    """Check YAML given as bytes.

    Args:
        data: the file's bytes.
        model: what it must be.
        where: how errors name the file.
        limit: bytes; more are refused.

    Raises:
        PolicyError: names file, line and column, what was received, what is allowed, and the nearest right word.
    """
    places, raw = load(data, where, limit)
    try:
        return Parsed(model.model_validate(raw), places, where)
    except ValidationError as error:
        raise _first_error(error, model, places.tree, where) from None


def load(data: bytes, where: str, limit: int = MAX_SIZE) -> tuple[Places, Any]:
    """Read YAML that has no model; return where its parts stand and its value. Arguments and errors as `parse`."""
    if len(data) > limit:
        raise PolicyError("the file is too large", where=where, allowed=f"up to {limit:,} bytes")
    try:
        text = data.decode()
        return Places(text), yamltree.values(text)
    except Exception as error:  # a tag may run into any error of what it builds
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or f"{type(error).__name__}"
        raise PolicyError(f"not valid YAML: {problem}", where=where + line, remedy="correct the line") from None


def _first_error(error: ValidationError, model: type[BaseModel], tree: yaml.Node | None, where: str) -> PolicyError:
    found = error.errors(include_url=False, include_context=True)
    # a misspelt key is both unknown and missing: the unknown word is what the reader can see
    first = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
    location, kind = first["loc"], first["type"]
    at = _position(tree, location, where)
    if kind == "extra_forbidden":
        return wrong_word(str(location[-1]), _fields_at(model, location[:-1]), at)
    if kind == "missing":
        return PolicyError(f"{location[-1]!r} is missing", where=at, remedy="add it")
    if kind == "literal_error":
        return wrong_word(str(first["input"]), re.findall(r"'([^']+)'", first["ctx"]["expected"]), at)
    return PolicyError(first["msg"].removeprefix("Value error, "), where=at, remedy="correct it")


def wrong_word(word: str, allowed: Iterable[str], at: str) -> PolicyError:
    """Say that a word is not among the allowed ones, and which of them was probably meant."""
    allowed = list(allowed)
    near = difflib.get_close_matches(word, allowed, n=1)
    hint = f"write {near[0]!r}" if near else "use one of the allowed words"
    return PolicyError(f"{word!r} is not allowed here", where=at, allowed=", ".join(allowed), remedy=hint)


def _fields_at(root: type[BaseModel], location: Location) -> list[str]:
    """Return the field names of the model a location leads to, by walking the annotations."""
    model: Any = root
    for part in location:
        fields = getattr(model, "model_fields", None)
        annotation = fields[part].annotation if fields and part in fields else model
        model = _innermost(annotation)
    return sorted(field.alias or name for name, field in getattr(model, "model_fields", {}).items())


def _innermost(annotation: Any) -> Any:
    for inner in reversed(getattr(annotation, "__args__", ())):
        found = _innermost(inner)
        if hasattr(found, "model_fields"):
            return found
    return annotation


def _position(tree: yaml.Node | None, location: Location, where: str) -> str:
    """Name file, line and column of the deepest node on the way to a location."""
    mark = tree.start_mark if tree else None
    for part in location:
        if isinstance(tree, yaml.MappingNode):
            found = next(((k, v) for k, v in tree.value if k.value == str(part)), None)
            if found is None:
                break
            mark, tree = found[0].start_mark, found[1]
        elif isinstance(tree, yaml.SequenceNode) and isinstance(part, int) and part < len(tree.value):
            tree = tree.value[part]
            mark = tree.start_mark
    at = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
    return f"{at} ({_dotted(location)})" if location else at


def _dotted(location: Location) -> str:
    return ".".join(map(str, location)) or "the file"
