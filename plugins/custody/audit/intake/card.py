# SPDX-License-Identifier: Apache-2.0
"""A dataset card of the Hugging Face Hub: Markdown with a YAML header. The prose below it is handed on as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from custody import yamlfile
from custody.audit.claims import Ancestor, Claim, Metadata
from custody.audit.intake.jsonld import as_list
from custody.audit.intake.statements import described, spelled, statements

_HEADER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_ORIGINAL = frozenset({"original", "original|other"})
_OTHER = "other"  # the Hub's word for "see license_name and license_link"


def card(text: str) -> Metadata:
    """Return what a card says. Raises PolicyError when the header is no YAML."""
    match = _HEADER.match(text)
    if match is None:
        return Metadata(broken="the card has no YAML header between --- lines")
    _, header = yamlfile.load(match[1].encode(), "the card")
    tags = tuple(str(one) for one in as_list(header.get("tags")))
    return Metadata(
        claims=tuple(dict.fromkeys(_claims(header, tags))),
        prose=text[match.end() :],
        tags=tags,
        parents=tuple(_parents(header)),
        gated=_gated(header),
    )


def _claims(header: Mapping[str, Any], tags: tuple[str, ...]) -> Iterator[Claim]:
    yield from (Claim("card", text) for text in _licences(header))
    prefix = "license:"
    yield from (Claim("card tag", one.removeprefix(prefix)) for one in tags if one.startswith(prefix))
    for key in ("configs", "dataset_info"):
        for one in as_list(header.get(key)):
            if isinstance(one, Mapping):
                name = str(one.get("config_name") or "a configuration")
                yield from (Claim("card", text, name) for text in _licences(one))


def _licences(header: Mapping[str, Any]) -> Iterator[str]:
    texts = [text for value in spelled(header) for text in _texts(value)]
    names = ("license_name", "license_details", "license_link")
    if any(header.get(key) for key in names):
        # their words say what `other` stands for; beside a known licence they are a second claim
        texts = [one for one in texts if one.strip().casefold() != _OTHER]
        texts += described(header.get(key) for key in names)
    yield from texts


def _texts(value: Any) -> Iterator[str]:
    for one in as_list(value):
        if isinstance(one, Mapping):
            yield from statements(one)
        else:
            yield str(one)  # a list in the list is no licence, and is told as it stands


def _parents(header: Mapping[str, Any]) -> Iterator[Ancestor]:
    for one in as_list(header.get("source_datasets")):
        name = str(one)
        if name.casefold() not in _ORIGINAL:
            yield Ancestor(name.removeprefix("extended|").removeprefix("other-") or "a dataset without a name")


def _gated(header: Mapping[str, Any]) -> bool | None:
    if any(str(key).startswith("extra_gated_") for key in header):
        return True
    told = header.get("gated")
    return None if told is None else told not in (False, "false")
