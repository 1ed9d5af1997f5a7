# SPDX-License-Identifier: Apache-2.0
"""The checks of a record, each redone: the sample drawn again, the judgements counted, the share held to its limit."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from custody import yamlfile
from custody.audit.acceptance import commitments, exact, sample
from custody.audit.acceptance.judgements import Counted, count
from custody.audit.acceptance.record import Check, Kind, Record
from custody.audit.records.files import small
from custody.dataset import Listing, file_sha256
from custody.errors import CustodyError, DatasetError, StorageUnavailable
from custody.intents import AcceptanceSettings

MAX_CATALOGUE = 256 << 20  # bytes
_ROUNDING = 1e-9  # 95 of 100 are 95 %, whatever floats make of it


@dataclass(frozen=True)
class Result:
    """What one check shows.

    Args:
        kind: of the check.
        population, size: how many items there are, and in the sample.
        share: of the sample that is good; an item nobody judged is not.
        low, high: the exact interval of the share in the population.
        least: the share there must be.
        promise: what speaks against the commitment.
        faults: what is wrong with the judgements.
    """

    kind: Kind
    population: int
    size: int
    share: float
    low: float
    high: float
    least: float
    promise: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the sample has the share, which is how the standard counts."""
        return self.share >= self.least - _ROUNDING

    @property
    def proven(self) -> bool:
        """Whether the population has it, by the lower end of the interval."""
        return self.low >= self.least - _ROUNDING


def size(kind: Kind, settings: AcceptanceSettings) -> Callable[[int], int]:
    """Return how large a sample must be for a population."""
    if kind == "technical":
        return lambda population: math.ceil(settings.technical_share * population)
    wanted = settings.manual_items if kind == "manual" else settings.source_items
    return lambda population: min(wanted, population)


def least(kind: Kind, settings: AcceptanceSettings) -> float:
    """Return the share of good items there must be."""
    passes = {"manual": settings.manual_pass, "technical": settings.technical_pass}
    return passes.get(kind, 1 - settings.unlawful)


def load(path: Path) -> Record:
    """Read a record. Raises PolicyError when it does not say what it must."""
    return yamlfile.parse(yamlfile.read(path, "write the record, or correct its path"), Record, str(path)).value


def judge(
    record: Path,
    root: Path,
    listing: Listing,
    settings: AcceptanceSettings,
    interested: Collection[str],
    today: date,
) -> Iterator[Result | str]:
    """Redo every check of a record. A check that cannot be redone is a text that says why.

    Args:
        record: the file.
        root: the directory that listed paths are relative to.
        listing: of the dataset.
        settings: the policy's numbers.
        interested: who may not judge.
        today: the day (UTC) the audit is as of.

    Raises:
        StorageUnavailable: the disk failed.
    """
    try:
        checks = load(record).checks
    except CustodyError:
        yield "the record is not there or does not say what it must"
        return
    for check in checks:
        try:
            yield _result(check, record.parent, root, listing, settings, interested, today)
        except StorageUnavailable:
            raise
        except (CustodyError, OSError, ValueError) as error:
            yield f"the check {check.kind!r} cannot be redone ({type(error).__name__})"


def _result(
    check: Check,
    base: Path,
    root: Path,
    listing: Listing,
    settings: AcceptanceSettings,
    interested: Collection[str],
    today: date,
) -> Result:
    address, items = _population(check, base, root, listing)
    taken = sample.drawn(items, check.seed, address, check.kind, size(check.kind, settings))
    made, promise = _promise(check, base / check.committed, address)
    end = datetime.combine(today, time.max, UTC)
    counted = count(base / check.judgements, taken, made.moment if made else None, end, interested)
    low, high = exact.interval(counted.good, taken.size, taken.population, settings.confidence)
    share = counted.good / taken.size if taken.size else 0.0
    wanted = least(check.kind, settings)
    faults = tuple(_faults(counted, taken.size))
    return Result(check.kind, taken.population, taken.size, share, low, high, wanted, promise, faults)


def _population(check: Check, base: Path, root: Path, listing: Listing) -> tuple[str, Iterator[str]]:
    """Return the address of what is judged, and its items."""
    if check.kind != "before":
        return listing.address, sample.rows(root, sorted(listing.digests))
    items = catalogue(base / check.catalogue) if check.catalogue else ()
    return file_sha256(base / check.catalogue), iter(items)


def catalogue(path: Path) -> tuple[str, ...]:
    """Return the items of a source, one a line, each once.

    Raises:
        DatasetError: it is not there, or too large.
    """
    data = small(path, MAX_CATALOGUE)
    if data is None:
        allowed = f"up to {MAX_CATALOGUE:,} bytes"
        raise DatasetError("is no list of items", where=str(path), allowed=allowed, remedy="write one item a line")
    return tuple(dict.fromkeys(line for line in data.decode("utf-8", "surrogateescape").split("\n") if line))


def _promise(check: Check, register: Path, address: str) -> tuple[commitments.Commitment | None, tuple[str, ...]]:
    """Return the commitment to a sample, and what speaks against it."""
    made = commitments.read(register)
    if made is None:
        return None, ("the register of commitments is not there or not readable",)
    wanted = commitments.commitment(check.seed, address)
    mine = next((one for one in made if one.commitment == wanted and one.address == address), None)
    if mine is None:
        return None, ("the seed was not committed to for these bytes",)
    told = [commitments.trouble(made, mine)]
    told += ["the seed is so short that it can be guessed"] if len(check.seed) < commitments.LEAST_SEED else []
    told += (
        ["the seed's digest in the register is not its own"] if mine.seed_id != commitments.seed_id(check.seed) else []
    )
    return mine, tuple(one for one in told if one)


def _faults(counted: Counted, wanted: int) -> Iterator[str]:
    for number, what in (
        (counted.unread, "lines are no judgement"),
        (counted.outside, "judgements are of items outside the sample"),
        (counted.twice, "items are judged more than once"),
        (wanted - counted.judged, "items of the sample are not judged"),
        (counted.early, "judgements are not shown to be later than the commitment and not in the future"),
        (counted.partial, "judgements are by nobody, or by who supplies the data"),
    ):
        if number:
            yield f"{number:,} {what}"
    if not wanted:
        yield "there is nothing to judge"
