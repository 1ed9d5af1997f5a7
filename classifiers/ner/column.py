# SPDX-License-Identifier: Apache-2.0
"""What a whole column says: one cell may be misread, most cells of a column are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from presidio_analyzer.nlp_engine import NlpEngine

COVERED = 0.5  # a cell is of an entity when its spans hold at least this share of the cell's letters and digits
LONGEST = 200  # code points; a longer cell is prose, in which no single entity can be most of the text


def column_share(cells: Sequence[str], engine: NlpEngine, language: str = "en") -> dict[str, float]:
    """Return, for each entity, the share (0..1) of cells that are wholly or mostly of that entity.

    Args:
        cells: a column's cells, best without repetition; empty ones do not count.
        engine: what finds the entities; `nlp_engine` makes one.
        language: the engine's language to use.
    """
    filled = [one.strip() for one in cells if one.strip()]
    short = [one for one in filled if len(one) <= LONGEST]
    found: dict[str, int] = {}
    for text, artifacts in engine.process_batch(short, language, batch_size=256):
        entity = _entity(text, artifacts.entities)
        found[entity] = found.get(entity, 0) + 1
    return {entity: count / len(filled) for entity, count in sorted(found.items()) if entity}


def _entity(text: str, spans: Iterable[Any]) -> str:
    """Return the entity that covers a cell, or nothing."""
    covered: dict[str, int] = {}
    for span in spans:
        covered[span.label_] = covered.get(span.label_, 0) + _weight(span.text)
    entity = max(covered, key=lambda one: covered[one], default="")
    return entity if entity and covered[entity] >= COVERED * _weight(text) else ""


def _weight(text: str) -> int:
    return sum(map(str.isalnum, text))


def column_entity(shares: Mapping[str, float], threshold: float) -> str:
    """Return the entity a column is of, or nothing.

    Args:
        shares: of `column_share`.
        threshold: the least share (0..1) of the most frequent entity; `describe` tells the one that was measured.
    """
    entity = max(shares, key=lambda one: shares[one], default="")
    return entity if entity and shares[entity] >= threshold else ""
