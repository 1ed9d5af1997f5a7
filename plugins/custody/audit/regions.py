# SPDX-License-Identifier: Apache-2.0
"""Places, as contracts and licences name them."""

from __future__ import annotations

EU = frozenset(  # member states, ISO 3166-1 alpha-2
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV"}
    | {"MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
