# SPDX-License-Identifier: Apache-2.0
"""What is in this data and how sensitive it is."""

from __future__ import annotations

from custody.classifiers.classify import classify
from custody.classifiers.engine import Scanner, Span
from custody.classifiers.report import ClassificationReport

__all__ = ["ClassificationReport", "Scanner", "Span", "classify"]
