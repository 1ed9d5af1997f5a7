# SPDX-License-Identifier: Apache-2.0
"""What robots.txt and TDMRep files, as they were kept, say about the address of each row.

These two speak for whole hosts, so a row's address is enough to ask them. An address that cannot be read, or of a host
of which no robots.txt was kept, is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from custody.audit.addresses import address
from custody.audit.evidence import Evidence
from custody.audit.rights import robots, robots_reading, tdmrep
from custody.audit.rights.groups import USAGE
from custody.audit.rights.observed import Who, host
from custody.lineage.statement import strict_json

Mark = Literal["clear", "unknown", "reserved", "barred"]
KINDS = ("robots", "tdmrep")


@dataclass(frozen=True)
class Counts:
    """How many rows there are, and how many are not clear.

    Args:
        judged: whether rows were looked at.
        without: files that have no column with an address, where it matters which address a row has.
    """

    judged: bool = False
    rows: int = 0
    barred: int = 0
    reserved: int = 0
    unknown: int = 0
    without: tuple[str, ...] = ()


class Rows:
    """Judges addresses by the evidence of one time.

    Args:
        evidence: of that time; what is no robots.txt or TDMRep file is not used.
        who: who fetches and uses.
    """

    def __init__(self, evidence: Iterable[Evidence], who: Who) -> None:
        self._agents = (who.agent or "*", *who.others)
        files, tdm = _by_host(evidence, "robots"), _by_host(evidence, "tdmrep")
        self._robots = {
            name: [robots.fetched(one.status or 200, one.body) for one in some] for name, some in files.items()
        }
        self._rules = {
            name: [found for one in some if (found := _rules(one)) is not None] for name, some in tdm.items()
        }

    @property
    def matters(self) -> bool:
        """Whether the files say anything that may hold for one address and not for another."""
        bars = any(one.restricts(self._agents) for some in self._robots.values() for one in some)
        return bars or any(_reserves(rules) for some in self._rules.values() for rules in some)

    def mark(self, url: str | None) -> Mark:
        """Judge an address."""
        found = address(url) if url else None
        files = self._robots.get(found.host, self._robots.get("", [])) if found else []
        if not (found and files):
            return "unknown"
        if any(one.bars_any(self._agents, found.path) for one in files):
            return "barred"
        rules = self._rules.get(found.host, self._rules.get("", []))
        reserved = any(self._reserves(one, found.path) for one in files) or any(
            tdmrep.rules(one, found.path).reservation == 1 for one in rules
        )
        return "reserved" if reserved else "clear"

    def _reserves(self, file: robots.Robots, path: str) -> bool:
        usage = (file.usage(self._agents[0], path, key) for key in USAGE)
        return any(usage) and robots_reading(file, self._agents[:1], path).state == "reserved"


def _by_host(evidence: Iterable[Evidence], kind: str) -> Mapping[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for one in evidence:
        if one.kind == kind:
            found.setdefault(host(one.url), []).append(one)
    return found


def _rules(one: Evidence) -> Any:
    """Return the rules of a TDMRep file; None of one that is not there or cannot be read, which another rule tells."""
    if one.status is not None and not 200 <= one.status < 300:
        return None
    try:
        return strict_json(one.body.removeprefix(b"\xef\xbb\xbf"))
    except Exception:  # other people's file
        return None


def _reserves(rules: Any) -> bool:
    some = rules if isinstance(rules, list) else []
    return any(isinstance(one, dict) and one.get("tdm-reservation") == 1 for one in some)
