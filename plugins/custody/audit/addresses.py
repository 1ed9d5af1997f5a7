# SPDX-License-Identifier: Apache-2.0
r"""Web addresses in one spelling, so that a list of addresses finds what was spelt otherwise.

As browsers read them (WHATWG URL): white space around and line breaks within are dropped, `\` is `/`, user names and
passwords are no part of the host, `.` and `..` are resolved. Hosts are in the form DNS has them (IDNA 2008 with UTS 46,
so full-width letters are letters), without port and last dot. Scheme and fragment make no difference. Letters of other
scripts that look alike stay different: they are other hosts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from custody.audit.rights import paths

MAX_URL = 16 << 10  # characters
_SHORT = 512  # characters; longer ones are not remembered, so that no data fills the memory
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(?!\d{1,5}(?:[/\\?#]|$))")  # `example.org:80` has none
_ESCAPED = re.compile(r"""[\x00-\x20"<>`{}|^\x7f]""")
_CONTROL = re.compile(r"[\t\r\n]")
_PORT = re.compile(r":\d*$")
_PLAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_SIX = re.compile(r"\[[0-9a-f:.]+\]")
_WEB = ("http", "https", "ftp")


@dataclass(frozen=True)
class Address:
    """A canonical address: host, and path with query."""

    host: str
    path: str

    @property
    def text(self) -> str:
        """Both as one text."""
        return self.host + self.path


def address(url: str) -> Address | None:
    """Return the canonical form of a web address; None of what is none. The scheme may be missing."""
    return _remembered(url) if len(url) <= _SHORT else _read(url)


def _read(url: str) -> Address | None:
    text = _CONTROL.sub("", url.strip("\x00\t\n\r\f\v "))
    if not text or len(text) > MAX_URL:
        return None
    found = _SCHEME.match(text)
    if found and found[1].lower() not in _WEB:
        return None
    rest = (text[found.end() :] if found else text).partition("#")[0]
    before, mark, query = rest.partition("?")
    before = before.replace("\\", "/").lstrip("/")
    authority, slash, path = before.partition("/")
    host = domain(_PORT.sub("", authority.rpartition("@")[2]))
    if not host:
        return None
    spelt = _ESCAPED.sub(lambda found: f"%{ord(found.group()):02X}", f"/{path if slash else ''}{mark}{query}")
    return Address(host, paths.meant_target(paths.octets(spelt)))


_remembered = lru_cache(maxsize=1 << 15)(_read)


def domain(name: str) -> str:
    """Return a host name in the form DNS has it; empty if it is none."""
    lower = _unescaped(name).strip().rstrip(".\u3002\uff0e\uff61").lower()
    if _SIX.fullmatch(lower):
        return lower
    if lower.isascii():
        return lower if _PLAIN.fullmatch(lower) and len(lower) <= 253 else ""
    import idna

    try:
        encoded = idna.encode(lower, uts46=True, transitional=False).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return ""
    return encoded if _PLAIN.fullmatch(encoded) else ""


def _unescaped(name: str) -> str:
    """Return a host name without percent-encoding, which browsers undo in it."""
    return unquote(name) if "%" in name else name


def parents(host: str) -> list[str]:
    """Return a host and every domain it is in, from itself up."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
