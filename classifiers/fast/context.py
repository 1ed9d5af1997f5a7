# SPDX-License-Identifier: Apache-2.0
"""Context words around a hit, as Presidio's LemmaContextAwareEnhancer finds them in a blank tokenizer's words.

Presidio collects up to six keywords going back from the word of the hit, and one going forward. A keyword is a word
that is neither a stop word nor punctuation; its keywords are split at colons, and a word counts when it is in the list
of the whole text. spaCy cuts at white space first, so stretches between white space are cut alone, and only those that
are walked over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from custody.classifiers.fast.caches import bounded
from custody.classifiers.fast.results import Result

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

REACH = 96  # characters looked at first; more when the walk needs more
_RUN = re.compile(r"\S+|\s+")
_SPACE = re.compile(r"\s")
_WITH_COLON = re.compile(r"\S*:\S*")
_PLAIN = re.compile(r"([A-Za-z]{2,})([,;!?)\]]?)")
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
        wanted = [word.lower() for word in recognizer.context or ()]
        if self._whole:
            return not set(wanted).isdisjoint(words)
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

    def odd(self, text: str) -> frozenset[str]:
        """Return what `Words.odd` says of a text."""
        return self.words.odd(text) if self.words else frozenset()

    def near(self, text: str, start: int, odd: frozenset[str]) -> Iterable[str]:
        """Return the keywords around a place of a text; `odd` is what `Words.odd` says of it."""
        if self.words:
            return self.words.near(text, start, odd)
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
    def _odd(self) -> frozenset[str]:
        return self._context.odd(self._text)

    def lifted(self, result: Result, recognizer: Any) -> Result:
        """Return a result with the score that the words around it give it."""
        if result.score >= 1.0:
            return result
        if result.start not in self._near:
            self._near[result.start] = self._context.near(self._text, result.start, self._odd)
        supported = self._context.supports(recognizer, self._near[result.start])
        return self._context.lifted(result) if supported else result


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

    def near(self, text: str, start: int, odd: frozenset[str]) -> set[str]:
        """Return the keywords around the word in which a hit starts.

        Args:
            text: the whole text.
            start: where the hit starts.
            odd: what `odd` says of the text.
        """
        if text[start].isspace():
            begin, words, at = self._all(text, start)
        else:
            begin, words, at = self._own(text, start)
        end = begin + words[-1].end
        back = [word.lower for word in reversed(words[: at + 1]) if word.keyword or word.lower in odd]
        forth = [word.lower for word in words[at:] if word.keyword or word.lower in odd]
        before, after = _before(text, begin), _after(text, end)
        while len(back) < self._back and (chunk := next(before, None)) is not None:
            back += reversed(self._keywords(chunk, odd))
        while len(forth) < self._forth and (chunk := next(after, None)) is not None:
            forth += self._keywords(chunk, odd)
        return {*back[: self._back], *forth[: self._forth]}

    def _own(self, text: str, start: int) -> tuple[int, tuple[Word, ...], int]:
        """Return the words of the stretch that a place is in: where it begins, the words, and which the place is in."""
        begin, end = _stretch(text, start)
        words = self.cut(text[begin:end])
        return begin, words, next(at for at, word in enumerate(words) if start - begin < word.end)

    def _all(self, text: str, start: int) -> tuple[int, tuple[Word, ...], int]:
        """Do the same for a place in white space, where a word may be anywhere before: with all words of the text."""
        words = [word._replace(end=word.end + begin) for begin, chunk in _placed(text) for word in self.cut(chunk)]
        return 0, tuple(words), next(at for at, word in enumerate(words) if start < word.end)

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

    def _keywords(self, chunk: str, odd: frozenset[str]) -> tuple[str, ...]:
        """Return the keywords in a stretch, in order."""
        if odd:
            return tuple(word.lower for word in self.cut(chunk) if word.keyword or word.lower in odd)
        known = self._keys.get(chunk)
        if known is None:
            keys = tuple(word.lower for word in self.cut(chunk) if word.keyword)
            known = bounded(self._keys)[chunk] = keys
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
        plain = _PLAIN.fullmatch(chunk)
        if plain and chunk not in self._tokenizer.rules and plain[1] not in self._tokenizer.rules:
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


def _stretch(text: str, at: int) -> tuple[int, int]:
    """Return where the stretch without white space around a place begins and ends."""
    end = _SPACE.search(text, at)
    reach = REACH
    while True:
        low = max(0, at - reach)
        runs = _RUN.findall(text, low, at)
        if not low or len(runs) > 1 or not runs or runs[0].isspace():
            inner = runs[-1] if runs and not runs[-1].isspace() else ""
            return at - len(inner), end.start() if end else len(text)
        reach *= 4


def _before(text: str, end: int) -> Iterator[str]:
    """Yield the stretches before a place that a word begins at, last first."""
    reach = REACH
    while end:
        low = max(0, end - reach)
        runs = _RUN.findall(text, low, end)
        if low and len(runs) < 2:  # all of it is one run, which may have begun earlier
            reach *= 4
            continue
        for run in reversed(runs[1:] if low else runs):
            end -= len(run)
            if rest := _without_space(run, first=not end):
                yield rest


def _after(text: str, start: int) -> Iterator[str]:
    """Yield the stretches after a place that a word ends at."""
    for run in _RUN.finditer(text, start):
        if rest := _without_space(run[0], first=False):
            yield rest


def _placed(text: str) -> Iterator[tuple[int, str]]:
    for run in _RUN.finditer(text):
        rest = _without_space(run[0], first=not run.start())
        if rest:
            yield run.end() - len(rest), rest


def _without_space(run: str, *, first: bool) -> str:
    """Return a run less the one space that belongs to the word before it."""
    return run if first or run[0] != " " else run[1:]
