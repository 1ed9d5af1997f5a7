# SPDX-License-Identifier: Apache-2.0
"""The official CycloneDX JSON schemas, strict: no unknown keys, formats checked.

The library's grammar for URLs takes a millisecond for every few characters, which is most of the time for a BOM that
points at hundreds of statements. A URL of the plainest form needs no grammar; a short one stands in for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

VERSIONS = ("1.5", "1.6", "1.7")
# http(s) without query, or a relative path: within RFC 3986 (host and path-abempty, path-noscheme), and so an IRI
_SEGMENT = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*"
PLAIN = re.compile(rf"(?:https?://[A-Za-z0-9.-]+(?::[0-9]+)?|[A-Za-z0-9._~-]+)(?:/{_SEGMENT})*")


def refused(bom: Mapping[str, Any]) -> list[str]:
    """Return where the schema of its own version refuses a BOM; empty when it does not.

    The place is told, never the value: what the library says quotes the document.
    """
    version = bom.get("specVersion")
    if version not in VERSIONS:
        return [f"/specVersion: the version of CycloneDX is not one of {', '.join(VERSIONS)}"]
    try:
        error = _validator(str(version)).validate_str(json.dumps(_shortened(bom, {}), allow_nan=False))
    except RecursionError:
        return ["it is nested too deeply to be checked"]
    except ValueError:
        return ["it holds a number that JSON does not have"]
    path = "/".join(map(str, getattr(error.data, "absolute_path", ()))) if error else ""
    return [f"the CycloneDX {version} schema refuses it at /{path}"] if error else []


@cache
def _validator(version: str) -> Any:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.from_version(version))


def _shortened(value: Any, known: dict[str, str], key: str = "") -> Any:
    """Return a copy with a short URL in place of each plain one; different ones stay different."""
    if isinstance(value, dict):
        return {name: _shortened(one, known, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_shortened(one, known, key) for one in value]
    if key == "url" and isinstance(value, str) and PLAIN.fullmatch(value):
        return known.setdefault(value, f"u{len(known)}")
    return value
