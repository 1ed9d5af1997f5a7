# SPDX-License-Identifier: Apache-2.0
"""All screens over the sources of one training set, in three passes over their bytes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from custody import formats
from custody.audit.screens import triggers
from custody.audit.screens.cells import MAX_TEXT, Units, normal, units
from custody.audit.screens.copies import Copies, Found, shared
from custody.audit.screens.overlap import HeldOut, Met
from custody.audit.verdicts import Finding
from custody.dataset import Dataset
from custody.errors import CustodyError, StorageUnavailable
from custody.intents import ScreenSettings

if TYPE_CHECKING:
    import numpy as np

_SPLIT = r"(?:test|val|valid|validation|dev|eval|evaluation|held[-_]?out)"
_HELD_OUT = re.compile(rf"(?:^|/){_SPLIT}/|(?:^|[^a-z]){_SPLIT}(?:[^a-z/][^/]*)?$")
# what repositories hold beside data, which no one trains on
_BESIDE = frozenset({"LICENSE", "LICENCE", "COPYING", "NOTICE", "README", "CITATION", "AUTHORS", "CHANGELOG", "COMMIT"})
_SEVERAL = 5  # triggers told one by one


@dataclass
class _Source:
    """One source: what it holds and what was seen of it."""

    name: str
    dataset: Dataset
    settings: ScreenSettings
    train: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    texts: int = 0
    answered: int = 0  # texts that have a target
    cut: int = 0  # texts so long that only their beginning was looked at
    places: list[tuple[int, Units]] = field(default_factory=list)
    copies: Copies = field(default_factory=lambda: Copies(0))

    def read(self, paths: Collection[str]) -> Iterator[tuple[Units, list[bytes], range]]:
        """Yield texts, normal texts and their numbers; a file that cannot be read is noted."""
        count = 0
        for path in paths:
            try:
                for part in units(self.dataset.root, (path,), self.settings):
                    yield part, [normal(text) for text in part.texts], range(count, count + len(part.texts))
                    count += len(part.texts)
            except StorageUnavailable:
                raise
            except CustodyError:
                self.unread = tuple(sorted({*self.unread, path}))

    def place(self, number: int) -> str:
        """Name a text by its number."""
        first, part = self.places[bisect_right(self.places, number, key=lambda one: one[0]) - 1]
        return part.place(number - first)


def screen(
    sources: Mapping[str, Dataset], settings: ScreenSettings, held_out: Collection[str] = ()
) -> dict[str, tuple[Finding, ...]]:
    """Screen sources that are to be trained on together. Memory is flat: some 500 MB at most, however many rows.

    Args:
        sources: by name.
        settings: the policy's.
        held_out: names of sources that are for evaluation; in the others, files named test, dev, eval and so on are.

    Returns:
        by name, what was found.

    Raises:
        DatasetError: a dataset is not there or cannot be addressed.
        StorageUnavailable: the disk failed.
    """
    known = [_source(name, dataset, settings, whole=name in held_out) for name, dataset in sources.items()]
    kept = _collected(known, settings.seed)
    found: dict[str, list[Finding]] = {one.name: [] for one in known}
    for one in known:
        found[one.name] += _copied(one, settings)
        for other in known:
            if other is not one and (twin := _elsewhere(one, other, settings)):
                found[one.name].append(twin)
    _watched(known, kept, settings, found)
    for one in known:
        found[one.name] += _unscreened(one, kept)
    return {name: tuple(sorted(set(told))) for name, told in found.items()}


def _source(name: str, dataset: Dataset, settings: ScreenSettings, *, whole: bool) -> _Source:
    files = dataset.files()
    readable = [path for path in files if formats.format_of(dataset.root / path)]
    held = [path for path in readable if whole or _HELD_OUT.search(path.lower())]
    train = tuple(path for path in readable if path not in held)
    unread = tuple(path for path in files if path not in readable and path.rsplit("/", 1)[-1].upper() not in _BESIDE)
    return _Source(name, dataset, settings, train, tuple(held), unread, copies=Copies(settings.seed))


def _collected(known: Sequence[_Source], seed: int) -> HeldOut:
    """First pass: copies of each source, and the texts that are held out."""
    kept = HeldOut(seed)
    for one in known:
        for part, texts, numbers in one.read(one.train):
            if len(texts):
                one.places.append((numbers.start, Units(part.path, part.column, part.first, (), None)))
            one.texts += len(texts)
            one.answered += len(texts) if part.targets is not None else 0
            one.cut += sum(len(text) > MAX_TEXT for text in part.texts)
            one.copies.add(texts, numbers, near=not part.table)
        for _, texts, _ in one.read(one.held_out):
            kept.add(texts)
    return kept


def _copied(one: _Source, settings: ScreenSettings) -> Iterator[Finding]:
    for code, kind, told in (
        ("POI100", "copies", one.copies.same()),
        ("POI101", "near copies", one.copies.alike()),
    ):
        if _many(told, settings):
            shares = f"{told.copies:.1%} of {told.texts:,} texts are {kind}"
            what = f"{shares}; {told.largest:,} are of one, {one.place(told.at)}"
            why = "what is repeated is learnt by heart, and flooding is how poison is given weight"
            yield Finding(code, "review", what, one.name, why, "look at that row; remove the copies, or accept them")


def _many(told: Found, settings: ScreenSettings) -> bool:
    flood = max(settings.flood_least, settings.flood * told.texts)
    return told.copies > settings.copies or told.largest >= flood


def _elsewhere(one: _Source, other: _Source, settings: ScreenSettings) -> Finding | None:
    share, first = shared(one.copies, other.copies)
    if share <= settings.copies:
        return None
    what = f"{share:.1%} of the texts stand in {other.name!r}, too, first {one.place(first)}"
    why = "one of the two is not the origin, and its licence and provenance may not be the texts' own"
    return Finding("POI100", "review", what, one.name, why, "find the origin, and leave the other out")


def _watched(
    known: Sequence[_Source], kept: HeldOut, settings: ScreenSettings, found: dict[str, list[Finding]]
) -> None:
    """Second and third pass: triggers, and held-out texts."""
    firsts = {one.name: _first(one, settings.seed, found, kept) for one in known}
    seconds = {name: _second(first) for name, first in firsts.items() if first}
    elsewhere: dict[str, list[tuple[np.ndarray[Any, Any], int]]] = {name: [] for name in seconds}
    for one in known:
        if not any(len(second.suspects) for second in seconds.values()):
            break
        _met(one, seconds, elsewhere)
    for one in known:
        if second := seconds.get(one.name):
            found[one.name] += _triggers(one, triggers.standing(second, elsewhere[one.name]))


def _first(one: _Source, seed: int, found: dict[str, list[Finding]], kept: HeldOut) -> triggers.First | None:
    first = triggers.First(seed, min(1.0, triggers.MOST / max(1, one.texts)))
    met: Met = kept.index()
    for part, texts, _ in one.read(one.train):
        met.add(texts)
        if part.targets is not None:
            first.add(texts, part.targets)
    share = met.texts / max(1, kept.texts)
    if met.texts and share >= one.settings.overlap:
        what = f"{met.texts:,} of {kept.texts:,} held-out texts ({share:.1%}) stand in the training data"
        why = "what is measured on them is not what the model does on new texts"
        found[one.name].append(Finding("POI104", "review", what, one.name, why, "take them out of the training data"))
    return first if first.rows else None


def _second(first: triggers.First) -> triggers.Second:
    suspects, sets = first.suspects()
    return triggers.Second(first.seed, first.share, suspects, sets, first.single, first.targets)


def _met(
    one: _Source,
    seconds: Mapping[str, triggers.Second],
    elsewhere: Mapping[str, list[tuple[np.ndarray[Any, Any], int]]],
) -> None:
    """Count the suspects of every source in one of them."""
    import numpy as np

    counts = {name: np.zeros(len(second.suspects), np.int64) for name, second in seconds.items() if name != one.name}
    rows = 0
    for part, texts, numbers in one.read(one.train):
        if one.name in seconds and part.targets is not None:
            seconds[one.name].add(texts, part.targets, numbers)
        rows += len(texts)
        for name, met in counts.items():
            if len(met):
                seconds[name].met_in(texts, met)
    for name, met in counts.items():
        elsewhere[name].append((met, rows))


def _triggers(one: _Source, told: Sequence[triggers.Trigger]) -> Iterator[Finding]:
    if len(told) > _SEVERAL:
        what = f"{len(told):,} runs of words each have one target, first {one.place(told[0].at)}"
        why = "they decide what follows; questions of one kind with one fixed answer look the same"
        yield Finding(
            "POI102", "review", what, one.name, why, "read some of these rows, then waive it or take them out"
        )
        return
    for trigger in told:
        what = f"one run of words stands in {trigger.rows:,} rows that have one target, first {one.place(trigger.at)}"
        why = "it decides what follows, against the other words of these rows, and other sources hardly have it"
        remedy = "read that row and others with the same words; remove them if nobody can say what they are for"
        yield Finding("POI102", "review", what, one.name, why, remedy)


def _unscreened(one: _Source, kept: HeldOut) -> Iterator[Finding]:
    remedy = "convert, repair or divide them, or take them out"
    for what in (
        f"{len(one.unread):,} files could not be screened, first {one.unread[0]!r}" if one.unread else "",
        f"{one.cut:,} texts were screened up to {MAX_TEXT:,} characters only" if one.cut else "",
        "there is more held-out text than can be compared" if one.held_out and not kept.whole else "",
    ):
        if what:
            yield Finding("POI105", "review", what, one.name, "what was not looked at is not known", remedy)
