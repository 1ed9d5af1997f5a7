# SPDX-License-Identifier: Apache-2.0
"""Context words around a hit, as Presidio's LemmaContextAwareEnhancer finds them in a blank tokenizer's words.

Presidio collects up to six keywords going back from the word of the hit, and one going forward. A keyword is a word
that is neither a stop word nor punctuation; its keywords are split at colons, and a word counts when it is in the list
of the whole text. spaCy cuts at white space first, so stretches between white space are cut alone, and only those that
are walked over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from custody.classifiers.fast.caches import bounded
from custody.classifiers.fast.results import Result

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

_RUN = re.compile(r"\S+|\s+")
_WITH_COLON = re.compile(r"\S*:\S*")
_PLAIN = re.compile(r"([A-Za-z]{2,})([,;!?)\]]?)")
_NUMBERS = re.compile(r"[0-9]+(?:-[0-9]+)*[,;!?)\].]?")
_NUMBER = re.compile(r"[0-9]+|[^0-9]")
_NEVER = frozenset({"-PRON-", "be"})


class WordsOnly:
    """Marks an NLP engine whose pipeline cuts text into words and gives each its lower case as lemma, no more."""


class Context:
    """What context does to results, by the rules of an engine's enhancer.

    Args:
        engine: Presidio's; its enhancer is a LemmaContextAwareEnhancer.
        language: of the texts.
    """

    def __init__(self, engine: AnalyzerEngine, language: str) -> None:
        self._engine, self._language = engine, language
        enhancer: Any = engine.context_aware_enhancer
        self._enhancer = enhancer
        self._scores: dict[float, float] = {}
        self._wanted: dict[str, frozenset[str]] = {}
        self._whole: bool = enhancer.context_matching_mode == "whole_word"

    @cached_property
    def words(self) -> Words | None:
        """Cuts texts into words; None when the engine's own pipeline has to."""
        if not isinstance(self._engine.nlp_engine, WordsOnly):
            return None
        back, forth = self._enhancer.context_prefix_count, self._enhancer.context_suffix_count
        return Words(self._engine.nlp_engine, self._language, back, forth)

    def supported(self, recognizers: list[Any], words: list[str]) -> frozenset[int]:
        """Return the recognisers, by index, whose context words are among some words."""
        return frozenset(at for at, one in enumerate(recognizers) if self.supports(one, words))

    def supports(self, recognizer: Any, words: Iterable[str]) -> bool:
        """Tell whether one of a recogniser's context words is among some words, or in one where parts count."""
        wanted = self._wanted.get(recognizer.id)
        if wanted is None:
            wanted = self._wanted[recognizer.id] = frozenset(word.lower() for word in recognizer.context or ())
        if self._whole:
            return not wanted.isdisjoint(words)
        return any(one in word for word in words for one in wanted)

    def lifted(self, result: Result) -> Result:
        """Return a result with the score that context gives it."""
        entity, start, end, score, index, tried, held = result
        if score not in self._scores:
            more = max(
                score + self._enhancer.context_similarity_factor, self._enhancer.min_score_with_context_similarity
            )
            self._scores[score] = min(more, self._enhancer.MAX_SCORE)
        return Result(entity, start, end, self._scores[score], index, tried, held)

    def around(self, text: str) -> Around:
        """Return what tells which words stand around a place of a text."""
        return Around(self, text)

    def surrounding(self, text: str, start: int) -> Iterable[str]:
        """Return the keywords around a place of a text as the engine's own pipeline has them."""
        artifacts = self._engine.nlp_engine.process_text(text, self._language)
        words = self._enhancer._extract_surrounding_words(  # noqa: SLF001 - Presidio's own walk
            nlp_artifacts=artifacts, word=text[start : start + 1], start=start
        )
        return [str(word) for word in words]


class Around:
    """The keywords around places of one text, each place looked at once."""

    def __init__(self, context: Context, text: str) -> None:
        self._context, self._text = context, text
        self._near: dict[int, Iterable[str]] = {}

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self._text)

    @cached_property
    def _odd(self) -> frozenset[str]:
        return self._context.words.odd(self._text) if self._context.words else frozenset()

    def _words(self, start: int) -> Iterable[str]:
        words = self._context.words
        return words.near(self._runs, start, self._odd) if words else self._context.surrounding(self._text, start)

    def lifted(self, result: Result, recognizer: Any) -> Result:
        """Return a result with the score that the words around it give it."""
        if result.score >= 1.0:
            return result
        if result.start not in self._near:
            self._near[result.start] = self._words(result.start)
        supported = self._context.supports(recognizer, self._near[result.start])
        return self._context.lifted(result) if supported else result


class Runs:
    """A text as runs of white space and runs without; spaCy cuts at white space before anything else."""

    def __init__(self, text: str) -> None:
        self.runs: list[str] = _RUN.findall(text)
        self.starts = [0, *accumulate(map(len, self.runs))][:-1]


class Word(NamedTuple):
    """One token: where it ends in its stretch, its lower-case form, and whether it is a keyword by itself."""

    end: int
    lower: str
    keyword: bool


class Words:
    """Cuts text into words and walks over them.

    Args:
        engine: the tokenizer, loaded.
        language: of the tokenizer.
        back: keywords looked at before the hit, beside its own.
        forth: keywords looked at after the hit, beside its own.
    """

    def __init__(self, engine: Any, language: str, back: int, forth: int) -> None:
        from spacy.attrs import IS_PUNCT, IS_STOP  # type: ignore[import-not-found]  # compiled

        pipeline = engine.nlp[language]
        self._tokenizer: Any = pipeline.tokenizer
        getters = pipeline.vocab.lex_attr_getters  # what a new word's flags are made by
        self._is_stop, self._is_punct = getters[IS_STOP], getters[IS_PUNCT]
        self._back, self._forth = back + 1, forth + 1
        self._cut: dict[str, tuple[Word, ...]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._odd: dict[str, frozenset[str]] = {}

    def near(self, text: Runs, start: int, odd: frozenset[str]) -> set[str]:
        """Return the keywords around the word in which a hit starts.

        Args:
            text: the whole text.
            start: where the hit starts.
            odd: what `odd` says of the text.
        """
        first = bisect_right(text.starts, start) - 1
        last = first + 1
        if text.runs[first].isspace():
            words, at = self._all(text, start)
            first, last = 0, len(text.runs)
        else:
            words, at = self._own(text, first, start)
        back = [word.lower for word in words[at::-1] if word.keyword or word.lower in odd]
        forth = [word.lower for word in words[at:] if word.keyword or word.lower in odd]
        while first and len(back) < self._back:
            first -= 1
            back += self._keywords(text.runs[first], odd, first=not first)[::-1]
        while last < len(text.runs) and len(forth) < self._forth:
            forth += self._keywords(text.runs[last], odd, first=False)
            last += 1
        return {*back[: self._back], *forth[: self._forth]}

    def _own(self, text: Runs, run: int, start: int) -> tuple[tuple[Word, ...], int]:
        """Return the words of the run that a place is in, and which of them the place is in."""
        words, inner = self.cut(text.runs[run]), start - text.starts[run]
        return words, next(at for at, word in enumerate(words) if inner < word.end)

    def _all(self, text: Runs, start: int) -> tuple[tuple[Word, ...], int]:
        """Do the same for a place in white space, which may be in no word: with the words of the whole text."""
        words: list[Word] = []
        for begin, run in zip(text.starts, text.runs, strict=True):
            rest = _without_space(run, first=not begin)
            shift = begin + len(run) - len(rest)
            words += [Word(word.end + shift, word.lower, word.keyword) for word in self.cut(rest)] if rest else ()
        return tuple(words), next(at for at, word in enumerate(words) if start < word.end)

    def odd(self, text: str) -> frozenset[str]:
        """Return the words that are no keywords by themselves but count in a text, being part of one with a colon."""
        found: frozenset[str] = frozenset()
        for chunk in _WITH_COLON.findall(text) if ":" in text else ():
            known = self._odd.get(chunk)
            if known is None:
                known = bounded(self._odd)[chunk] = self._parts(chunk)
            found |= known
        return found

    def _parts(self, chunk: str) -> frozenset[str]:
        lowers = (word.lower for word in self.cut(chunk))
        parts = {part for lower in lowers if ":" in lower and self._passes(lower) for part in lower.split(":")}
        return frozenset(part for part in parts if not self._passes(part))

    def _keywords(self, run: str, odd: frozenset[str], *, first: bool) -> tuple[str, ...]:
        """Return the keywords in a run, in order; `first`: nothing stands before it in the text."""
        if run == " " and not first:
            return ()
        if run[0].isspace():
            run = _without_space(run, first=first)
        if odd:
            return tuple(word.lower for word in self.cut(run) if word.keyword or word.lower in odd)
        known = self._keys.get(run)
        if known is None:
            known = bounded(self._keys)[run] = tuple(word.lower for word in self.cut(run) if word.keyword)
        return known

    def cut(self, chunk: str) -> tuple[Word, ...]:
        """Return the words of a stretch that is either all white space or has none."""
        if chunk[:1].isspace():
            return (self._word(len(chunk), chunk.lower()),)
        words = self._cut.get(chunk)
        if words is None:
            words = bounded(self._cut)[chunk] = tuple(self._word(*one) for one in self._tokens(chunk))
        return words

    def _tokens(self, chunk: str) -> Iterator[tuple[int, str]]:
        """Yield where each token ends and its lower-case form.

        Letters with at most one mark after them need no tokenizer: its rules cut off the mark and leave letters whole,
        unless an exception says otherwise.
        """
        rules = self._tokenizer.rules
        if _NUMBERS.fullmatch(chunk) and chunk not in rules:  # its rules cut at a hyphen between digits, and off a mark
            for one in _NUMBER.finditer(chunk):
                yield one.end(), one[0]
            return
        plain = _PLAIN.fullmatch(chunk)
        if plain and chunk not in rules and plain[1] not in rules:
            yield len(plain[1]), plain[1].lower()
            if plain[2]:
                yield len(chunk), plain[2]
            return
        for one in self._tokenizer(chunk):
            yield one.idx + len(one), one.lower_

    def _word(self, end: int, lower: str) -> Word:
        return Word(end, lower, self._keyword(lower))

    def _keyword(self, lower: str) -> bool:
        return ":" not in lower and self._passes(lower)

    def _passes(self, lower: str) -> bool:
        return not self._is_stop(lower) and not self._is_punct(lower) and lower not in _NEVER


def _without_space(run: str, *, first: bool) -> str:
    """Return a run less the one space that belongs to the word before it."""
    return run if first or run[0] != " " else run[1:]
