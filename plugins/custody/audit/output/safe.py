# SPDX-License-Identifier: Apache-2.0
"""Texts of other people, made fit to be shown: none of them may act on a terminal, a spreadsheet or a page.

Names, licences and attributions come out of files that somebody else wrote. Whatever a reader's program would obey is
taken out or escaped; everything else stays as it was.
"""

from __future__ import annotations

import re
from typing import Any

MAX_TEXT = 2000  # characters of one text; a longer one is cut, and says so
_MARKUP = re.compile(r"[\\`*{}\[\]|~!#]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
_LIST = re.compile(r"^(\s*)([+-]|\d{1,9}(?=[.)]))")
_SCHEME = re.compile(r"(?i)(https?|ftp|mailto)(:)|(www)(\.)|(@)")
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~!$&'*+,;=:@%/?#-]*)?")
# What spreadsheets take for a formula (OWASP, CSV Injection), with the full-width forms that some fold to these.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def clean(text: str, most: int = MAX_TEXT) -> str:
    """Return one line without control, bidirectional and other characters that show nothing and do something.

    Args:
        text: whatever somebody wrote.
        most: characters; a longer text is cut.
    """
    head = text[: most + 1]
    shown = head if head.isprintable() else "".join(map(_shown, head))
    return shown if len(shown) <= most else shown[:most] + "…"


def _shown(one: str) -> str:
    if one.isprintable():
        return one
    return " " if one.isspace() else "\N{REPLACEMENT CHARACTER}"


def cleaned(value: Any) -> Any:
    """Return a JSON value with every text in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): cleaned(one) for key, one in value.items()}
    return [cleaned(one) for one in value] if isinstance(value, list | tuple) else value


def cell(text: str) -> str:
    """Return a text as a cell of CSV that no spreadsheet takes for a formula."""
    shown = clean(text)
    return f"'{shown}" if shown.lstrip(" '\"\N{REPLACEMENT CHARACTER}").startswith(_FORMULA) else shown


def inline(text: str) -> str:
    """Return a text as it stands in a line of Markdown: no markup, no HTML, no link of its own, no column break."""
    escaped = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MARKUP.sub(lambda found: "\\" + found[0], escaped)
    escaped = _SCHEME.sub(lambda found: "".join(_broken(part) for part in found.groups() if part), escaped)
    return _LIST.sub(r"\1\\\2", escaped)


def _broken(part: str) -> str:
    """Write what would make a link of a bare address as its character reference."""
    return {":": "&#58;", ".": "&#46;", "@": "&#64;"}.get(part, part)


def link(url: str) -> str:
    """Return a URL as a Markdown link where it is a plain http or https one, else as text."""
    return f"<{url}>" if _URL.fullmatch(url) else inline(url)
