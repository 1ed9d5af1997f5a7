# SPDX-License-Identifier: Apache-2.0
"""The model's form: spaCy's rules for words and one entity recogniser, as one file that holds nothing but weights.

A file instead of spaCy's directory has one digest, which is the one its BOM names. The words seen in training are not
in it: features are hashed, so no vocabulary is needed, and none can leak.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.errors import IntegrityError

if TYPE_CHECKING:
    from spacy.language import Language

LANGUAGE = "en"
WIDTH = 96  # of every layer
DEPTH = 4  # layers of the convolution, each seeing one word further to both sides
ATTRIBUTES = {"NORM": 5000, "PREFIX": 2500, "SUFFIX": 2500, "SHAPE": 2500}  # feature -> rows of its hash table
_SCORES = "custody_scores"  # key in spaCy's meta
_UNKEPT = ["vocab"]  # spaCy's own start vocabulary is made anew on loading


def new(labels: tuple[str, ...] = ()) -> Language:
    """Return the pipeline before training; without labels, the one that weights are read into."""
    import spacy

    nlp = spacy.blank(LANGUAGE)
    recogniser: Any = nlp.add_pipe("ner", config={"model": _network()})
    for label in labels:
        recogniser.add_label(label)
    return nlp


def _network() -> dict[str, Any]:
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": WIDTH,
        "attrs": list(ATTRIBUTES),
        "rows": list(ATTRIBUTES.values()),
        "include_static_vectors": False,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": WIDTH,
        "depth": DEPTH,
        "window_size": 1,
        "maxout_pieces": 3,
    }
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode},
    }


def keep_scores(nlp: Language, scores: dict[str, Any]) -> None:
    """Write what was measured into the model, so that its digest covers that too."""
    nlp.meta[_SCORES] = json.dumps(scores, sort_keys=True)  # as text: spaCy's own JSON rounds numbers


def scores_of(nlp: Language) -> dict[str, Any]:
    """Return what was measured when the model was made."""
    return dict(json.loads(nlp.meta[_SCORES]))


def pack(nlp: Language) -> bytes:
    """Return the model file."""
    return nlp.to_bytes(exclude=_UNKEPT)


def unpack(data: bytes, where: str) -> Language:
    """Return the pipeline of a model file.

    Raises:
        IntegrityError: the bytes are no model of this form.
    """
    try:
        nlp = new().from_bytes(data, exclude=_UNKEPT)
        trained = bool(nlp.pipe_labels["ner"])
    except Exception as error:
        raise _no_model(where, type(error).__name__) from None
    if not trained:
        raise _no_model(where, "it knows no label")
    return nlp


def _no_model(where: str, why: str) -> IntegrityError:
    return IntegrityError(f"the bytes are no model of this form ({why})", where=where, remedy="install custody again")


def load(path: Path) -> Language:
    """Read a model file. Raises as `unpack`."""
    return unpack(path.read_bytes(), str(path))
