# SPDX-License-Identifier: Apache-2.0
"""`AnalyzerEngine.analyze` for many texts at once, with the same results.

What cannot be lifted over the threshold is not looked for: a match scored below it, of a recogniser without a check,
whose context words stand neither in the text nor in the context given. Such a match is dropped in the end, and the only
results it can displace before that score no higher.
"""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from custody.classifiers.fast import windows
from custody.classifiers.fast.batch import Batch
from custody.classifiers.fast.context import Around, Context
from custody.classifiers.fast.patterns import Rule, has_check
from custody.classifiers.fast.phone import OutOfStepError, Phones, exhausting
from custody.classifiers.fast.plain import PlainAnalyzer, timeouts
from custody.classifiers.fast.plan import Plan
from custody.classifiers.fast.results import Result, without_duplicates
from custody.classifiers.fast.sieve import Joined

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

BATCH = 4 << 20  # characters sieved at once
_HALVES = re.compile("[\ud800-\udfff]")  # of characters; spaCy fails at them
Raw = dict[int, dict[int, list[Result]]]  # text -> recogniser -> results before any is dropped


class FastAnalyzer:
    """Analyses texts as an engine does.

    Args:
        engine: Presidio's, whose recognisers and enhancer decide.
        language: of the texts.
        threshold: the least score of a result.
    """

    def __init__(self, engine: AnalyzerEngine, language: str, threshold: float) -> None:
        self.engine, self.language, self.threshold = engine, language, threshold
        self.plan = Plan(engine, language)
        self.context = Context(engine, language)

    def warm(self) -> None:
        """Build what is built once, which else happens when it is first needed."""
        for rule in self.plan.rules:
            rule.compiled()
        self.analyze(["212-555-0100"])

    @property
    def recognizers(self) -> list[Any]:
        """The recognisers, by the index that results name."""
        return self.plan.recognizers

    def analyze(self, texts: Sequence[str], context: Iterable[str] = ()) -> Batch:
        """Return the results for each text, with context words that hold for all of them."""
        words = list(context)
        if self.plan.entangled:
            return self._plain.analyze(texts, words)
        found, odd = Batch(), [at for at, text in enumerate(texts) if _is_odd(text)]
        boosted = self.boosted(words)
        with _uncollected():
            for some in _batches(texts):
                odd += _Work(self, Joined([texts[at] for at in some]), some, boosted, found).run()
            if odd:
                self._odd(odd, self._plain.analyze([texts[at] for at in odd], words), found)
        return found

    def _odd(self, odd: Sequence[int], batch: Batch, found: Batch) -> None:
        """Take over what Presidio itself found in some texts."""
        found.results |= {odd[at]: one for at, one in batch.results.items()}
        found.failed |= {odd[at]: why for at, why in batch.failed.items()}
        for index, checks in batch.checks.items():
            for at, text in checks.tried.items():
                found.checks[index].add(odd[at], text, held=at in checks.held)

    @cached_property
    def entities(self) -> list[str]:
        """What Presidio asks each recogniser for: all that any of them finds."""
        return list(self.engine.get_supported_entities(self.language))

    @cached_property
    def _plain(self) -> PlainAnalyzer:
        return PlainAnalyzer(self.engine, self.language, self.threshold)

    def boosted(self, context: Iterable[str]) -> frozenset[int]:
        """Return the recognisers, by index, that context words lift; where they are the same, so are the results."""
        return self.context.supported(self.recognizers, [word.lower() for word in context])

    @cached_property
    def phones(self) -> dict[int, Phones]:
        """What walks a text for phone numbers, by recogniser."""
        return {index: Phones(self.recognizers[index].supported_regions) for index in self.plan.of("phone")}


class _Work:
    """One batch of texts: what is found in them, and what Presidio would keep of it.

    Args:
        analyzer: whose plan is followed.
        text: the texts.
        numbers: their indices outside.
        boosted: the recognisers that the given context lifts.
        found: takes the results.
    """

    def __init__(
        self, analyzer: FastAnalyzer, text: Joined, numbers: Sequence[int], boosted: frozenset[int], found: Batch
    ) -> None:
        self._analyzer, self._plan, self._context = analyzer, analyzer.plan, analyzer.context
        self._text, self._numbers, self._boosted, self._found = text, numbers, boosted, found
        self._raw: Raw = defaultdict(lambda: defaultdict(list))
        self._seen = self._plan.sieve.look(text)
        self._known_near: dict[int, frozenset[int] | None] = {}
        self._known_spots: dict[int, list[int]] = {}
        self._strange: set[int] = set()  # cells in which a recogniser gave what only Presidio can go on with

    def run(self) -> list[int]:
        """Look through the texts; return the numbers of those that are left to Presidio itself."""
        for at, rule in enumerate(self._plan.rules):
            self._match(rule, self._parts(at, rule))
        with timeouts() as self._late:
            for index, phones in self._analyzer.phones.items():
                for cell, parts in phones.places(self._text):
                    self._phone(index, phones, cell, parts)
            for index, shape in self._plan.gates.items():
                gated = shape is not None and shape.factors is not None
                for cell in sorted(self._seen.cells(("gate", index))) if gated else range(len(self._text.cells)):
                    self._call(index, cell, None)
            self._presidio()
        for cell, by_recognizer in self._raw.items():
            if cell not in self._strange:
                self._keep(cell, by_recognizer)
        return [self._numbers[cell] for cell in self._strange]

    def _keep(self, cell: int, by_recognizer: dict[int, list[Result]]) -> None:
        try:
            results = self._kept(cell, by_recognizer)
        except Exception as error:
            self._failed(cell, error)
        else:
            if results:
                self._found.results[self._numbers[cell]] = results

    def _near(self, index: int) -> frozenset[int] | None:
        """Return the cells in which a context word of a recogniser stands; None when that cannot be told."""
        if index not in self._known_near:
            told = self._plan.words_only
            self._known_near[index] = self._seen.cells(("context", index)) if told else None
        return self._known_near[index]

    def _spots(self, index: int) -> list[int]:
        """Return where context words of a recogniser may stand, in order."""
        if index not in self._known_spots:
            self._known_spots[index] = self._seen.places(("context", index)).tolist()
        return self._known_spots[index]

    def _parts(self, at: int, rule: Rule) -> Iterable[windows.Stretch]:
        """Return where a pattern has to be tried."""
        if rule.shape.longest < self._text.shortest:
            return ()
        where = self._seen.held(("rule", at)) if rule.factors is not None else []
        if rule.factors is not None and not where:
            return ()
        only = None
        if rule.index not in self._boosted and rule.weak(self._analyzer.threshold):
            only = self._near(rule.index)
            if only is not None and not only:
                return ()
        if rule.factors is None:
            return windows.whole(self._text, range(len(self._text.cells)) if only is None else sorted(only))
        parts = windows.stretches(self._text, rule.shape, where)
        return parts if only is None else (part for part in parts if part[0] in only)

    def _match(self, rule: Rule, parts: Iterable[windows.Stretch]) -> None:
        cells, raw, index, cell = self._text.cells, self._raw, rule.index, 0
        left, done = iter(parts), False
        while not done:  # once, and once more after each failure: a `try` for each cell would cost more than the cell
            try:
                for cell, first, last, stop in left:
                    for one in rule.results(cells[cell], first, last, stop):
                        if one.tried:
                            self._checked(cell, one)
                        if one.score:
                            raw[cell][index].append(one)
                done = True
            except Exception as error:
                self._failed(cell, error)

    def _phone(self, index: int, phones: Phones, cell: int, parts: list[tuple[int, int]]) -> None:
        recognizer = self._plan.recognizers[index]
        try:
            if exhausting(self._text.cells[cell]):
                raise OutOfStepError
            found = phones.find(self._text.cells[cell], parts)
        except OutOfStepError:
            self._call(index, cell, None)
        except Exception as error:
            self._failed(cell, error)
        else:
            entity, score = recognizer.supported_entities[0], recognizer.SCORE
            if found:
                self._raw[cell][index] += [Result(entity, start, end, score, index) for start, end in found]

    def _presidio(self) -> None:
        """Have Presidio run, on every text, the recognisers that only it can run."""
        own = self._plan.of("presidio")
        for cell, text in enumerate(self._text.cells) if own else ():
            try:
                artifacts = self._analyzer.engine.nlp_engine.process_text(text, self._analyzer.language)
            except Exception as error:
                self._failed(cell, error)
                continue
            for index in own:
                self._call(index, cell, artifacts)

    def _call(self, index: int, cell: int, artifacts: Any) -> None:
        recognizer, text = self._plan.recognizers[index], self._text.cells[cell]
        try:
            found = recognizer.analyze(text=text, entities=self._analyzer.entities, nlp_artifacts=artifacts)
            if self._late:
                self._late.clear()
                raise TimeoutError
        except Exception as error:
            self._failed(cell, error)
            return
        checks = has_check(recognizer)
        for one in found or ():
            if _is_strange(one, recognizer):
                self._strange.add(cell)
                return
            held = checks and one.score == 1.0
            result = Result(one.entity_type, one.start, one.end, one.score, index, held, held)
            self._raw[cell][index].append(result)
            if held:
                self._checked(cell, result)

    def _checked(self, cell: int, result: Result) -> None:
        text = self._text.cells[cell][result.start : result.end]
        self._found.checks[result.recognizer].add(self._numbers[cell], text, held=result.held)

    def _failed(self, cell: int, error: Exception) -> None:
        self._found.fail(self._numbers[cell], error)

    def _kept(self, cell: int, found: dict[int, list[Result]]) -> list[Result]:
        """Do what Presidio does with the results of all recognisers: lift by context, drop low ones and duplicates."""
        kept: list[Result] = []
        for index, results in found.items():
            if len(results) > 1 and self._plan.paths[index] in ("patterns", "phone"):
                results = without_duplicates(results)  # noqa: PLW2901
            kept += self._lifted(cell, index, results)
        threshold = self._analyzer.threshold
        kept = [one for one in kept if one.score >= threshold]
        return without_duplicates(kept) if kept else kept

    def _lifted(self, cell: int, index: int, results: list[Result]) -> list[Result]:
        recognizer = self._plan.recognizers[index]
        if not recognizer.context:
            return results
        if index in self._boosted:
            return [self._context.lifted(one) for one in results]
        near = self._near(index)
        if near is not None and cell not in near:
            return results
        around = self._around(cell)
        spots = None if near is None else self._spots(index)
        return [around.lifted(one, recognizer, spots) for one in results]

    def _around(self, cell: int) -> Around:
        if self._last != cell:
            offset = int(self._text.starts[cell])
            self._last, self._words = cell, self._context.around(self._text.cells[cell], offset)
        return self._words

    _last = -1
    _words: Around
    _late: list[str]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector off what makes many small objects and no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _is_strange(one: Any, recognizer: Any) -> bool:
    """Tell whether a result says more than where something stands: that another recogniser made it, or of context."""
    told = one.recognition_metadata or {}
    other = told.get(one.RECOGNIZER_IDENTIFIER_KEY, recognizer.id) != recognizer.id
    unexplained = one.analysis_explanation is None and recognizer.context
    return bool(other or told.get(one.IS_SCORE_ENHANCED_BY_CONTEXT_KEY) or unexplained)


def _is_odd(text: str) -> bool:
    """Tell whether libraries disagree about a character, so that Presidio itself has to read the text.

    These are white space to `str` and not to `regex`, letters whose lower case is an ASCII letter, and halves of
    characters.
    """
    if "\x1c" in text or "\x1d" in text or "\x1e" in text or "\x1f" in text:
        return True
    return not text.isascii() and ("\u0130" in text or "\u212a" in text or _HALVES.search(text) is not None)


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the indices of the texts in batches; plain ASCII first, which needs no look at each character."""
    usual = [at for at, text in enumerate(texts) if text and not _is_odd(text)]
    usual.sort(key=lambda at: not texts[at].isascii())
    sizes = np.cumsum([len(texts[at]) for at in usual]) // BATCH
    for first, last in pairwise((0, *(np.flatnonzero(np.diff(sizes)) + 1).tolist(), len(usual))):
        if last > first:
            yield usual[first:last]
