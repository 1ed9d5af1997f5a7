# SPDX-License-Identifier: Apache-2.0
"""When two web addresses name one dataset."""

from __future__ import annotations

import re

_NOISE = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?")
_HUB = re.compile(r"^(?:huggingface\.co|hf\.co)/datasets/([^/?]+(?:/[^/?]+)?)")


def canonical(url: str) -> str:
    """Return an address without what makes no difference: scheme, www, case, fragment, a slash at the end."""
    plain = _NOISE.sub("", url.strip().casefold())
    return plain.split("#", 1)[0].rstrip("/").removesuffix(".git")


def hub_id(url: str) -> str:
    """Return the id of a dataset on the Hugging Face Hub, in lower case; nothing for other addresses."""
    match = _HUB.match(canonical(url))
    return match[1] if match else ""
