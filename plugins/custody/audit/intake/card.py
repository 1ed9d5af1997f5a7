# SPDX-License-Identifier: Apache-2.0
"""A Hugging Face dataset card: Markdown with a YAML header."""

from __future__ import annotations

import re

from custody import yamlfile
from custody.audit.claims import Claim, Metadata

_HEADER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def card(text: str) -> Metadata:
    """Return what a card's header claims. Raises PolicyError when the header is no YAML."""
    match = _HEADER.match(text)
    if match is None:
        return Metadata(broken="the card has no YAML header between --- lines")
    _, header = yamlfile.load(match[1].encode(), "the card")
    value = header.get("license")
    texts = value if isinstance(value, list) else [value] if value is not None else []
    return Metadata(tuple(Claim("card", str(one)) for one in texts), prose=text[match.end() :])
