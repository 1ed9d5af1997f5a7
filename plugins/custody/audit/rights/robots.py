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
from dataclasses import dataclass
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


Chosen = tuple[tuple[frozenset[int], ...], ...]


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
        judged: dict[Chosen, bool] = {}
        found = []
        for agent in agents:
            chosen = tuple(one.chosen(agent) for one in self._groupings)
            if chosen not in judged:
                judged[chosen] = self._allow(chosen, path)
            if not judged[chosen]:
                found.append(agent)
        return tuple(found)

    def usage(self, agent: str, url: str, key: str) -> tuple[str, ...]:
        """Return the values of the longest matching `Content-Usage` or `Content-Signal` lines for an agent and URL.

        A value may begin with a path pattern, which is cut off; without one it holds for every path. Lines with the
        same path all count, of the groups that either reading of names gives the agent.
        """
        path = paths.meant_target(paths.target(paths.octets(url)))
        grouping = self._groupings[-1]  # who reads these lines knows that they end a list of agents
        found: dict[str, None] = {}
        for numbers in set(grouping.chosen(agent)):
            scoped = [_scoped(line.value) for line in grouping.lines(numbers) if line.key == key]
            meant = [(paths.meant(where), what) for where, what in scoped]
            fitting = [(where, what) for where, what in meant if paths.matches(where, path)]
            longest = max((len(where) for where, _ in fitting), default=0)
            found |= dict.fromkeys(what for where, what in fitting if len(where) == longest)
        return tuple(sorted(found))

    @property
    def licences(self) -> tuple[str, ...]:
        """The URLs of `License` lines (RSL 1.0, section 4.4): they hold for every agent, wherever they stand."""
        return tuple(sorted({line.value for line in self.lines if line.key == "license" and line.value}))

    def _allow(self, chosen: Chosen, path: str) -> bool:
        forms = ((paths.written, path), (paths.meant, paths.meant_target(path)))
        each = zip(self._groupings, chosen, strict=True)
        return all(
            _allowed(grouping.lines(numbers), form)
            for grouping, ways in each
            for numbers in set(ways)
            for form in forms
        )

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


def _allowed(lines: list[Line], form: tuple[Form, str]) -> bool:
    """Tell what the longest matching rule says; of equally long ones, Allow (RFC 9309, 2.2.2)."""
    best = {"allow": 0, "disallow": 0}
    for line in lines:
        if line.key in best:
            for pattern in map(form[0], _patterns(line)):
                if len(pattern) > best[line.key] and paths.matches(pattern, form[1]):
                    best[line.key] = len(pattern)
    return best["disallow"] <= best["allow"]


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
