# SPDX-License-Identifier: Apache-2.0
"""The register of suppliers: what each attests, and what it delivered.

A supplier is judged by facts of its deliveries alone: whether the bytes were what was announced, what the audit found,
and whether they came in time. Nothing anyone writes about it in words counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import Field

from custody import yamlfile
from custody.audit.records.dates import Day, last_day
from custody.audit.records.files import Kept, kept
from custody.errors import PolicyError
from custody.intents import Attested
from custody.yamlfile import Strict


class Attestation(Strict):
    """What a supplier declares, until when. file: the declaration, relative to the register."""

    of: Attested
    file: str = ""
    sha256: str = ""
    valid_until: Day = ""


class Delivery(Strict):
    """One delivery. announced, found: the dataset's address as the supplier said it and as it was measured."""

    received: Day
    due: Day = ""
    announced: str = ""
    found: str = ""
    findings: int = Field(default=0, ge=0)  # of review or deny, in the audit of the delivery


class Supplier(Strict):
    """One supplier."""

    id: str
    name: str = ""
    attestations: tuple[Attestation, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


class _File(Strict):
    suppliers: tuple[Supplier, ...]


@dataclass(frozen=True)
class Register:
    """All suppliers by id. base: the directory that its paths are relative to."""

    suppliers: dict[str, Supplier]
    base: Path
    _kept: dict[Attestation, Kept] = field(default_factory=dict)

    def kept(self, one: Attestation) -> Kept:
        """Hold a declaration against its digest; each is read once, however many sources the supplier has."""
        if one not in self._kept:
            self._kept[one] = kept(self.base, one.file, one.sha256)
        return self._kept[one]


@dataclass(frozen=True)
class Score:
    """Shares of the deliveries, 0 to 1, and how many there were. Without a delivery nothing is known: all are 0."""

    deliveries: int
    held: float  # the bytes were the announced ones
    clean: float  # the audit found nothing that refuses
    in_time: float  # received on the due day at the latest

    @property
    def worst(self) -> float:
        """The least of the three: no strength makes up for a weakness."""
        return min(self.held, self.clean, self.in_time)


def load(path: Path) -> Register:
    """Read and check a register.

    Raises:
        PolicyError: names file, line and column, what was received, and what is allowed.
    """
    data = yamlfile.read(path, "write the register, or correct its path in the sources file")
    parsed = yamlfile.parse(data, _File, str(path))
    found: dict[str, Supplier] = {}
    for index, one in enumerate(parsed.value.suppliers):
        if one.id in found:
            raise PolicyError(
                f"two suppliers are called {one.id!r}", where=parsed.at("suppliers", index), remedy="rename one"
            )
        found[one.id] = one
    return Register(found, path.parent)


def score(supplier: Supplier, today: date) -> Score:
    """Return what the deliveries up to a day show. What is missing or unreadable in a delivery counts against it."""
    seen = [one for one in supplier.deliveries if (day := last_day(one.received)) is None or day <= today]
    count = len(seen)
    if not count:
        return Score(0, 0.0, 0.0, 0.0)
    held = sum(bool(one.announced) and one.announced == one.found for one in seen)
    clean = sum(not one.findings for one in seen)
    return Score(count, held / count, clean / count, sum(map(_in_time, seen)) / count)


def _in_time(one: Delivery) -> bool:
    received, due = last_day(one.received), last_day(one.due) if one.due else date.max
    return received is not None and due is not None and received <= due
