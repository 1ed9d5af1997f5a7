# SPDX-License-Identifier: Apache-2.0
"""Makes a Presidio pattern recogniser whose matches are judged by a pure function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from presidio_analyzer import PatternRecognizer

Judge = Callable[[str], bool | None]


def make(
    name: str,
    entity: str,
    patterns: Mapping[str, tuple[str, float]],
    judge: Judge,
    context: Sequence[str] = (),
    chance: float = 0.0,
) -> PatternRecognizer:
    r"""Return a recogniser of its own class that overrides `validate_result` and holds no state.

    Args:
        name: the recogniser's; a judge of cells by column names ends in `ColumnRecognizer`.
        entity: what it finds.
        patterns: by name, the regex and its score. `\K` in a regex keeps what stands before it out of the match.
        judge: is given the matched text. True: proven by structure or checksum, score 1. False: it is not the entity.
            None: the pattern's score stands.
        context: words that raise the score when one stands before the match or in the column's name.
        chance: share (0 to 1) of random texts of the pattern's form that the judge would prove; the class's `chance`.
            0 where the form itself is the proof, or where nothing is proven.
    """
    from presidio_analyzer import Pattern, PatternRecognizer

    def validate_result(_: PatternRecognizer, pattern_text: str) -> bool | None:
        return judge(pattern_text)

    kind = type(
        name, (PatternRecognizer,), {"validate_result": validate_result, "chance": chance, "__module__": __name__}
    )
    made: PatternRecognizer = kind(
        supported_entity=entity,
        name=name,
        patterns=[Pattern(label, regex, score) for label, (regex, score) in patterns.items()],
        context=list(context) or None,
    )
    return made
