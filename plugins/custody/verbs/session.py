# SPDX-License-Identifier: Apache-2.0
"""What every verb shares: the home, the ledger, the Airflow run, and the rule that a step follows signed steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from custody.dataset import Dataset, Listing
from custody.errors import IntegrityError, PolicyError, UsageError
from custody.home import Home
from custody.intents import Intent
from custody.lineage import gate
from custody.lineage.ledger import Ledger
from custody.lineage.statement import Link, Statement, Subject, dataset_subject, now
from custody.policy import Measures, Policy


@dataclass(frozen=True)
class Outcome:
    """What a verb hands on; small enough for an XCom.

    Args:
        step: the verb.
        dataset: the dataset's name.
        uri: where the bytes are that the next step works on.
        address: their dirHash. Information: the next step recomputes it.
        grade: the grade they carry, where one is known.
        statement: payload digest of the signed statement; None when the policy asked for nothing.
        detail: the step's own facts.
    """

    step: str
    dataset: str
    uri: str
    address: str
    grade: str | None = None
    statement: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


@dataclass(frozen=True)
class Session:
    """One verb's work in a home.

    Args:
        home: the installation.
        run: dag_id, run_id, task_id, map_index and try_number when Airflow runs the verb.
        signed: payload digests of what the verb has signed so far.
    """

    home: Home
    run: Mapping[str, Any] | None = None
    signed: list[str] = field(default_factory=list, compare=False, repr=False)

    @cached_property
    def ledger(self) -> Ledger:
        """The home's ledger."""
        return Ledger.of(self.home)

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.home.policy

    def intent(self, name: str) -> Intent:
        """Return an intent of the policy.

        Raises:
            UsageError: the policy has none of that name.
        """
        if name not in self.policy.intents:
            raise UsageError(f"the policy has no intent {name!r}", allowed=", ".join(self.policy.intents))
        return self.policy.intents[name]

    def measures(self, grade: str) -> Measures:
        """Return what the policy demands of a grade.

        Raises:
            PolicyError: it says nothing about that grade.
        """
        if grade not in self.policy.measures:
            raise PolicyError(
                f"the policy has no measures for {grade} data",
                where=str(self.home.path / "policy.yaml"),
                remedy=f"write `measures: {grade}:`",
            )
        return self.policy.measures[grade]

    def record(
        self,
        step: str,
        subjects: Sequence[Subject],
        predicate: Mapping[str, Any],
        *,
        prev: Iterable[str] = (),
        grade: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Statement:
        """Sign and store a statement. Errors as `Ledger.append`."""
        link = Link(step, tuple(sorted(set(prev))), self.policy.digest, now(), grade, self.run, detail or {})
        made = self.ledger.append(subjects, predicate, link)
        self.signed.append(made.digest)
        return made

    def subject(self, name: str, listing: Listing) -> Subject:
        """Keep a dataset's listing in the ledger and return the dataset as a subject."""
        return dataset_subject(name, self.ledger.keep_listing(name, listing))

    def follows(self, dataset: Dataset, listing: Listing, *steps: str) -> Statement:
        """Return the newest statement of one of these steps on exactly these bytes.

        Raises:
            IntegrityError: there is none: the bytes changed since, or the step never ran.
        """
        found = [one for step in steps if (one := self.ledger.latest(listing.address, step))]
        if not found:
            what = gate.unknown_bytes(self.ledger, dataset.name, listing)
            raise IntegrityError(
                f"{what} as the result of {' or '.join(steps)}",
                where=str(dataset.path),
                remedy=f"restore the bytes that were processed, or run {steps[0]} on these",
            )
        return max(found, key=lambda one: one.link.created_at)

    def grade_of(self, statement: Statement) -> str:
        """Return the grade a statement carries; a statement without one counts as the policy's `unscanned`."""
        return statement.link.grade or self.policy.unscanned

    def grade_in_effect(self, statement: Statement, raw: str) -> str:
        """Return the grade a statement carries, or a higher one that a steward gave to the raw bytes it began with."""
        raised = (str(one.link.grade) for one in gate.raising(self.ledger, raw, now()))
        return self.policy.highest(self.grade_of(statement), *raised)

    def report_path(self, name: str, address: str, suffix: str) -> Path:
        """Where a dataset's report goes."""
        return self.home.path / "reports" / f"{name}-{address[:12]}{suffix}"
