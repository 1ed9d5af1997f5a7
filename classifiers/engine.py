# SPDX-License-Identifier: Apache-2.0
"""Finds entities in the cells of columns: Presidio's findings, on its own path or on the fast one.

The words of a column's name are context for its cells. The fast path gives what Presidio gives; it is taken when what
is installed is what it was proven for, and a few cells of each column are held against Presidio all the same. When one
differs, Presidio itself runs from there on, and the report says so.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from custody.classifiers import presidio
from custody.classifiers.fast.batch import Checks
from custody.classifiers.fast.caches import bounded
from custody.classifiers.fast.patterns import has_check
from custody.classifiers.names import hints
from custody.classifiers.ner import describe
from custody.classifiers.presidio import LANGUAGE
from custody.errors import DatasetError, PolicyError
from custody.policy import Policy

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer

    from custody.classifiers.fast.analyzer import FastAnalyzer
    from custody.classifiers.fast.batch import Batch
    from custody.classifiers.fast.plain import PlainAnalyzer

THRESHOLD = 0.4  # Presidio's floor for a hit with context; its own patterns without checksum start below
MAX_CELL = 1_000_000  # characters; spaCy refuses longer texts
COLUMN_RECOGNIZER = "ColumnRecognizer"  # what the names in columns.yaml end in: these judge cells by column names
CHECKED = 2_000  # of so many cells one is held against Presidio
LONG = 2_000  # characters; a longer cell is not held against Presidio, which would take long
MODELS = ("SpacyRecognizer", "StanzaRecognizer", "TransformersRecognizer", "GLiNERRecognizer")
WHAT_FAILED = "what a recogniser failed on"
PHONE_DIGITS = 7  # in the name of a column; fewer are a number of the column
FEW = 16  # cells; Presidio itself takes no longer for fewer
# phonenumbers takes 168947 and the fraction of 0.077453027 for numbers in some region. A cell that is nothing but a
# number needs more than the floor, that is, context such as a column called `phone`
_BARE_NUMBER = re.compile(r"\s*[+-]?\d*\.?\d+\s*")


class Span(NamedTuple):
    """One hit in a cell. Offsets are code points; the text itself is not kept."""

    entity: str
    start: int
    end: int
    score: float
    recognizer: str
    validated: bool  # a checksum of the recogniser holds


@dataclass
class Scanned:
    """What was found in some cells of a column.

    spans: for each cell, in Presidio's order. failed: cells that were not analysed whole, and why. checks: by
    recogniser, in which cells its check was computed and held.
    """

    spans: list[tuple[Span, ...]]
    failed: dict[int, str]
    checks: dict[str, Checks]


class Scanner:
    """Finds entities in cells. Build one per process: it loads Presidio.

    Args:
        rules: the policy whose rules must be able to fire.

    Raises:
        PolicyError: a rule or measure names an entity that no recogniser finds.
    """

    def __init__(self, rules: Policy) -> None:
        self._named, self._rules = _entities_named(rules), rules
        self._doubts = list(_doubts())
        self._lifting: dict[tuple[str, ...], frozenset[int]] = {}
        self._unchecked = 0
        self.checked = 0  # cells held against Presidio
        _refuse_unknown_entities(rules, self.entities)
        self._refuse_unprovable(rules)

    @cached_property
    def analyzer(self) -> AnalyzerEngine:
        """Presidio's engine with custody's configuration."""
        return presidio.analyzer(self._rules.ner, self._rules.recognizers)

    @property
    def recognizers(self) -> list[EntityRecognizer]:
        """The recognisers in use."""
        return list(self.analyzer.registry.recognizers)

    @cached_property
    def entities(self) -> tuple[str, ...]:
        """Every entity that can be found, sorted."""
        return tuple(sorted({entity for one in self.recognizers for entity in one.supported_entities}))

    def _refuse_unprovable(self, rules: Policy) -> None:
        provable = sorted({entity for one in self.recognizers if has_check(one) for entity in one.supported_entities})
        for rule in rules.grades:
            for entity in set(rule.when.entity) - set(provable) if rule.when.validated else ():
                raise PolicyError(
                    f"nothing can validate {entity!r}, so a rule about validated cells could never fire for it",
                    allowed=", ".join(provable),
                    remedy="give it a rule of its own, with `count` or `prevalence`",
                )

    @cached_property
    def detector(self) -> dict[str, str]:
        """What the findings depend on: Presidio's version and a digest over the recognisers."""
        told = sorted(json.dumps(one.to_dict(), sort_keys=True, default=str) for one in self.recognizers)
        digest = hashlib.sha256("\n".join(told).encode()).hexdigest()
        model = " ".join(str(self.model[key]) for key in ("name", "version", "digest") if self.model[key])
        return {"presidio-analyzer": version("presidio-analyzer"), "recognizers": digest, "ner": model}

    @cached_property
    def model(self) -> Mapping[str, Any]:
        """The language model in use, as `ner.describe` tells it."""
        return describe(self._rules.ner)

    def by_model(self, recognizer: str) -> bool:
        """Tell whether a recogniser is a language model that finds names in text."""
        return self.model["name"] != "none" and recognizer in MODELS

    def begin(self) -> None:
        """Count anew which cells are held against Presidio, so that the same data is checked at the same cells."""
        self.checked = self._unchecked = 0

    def warm(self) -> None:
        """Build what is built once, so that processes forked from here share it."""
        self._fast.warm()
        self.scan("text", [f"{n} call 212-555-0{n:03} or write to a{n}@example.org" for n in range(100, 200)])

    @property
    def paths(self) -> Mapping[str, str]:
        """How each recogniser is run: `patterns`, `phone`, `gated` or `presidio`, as `fast.plan.Plan` says."""
        plan = self._fast.plan
        names = [str(one.name) for one in plan.recognizers]
        ways = ["presidio"] * len(names) if self._doubts else plan.paths
        return dict(sorted(zip(names, ways, strict=True)))

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why Presidio itself runs for every cell; empty while the fast path is taken."""
        return tuple(self._doubts)

    def scan(self, column: str, texts: Sequence[str]) -> Scanned:
        """Return the hits in cells of a column.

        Args:
            column: the leaf path; its words are context.
            texts: the cells, each at most MAX_CELL characters.
        """
        return self.scan_all({column: texts})[column]

    def scan_all(self, columns: Mapping[str, Sequence[str]]) -> dict[str, Scanned]:
        """Return the hits in cells of several columns. Columns whose names lift the same recognisers go together."""
        alike: dict[frozenset[int], list[str]] = {}
        for name in columns:
            alike.setdefault(self._lifted(hints(name)), []).append(name)
        scanned: dict[str, Scanned] = {}
        for names in alike.values():
            texts = [text for name in names for text in columns[name]]
            batch = self._batch(texts, hints(names[0]))
            scanned |= self._parted(batch, {name: len(columns[name]) for name in names})
        return scanned

    def find(self, column: str, text: str) -> tuple[Span, ...]:
        """Return the hits in one cell of a column that count. Raises as `find_all`."""
        return self.find_all(column, [text])[0]

    def find_all(self, column: str, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        """Return the hits in each cell of a column that count.

        Raises:
            DatasetError: a recogniser failed or took too long.
        """
        scanned = self.scan(column, texts)
        for why in scanned.failed.values():
            raise DatasetError(f"a cell of column {column} could not be analysed: {why}", remedy="take the cell out")
        return [counting(text, spans) for text, spans in zip(texts, scanned.spans, strict=True)]

    def in_names(self, columns: Sequence[str]) -> dict[str, str]:
        """Return the entity the policy names that stands in each column's name itself, or nothing.

        Then the name is data: a CSV without a header, or JSON keyed by what should be a value.
        """
        scanned = self.scan("", [column[:MAX_CELL] for column in columns])
        return {
            column: WHAT_FAILED if at in scanned.failed else self._named_in(column, scanned.spans[at])
            for at, column in enumerate(columns)
        }

    def _named_in(self, text: str, spans: tuple[Span, ...]) -> str:
        hits = (one for one in spans if not self._guesses(one.recognizer) and _tells(text, one))
        return next((one.entity for one in hits if one.entity in self._named), "")

    def _lifted(self, context: tuple[str, ...]) -> frozenset[int]:
        if context not in self._lifting:
            bounded(self._lifting)[context] = self._fast.boosted(context)
        return self._lifting[context]

    def _guesses(self, recognizer: str) -> bool:
        """Tell whether a recogniser takes many a plain word for a finding: then it says nothing about a name."""
        return recognizer.endswith(COLUMN_RECOGNIZER) or self.by_model(recognizer)

    def checker(self, recognizer: str) -> EntityRecognizer | None:
        """Return a recogniser by its name."""
        return next((one for one in self._plain.recognizers if one.name == recognizer), None)

    @cached_property
    def _fast(self) -> FastAnalyzer:
        from custody.classifiers.fast.analyzer import FastAnalyzer

        return FastAnalyzer(self.analyzer, LANGUAGE, THRESHOLD)

    @cached_property
    def _plain(self) -> PlainAnalyzer:
        from custody.classifiers.fast.plain import PlainAnalyzer

        return PlainAnalyzer(self.analyzer, LANGUAGE, THRESHOLD)

    def _batch(self, texts: Sequence[str], context: Sequence[str]) -> Batch:
        if self._doubts or len(texts) <= FEW:
            return self._plain.analyze(texts, context)
        batch = self._fast.analyze(texts, context)
        if self._agrees(batch, context, texts):
            return batch
        self._doubts.append("the fast path found other things than Presidio in a cell that was held against it")
        return self._plain.analyze(texts, context)

    def _agrees(self, batch: Batch, context: Sequence[str], texts: Sequence[str]) -> bool:
        """Hold a cell against Presidio, one in CHECKED: of some cells of this call that with most hits."""
        self._unchecked += len(texts)
        if self._unchecked < CHECKED:
            return True
        some = range(0, len(texts), 1 + len(texts) // 32)
        cell = max(some, key=lambda at: len(batch.results.get(at, ())))
        if cell in batch.failed or len(texts[cell]) > LONG:
            return True
        self._unchecked = 0
        self.checked += 1
        expected = self._plain.analyze([texts[cell]], context).results.get(0, ())
        return [one[:4] for one in batch.results.get(cell, ())] == [one[:4] for one in expected]

    def _parted(self, batch: Batch, counts: Mapping[str, int]) -> dict[str, Scanned]:
        """Return for each column its part of a batch, in which one column follows the other."""
        owners = [(name, at) for name, count in counts.items() for at in range(count)]
        scanned = {name: Scanned([()] * count, {}, {}) for name, count in counts.items()}
        names = [str(one.name) for one in self._plain.recognizers]
        for at, results in batch.results.items():
            name, cell = owners[at]
            scanned[name].spans[cell] = tuple(
                Span(entity, start, end, score, names[index], held)
                for entity, start, end, score, index, _, held in results
            )
        for at, why in batch.failed.items():
            name, cell = owners[at]
            scanned[name].failed[cell] = why
        for index, checks in batch.checks.items():
            for at, text in checks.tried.items():
                name, cell = owners[at]
                scanned[name].checks.setdefault(names[index], Checks()).add(cell, text, held=at in checks.held)
        return scanned


def _tells(name: str, span: Span) -> bool:
    """Tell whether a hit in a name says that it is data: not a few digits, such as those of c1641."""
    return span.score > THRESHOLD or sum(map(str.isdigit, name[span.start : span.end])) >= PHONE_DIGITS


def counting(text: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the hits that count: in a cell that is nothing but a number, those that are all of it and above the floor.

    A part of a number, such as the digits after its point, is no card and no account, whatever its checksum says.
    """
    if not (spans and _BARE_NUMBER.fullmatch(text)):
        return spans
    length = len(text.strip())
    return tuple(one for one in spans if one.score > THRESHOLD and one.end - one.start == length)


def _doubts() -> tuple[str, ...]:
    from custody.classifiers.fast.proven import doubts

    return doubts()


def _entities_named(rules: Policy) -> frozenset[str]:
    """Return every entity that a rule or a measure is about."""
    named = {entity for rule in rules.grades for entity in (*rule.when.entity, *rule.when.together)}
    return frozenset(named | {entity for measures in rules.measures.values() for entity in measures.redact})


def _refuse_unknown_entities(rules: Policy, known: tuple[str, ...]) -> None:
    for entity in sorted(_entities_named(rules) - set(known)):
        near = difflib.get_close_matches(entity, known, n=1)
        hint = f"write {near[0]!r}" if near else "remove it, or add a recogniser for it"
        raise PolicyError(
            f"nothing finds the entity {entity!r}, so this could never fire", allowed=", ".join(known), remedy=hint
        )
