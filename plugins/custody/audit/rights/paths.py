# SPDX-License-Identifier: Apache-2.0
"""Paths of URLs, and the path patterns of RFC 9309, section 2.2.2, which TDMRep and RSL share.

Two readings of percent-encoding are in use. RFC 9309 compares what the octets mean: `%62` is `b`. Google's parser
compares what is written, and only encodes what is not ASCII in a pattern. Where they differ, `robots` lets both speak.
Everything here is octets, as characters of Latin-1, so that no input is undecodable.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986, 2.3
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_HIGH = re.compile(r"[\x80-\xff]")
_SPECIAL = {"$": "%24", "*": "%2A"}
Form = Callable[[str], str]


def octets(text: str | bytes) -> str:
    """Return text or bytes as octets: UTF-8, each byte one character. Lone surrogates are replaced."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    return data.decode("latin-1")


def target(url: str) -> str:
    """Return path, parameters and query of a URL or of a bare path, without fragment; at least `/`.

    The first of `/`, `?`, `;` after the scheme and host begins it, as in Google's parser, so it takes any text.
    """
    start = 2 if url.startswith("//") else 0
    early, scheme = re.compile(r"[/?;]").search(url, start), url.find("://", start)
    if scheme >= 0 and not (early and early.start() < scheme):
        start = scheme + 3
    found = re.compile(r"[/?;]").search(url, start)
    mark = url.find("#", start)
    if not found or 0 <= mark < found.start():
        return "/"
    path = url[found.start() : mark if mark >= 0 else None]
    return path if path.startswith("/") else f"/{path}"


def written(pattern: str) -> str:
    """Return a pattern as Google's parser compares it: escapes in capitals, octets beyond ASCII escaped."""
    return _high_escaped(_ESCAPE.sub(lambda found: found.group().upper(), pattern))


def meant(pattern: str) -> str:
    """Return a pattern as RFC 9309 compares it: escapes of unreserved characters undone, all else as `written`."""
    undone = _ESCAPE.sub(_unescaped, pattern)
    inner, end = (undone[:-1], "$") if undone.endswith("$") else (undone, "")
    return _high_escaped(inner.replace("$", "%24")) + end


def meant_target(path: str) -> str:
    """Return a URL's path as `meant` patterns compare it: also without `.` and `..`, and `*` and `$` escaped."""
    undone = _high_escaped(_ESCAPE.sub(_unescaped, path))
    path, mark, query = undone.partition("?")
    return "".join(_SPECIAL.get(char, char) for char in _without_dots(path) + mark + query)


def matches(pattern: str, path: str) -> bool:
    """Tell whether a path begins with what the pattern says; `*` is any run of octets, a last `$` the end.

    Each piece between stars is sought once, leftmost, so the cost is linear in the path for each piece.
    """
    ends = pattern.endswith("$")
    first, *pieces = (pattern[:-1] if ends else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not pieces:
        return at == len(path) or not ends
    last = pieces.pop() if ends else ""
    for piece in pieces:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not ends or (path.endswith(last) and len(path) - len(last) >= at)


def _unescaped(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else found.group().upper()


def _high_escaped(text: str) -> str:
    return _HIGH.sub(lambda found: f"%{ord(found.group()):02X}", text)


def _without_dots(path: str) -> str:
    """Return a path as a client asks for it (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts[1:]:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
