# SPDX-License-Identifier: Apache-2.0
"""RSL 1.0: a publisher's licence as XML, for whom and what it permits and prohibits.

What one licence prohibits is prohibited, whatever that or another licence permits, in every content element that fits.
Several licences are offers: a use is permitted where one of them names it, its user and its regions, and neither
payment nor a licence server stands before it. Where licences permit other things only, it is withheld. An unknown word
is a problem, and a word of a draft prohibits but never permits.

XML is read by expat. A document type, an entity, more than 1 MiB, 64 levels or 20,000 elements are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit
from xml.parsers import expat

from custody.audit.regions import EU
from custody.audit.rights import paths, vocabulary
from custody.audit.rights.states import Reading, Signal, State, told

MAX_SIZE = 1 << 20  # bytes
MAX_DEPTH = 64
MAX_ELEMENTS = 20_000
NAMESPACE = "https://rslstandard.org/rsl"
NAME = "rsl"
BY = "RSL"
_FREE = frozenset({"free", "attribution"})
_WHOLE: dict[str, frozenset[str]] = {  # what a wider word covers, RSL 1.0, section 3.4.1
    "all": frozenset({"ai-all", "ai-train", "ai-input", "ai-index", "search"}),
    "ai-all": frozenset({"ai-train", "ai-input", "ai-index"}),
}
_OLDER = {"train-ai": "ai-train", "train-genai": "ai-train"}
_EU = frozenset(one.lower() for one in EU)
Answer = Literal["permitted", "prohibited", "withheld", "unset"]


class _RefusedError(ValueError):
    """The document is not read any further; the text says why, in words of ours."""


@dataclass
class Licence:
    """One `<license>`: kind (usage, user, geo) -> words, for both lists, and the types of payment."""

    permits: dict[str, set[str]] = field(default_factory=dict)
    prohibits: dict[str, set[str]] = field(default_factory=dict)
    payments: set[str] = field(default_factory=set)


@dataclass
class Content:
    """One `<content>`."""

    url: str
    server: str = ""
    licences: list[Licence] = field(default_factory=list)


@dataclass(frozen=True)
class Asker:
    """Who wants to use what.

    Args:
        user: `commercial`, `non-commercial`, `education`, `government` or `personal`; empty when not known.
        regions: ISO 3166-1 codes or `EU`, where the model is made or offered; empty when not known.
    """

    user: str = ""
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A parsed document. `problem` says why it could not be read; then there is no content."""

    contents: tuple[Content, ...] = ()
    problem: str = ""

    def answer(self, use: str, url: str, asker: Asker) -> Answer:
        """Tell what the document says about one use of one URL (or path); see the module for how."""
        answers = [
            _licence(licence, use, asker, open_=not content.server)
            for content in self.contents
            if _covers(content.url, url)
            for licence in content.licences
        ]
        order: tuple[Answer, ...] = ("unset", "withheld", "permitted", "prohibited")
        return max(answers, key=order.index, default="unset")

    def reading(self, url: str, asker: Asker) -> Reading:
        """Return what the document says about training on one URL."""
        if self.problem:
            return Reading(problems=(self.problem,))
        words = sorted(self._words(url))
        problems = [f"{BY} has the word {told(one)!r}, which is not known" for one in words if not _is_known(one)]
        said = self.answer("ai-train", url, asker)
        state: State = "granted" if said == "permitted" else "reserved"
        return Reading((Signal(BY, "ai-train", state, binds=True),) if said != "unset" else (), tuple(problems))

    def _words(self, url: str) -> Iterator[str]:
        for content in self.contents:
            for licence in content.licences if _covers(content.url, url) else ():
                yield from licence.permits.get("usage", set()) | licence.prohibits.get("usage", set())


def parse(body: bytes | str) -> Document:
    """Parse a document; anything is a result."""
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    if len(data) > MAX_SIZE:
        return Document(problem=f"the RSL document is larger than {MAX_SIZE:,} bytes")
    try:
        return Document(tuple(_Parser().contents(data)))
    except _RefusedError as refused:
        return Document(problem=str(refused))
    except Exception as error:  # expat's text may quote the document
        return Document(problem=f"the RSL document cannot be read ({type(error).__name__})")


class _Parser:
    """Gathers contents while expat reads."""

    def __init__(self) -> None:
        self.found: list[Content] = []
        self.trail: list[str] = []
        self.count = 0
        self.text: list[str] = []
        self.words: set[str] | None = None

    def contents(self, data: bytes) -> list[Content]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self.refuse
        parser.EntityDeclHandler = self.refuse
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text.append
        parser.Parse(data, True)  # noqa: FBT003 - expat knows no keywords
        return self.found

    def refuse(self, *_: object) -> None:
        raise _RefusedError("the RSL document declares a document type or entities, which are not read")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.trail) >= MAX_DEPTH:
            raise _RefusedError("the RSL document has too many or too deep elements")
        if not self.trail and local != "rsl":
            raise _RefusedError("the document is not RSL")
        self.trail.append(local)
        self.text.clear()
        if space not in ("", NAMESPACE):
            return
        if local == "content":
            self.found.append(Content(attributes.get("url", ""), attributes.get("server", "")))
        elif local == "license" and self.found:
            self.found[-1].licences.append(Licence())
        elif "license" in self.trail and self.found and self.found[-1].licences:
            self.term(local, attributes.get("type", ""))

    def term(self, local: str, kind: str) -> None:
        licence = self.found[-1].licences[-1]
        if local in ("permits", "prohibits"):
            lists = licence.permits if local == "permits" else licence.prohibits
            self.words = lists.setdefault(kind.strip().lower() or "usage", set())
        elif local == "payment":
            licence.payments.add(kind.strip().lower() or "free")

    def end(self, _: str) -> None:
        if self.trail.pop() in ("permits", "prohibits") and self.words is not None:
            self.words |= {word.lower() for word in re.split(r"[\s,]+", "".join(self.text)) if word}
            self.words = None


def _licence(licence: Licence, use: str, asker: Asker, *, open_: bool) -> Answer:
    if _prohibits(licence, use, asker):
        return "prohibited"
    usage = licence.permits.get("usage")
    if usage is None:
        return "unset"
    if use not in usage and not any(use in _WHOLE.get(word, ()) for word in usage):
        return "withheld"
    for kind, given in (("user", {asker.user} if asker.user else set()), ("geo", set(asker.regions))):
        listed = licence.permits.get(kind)
        if listed is not None and not (given and all(_is_in(kind, one, listed) for one in given)):
            return "withheld"
    return "permitted" if open_ and licence.payments <= _FREE else "withheld"


def _prohibits(licence: Licence, use: str, asker: Asker) -> bool:
    """Tell whether a list of what is prohibited names the use, the user or a region; not to know them counts."""
    if any(_covers_use(word, use) for word in licence.prohibits.get("usage", ())):
        return True
    users, regions = licence.prohibits.get("user", set()), licence.prohibits.get("geo", set())
    by_user = bool(users) and (not asker.user or _is_in("user", asker.user, users))
    by_region = bool(regions) and (not asker.regions or any(_meets(one, regions) for one in asker.regions))
    return by_user or by_region


def _is_in(kind: str, one: str, listed: Iterable[str]) -> bool:
    names = {one.lower(), *(("eu",) if kind == "geo" and one.lower() in _EU else ())}
    return not names.isdisjoint(listed)


def _meets(region: str, listed: Iterable[str]) -> bool:
    """Tell whether a region and a list have a place in common; the EU has one with each of its members."""
    return _is_in("geo", region, listed) or (region.lower() == "eu" and not _EU.isdisjoint(listed))


def _covers_use(word: str, use: str) -> bool:
    word = _OLDER.get(word, word)
    return word == use or use in _WHOLE.get(word, ())


def _is_known(word: str) -> bool:
    return vocabulary.is_known(NAME, word)


def _covers(pattern: str, url: str) -> bool:
    """Tell whether a content's URL pattern covers a URL; hosts are compared only where both have one."""
    mine, theirs = _host(pattern), _host(url)
    if mine and theirs and mine != theirs:
        return False
    path = paths.target(paths.octets(pattern)) if pattern else "/"
    return paths.matches(paths.meant(path), paths.meant_target(paths.target(paths.octets(url))))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "") if "://" in url else ""
    except ValueError:
        return ""
