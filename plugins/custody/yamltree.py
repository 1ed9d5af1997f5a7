# SPDX-License-Identifier: Apache-2.0
"""YAML as plain values, built while it is read: a tree of nodes with their marks would take ten times the memory.

What PyYAML's safe loader takes a scalar for, it is here, too. Refused: aliases (a small file can unfold without end),
more than 100 levels, a key written twice (YAML would silently keep the last), merge keys, tags on lists and mappings,
and a second document.
"""

from __future__ import annotations

from typing import Any

import yaml

MAX_DEPTH = 100  # of lists and mappings within one another
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C: ten times faster, and not always there
_STRING, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
_PLAIN = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class RefusedError(Exception):
    """What is wrong, and where: the same two attributes as errors of PyYAML have."""

    def __init__(self, problem: str, mark: Any) -> None:
        self.problem, self.problem_mark = problem, mark
        super().__init__(problem)


def values(text: str) -> Any:
    """Return the value of a text; None when it is empty.

    Raises:
        RefusedError: see above.
        yaml.YAMLError: it is no YAML.
        Exception: a tag promises what its scalar does not hold.
    """
    build = _Builder()
    for event in yaml.parse(text, LOADER):
        build.take(event)
    return build.value


def nodes(text: str) -> yaml.Node | None:
    """Return the tree of a text that `values` took."""
    found: yaml.Node | None = LOADER(text).get_single_node()
    return found


class _Mapping:
    def __init__(self) -> None:
        self.built: dict[Any, Any] = {}
        self.written: set[str] = set()  # the keys as they stand there
        self.key: Any = None
        self.has_key = False


class _Builder:
    """Takes events and holds the collections that are open."""

    def __init__(self) -> None:
        self.value: Any = None
        self._open: list[list[Any] | _Mapping] = []
        self._documents = 0
        self._scalars: Any = yaml.SafeLoader("")

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self._open.pop()
            self._add(done.built if isinstance(done, _Mapping) else done, event)
        elif isinstance(event, yaml.AliasEvent):
            raise RefusedError("aliases are not allowed", event.start_mark)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise RefusedError("another document is not allowed", event.start_mark)

    def _begin(self, event: Any) -> None:
        if event.tag not in _PLAIN:
            raise RefusedError("could not determine a constructor for the tag", event.start_mark)
        top = self._open[-1] if self._open else None
        if isinstance(top, _Mapping) and not top.has_key:
            raise RefusedError("a list or a mapping cannot be a key", event.start_mark)
        if len(self._open) == MAX_DEPTH:
            raise RefusedError(f"more than {MAX_DEPTH} levels", event.start_mark)
        self._open.append([] if isinstance(event, yaml.SequenceStartEvent) else _Mapping())

    def _add(self, value: Any, event: Any) -> None:
        if not self._open:
            self.value = value
            return
        top = self._open[-1]
        if isinstance(top, list):
            top.append(value)
        elif top.has_key:
            top.built[top.key], top.has_key = value, False
        else:
            if event.value in top.written:
                raise RefusedError(f"{event.value!r} stands twice", event.start_mark)
            top.written.add(event.value)
            top.key, top.has_key = value, True

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or tag == "!":
            tag = self._scalars.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == _STRING:
            return event.value
        if tag == _MERGE:
            raise RefusedError("merge keys are not allowed", event.start_mark)
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        return self._scalars.construct_object(node, deep=True)
