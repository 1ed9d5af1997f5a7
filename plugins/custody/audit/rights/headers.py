# SPDX-License-Identifier: Apache-2.0
"""What the header of an HTTP response says about the use of its content.

Stored as it came: an optional status line, then `name: value` lines. A line that is no header (a bare CR in a value, a
control character, a name with a space) is a problem, not a header: what stands after it may have been injected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from custody.audit.rights import aipref, signals, tdmrep, vocabulary
from custody.audit.rights.states import Reading, combined
from custody.audit.rights.tdmrep import Tdm

MAX_SIZE = 256 << 10  # bytes
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)")
_FOLDED = re.compile(r"\r?\n[ \t]+")
_AGENT = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*:(?!//)")
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_LINK = re.compile(r"<([^<>]{1,2000})>([^,<]*)")
Headers = Iterable[tuple[str, str]]  # names in small letters, in order; a name may stand more than once


def parse(raw: bytes | str) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """Return the headers of a stored response, and what is wrong with it."""
    data = raw.encode("utf-8", "replace") if isinstance(raw, str) else raw
    problems = {f"only the first {MAX_SIZE:,} bytes of the headers were read"} if len(data) > MAX_SIZE else set()
    found: list[tuple[str, str]] = []
    for line in _FOLDED.sub(" ", data[:MAX_SIZE].decode("latin-1")).split("\n"):
        text = line.removesuffix("\r")
        header = _HEADER.fullmatch(text)
        if header:
            found.append((header[1].lower(), header[2].strip()))
        elif text and not text.startswith("HTTP/"):
            problems.add("the headers have a line that is none")
    return found, tuple(sorted(problems))


def usage(headers: Headers, agents: Iterable[str] = ()) -> Reading:
    """Return what Content-Usage, Content-Signal, X-Robots-Tag and Link say; TDMRep is `tdm`'s.

    Args:
        headers: of one response.
        agents: whose X-Robots-Tag count beside those without a name; all count when none is given.
    """
    parts: list[Reading] = []
    for name, value in headers:
        if name == "content-usage":
            parts.append(aipref.reading(value))
        elif name == "content-signal":
            parts.append(signals.reading(value))
        elif name == "x-robots-tag":
            parts.append(directives(value, "X-Robots-Tag", agents))
        elif name == "link":
            parts.append(Reading(policies=tuple(_licences(value))))
    return combined(parts)


def tdm(headers: Headers) -> Tdm:
    """Return what the TDM headers say. Of several, one that reserves counts."""
    found = [(name, value) for name, value in headers if name in ("tdm-reservation", "tdm-policy")]
    policy = next((value for name, value in found if name == "tdm-policy"), "")
    read = [tdmrep.value(value, policy) for name, value in found if name == "tdm-reservation"]
    if not read:
        return tdmrep.value(None, policy)
    return max(read, key=lambda one: (one.reservation is not None, one.reservation or 0))


def directives(value: str, by: str, agents: Iterable[str] = ()) -> Reading:
    """Return what the directives of one X-Robots-Tag or robots meta element say, such as `noai, noimageai`."""
    named = _AGENT.match(value)
    if named and named[1].lower() not in _VALUED:
        wanted = {one.lower() for one in agents}
        if wanted and named[1].lower() not in wanted:
            return Reading()
        value = value[named.end() :]
    words = {word for word in re.split(r"[\s,;]+", value.lower()) if word}
    known = sorted(word for word in words if vocabulary.is_known("robots-directive", word))
    return Reading(tuple(vocabulary.signal("robots-directive", by, word, "reserved") for word in known))


def as_headers(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return a mapping as headers."""
    return [(name.lower(), value) for name, value in given.items()]


def _licences(value: str) -> Iterator[str]:
    for url, parameters in _LINK.findall(value):
        text = parameters.lower().replace('"', "")
        if re.search(r"rel=[^;]*\blicense\b", text) and "rsl" in text:
            yield url
