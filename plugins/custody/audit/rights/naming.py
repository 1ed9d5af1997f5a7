# SPDX-License-Identifier: Apache-2.0
"""Whether a User-agent line of robots.txt means a crawler. Parsers differ; `robots` reads by each way.

A way takes marks from what a line says and marks from a crawler's name; the line means the crawler if they share one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN = re.compile(r"[A-Za-z_-]+")
_WORDS = re.compile(r"[\s/;,()]+")
Marks = Callable[[str], frozenset[str]]


@dataclass(frozen=True)
class Way:
    """One way to read names. line: the marks of a line's value. agent: the marks of a crawler's name."""

    line: Marks
    agent: Marks


def _line_token(value: str) -> frozenset[str]:
    found = _TOKEN.match(value)
    return frozenset({found.group().lower()} if found else ())


def _agent_token(agent: str) -> frozenset[str]:
    return frozenset({_bare(agent)})


def _line_name(value: str) -> frozenset[str]:
    name = value.lower()
    return frozenset({f"whole {name}", *(f"word {word}" for word in _words(name)[:1])} if name else ())


def _agent_name(agent: str) -> frozenset[str]:
    asked = {_bare(agent), agent.lower()}
    words = {_bare(agent), *_words(agent.lower())}
    return frozenset({*(f"whole {name}" for name in asked), *(f"word {word}" for word in words)})


def _words(text: str) -> list[str]:
    return [word for word in _WORDS.split(text) if word]


def _bare(agent: str) -> str:
    """Return an agent's token without version."""
    return agent.partition("/")[0].strip().lower()


WAYS = (
    # as RFC 9309 has tokens: letters, `-` and `_`; what follows them in the file is not part of the name
    Way(_line_token, _agent_token),
    # as publishers write names: whole, or up to a space or slash; or a word of a whole User-Agent header
    Way(_line_name, _agent_name),
)
