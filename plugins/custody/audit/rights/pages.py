# SPDX-License-Identifier: Apache-2.0
"""What a page says about the use of its content: robots, TDM and usage meta elements, links to licences, inline RSL.

Only the head is read, and no more than 1 MiB of the page, however large it is. A head that does not end there is a
problem. Elements in comments, scripts and templates are not elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from custody.audit.rights import aipref, headers, markup, rsl, signals
from custody.audit.rights.markup import Element
from custody.audit.rights.rsl import Asker
from custody.audit.rights.states import Reading
from custody.audit.rights.tdmrep import Tdm

MAX_HEAD = 1 << 20  # bytes
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Page:
    """What the head of a page says: TDMRep apart, since it overrides a header, and all else."""

    tdm: Tdm = field(default_factory=Tdm)
    reading: Reading = field(default_factory=Reading)


def read(body: bytes | str, agents: Iterable[str] = (), asker: Asker | None = None, url: str = "/") -> Page:
    """Read a page.

    Args:
        body: its bytes.
        agents: whose meta elements (`<meta name="GPTBot" …>`) count beside `robots`.
        asker: for inline RSL.
        url: of the page.
    """
    data = (body.encode("utf-8", "replace") if isinstance(body, str) else body)[: MAX_HEAD + 1]
    problems = []
    text = data[:MAX_HEAD].decode("utf-16" if data.startswith(_UTF16) else "utf-8", "replace")
    if "\0" in text:
        problems.append("the page is not text in UTF-8 or marked UTF-16")
    head = _Head(frozenset({"robots", *(one.lower() for one in agents)}))
    ended = False
    try:
        for element in markup.head(text):
            ended = element is None
            if element:
                head.take(element)
    except markup.UnfinishedError:
        problems.append("the page ends within an element or a comment")
    if len(data) > MAX_HEAD and not ended:
        problems.append(f"the head of the page does not end in its first {MAX_HEAD:,} bytes")
    found = head.reading + Reading(problems=tuple(problems))
    for document in head.documents:
        found += rsl.parse(document).reading(url, asker or Asker())
    return Page(_tdm(head.reservations, head.policy), found)


def elements(named: Mapping[str, str], agents: Iterable[str] = ()) -> Page:
    """Read meta elements alone, given as names and contents. Arguments else as `read`."""
    head = _Head(frozenset({"robots", *(one.lower() for one in agents)}))
    for name, content in named.items():
        head.meta((("name", name), ("content", content.strip())))
    return Page(_tdm(head.reservations, head.policy), head.reading)


def _tdm(reservations: list[str], policy: str) -> Tdm:
    pairs = [("tdm-reservation", one) for one in reservations]
    return headers.tdm([*pairs, ("tdm-policy", policy)] if policy else pairs)


@dataclass
class _Head:
    """Gathers what the elements of a head say."""

    agents: frozenset[str]
    reading: Reading = field(default_factory=Reading)
    reservations: list[str] = field(default_factory=list)
    policy: str = ""
    documents: list[str] = field(default_factory=list)

    def take(self, element: Element) -> None:
        """Take in one element."""
        if element.tag == "meta":
            self.meta(element.attributes)
        elif element.tag == "link":
            self.link(dict(element.attributes))
        elif element.tag == "script" and ("type", "application/rsl+xml") in element.attributes:
            self.documents.append(element.text)

    def meta(self, given: tuple[tuple[str, str], ...]) -> None:
        names = {value.lower() for key, value in given if key in ("name", "property", "http-equiv")}
        for content in [value for key, value in given if key == "content"]:
            if names & self.agents:
                self.reading += headers.directives(content, "robots meta element")
            if "tdm-reservation" in names:
                self.reservations.append(content)
            if "tdm-policy" in names:
                self.policy = content
            if "content-usage" in names:
                self.reading += aipref.reading(content, f"{aipref.BY} meta element")
            if "content-signal" in names:
                self.reading += signals.reading(content, f"{signals.BY} meta element")

    def link(self, given: dict[str, str]) -> None:
        rels = given.get("rel", "").lower().split()
        if "license" in rels and "rsl" in given.get("type", "").lower() and given.get("href"):
            self.reading += Reading(policies=(given["href"],))
