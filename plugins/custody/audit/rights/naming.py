# SPDX-License-Identifier: Apache-2.0
"""Whether a User-agent line of robots.txt means a crawler. Parsers differ; `robots` reads by each way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_TOKEN = re.compile(r"[A-Za-z_-]+")
_WORDS = re.compile(r"[\s/;,()]+")
Named = Callable[[str, str], bool]  # whether the value of a User-agent line names an agent


def by_token(value: str, agent: str) -> bool:
    """Match as RFC 9309 has tokens: letters, `-` and `_`; what follows them in the file is not part of the name."""
    found = _TOKEN.match(value)
    return found is not None and found.group().lower() == bare(agent)


def by_name(value: str, agent: str) -> bool:
    """Match as publishers write names: whole, or up to a space or slash; or a word of a whole User-Agent header."""
    name, asked = value.lower(), bare(agent)
    return bool(name) and (name in (asked, agent.lower()) or words(name)[0] in (asked, *words(agent)))


def words(text: str) -> list[str]:
    """Return the words of a name or of a whole User-Agent header, in small letters; at least one."""
    return [word for word in _WORDS.split(text.lower()) if word] or ["*"]


def bare(agent: str) -> str:
    """Return an agent's token without version."""
    return agent.partition("/")[0].strip().lower()


def candidates(values: Iterable[str]) -> frozenset[str]:
    """Return every name that some way of reading takes from the values of User-agent lines."""
    small = {value.lower() for value in values}
    tokens = {found.group() for value in small if (found := _TOKEN.match(value))}
    return frozenset(small | tokens | {words(value)[0] for value in small})


def asked(agent: str) -> frozenset[str]:
    """Return every name that some way of reading takes from an agent."""
    return frozenset({bare(agent), agent.lower(), *words(agent)})


WAYS: tuple[Named, ...] = (by_token, by_name)
