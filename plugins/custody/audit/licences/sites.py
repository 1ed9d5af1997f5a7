# SPDX-License-Identifier: Apache-2.0
"""Sites whose terms are known to bar collection or training: whoever collected there cannot grant what they keep."""

from __future__ import annotations

import re
from functools import cache

from custody.audit.licences.fold import fold
from custody.audit.licences.table import data


def barring_site(name: str) -> str | None:
    """Return the site a name or address stands for when it is in the table, else None: which clears nothing."""
    words = re.sub(r"^(?:https? )?(?:www |old |m |mobile )?", "", fold(name).text)
    return next((site for site, pattern in _table() if pattern.match(words)), None)


@cache
def _table() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = data("sites.yaml")["sites"]
    return tuple((site, re.compile(r"(?:" + "|".join(names) + r")(?!\S)")) for site, names in rows.items())
