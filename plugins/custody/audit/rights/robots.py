# SPDX-License-Identifier: Apache-2.0
"""robots.txt by RFC 9309, with the lines that say how content may be used.

Parsers in use differ at three points: whether a line that RFC 9309 does not know ends a group's list of agents, which
part of a name is the agent's token, and how percent-encoding is compared. Each way is read, and a path is allowed only
if every reading allows it; so a publisher who wrote for one parser is not overruled by another.

Read as octets, so no byte is undecodable. At most 500 KiB are parsed, as RFC 9309, section 2.5, allows; that the rest
was not is a problem in the result. Line ends are CR, LF or both. Lines before the first group belong to every group.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from custody.audit.rights import paths
from custody.audit.rights.groups import RULES, USAGE, Grouping, Line

MAX_ROBOTS = 500 << 10  # bytes, RFC 9309, section 2.5
MAX_LINE = 2083 * 8  # octets; as long as Google's parser reads a line
_LINE = re.compile(r"\r\n|\r|\n")
_SPELLINGS = {  # misspellings that Google's parser takes for the word
    "useragent": "user-agent",
    "user agent": "user-agent",
    "dissallow": "disallow",
    "dissalow": "disallow",
    "disalow": "disallow",
    "diasllow": "disallow",
    "disallaw": "disallow",
}
Access = Literal["file", "all", "none"]
Form = Callable[[str], str]


Chosen = tuple[tuple[frozenset[int], ...], ...]  # by each reading, the numbers of groups
_Rules = list[tuple[bool, str]]  # whether it allows, and the pattern


@dataclass
class _Memory:
    """What was worked out before: a file is asked about many agents and addresses."""

    agents: dict[str, Chosen] = field(default_factory=dict)
    rules: dict[Chosen, list[tuple[int, _Rules]]] = field(default_factory=dict)
    together: dict[tuple[str, ...], list[tuple[int, _Rules]]] = field(default_factory=dict)
    scopes: dict[tuple[str, str], list[list[tuple[str, str]]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Robots:
    """A parsed file.

    Args:
        lines: what it says.
        problems: what could not be read; then the file does not show that anything is allowed.
        access: `none` when the server could not be reached, `all` when it has no such file (RFC 9309, 2.3.1).
    """

    lines: tuple[Line, ...] = ()
    problems: tuple[str, ...] = ()
    access: Access = "file"

    def allows(self, agent: str, url: str) -> bool:
        """Tell whether an agent may fetch a URL (or a path), by every reading.

        Args:
            agent: the crawler's product token, such as `CCBot`.
            url: what it fetches.
        """
        return not self.barred((agent,), url)

    def barred(self, agents: Iterable[str], url: str) -> tuple[str, ...]:
        """Return which of some agents may not fetch a URL; those with the same groups are judged at once."""
        if self.access != "file":
            return () if self.access == "all" else tuple(agents)
        path = paths.target(paths.octets(url))
        targets = (path, paths.meant_target(path))
        judged: dict[Chosen, bool] = {}
        found = []
        for agent in agents:
            chosen = self._chosen(agent)
            if chosen not in judged:
                judged[chosen] = all(_says(rules, targets[form]) for form, rules in self._rules(chosen))
            if not judged[chosen]:
                found.append(agent)
        return tuple(found)

    def bars_any(self, agents: tuple[str, ...], url: str) -> bool:
        """Tell whether some of the agents may not fetch a URL; quick for many URLs."""
        if self.access != "file":
            return self.access == "none"
        if agents not in self._memory.together:
            chosen = {self._chosen(agent) for agent in agents}
            self._memory.together[agents] = [rule for one in chosen for rule in self._rules(one)]
        path = paths.target(paths.octets(url))
        targets = (path, paths.meant_target(path))
        return not all(_says(rules, targets[form]) for form, rules in self._memory.together[agents])

    def restricts(self, agents: Iterable[str]) -> bool:
        """Tell whether anything is said to some agents that may hold for one address and not for another."""
        bars = self.access == "none" or any(line.key in USAGE for line in self.lines)
        told = (self._rules(self._chosen(agent)) for agent in agents)
        return bars or any(not allow for rules in told for _, some in rules for allow, _ in some)

    def usage(self, agent: str, url: str, key: str) -> tuple[str, ...]:
        """Return the values of the longest matching `Content-Usage` or `Content-Signal` lines for an agent and URL.

        A value may begin with a path pattern, which is cut off; without one it holds for every path. Lines with the
        same path all count, of the groups that either reading of names gives the agent.
        """
        path = paths.meant_target(paths.target(paths.octets(url)))
        found: dict[str, None] = {}
        for scoped in self._scopes(agent, key):
            fitting = [(where, what) for where, what in scoped if paths.matches(where, path)]
            longest = max((len(where) for where, _ in fitting), default=0)
            found |= dict.fromkeys(what for where, what in fitting if len(where) == longest)
        return tuple(sorted(found))

    @property
    def licences(self) -> tuple[str, ...]:
        """The URLs of `License` lines (RSL 1.0, section 4.4): they hold for every agent, wherever they stand."""
        return tuple(sorted({line.value for line in self.lines if line.key == "license" and line.value}))

    def _chosen(self, agent: str) -> Chosen:
        known = self._memory.agents
        if agent not in known:
            known[agent] = tuple(one.chosen(agent) for one in self._groupings)
        return known[agent]

    def _rules(self, chosen: Chosen) -> list[tuple[int, _Rules]]:
        """Return the rules of some groups for each reading, with the form of paths they are for: written or meant."""
        known = self._memory.rules
        if chosen not in known:
            each = zip(self._groupings, chosen, strict=True)
            lines = [grouping.lines(numbers) for grouping, ways in each for numbers in set(ways)]
            forms = (paths.written, paths.meant)
            known[chosen] = [(form, _ordered(some, how)) for some in lines for form, how in enumerate(forms)]
        return known[chosen]

    def _scopes(self, agent: str, key: str) -> list[list[tuple[str, str]]]:
        """Return path pattern and value of an agent's usage lines, by each way to read names."""
        known = self._memory.scopes
        if (agent, key) not in known:
            grouping = self._groupings[-1]  # who reads these lines knows that they end a list of agents
            lines = [grouping.lines(numbers) for numbers in set(grouping.chosen(agent))]
            scoped = [[_scoped(line.value) for line in some if line.key == key] for some in lines]
            known[agent, key] = [[(paths.meant(where), what) for where, what in some] for some in scoped]
        return known[agent, key]

    @cached_property
    def _memory(self) -> _Memory:
        return _Memory()

    @cached_property
    def _groupings(self) -> tuple[Grouping, ...]:
        first = Grouping(self.lines, RULES)
        # where no usage line stands the second reading is the first
        return (
            first,
            Grouping(self.lines, RULES | USAGE) if any(one.key in USAGE for one in self.lines) else first,
        )


def parse(body: bytes | str) -> Robots:
    """Parse a file's body; anything is a result."""
    text, problems = paths.octets(body), []
    if len(text) > MAX_ROBOTS:
        text = text[:MAX_ROBOTS]
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]  # half a line says another thing than the line
        problems.append(f"only the first {MAX_ROBOTS:,} bytes of robots.txt were read")
    text = text.removeprefix("\xef\xbb\xbf")
    if "\0" in text or text.startswith(("\xff\xfe", "\xfe\xff")):
        problems.append("robots.txt is not text in UTF-8")
    if text[:512].lstrip().lower().startswith(("<!doctype", "<html", "<head", "<?xml")):
        problems.append("what was kept as robots.txt is a page")
    raw = _LINE.split(text)
    if any(len(line) > MAX_LINE for line in raw):
        problems.append(f"robots.txt has lines of more than {MAX_LINE:,} bytes")
    lines = tuple(line for line in map(_line, raw) if line)
    return Robots(lines, tuple(problems))


def fetched(status: int | None, body: bytes | str) -> Robots:
    """Read what a server answered.

    Args:
        status: the HTTP status; None or 0 when the server could not be reached.
        body: the body.

    By RFC 9309, section 2.3.1: 4xx allows everything, 5xx and an unreachable server nothing. 429 is "come later", not
    "no such file", and allows nothing. Any other status is a problem: redirects are to be followed before.
    """
    if status and 200 <= status < 300:
        return parse(body)
    if status and 400 <= status < 500 and status != 429:
        return Robots(access="all")
    if status and status < 400:
        return Robots(problems=(f"robots.txt was answered with status {status}",), access="none")
    return Robots(access="none")


def _line(raw: str) -> Line | None:
    """Read one line. A line without a colon counts if it is two words, as Google's parser takes it."""
    text = raw.split("#", 1)[0].strip(" \t\f\v")
    key, colon, value = text.partition(":")
    if not colon:
        words = text.split()
        if len(words) != 2:
            return None
        key, value = words
    key = key.strip(" \t\f\v").lower()
    key, value = _SPELLINGS.get(key, key), value.strip(" \t\f\v")
    if len(raw) > MAX_LINE:
        # cut short, a pattern covers more: right for what it forbids, wrong for what it allows
        return Line(key, value[:MAX_LINE].rstrip("$")) if key == "disallow" else None
    return Line(key, value)


def _ordered(lines: list[Line], form: Form) -> _Rules:
    """Return rules with the longest first, and of equally long ones Allow (RFC 9309, 2.2.2); empty ones say nothing."""
    found = {
        (line.key == "allow", pattern) for line in lines if line.key in RULES for pattern in map(form, _patterns(line))
    }
    return sorted((one for one in found if one[1]), key=lambda one: (-len(one[1]), not one[0], one[1]))


def _says(rules: _Rules, path: str) -> bool:
    return next((allow for allow, pattern in rules if paths.matches(pattern, path)), True)


def _patterns(line: Line) -> Iterator[str]:
    """Yield a rule's pattern; an Allow of an index page is one of its directory, too, as Google reads it."""
    yield line.value
    head, slash, page = line.value.rpartition("/")
    if line.key == "allow" and slash and page.startswith("index.htm"):
        yield f"{head}/$"


def _scoped(value: str) -> tuple[str, str]:
    """Split the path pattern off a usage line."""
    if not value.startswith(("/", "*")):
        return "/", value
    where, _, what = value.replace("\t", " ").partition(" ")
    return where, what.strip()
