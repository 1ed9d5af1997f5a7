# SPDX-License-Identifier: Apache-2.0
"""What is found of what there is: columns of public databases, labelled texts, and secrets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import column_gold
from benchmarks.column_gold import ROOT
from benchmarks.measures import Measure
from tests.classify.secret_corpus import Line, corpus

from custody import policy
from custody.classifiers import presidio
from custody.classifiers.engine import THRESHOLD, Scanner
from custody.classifiers.presidio import LANGUAGE

CHECKED = ("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "US_SSN")  # types with a check of their own
SECRETS = {"CLOUD_KEY", "ACCESS_TOKEN", "PRIVATE_KEY", "JWT", "CONNECTION_STRING", "PASSWORD", "SECRET"}
TEXTS = ("generated_large.json", "synth_dataset_v2.json")
Gold = list[tuple[str, list[dict[str, Any]]]]
Find = Callable[[Sequence[str]], list[list[tuple[str, int, int]]]]  # entity, start and end, by text


def measure(data: Path, *, quick: bool) -> list[Measure]:
    """Return recall and false alarms of columns, recall of validated types in texts, and F1 of secrets.

    Args:
        data: holds the public sets; what is absent is not measured, and the figure says so.
        quick: on small parts.
    """
    scanner = Scanner(policy.load(ROOT / "sample_data" / "policy.yaml"))
    return [*_columns(data, quick=quick), *_texts(data, scanner, quick=quick), _secrets(scanner, quick=quick)]


def _columns(data: Path, *, quick: bool) -> list[Measure]:
    names = ("personal columns found in four databases", "other columns flagged in four databases")
    targets = (">= 95", "<= 3")
    if not (data / "chinook").is_dir():
        return [_absent(name, "%", target, data) for name, target in zip(names, targets, strict=True)]
    told = column_gold.measure(data, rows=20 if quick else None)
    how = "Chinook, Northwind, AdventureWorks, fivethirtyeight with the sample policy; "
    return [
        Measure(names[0], 100 * told["recall"], "%", targets[0], f"{how}{told['personal']} personal columns"),
        Measure(names[1], 100 * told["false_alarms"], "%", targets[1], f"{how}{told['other']} other columns"),
    ]


def _texts(data: Path, scanner: Scanner, *, quick: bool) -> Iterator[Measure]:
    """Yield for each validated type how many more of its spans we find than Presidio's default patterns do."""
    place = data / "presidio_research"
    if not place.is_dir():
        yield _absent("recall in presidio_research's texts less Presidio's own", "points", ">= 0", data)
        return
    gold = [one for name in TEXTS for one in _gold(place / name)][:: 20 if quick else 1]
    ours, theirs = _found(gold, _ours(scanner)), _found(gold, _theirs())
    there = Counter(span["entity_type"] for _, spans in gold for span in spans)
    for entity in CHECKED:
        if all_of := there[entity]:
            how = f"of {all_of} spans ours find {ours[entity]}, Presidio's default patterns {theirs[entity]}"
            more = 100 * (ours[entity] - theirs[entity]) / all_of
            yield Measure(f"recall of {entity} in labelled texts less Presidio's own", more, "points", ">= 0", how)


def _gold(path: Path) -> Gold:
    return [(one["full_text"], one["spans"]) for one in json.loads(path.read_text())]


def _ours(scanner: Scanner) -> Find:
    def find(texts: Sequence[str]) -> list[list[tuple[str, int, int]]]:
        return [[one[:3] for one in spans] for spans in scanner.find_all("text", texts)]

    return find


def _theirs() -> Find:
    """Return Presidio as it comes: its default set, its default enhancer; without a language model, which is ours."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    words = presidio.tokenizer()
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    registry.load_predefined_recognizers(languages=[LANGUAGE], nlp_engine=words)
    registry.remove_recognizer("SpacyRecognizer")
    engine = AnalyzerEngine(registry=registry, nlp_engine=words, supported_languages=[LANGUAGE])

    def find(texts: Sequence[str]) -> list[list[tuple[str, int, int]]]:
        found = (engine.analyze(text, LANGUAGE, score_threshold=THRESHOLD) for text in texts)
        return [[(one.entity_type, one.start, one.end) for one in spans] for spans in found]

    return find


def _found(gold: Gold, find: Find) -> Counter[str]:
    """Return how many spans of each type are overlapped by a finding of that type."""
    counted: Counter[str] = Counter()
    for (_, spans), found in zip(gold, find([text for text, _ in gold]), strict=True):
        for span in spans:
            kind, first, last = span["entity_type"], span["start_position"], span["end_position"]
            counted[kind] += any(one == kind and start < last and end > first for one, start, end in found)
    return counted


def _secrets(scanner: Scanner, *, quick: bool) -> Measure:
    lines = [line for line in corpus(seed=11, positives=5, negatives=15) if line.held]
    if not quick:
        lines = [line for line in corpus() if line.held]
    there = sum(line.secret for line in lines)
    spans = scanner.find_all("text", [line.text for line in lines])
    hit = [line for line, found in zip(lines, spans, strict=True) if _hit(line, found)]
    score = 2 * sum(line.secret for line in hit) / (len(hit) + there)
    how = f"families kept aside when tuning: {there:,} lines with a secret, {len(lines) - there:,} hard negatives"
    return Measure("F1 of secrets in a generated corpus", score, "", ">= 0.90", how)


def _hit(line: Line, found: Sequence[Any]) -> bool:
    return any(
        one.entity in SECRETS and (not line.secret or (one.start < line.end and one.end > line.start)) for one in found
    )


def _absent(name: str, unit: str, target: str, data: Path) -> Measure:
    return Measure(name, None, unit, target, f"not run: the public sets are not in {data.name}")
