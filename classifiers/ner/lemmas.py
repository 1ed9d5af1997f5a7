# SPDX-License-Identifier: Apache-2.0
"""Give every word a lemma. Without lemmas Presidio's context words do nothing, and do not say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

NAME = "custody_lower_lemma"


def with_lemmas(nlp: Language) -> Language:
    """Return the pipeline with the lower-case form as the lemma of every word that gets none."""
    from spacy.language import Language as Registry

    if NAME not in nlp.pipe_names:
        if not Registry.has_factory(NAME):
            Registry.component(NAME, func=_lower_lemmas)
        nlp.add_pipe(NAME, last=True)
    return nlp


def _lower_lemmas(doc: Doc) -> Doc:
    for token in doc:
        token.lemma_ = token.lemma_ or token.lower_
    return doc
