# SPDX-License-Identifier: Apache-2.0
"""From the text of a licence to its SPDX id."""

from __future__ import annotations

from custody.audit.texts.matching import TextMatch, identify

__all__ = ["TextMatch", "identify"]
