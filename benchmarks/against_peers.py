# SPDX-License-Identifier: Apache-2.0
"""The scanner beside the PII pass of another toolkit for training data, on web text.

The peer runs at its own default entities: e-mail addresses and public IPv4 addresses. Ours has to find at least those,
so it runs with Presidio's recognisers for e-mail and IP addresses, and finds where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from benchmarks import corpora
from benchmarks.against_presidio import SLICES, WARM
from benchmarks.measures import Measure, median, timed

from custody.classifiers import presidio
from custody.classifiers.engine import THRESHOLD
from custody.classifiers.fast.analyzer import FastAnalyzer
from custody.classifiers.presidio import LANGUAGE

EQUAL = ("EmailRecognizer", "IpRecognizer")
NAME = "against datatrove's PII pass at its entities, web text"
OTHER = (
    "not run: data-prep-toolkit-transforms[pii-redactor] resolves beside custody, with torch and 60 packages; "
    "its pass makes an AnalyzerEngine for every text and loads Flair's large NER model from the network"
)


def measure(*, quick: bool) -> list[Measure]:
    """Return the ratios to datatrove's pass, and why data-prep-kit's was not run."""
    kit = Measure("against data-prep-kit's PII pass, web text", None, "x", "", OTHER)
    if find_spec("datatrove") is None:
        return [Measure(NAME, None, "x", ">= 1", "not run: datatrove is not installed (uv sync --group bench)"), kit]
    return [*_datatrove(corpora.web(WARM + SLICES * (20 if quick else 1_200))), kit]


def _datatrove(texts: Sequence[str]) -> list[Measure]:
    from datatrove.pipeline.formatters import PIIFormatter

    peer, equal, every = PIIFormatter(), _scanner(EQUAL), _scanner(())

    def pass_over(some: Sequence[str]) -> None:
        for text in some:
            peer.format(text)

    theirs = _speeds(pass_over, texts)
    size = f"CPU time, median of {SLICES} slices of {(len(texts) - WARM) // SLICES} documents"
    told = []
    for name, target, ours in (
        (NAME, ">= 1", _speeds(equal.analyze, texts)),
        ("against datatrove's PII pass, all our recognisers", "", _speeds(every.analyze, texts)),
    ):
        how = f"{size}; theirs {_middle(theirs):.1f} MB/s, ours {_middle(ours):.1f} MB/s"
        told.append(median(name, [one / other for one, other in zip(ours, theirs, strict=True)], "x", target, how))
    return told


def _scanner(names: Sequence[str]) -> FastAnalyzer:
    engine = presidio.analyzer()
    recognizers: list[Any] = list(engine.registry.recognizers)
    for one in recognizers if names else ():
        if one.name not in names:
            engine.registry.remove_recognizer(one.name)
    return FastAnalyzer(engine, LANGUAGE, THRESHOLD)


def _speeds(run: Callable[[Sequence[str]], object], texts: Sequence[str]) -> list[float]:
    """Return megabytes per second over each slice, the first documents having warmed what runs."""
    run(texts[:WARM])
    size, speeds = (len(texts) - WARM) // SLICES, []
    for at in range(WARM, len(texts) - size + 1, size):
        some = texts[at : at + size]
        with timed() as clock:
            run(some)
        speeds.append(sum(map(len, some)) / clock.cpu / 1e6)
    return speeds


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
