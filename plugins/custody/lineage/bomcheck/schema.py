# SPDX-License-Identifier: Apache-2.0
"""The official CycloneDX JSON schemas, strict: no unknown keys, formats checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

VERSIONS = ("1.5", "1.6", "1.7")


def refused(bom: Mapping[str, Any]) -> list[str]:
    """Return where the schema of its own version refuses a BOM; empty when it does not.

    The place is told, never the value: what the library says quotes the document.
    """
    version = bom.get("specVersion")
    if version not in VERSIONS:
        return [f"/specVersion: the version of CycloneDX is not one of {', '.join(VERSIONS)}"]
    try:
        text = json.dumps(bom, allow_nan=False)
        path = _first(text, str(version))
    except RecursionError:
        return ["it is nested too deeply to be checked"]
    except ValueError:
        return ["it holds a number that JSON does not have"]
    return [] if path is None else [f"the CycloneDX {version} schema refuses it at {path}"]


def _first(text: str, version: str) -> str | None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    error = JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(text)
    return None if error is None else "/" + "/".join(map(str, getattr(error.data, "absolute_path", ())))
