# SPDX-License-Identifier: Apache-2.0
"""The elements of the head of a page, in one pass whose cost is linear in its length, whatever it is made of.

The standard library's parser reads text like `<a <a <a` in time that grows with its square, so a page of 1 MiB could
hold an audit for hours. This one knows what a head needs: start tags with attributes, comments, and the elements whose
content is text. What stands in comments, scripts and templates is no element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

MAX_VALUE = 4096  # characters of an attribute that are read
MAX_TEXT = 1 << 20  # characters of a script that are read
_NAME = re.compile(r"[a-zA-Z][^\s/>]*+")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)?))?+""")
_OPEN = re.compile(r"""[\s/]*+[^\s/>=]++\s*+=\s*+["']""")
_GAP = re.compile(r"[\s/=]*+")
_TEXT = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"})
_END = frozenset({"/head", "body", "/body", "/html", "frameset"})


@dataclass(frozen=True)
class Element:
    """A start tag: its name and those of its attributes in small letters, and the text of a script."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    text: str = ""


class UnfinishedError(ValueError):
    """The text ends within an element or a comment."""


def head(text: str) -> Iterator[Element | None]:
    """Yield the elements of the head, and None at its end; templates and what is in them are left out.

    Raises:
        UnfinishedError: the text ends within an element or a comment.
    """
    small, at, hidden = text.lower(), 0, 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            at = _after(small, "-->", at + 2)  # `<!-->` is a whole comment
            continue
        name = _NAME.match(text, at + 2 if text.startswith("/", at + 1) else at + 1)
        if not name:
            at = _after(text, ">", at) if text[at + 1 : at + 2] in ("!", "?", "/") else at + 1
            continue
        tag = text[at + 1 : name.end()].lower()
        if tag in _END:
            yield None
            return
        attributes, at = _attributes(text, name.end())
        content, at = _content(text, small, tag, at) if tag in _TEXT else ("", at)
        hidden = max(0, hidden + (tag == "template") - (tag == "/template"))
        if not hidden and not tag.startswith("/"):
            yield Element(tag, attributes, content)


def _attributes(text: str, at: int) -> tuple[tuple[tuple[str, str], ...], int]:
    """Return the attributes from a place on, and where the tag ends."""
    found: list[tuple[str, str]] = []
    while True:
        at = _GAP.match(text, at).end()  # type: ignore[union-attr] # it matches nothing, too
        if text.startswith(">", at):
            return tuple(found), at + 1
        one = _ATTRIBUTE.match(text, at)
        if not one or (one.end(1) == one.end() and _OPEN.match(text, at)):
            raise UnfinishedError  # the end of the text, or a quotation that does not end
        value = next((group for group in one.groups()[1:] if group is not None), "")
        found.append((one[1].lower(), unescape(value[:MAX_VALUE]).strip()))
        at = one.end()


def _content(text: str, small: str, tag: str, at: int) -> tuple[str, int]:
    """Return the text up to the end tag, and where that begins."""
    end = small.find(f"</{tag}", at)
    if end < 0:
        raise UnfinishedError
    return text[at : min(end, at + MAX_TEXT)], end


def _after(text: str, what: str, at: int) -> int:
    found = text.find(what, at)
    if found < 0:
        raise UnfinishedError
    return found + len(what)
