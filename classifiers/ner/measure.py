# SPDX-License-Identifier: Apache-2.0
"""Everything that is measured on the parts no training has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from custody.classifiers.ner import cells, corpus, score, threshold
from custody.classifiers.ner.corpus import Part, Text, everything
from custody.classifiers.ner.pool import Pool, pool_of, unseen

if TYPE_CHECKING:
    from spacy.language import Language


def measured(
    nlp: Language, sets: Mapping[str, Sequence[Text]], seed: int, kinds: tuple[tuple[str, int], ...]
) -> dict[str, Any]:
    """Measure texts, single cells and columns.

    Args:
        nlp: the model.
        sets: the sets as published.
        seed: decides the parts and the draws.
        kinds: how many cells of each kind to draw, as training does in one pass; a fifth is drawn here.
    """
    test = corpus.split(sets, seed, "test")
    published = {name: [one for one in rows if corpus.part_of(one.text, seed) == "test"] for name, rows in sets.items()}
    dev_pool, test_pool = _new_in(sets, seed, "dev"), _new_in(sets, seed, "test")
    return {
        "texts": {part: _counts(corpus.split(sets, seed, part)) for part in ("train", "dev", "test")},
        "spans": score.by_set(nlp, test),
        "spans_labels_as_published": score.by_set(nlp, published),
        "cells": score.spans(nlp, cells.drawn(test_pool, cells.seeded(seed), kinds, 5)),
        "columns": threshold.chosen(nlp, dev_pool, test_pool, seed),
    }


def _new_in(sets: Mapping[str, Sequence[Text]], seed: int, part: Part) -> Pool:
    """Return the names and words of a part that the training part does not have."""
    source, known = (pool_of(everything(corpus.split(sets, seed, one))) for one in (part, "train"))
    return unseen(source, known)


def _counts(sets: Mapping[str, Sequence[Text]]) -> dict[str, int]:
    return {name: len(rows) for name, rows in sorted(sets.items())}
