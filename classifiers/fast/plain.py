# SPDX-License-Identifier: Apache-2.0
"""Presidio itself, text by text: what the fast path is held against, and what runs when it cannot be taken."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from custody.classifiers.fast.batch import Batch
from custody.classifiers.fast.patterns import TIMEOUT, has_check
from custody.classifiers.fast.results import Result

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine


class PlainAnalyzer:
    """Analyses texts one by one. Arguments as those of FastAnalyzer."""

    def __init__(self, engine: AnalyzerEngine, language: str, threshold: float) -> None:
        self.engine, self.language, self.threshold = engine, language, threshold
        self.recognizers: list[Any] = engine.registry.get_recognizers(language=language, all_fields=True)
        self._index = {one.id: at for at, one in enumerate(self.recognizers)}
        self._checks = [has_check(one) for one in self.recognizers]

    def analyze(self, texts: Sequence[str], context: Iterable[str] = ()) -> Batch:
        """Return the results for each text, with context words that hold for all of them."""
        found, words = Batch(), list(context)
        with timeouts() as late:
            for at, text in enumerate(texts):
                try:
                    results = self.results(text, words) if text else []
                    if late:
                        late.clear()
                        raise TimeoutError
                except Exception as error:
                    found.fail(at, error)
                    continue
                if results:
                    found.results[at] = results
                for one in results:
                    if one.held:
                        found.checks[one.recognizer].add(at, text[one.start : one.end], held=True)
        return found

    def results(self, text: str, context: Sequence[str]) -> list[Result]:
        """Return the results for one text; what a recogniser raises comes through."""
        analyzed = self.engine.analyze(text, self.language, context=list(context), score_threshold=self.threshold)
        return [self._result(one) for one in analyzed]

    def _result(self, one: Any) -> Result:
        index = self._index[one.recognition_metadata[one.RECOGNIZER_IDENTIFIER_KEY]]
        held = one.score == 1.0 and self._checks[index]
        return Result(one.entity_type, one.start, one.end, one.score, index, held, held)


class _Late(logging.Handler):
    """Notes that Presidio gave a pattern up, which it tells in its log only."""

    def __init__(self, late: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._late = late

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record about time."""
        if "timed out" in str(record.msg):
            self._late.append("")


@contextmanager
def timeouts() -> Iterator[list[str]]:
    """Give Presidio's patterns our limit, and a list that is not empty once one was given up."""
    import presidio_analyzer.pattern_recognizer as module

    late: list[str] = []
    handler, logger = _Late(late), logging.getLogger("presidio-analyzer")
    before = logger.level, logger.propagate, module.REGEX_TIMEOUT_SECONDS
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    module.REGEX_TIMEOUT_SECONDS = TIMEOUT  # type: ignore[assignment]  # Presidio has whole seconds
    try:
        yield late
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate, module.REGEX_TIMEOUT_SECONDS = before
