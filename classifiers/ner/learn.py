# SPDX-License-Identifier: Apache-2.0
"""How the small model is trained. The same sets, recipe, versions and kind of processor give the same bytes."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from custody.classifiers.ner import cells, corpus, pipeline, score
from custody.classifiers.ner.cells import OTHER
from custody.classifiers.ner.corpus import LABELS, Text, everything
from custody.classifiers.ner.measure import measured
from custody.classifiers.ner.pool import Pool, invented, pool_of, unseen

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example

MODEL = "custody-small.spacy"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """What training does. Shares are of the training texts.

    Args:
        seed: decides parts, draws, order and first weights.
        epochs: passes over texts and cells; the best on the development part is kept.
        cells: how many single cells of each kind are drawn per pass.
        invented: as `cells`, of words that exist nowhere.
        recased: share of the texts that each pass shows in another case as well.
        dropout: share of the features left out at each step.
        batch: texts and cells per step.
    """

    seed: int = 7
    epochs: int = 10
    cells: tuple[tuple[str, int], ...] = (("PER", 2000), ("LOC", 1000), ("ORG", 800), (OTHER, 2000))
    invented: tuple[tuple[str, int], ...] = (("PER", 2000), ("LOC", 1500), ("ORG", 1000), (OTHER, 3000))
    recased: float = 0.2
    dropout: float = 0.3
    batch: int = 50


@dataclass(frozen=True)
class Trained:
    """A model file and how it did on the test parts."""

    model: bytes
    scores: dict[str, Any]


def train(sets: Mapping[str, Sequence[Text]], recipe: Recipe) -> Trained:
    """Train on the training parts, choose on the development parts, measure on the test parts.

    Args:
        sets: the sets as published, by name.
        recipe: what to do.
    """
    texts = everything(corpus.split(sets, recipe.seed, "train"))
    dev = everything(corpus.split(sets, recipe.seed, "dev"))
    nlp = pipeline.unpack(_best(texts, dev, recipe), MODEL)
    scores = {
        "seed": recipe.seed,
        "epochs": recipe.epochs,
        "versions": {name: version(name) for name in ("numpy", "spacy", "thinc")},
        **measured(nlp, sets, recipe.seed, recipe.cells),
    }
    nlp.meta.update(name="custody_small", version="1", license="CC-BY-4.0")
    pipeline.keep_scores(nlp, scores)
    return Trained(pipeline.pack(nlp), scores)


def _best(texts: list[Text], dev: list[Text], recipe: Recipe) -> bytes:
    """Return the weights after the epoch that did best on the development part."""
    from thinc.api import fix_random_seed

    nlp, draw = pipeline.new(LABELS), cells.seeded(recipe.seed)
    fix_random_seed(recipe.seed)  # here and no earlier: importing spaCy draws from the same source
    source = pool_of(texts)
    dev_cells = cells.drawn(unseen(pool_of(dev), source), cells.seeded(recipe.seed), recipe.cells, 5)
    optimizer = nlp.initialize(lambda: _examples(nlp, texts[:1000]))
    best, kept = -1.0, b""
    for epoch in range(recipe.epochs):
        _pass(nlp, optimizer, _shown(texts, source, recipe, draw), recipe)
        with nlp.use_params(optimizer.averages):
            prose, single = score.spans(nlp, dev)["all"]["f1"], score.spans(nlp, dev_cells)["all"]["f1"]
            _LOG.info("epoch %d: F1 %.4f in texts, %.4f in cells", epoch + 1, prose, single)
            if prose + single > best:
                best, kept = prose + single, pipeline.pack(nlp)
    return kept


def _shown(texts: list[Text], source: Pool, recipe: Recipe, draw: random.Random) -> list[Text]:
    """Return what one pass shows, in its order."""
    again = draw.sample(texts, int(len(texts) * recipe.recased))
    made_up = cells.drawn(invented(source, draw), draw, recipe.invented)
    recased = [cells.recased(one, draw) for one in again]
    shown = [*texts, *recased, *cells.drawn(source, draw, recipe.cells), *made_up]
    draw.shuffle(shown)
    return shown


def _pass(nlp: Language, optimizer: Any, shown: list[Text], recipe: Recipe) -> None:
    for start in range(0, len(shown), recipe.batch):
        nlp.update(list(_examples(nlp, shown[start : start + recipe.batch])), sgd=optimizer, drop=recipe.dropout)


def _examples(nlp: Language, texts: Sequence[Text]) -> Iterator[Example]:
    from spacy.training import Example

    for one in texts:
        doc = nlp.make_doc(one.text)
        spans = [doc.char_span(start, end, label, alignment_mode="contract") for start, end, label in one.marks]
        gold = doc.copy()
        gold.set_ents([span for span in spans if span is not None])
        yield Example(doc, gold)
