# SPDX-License-Identifier: Apache-2.0
"""Screens against poisoned and contaminated data, each tied to the source it came from.

POI100 exact copies, POI101 near copies, POI102 runs of words that decide what follows, POI104 held-out texts in
training data, POI105 what could not be screened. A finding asks a person to look; it names rows, never what stands in
them. (POI103, bytes that changed since they were listed, is a rule of the audit.)
"""

from __future__ import annotations

from custody.audit.screens.screen import screen

__all__ = ["screen"]
