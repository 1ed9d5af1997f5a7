# SPDX-License-Identifier: Apache-2.0
"""From which share of its cells on a column is one of persons: chosen on drawn columns, measured on others."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from custody.classifiers.ner.cells import KINDS, column, seeded
from custody.classifiers.ner.column import column_entity, column_share
from custody.classifiers.ner.pool import Pool
from custody.classifiers.ner.score import Figures, figures
from custody.classifiers.ner.seam import engine_of

if TYPE_CHECKING:
    from presidio_analyzer.nlp_engine import NlpEngine
    from spacy.language import Language

COLUMNS = 150  # drawn of each kind
CELLS = 20  # in each of them
GRID = tuple(step / 20 for step in range(4, 19))  # shares from 0.2 to 0.9 are tried
PERSON = "PERSON"
Judged = tuple[bool, dict[str, float]]  # whether a column is of persons, and what it was found to be of


def chosen(nlp: Language, dev: Pool, test: Pool, seed: int) -> dict[str, Any]:
    """Return the threshold (0..1) and how columns come out with it.

    Args:
        nlp: the model.
        dev: what the columns are drawn from that the threshold is chosen on.
        test: what the columns are drawn from that it is measured on.
        seed: decides the draw.
    """
    engine = engine_of(nlp)
    judged = _judged(engine, dev, seed)
    f1 = {share: measured(judged, share)["f1"] for share in GRID}
    best = max(f1.values())
    share = round(median(one for one in GRID if f1[one] == best), 3)  # the middle is furthest from both errors
    return {"threshold": share, "dev": measured(judged, share), "test": measured(_judged(engine, test, seed), share)}


def _judged(engine: NlpEngine, source: Pool, seed: int) -> list[Judged]:
    draw = seeded(seed)
    drawn = [(kind, column(source, kind, draw, CELLS)) for kind in KINDS for _ in range(COLUMNS)]
    return [(kind == "PER", column_share(cells, engine)) for kind, cells in drawn]


def measured(judged: Sequence[Judged], share: float) -> Figures:
    """Score the decision "is of persons" over columns."""
    found = [column_entity(shares, share) == PERSON for _, shares in judged]
    gold = [is_person for is_person, _ in judged]
    right = sum(one and two for one, two in zip(found, gold, strict=True))
    return figures(right, sum(found), sum(gold))
