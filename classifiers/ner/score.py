# SPDX-License-Identifier: Apache-2.0
"""How well the model does, in the usual measures: a span counts when start, end and label are exactly right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from custody.classifiers.ner.corpus import LABELS, Text, everything

if TYPE_CHECKING:
    from spacy.language import Language

Figures = dict[str, float | int]


def figures(right: int, found: int, gold: int) -> Figures:
    """Return precision, recall and F1 as shares (0..1), and how many spans they are of."""
    precision = right / found if found else 0.0
    recall = right / gold if gold else 0.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "spans": gold}


def spans(nlp: Language, texts: Sequence[Text]) -> dict[str, Figures]:
    """Score by label, and over all labels as `all`."""
    right, found, gold = Counter[str](), Counter[str](), Counter[str]()
    for one, doc in zip(texts, nlp.pipe(text.text for text in texts), strict=True):
        got = {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents}
        want = set(one.marks)
        for counter, marks in ((right, got & want), (found, got), (gold, want)):
            counter.update(label for _, _, label in marks)
    told = {label: figures(right[label], found[label], gold[label]) for label in LABELS}
    return {**told, "all": figures(right.total(), found.total(), gold.total())}


def by_set(nlp: Language, sets: Mapping[str, Sequence[Text]]) -> dict[str, dict[str, Figures]]:
    """Score every set, and all sets together as `all`."""
    told = {name: spans(nlp, rows) for name, rows in sorted(sets.items())}
    return {**told, "all": spans(nlp, everything(sets))}
