# SPDX-License-Identifier: Apache-2.0
"""The lines of robots.txt in groups: which agents each is for, by each reading of where groups end and of names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from custody.audit.rights import naming

RULES = frozenset({"allow", "disallow"})
USAGE = frozenset({"content-usage", "content-signal"})


@dataclass(frozen=True)
class Line:
    """One line that says something: its key in small letters, and its value, as octets."""

    key: str
    value: str


@dataclass
class Group:
    """Agents, and the lines that hold for them."""

    agents: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


class Grouping:
    """The groups of a file by one reading of where they end; the first holds what stands before any agent."""

    def __init__(self, lines: Iterable[Line], enders: frozenset[str]) -> None:
        self.groups = _grouped(lines, enders)
        self.index: list[dict[str, set[int]]] = [{} for _ in naming.WAYS]
        self.general: set[int] = set()  # groups that name `*`
        for number, group in enumerate(self.groups):
            for value in group.agents:
                self.general |= {number} if value.split()[:1] == ["*"] else set()
                for way, index in zip(naming.WAYS, self.index, strict=True):
                    for mark in way.line(value):
                        index.setdefault(mark, set()).add(number)

    def chosen(self, agent: str) -> tuple[frozenset[int], ...]:
        """Return, by each way to read names, the groups that name an agent, or else those that name `*`."""
        return tuple(
            frozenset().union(*(index.get(mark, ()) for mark in way.agent(agent))) or frozenset(self.general)
            for way, index in zip(naming.WAYS, self.index, strict=True)
        )

    def lines(self, numbers: Iterable[int]) -> list[Line]:
        """Return the lines of groups, and the general ones; a rule before any agent is none."""
        general = [line for line in self.groups[0].lines if line.key not in RULES]
        return general + [line for number in sorted(numbers) if number for line in self.groups[number].lines]


def _grouped(lines: Iterable[Line], enders: frozenset[str]) -> list[Group]:
    """Return the groups in order."""
    groups = [Group()]
    listing = False
    for line in lines:
        if line.key == "user-agent":
            if not listing:
                groups.append(Group())
            groups[-1].agents.append(line.value)
            listing = True
        else:
            groups[-1].lines.append(line)
            listing = listing and line.key not in enders
    return groups
