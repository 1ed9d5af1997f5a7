# SPDX-License-Identifier: Apache-2.0
"""Language models as a seam: none by default, a small one that is shipped, or any that Presidio can load."""

from __future__ import annotations

from custody.classifiers.ner.about import describe
from custody.classifiers.ner.column import column_entity, column_share
from custody.classifiers.ner.seam import Config, nlp_engine, recognizers

__all__ = ["Config", "column_entity", "column_share", "describe", "nlp_engine", "recognizers"]
