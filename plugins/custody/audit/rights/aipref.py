# SPDX-License-Identifier: Apache-2.0
"""AIPREF: `Content-Usage: train-ai=n`, as a header or as a line of robots.txt.

draft-ietf-aipref-vocab (August 2026): a structured field dictionary of which the tokens `y` and `n` count; any other
value, and a field that does not parse, leaves a preference unknown; of a key that stands twice the last one counts.
Several statements combine to the most restrictive.

`preferences` follows that to the letter. `reading` is stricter, as an audit must be: of a key that stands twice each
value counts, and what cannot be read or is not known is a problem instead of silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from custody.audit.rights import vocabulary
from custody.audit.rights.fields import FieldError, dictionary
from custody.audit.rights.states import Reading, Signal, State, told

Preference = Literal["allow", "disallow", "unknown"]
NAME = "content-usage"
BY = "Content-Usage"
_STATES: Mapping[str, State] = {"y": "granted", "n": "reserved"}
_SAYS: Mapping[str, Preference] = {"y": "allow", "n": "disallow"}


def preferences(text: str) -> dict[str, Preference]:
    """Return what one statement says about each word of the vocabulary in force, and about other words in it."""
    said: dict[str, Preference] = dict.fromkeys(vocabulary.vocabulary().vocabularies[NAME].current, "unknown")
    try:
        members = dictionary(text)
    except FieldError:
        return said
    return said | {one.key: _SAYS.get(one.token, "unknown") for one in members}


def combine(statements: Iterable[Mapping[str, Preference]]) -> dict[str, Preference]:
    """Return what several statements say together."""
    order: tuple[Preference, ...] = ("unknown", "allow", "disallow")
    result: dict[str, Preference] = dict.fromkeys(vocabulary.vocabulary().vocabularies[NAME].current, "unknown")
    for one in statements:
        for key, said in one.items():
            result[key] = max(said, result.get(key, "unknown"), key=order.index)
    return result


def reading(text: str, by: str = BY) -> Reading:
    """Return everything a statement says, and what in it is not understood."""
    try:
        members = dictionary(text)
    except FieldError:
        return Reading(problems=(f"a {by} statement cannot be parsed",))
    signals: list[Signal] = []
    problems: list[str] = []
    for one in members:
        state = _STATES.get(one.token, "unset")
        signals.append(vocabulary.signal(NAME, by, one.key, state))
        if state == "unset":
            problems.append(f"{by} has a value for {told(one.key)!r} that is neither y nor n")
        elif not vocabulary.is_known(NAME, one.key):
            problems.append(f"{by} has the word {told(one.key)!r}, which no known draft has")
    return Reading(tuple(signals), tuple(problems))
