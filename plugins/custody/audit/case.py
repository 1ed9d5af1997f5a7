# SPDX-License-Identifier: Apache-2.0
"""What the rules may look at: one source, what is known of it, and what it is wanted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from custody.audit import found
from custody.audit.claims import Claim, Metadata
from custody.audit.evidence import Evidence
from custody.audit.licences.names import normalise
from custody.audit.optoutlists import Lists, Screened
from custody.audit.records.files import is_file
from custody.audit.records.suppliers import Register
from custody.audit.rights.rows import Counts
from custody.audit.rows import RowLicences
from custody.audit.sources import Source
from custody.dataset import Dataset, Listing
from custody.intents import AuditSettings, Intent

ROWS = "row licence"  # who claims what a column of the data says


@dataclass(frozen=True)
class Case:
    """One source against one intent.

    Args:
        source: what the sources file says.
        base: the directory that paths in `source` are relative to.
        listing: the files of the data, with their digests.
        metadata: what Croissant, a dataset card or another metadata file says.
        intent: what the model will be and do.
        intent_name: its name in the policy.
        settings: how strict the policy wants the audit.
        today: contracts, evidence and attestations are read as of this day (UTC).
        register: the suppliers, where the sources file names a register.
        evidence: what was kept to show the terms.
        rows: the licences of the rows, where a column has them.
        optouts: what no source may hold.
        screened: how many rows of this one are on it.
        crawled: what the evidence of the crawl says of the rows.
    """

    source: Source
    base: Path
    listing: Listing
    metadata: Metadata
    intent: Intent
    intent_name: str
    settings: AuditSettings
    today: date
    register: Register | None = None
    evidence: tuple[Evidence, ...] = ()
    rows: RowLicences = field(default_factory=RowLicences)
    optouts: Lists = field(default_factory=Lists)
    screened: Screened = field(default_factory=Screened)
    crawled: Counts = field(default_factory=Counts)

    @property
    def dataset(self) -> Dataset:
        """The data."""
        return Dataset((self.base / self.source.path).resolve(), self.source.name)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Every statement about the licence, whoever makes it; what the kept text is counts as its own statement."""
        own = (Claim("sources file", self.source.licence),) if self.source.licence else ()
        files = (Claim("sources file", one.licence, one.glob) for one in self.source.files)
        total = self.rows.total
        rows = (Claim(ROWS, one, f"{count:,} of {total:,} rows") for one, count in self.rows.counts.items())
        told = (*own, *files, *rows, *self.metadata.claims)
        expressions = frozenset(normalise(one.text) or "" for one in told)
        return tuple(dict.fromkeys((*told, *found.claims(self.found, expressions))))

    @cached_property
    def found(self) -> tuple[found.Found, ...]:
        """The licence texts that are kept, and which licences they are."""
        return found.texts(self.source, self.base, self.evidence, self.today)

    @property
    def licence_text(self) -> Path | None:
        """The stored text of the licence, where one is named and is there."""
        path = self.base / self.source.licence_file
        return path if self.source.licence_file and is_file(path) else None
