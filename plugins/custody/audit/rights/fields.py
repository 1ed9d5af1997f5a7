# SPDX-License-Identifier: Apache-2.0
"""Dictionaries of structured fields (RFC 9651, section 3.2), as far as their keys and tokens go.

Every member is returned, in order, so that a caller can see a key that stands twice; of such, RFC 9651 takes the last.
A value that is not a token is valid and has no word here. Whatever does not parse fails as a whole, as the RFC wants.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_FIELD = 64 << 10  # characters
_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*")
_OTHER = re.compile(
    r'"(?:[ !#-\[\]-~]|\\["\\])*"'  # string
    r"|-?\d{1,12}\.\d{1,3}|-?\d{1,15}|@-?\d{1,15}"  # decimal, integer, date
    r"|:[A-Za-z0-9+/]*={0,2}:|\?[01]"  # bytes, boolean
    r'|%"(?:[ !#$&-~]|%[0-9a-f]{2})*"'  # display string
)


class FieldError(ValueError):
    """The text is no dictionary."""


@dataclass(frozen=True)
class Member:
    """A key, and its value if that is a token."""

    key: str
    token: str = ""


def dictionary(text: str) -> list[Member]:
    """Return the members of a dictionary.

    Raises:
        FieldError: it does not parse.
    """
    if len(text) > MAX_FIELD:
        raise FieldError
    reader = _Reader(text.strip(" "))
    members: list[Member] = []
    while not reader.done:
        members.append(reader.member())
        reader.space()
        if not reader.done:
            reader.take(",")
            reader.space()
            if reader.done:
                raise FieldError  # a comma at the end
    return members


class _Reader:
    """Reads from left to right; nothing is read twice."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def member(self) -> Member:
        key, token = self.match(_KEY), ""
        if self.maybe("="):
            token = self.inner() if self.maybe("(") else self.item()
        self.parameters()
        return Member(key, token)

    def item(self) -> str:
        found = _TOKEN.match(self.text, self.at)
        if found:
            self.at = found.end()
            return found.group()
        self.match(_OTHER)
        return ""

    def inner(self) -> str:
        """Read a list of items up to its end."""
        while True:
            while self.maybe(" "):
                pass
            if self.maybe(")"):
                return ""
            self.item()
            self.parameters()
            if self.text[self.at : self.at + 1] not in (" ", ")"):
                raise FieldError

    def parameters(self) -> None:
        while self.maybe(";"):
            while self.maybe(" "):
                pass
            self.match(_KEY)
            if self.maybe("="):
                self.item()

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if not found:
            raise FieldError
        self.at = found.end()
        return found.group()

    def maybe(self, char: str) -> bool:
        if not self.text.startswith(char, self.at):
            return False
        self.at += len(char)
        return True

    def take(self, char: str) -> None:
        if not self.maybe(char):
            raise FieldError

    def space(self) -> None:
        while self.maybe(" ") or self.maybe("\t"):
            pass
