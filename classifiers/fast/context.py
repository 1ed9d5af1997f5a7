# SPDX-License-Identifier: Apache-2.0
"""Context words around a hit, as Presidio's LemmaContextAwareEnhancer finds them in a blank tokenizer's words.

Presidio collects up to six keywords going back from the word of the hit, and one going forward. A keyword is a word
that is neither a stop word nor punctuation; its keywords are split at colons, and a word counts when it is in the list
of the whole text. spaCy cuts at white space first, so stretches between white space are cut alone, and only those that
are walked over.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from custody.classifiers.fast.caches import ENTRIES, bounded
from custody.classifiers.fast.results import Result
from custody.classifiers.fast.specials import Exceptions

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

_RUN = re.compile(r"\S+|\s{2,}|[^\S ]|\A ")
_PLAIN = re.compile(r"([(\[\"]?)([A-Za-z]{2,})([,;!?)\]\"]|(?<=[a-z])\.|)")
_SIMPLE = re.compile(  # letters, letters before digits, or an address that can be cut nowhere, and a mark on each side
    r"([(\[\"]?)"
    r"([A-Za-z]{2,}|[A-Za-z]+[0-9]+|[a-z][a-z0-9]*(?:[._][a-z0-9]+)*@[a-z]+(?:\.[a-z]+)+)"
    r"([,;:!?)\]\"]|(?<=[a-z0-9])\.|)"
)
_NUMBERS = re.compile(r"[(\[\"]?[0-9]+(?:[.,-][0-9]+)*[,;:!?)\]\".]?")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^0-9]")
_OF_DIGITS = re.compile(r"[0-9.,;:!?()\[\]\"-]+")  # what such a number is made of
_LETTERS = re.compile(r"[a-z]{4,}")
_DIGITS = frozenset("0123456789")
_NEVER = frozenset({"-PRON-", "be"})


class WordsOnly:
    """Marks an NLP engine whose pipeline cuts text into words and gives each its lower case as lemma, no more."""


def pieces(engine: Any, language: str) -> frozenset[str]:
    """Return what the exceptions of an NLP engine's tokenizer cut longer words into, such as `can` of `cannot`."""
    rules = engine.nlp[language].tokenizer.rules
    return frozenset(part[65].lower() for parts in rules.values() if len(parts) > 1 for part in parts)


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
        self._whole = getattr(enhancer, "context_matching_mode", None) == "whole_word"

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
            wanted = self._wanted[recognizer.id] = self._all_wanted(recognizer.context or ())
        if self._whole:
            return not wanted.isdisjoint(words)
        return any(one in word for word in words for one in wanted)

    def _all_wanted(self, words: Sequence[str]) -> frozenset[str]:
        """Return the words that count. An empty one is part of any, counts as none, and ends Presidio's search."""
        counting = words if self._whole else takewhile(bool, words)
        return frozenset(word.lower() for word in counting if word)

    def lifted(self, result: Result) -> Result:
        """Return a result with the score that context gives it."""
        entity, start, end, score, index, tried, held = result
        if score not in self._scores:
            more = max(
                score + self._enhancer.context_similarity_factor, self._enhancer.min_score_with_context_similarity
            )
            self._scores[score] = min(more, self._enhancer.MAX_SCORE)
        return Result(entity, start, end, self._scores[score], index, tried, held)

    def around(self, text: str, offset: int) -> Around:
        """Return what tells which words stand around a place of a text."""
        return Around(self, text, offset)

    def surrounding(self, text: str, start: int) -> Iterable[str]:
        """Return the keywords around a place of a text as the engine's own pipeline has them."""
        artifacts = self._engine.nlp_engine.process_text(text, self._language)
        words = self._enhancer._extract_surrounding_words(  # noqa: SLF001 - Presidio's own walk
            nlp_artifacts=artifacts, word=text[start : start + 1], start=start
        )
        return [str(word) for word in words]


class Around:
    """The keywords around places of one text, each place looked at once.

    Args:
        context: whose rules are followed.
        text: the text.
        offset: of the text among all that are looked through at once.
    """

    def __init__(self, context: Context, text: str, offset: int) -> None:
        self._context, self._text, self._offset = context, text, offset
        self._near: dict[int, Iterable[str]] = {}
        self._reach: dict[int, tuple[int, int]] = {}

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self._text)

    @cached_property
    def _odd(self) -> Odd | None:
        words = self._context.words
        return Odd(words, self._runs.runs) if words and ":" in self._text else None

    def _words(self, start: int) -> Iterable[str]:
        words = self._context.words
        near = words.near(self._runs, start, self._odd) if words else None
        return self._context.surrounding(self._text, start) if near is None else near

    def _hopeless(self, start: int, spots: Sequence[int]) -> bool:
        """Tell whether surely no context word stands around a place, given where such words stand."""
        words = self._context.words
        if words is None or start in self._near:
            return False
        if start not in self._reach:
            self._reach[start] = words.reach(self._runs, start)
        low, high = self._reach[start]
        at = bisect_left(spots, self._offset + low)
        return at == len(spots) or spots[at] >= self._offset + high

    def lifted(self, result: Result, recognizer: Any, spots: Sequence[int] | None) -> Result:
        """Return a result with the score that the words around it give it.

        Args:
            result: as the recogniser has it.
            recognizer: the recogniser.
            spots: where its context words may stand among all texts, in order; None when that cannot be told.
        """
        if result.score >= 1.0 or (spots is not None and self._hopeless(result.start, spots)):
            return result
        if result.start not in self._near:
            self._near[result.start] = self._words(result.start)
        supported = self._context.supports(recognizer, self._near[result.start])
        return self._context.lifted(result) if supported else result


class Runs:
    """A text as runs of white space and runs without; spaCy cuts at white space before anything else.

    A single space between two runs makes no word and is left out.
    """

    def __init__(self, text: str) -> None:
        found = list(_RUN.finditer(text))
        self.starts, self.runs, self.end = [one.start() for one in found], [one[0] for one in found], len(text)

    def at(self, place: int) -> tuple[int, bool]:
        """Return the last run that starts no later than a place, and whether white space is at the place."""
        run = bisect_right(self.starts, place) - 1
        text = self.runs[run]
        return run, place >= self.starts[run] + len(text) or text.isspace()


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
        self._pipeline: Any = pipeline.tokenizer
        self._tokenizer = _bare(self._pipeline)
        self._rules = self._pipeline.rules  # its exceptions
        getters = pipeline.vocab.lex_attr_getters  # what a new word's flags are made by
        self._is_stop, self._is_punct = getters[IS_STOP], getters[IS_PUNCT]
        self._back, self._forth = back + 1, forth + 1
        self._cut: dict[str, tuple[Word, ...]] = {}
        self._keys: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._parts: dict[str, frozenset[str]] = {}
        self._exceptions = Exceptions(self._pipeline)
        self._of_digits = [rule for rule in self._rules if _OF_DIGITS.fullmatch(rule)]
        self._sure: dict[str, bool] = {}
        self._excepted = {word for rule in self._rules for word in _LETTERS.findall(rule.lower())}
        self._joined: set[str] = set()  # stretches inside which an exception puts words together

    def reach(self, text: Runs, start: int) -> tuple[int, int]:
        """Return from where to where in a text `near` of a place finds all its words.

        It goes on until enough runs are passed that surely hold a keyword, so that few runs have to be cut.
        """
        first, spaced = text.at(start)
        if spaced:
            return 0, text.end
        last, back, forth = first + 1, 0, 0
        if text.runs[first][start - text.starts[first]] in _DIGITS and _NUMBERS.fullmatch(text.runs[first]):
            back = forth = 1  # the word of the hit is a number, and so a keyword
        while first and back < self._back:
            first -= 1
            back += self._surely(text.runs[first])
        while last < len(text.runs) and forth < self._forth:
            forth += self._surely(text.runs[last])
            last += 1
        return text.starts[first], text.starts[last] if last < len(text.runs) else text.end

    def _surely(self, run: str) -> int:
        """Return how many keywords a run holds at least, without cutting one that is hard to cut."""
        known = self._keys.get(run)
        if known is None and not _PLAIN.fullmatch(run):
            return int(run.isspace() or _NUMBERS.fullmatch(run) is not None or self._has_word(run))
        return len(known[0] if known else self._keywords(run, None, first=False))

    def _has_word(self, run: str) -> bool:
        """Tell whether a run surely holds a keyword: letters that only an exception would cut, and that are none.

        A colon or an apostrophe makes it less than sure: words with a colon count otherwise, and many exceptions have
        an apostrophe.
        """
        known = self._sure.get(run)
        if known is None:
            plain = run.isascii() and ":" not in run and "'" not in run
            words = _LETTERS.findall(run.lower()) if plain else ()
            sure = any(word not in self._excepted and self._passes(word) for word in words)
            known = bounded(self._sure)[run] = sure
        return known

    def near(self, text: Runs, start: int, odd: Odd | None) -> set[str] | None:
        """Return the keywords around the word in which a hit starts; None when the text has to be cut as one.

        Args:
            text: the whole text.
            start: where the hit starts.
            odd: the words that count in this text only; None when it has no colon.
        """
        first, spaced = text.at(start)
        last = first + 1
        if spaced:
            words, at = self._all(text, start)
            first, last = 0, len(text.runs)
        else:
            words, at = self._own(text, first, start)
        back = [word.lower for word in words[at::-1] if word.keyword or (odd and word.lower in odd)]
        forth = [word.lower for word in words[at:] if word.keyword or (odd and word.lower in odd)]
        while first and len(back) < self._back:
            first -= 1
            back += self._keywords(text.runs[first], odd, first=not first)[::-1]
        while last < len(text.runs) and len(forth) < self._forth:
            forth += self._keywords(text.runs[last], odd, first=False)
            last += 1
        if self._joined and any(run in self._joined for run in text.runs[first:last]) and self._exceptions.over(text):
            return None
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

    def parts(self, chunk: str) -> frozenset[str]:
        """Return the words that are no keywords by themselves but parts of a keyword with a colon in a stretch."""
        known = self._parts.get(chunk)
        if known is None:
            lowers = (word.lower for word in self.cut(chunk))
            parts = {part for lower in lowers if ":" in lower and self._passes(lower) for part in lower.split(":")}
            known = bounded(self._parts)[chunk] = frozenset(part for part in parts if not self._passes(part))
        return known

    def _keywords(self, run: str, odd: Odd | None, *, first: bool) -> tuple[str, ...]:
        """Return the keywords in a run, in order; `first`: nothing stands before it in the text."""
        if run[0].isspace():
            run = _without_space(run, first=first)
        known = self._keys.get(run)
        if known is None:
            words = self.cut(run)
            keywords = tuple(word.lower for word in words if word.keyword)
            known = bounded(self._keys)[run] = keywords, tuple(word.lower for word in words if not word.keyword)
        keywords, others = known
        if odd and any(other in odd for other in others):
            return tuple(word.lower for word in self.cut(run) if word.keyword or word.lower in odd)
        return keywords

    def cut(self, chunk: str) -> tuple[Word, ...]:
        """Return the words of a stretch that is either all white space or has none."""
        if chunk[:1].isspace():
            return (self._word(len(chunk), chunk.lower()),)
        words = self._cut.get(chunk)
        if words is None:
            if len(self._cut) >= ENTRIES:
                self._forget()
            words = self._cut[chunk] = tuple(self._word(*one) for one in self._tokens(chunk))
        return words

    def _forget(self) -> None:
        for cache in (self._cut, self._keys, self._joined):  # at once: a stretch that is known has been looked into
            cache.clear()

    def _tokens(self, chunk: str) -> Iterator[tuple[int, str]]:
        """Yield where each token ends and its lower-case form.

        Numbers, letters, letters before digits and plain addresses, with at most one mark on each side, need no
        tokenizer: its rules cut at a hyphen between digits and off the marks, unless an exception says otherwise.
        """
        rules = self._rules
        simple = _SIMPLE.fullmatch(chunk)
        if simple and rules.keys().isdisjoint((chunk, *simple.groups(), simple[1] + simple[2], simple[2] + simple[3])):
            yield from ((simple.end(at), simple[at].lower()) for at in (1, 2, 3) if simple[at])
        elif _NUMBERS.fullmatch(chunk) and not any(rule in chunk for rule in self._of_digits):
            yield from ((one.end(), one[0]) for one in _NUMBER.finditer(chunk))
        else:
            words = self._cutter(chunk)
            if len(words) > 1 and self._exceptions.join(chunk, {one.text for one in words}):
                self._joined.add(chunk)
            yield from ((one.idx + len(one), one.text.lower()) for one in words)

    @property
    def _cutter(self) -> Any:
        """The tokenizer, a new one when it has seen many words: it keeps them all."""
        if len(self._tokenizer.vocab) > ENTRIES and self._tokenizer is not self._pipeline:
            self._tokenizer = _bare(self._pipeline)
        return self._tokenizer

    def _word(self, end: int, lower: str) -> Word:
        return Word(end, lower, self._keyword(lower))

    def _keyword(self, lower: str) -> bool:
        return ":" not in lower and self._passes(lower)

    def _passes(self, lower: str) -> bool:
        return not self._is_stop(lower) and not self._is_punct(lower) and lower not in _NEVER


def _bare(tokenizer: Any) -> Any:
    """Return a tokenizer that cuts alike and works out nothing else of a word; of unknown kind, the same one."""
    from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # compiled
    from spacy.vocab import Vocab

    if type(tokenizer) is not Tokenizer:
        return tokenizer
    rules = ("rules", "prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")
    return Tokenizer(Vocab(), **{name: getattr(tokenizer, name) for name in rules})


class Odd:
    """The words that are no keywords by themselves but count in a text, being part of a word with a colon.

    Such a part stands beside a colon, so few stretches have to be cut to know.

    Args:
        words: cuts the text.
        runs: of a text that has a colon.
    """

    def __init__(self, words: Words, runs: Sequence[str]) -> None:
        self._words, self._chunks = words, [run for run in runs if ":" in run]
        self._lower = "\n".join(self._chunks).lower()
        self._known: dict[str, bool] = {}

    def __contains__(self, lower: str) -> bool:
        known = self._known.get(lower)
        if known is None:
            beside = f":{lower}", f"{lower}:"
            known = self._known[lower] = any(one in self._lower for one in beside) and any(
                lower in self._words.parts(chunk)
                for chunk in self._chunks
                if any(one in chunk.lower() for one in beside)
            )
        return known


def _without_space(run: str, *, first: bool) -> str:
    """Return a run less the one space that belongs to the word before it."""
    return run if first or run[0] != " " else run[1:]
