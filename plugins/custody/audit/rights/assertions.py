# SPDX-License-Identifier: Apache-2.0
"""Training and data mining assertions of C2PA 1.x and CAWG 1.1, in a manifest store that was exported as JSON.

`constrained` counts as `notAllowed`, as CAWG says. Signatures are not checked here: an assertion can forbid without
being proven, and its grant is only as good as whoever exported it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custody.audit.rights import vocabulary
from custody.audit.rights.states import Reading, Signal, State, told
from custody.lineage.statement import strict_json

MAX_SIZE = 4 << 20  # bytes
MAX_NODES = 100_000
NAME = "training-mining"
BY = "C2PA training-mining"
_LABELS = ("c2pa.training-mining", "cawg.training-mining")
_USES: Mapping[str, State] = {"allowed": "granted", "notallowed": "reserved", "constrained": "reserved"}


def parse(body: bytes | str) -> Reading:
    """Read an exported manifest store, or one assertion of it; anything is a result."""
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    if len(data) > MAX_SIZE:
        return Reading(problems=(f"the manifest is larger than {MAX_SIZE:,} bytes",))
    try:
        return content(strict_json(data))
    except Exception as error:  # other people's file
        return Reading(problems=(f"the manifest cannot be read ({type(error).__name__})",))


def content(parsed: Any) -> Reading:
    """Read a parsed manifest store, one assertion, or the map of entries alone."""
    found = Reading()
    for entries in _entries(parsed):
        for key, value in entries.items():
            found += _entry(str(key), value)
    return found


def _entry(key: str, value: Any) -> Reading:
    word = key.lower().removeprefix("cawg.").removeprefix("c2pa.")
    use = value.get("use") if isinstance(value, dict) else value
    state = _USES.get(str(use).lower(), "unset")
    signals: tuple[Signal, ...] = (vocabulary.signal(NAME, BY, word, state),)
    if state == "unset":
        return Reading(signals, (f"{BY} has a use of {told(word)!r} that is not known",))
    if not vocabulary.is_known(NAME, word):
        return Reading(signals, (f"{BY} has the entry {told(word)!r}, which is not known",))
    return Reading(signals)


def _entries(parsed: Any) -> Iterator[dict[str, Any]]:
    """Yield each map that has an entry of the vocabulary, wherever it is; its other entries come along.

    Raises:
        ValueError: there is too much to look through.
    """
    waiting, seen = [parsed], 0
    while waiting:
        node, seen = waiting.pop(), seen + 1
        if seen > MAX_NODES:
            raise ValueError
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            if any(_is_entry(str(key)) for key in node):
                yield node
            else:
                waiting.extend(node.values())


def _is_entry(key: str) -> bool:
    prefix, _, word = key.lower().partition(".")
    return prefix in ("c2pa", "cawg") and vocabulary.is_known(NAME, word)
