# SPDX-License-Identifier: Apache-2.0
"""Presidio's pattern recognisers, tried only where they can match.

The pattern that decides is Presidio's own, and so are `validate_result` and `invalidate_result`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from custody.classifiers.fast.alternatives import regrouped
from custody.classifiers.fast.factors import Factor, Shape, shape_of
from custody.classifiers.fast.results import Result

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer, Pattern


TIMEOUT = 5.0  # seconds a pattern may take over one stretch of text; then the text counts as not scanned
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)  # an escape or a set
_GROUP = re.compile(r"\([^()]*\)")
_FLAGS = re.compile(r"\(\?[a-zA-Z]+\)")  # of the whole pattern; nothing may stand before them


class Lead:
    """The part of a pattern without which the rest of it is not looked for.

    Args:
        pattern: the part.
        flags: of the module `regex`.
        shape: of the part, with a known width.
    """

    def __init__(self, pattern: str, flags: int, shape: Shape) -> None:
        import regex

        self._search = regex.compile(pattern, flags).search
        self._further, self._tame = shape.width + shape.reach, shape.tame

    def stands(self, text: str, first: int, last: int, stop: int) -> bool:
        """Tell whether the part may begin between two places."""
        close = min(stop, last + self._further)
        limit = None if close - first < self._tame else TIMEOUT
        return self._search(text, first, close, timeout=limit) is not None


@dataclass(frozen=True)
class Rule:
    """One pattern of one recogniser."""

    recognizer: Any
    pattern: Pattern
    index: int  # of the recogniser

    @cached_property
    def shape(self) -> Shape:
        """What is known of its matches."""
        return shape_of(self.pattern.regex, int(self.recognizer.global_regex_flags))

    @cached_property
    def _regex(self) -> Any:
        import regex

        begun = "()" if self._keeps else ""
        return regex.compile(begun + regrouped(self.pattern.regex), self.recognizer.global_regex_flags)

    def compiled(self) -> None:
        """Compile the pattern now, and not when it is first tried."""
        _ = self._regex, self._lead

    @cached_property
    def _keeps(self) -> bool:
        r"""Whether matches begin before they start, having `\K`; then an empty group tells where they begin."""
        return "\\K" in self.pattern.regex

    @cached_property
    def _lead(self) -> Lead | None:
        r"""What stands before the `\K` of the pattern; None when it has none, or may match otherwise."""
        head, _, tail = self.pattern.regex.partition("\\K")
        if not tail or _chooses(tail):
            return None
        shape = shape_of(head, int(self.recognizer.global_regex_flags))
        return Lead(head, self.recognizer.global_regex_flags, shape) if shape.width < self.shape.width else None

    @cached_property
    def factors(self) -> tuple[Factor, ...] | None:
        """What has to stand where it matches; None when it is to be tried on every cell."""
        plain = not self._keeps or not (self.shape.refers or _FLAGS.match(self.pattern.regex))
        return self.shape.factors if plain else None

    @cached_property
    def _validates(self) -> bool:
        return overrides(self.recognizer, "validate_result")

    @cached_property
    def _invalidates(self) -> bool:
        return overrides(self.recognizer, "invalidate_result")

    def weak(self, threshold: float) -> bool:
        """Tell whether nothing but context can lift a match of this pattern over the threshold."""
        return self.pattern.score < threshold and not self._validates

    def results(self, text: str, first: int, last: int, stop: int) -> list[Result]:
        """Return what matches in a text from a start to a last start; what fails the recogniser's check has score 0.

        Raises:
            TimeoutError: the pattern takes longer than TIMEOUT.
        """
        if self._lead and not self._lead.stands(text, first, last, stop):
            return []
        limit = None if stop - first < self._tame else TIMEOUT
        found = []
        for match in self._regex.finditer(text, first, stop, timeout=limit):
            start, end = match.span()
            if start > last and (not self._keeps or match.start(1) > last):
                break
            if end > start:
                found.append(self._judged(text, start, end))
        return found

    def _judged(self, text: str, start: int, end: int) -> Result:
        if not self._checks:
            return Result(self._entity, start, end, self.pattern.score, self.index)
        score, valid = self.pattern.score, None
        if self._validates and (valid := self.recognizer.validate_result(text[start:end])) is not None:
            score = 1.0 if valid else 0.0
        if self._invalidates and self.recognizer.invalidate_result(text[start:end]):
            score = 0.0
        held = bool(valid) and score > 0
        return Result(self._entity, start, end, score, self.index, valid is not None, held)

    @cached_property
    def _checks(self) -> bool:
        return self._validates or self._invalidates

    @cached_property
    def _tame(self) -> int:
        return self.shape.tame

    @cached_property
    def _entity(self) -> str:
        return str(self.recognizer.supported_entities[0])


def _chooses(pattern: str) -> bool:
    """Tell whether a part of a pattern may have alternatives that are in no group."""
    bare, shorter = "", _ATOM.sub("", pattern)
    while shorter != bare:
        bare, shorter = shorter, _GROUP.sub("", shorter)
    return "|" in bare


def overrides(recognizer: EntityRecognizer, method: str, base: type | None = None) -> bool:
    """Tell whether a recogniser has another method than its base, which is a pattern recogniser by default."""
    from presidio_analyzer import PatternRecognizer

    return getattr(type(recognizer), method) is not getattr(base or PatternRecognizer, method) or method in vars(
        recognizer
    )


def has_check(recognizer: EntityRecognizer) -> bool:
    """Tell whether a recogniser can prove a hit, such as by a checksum."""
    from presidio_analyzer import PatternRecognizer

    return isinstance(recognizer, PatternRecognizer) and overrides(recognizer, "validate_result")
