# SPDX-License-Identifier: Apache-2.0
"""Train: read cleared bytes, write a model, and sign which bytes it was made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from custody import formats
from custody.dataset import Dataset, file_sha256
from custody.errors import GateRefused, UsageError
from custody.lineage import predicates
from custody.lineage.card import ModelCard
from custody.lineage.statement import Statement, dataset_subject, file_subject, now
from custody.storage import write_whole
from custody.verbs.reading import chunks
from custody.verbs.session import Outcome, Session


@dataclass
class Training:
    """One training run over cleared datasets. `training` makes it.

    Args:
        session: the home and run.
        datasets: what may be read.
        models: the directory models are written in.
    """

    session: Session
    datasets: Sequence[Dataset]
    models: Path
    model: Path | None = field(default=None, init=False)
    card: ModelCard | None = field(default=None, init=False)
    outcome: Outcome | None = field(default=None, init=False)

    def read(self) -> Iterator[tuple[str, formats.Chunk]]:
        """Yield dataset name and chunk, over every file of every dataset, decrypted in memory."""
        for dataset in self.datasets:
            for chunk in chunks(self.session.home, dataset):
                yield dataset.name, chunk

    def describe(self, **card: Any) -> ModelCard:
        """Say of the model what its BOM shall tell: the fields of `custody.lineage.card.ModelCard`.

        Raises:
            UsageError: a field is unknown or of another type.
        """
        try:
            self.card = ModelCard.model_validate(card)
        except ValidationError as error:
            wrong = ", ".join(sorted({".".join(map(str, one["loc"])) for one in error.errors()}))
            allowed = ", ".join(ModelCard.model_fields)
            raise UsageError("the model card has wrong fields", where=wrong, allowed=allowed) from None
        return self.card

    def save(self, name: str, data: bytes) -> Path:
        """Write the model file and return its path; it appears whole or not at all."""
        self.model = write_whole(self.models / Path(name).name, data)
        return self.model


@contextmanager
def training(session: Session, datasets: Sequence[Dataset], intent: str, models: Path) -> Iterator[Training]:
    """Open cleared datasets for training and sign the provenance of the model that comes out.

    The addresses are recomputed at the start and at the end, so what is signed is what was read.

    Args:
        session: the home and run.
        datasets: each must have passed the gate for this intent, as the bytes are now.
        intent: a name under `intents` in the policy.
        models: the directory to write the model in.

    Raises:
        GateRefused: the gate has not cleared exactly these bytes.
        IntegrityError: the bytes changed during training.
        UsageError: two datasets have one name, or the block saved no model.
    """
    _own_names(datasets)
    started = now()
    run = Training(session, datasets, models)
    with ExitStack() as held:
        listings = [held.enter_context(dataset.held()) for dataset in datasets]
        cleared = [
            _cleared(session, one, listing.address, intent) for one, listing in zip(datasets, listings, strict=True)
        ]
        yield run
    if run.model is None:
        raise UsageError("training saved no model", remedy="call save() inside the block")
    materials = [dataset_subject(one.name, listing.address) for one, listing in zip(datasets, listings, strict=True)]
    sha256 = file_sha256(run.model)
    grade = session.policy.highest(*(session.grade_of(one) for one in cleared))
    made = session.record(
        "train",
        [file_subject(run.model.name, sha256)],
        predicates.provenance("train", materials, {"intent": intent}, started, session.run),
        prev=[one.digest for one in cleared],
        grade=grade,
        detail={"intent": intent} | ({"card": run.card.model_dump(exclude_defaults=True)} if run.card else {}),
    )
    run.outcome = Outcome("train", run.model.name, str(run.model), sha256, grade, made.digest)


def _own_names(datasets: Sequence[Dataset]) -> None:
    """Refuse what no BOM could tell apart, before hours of training."""
    twice = sorted(name for name, count in Counter(one.name for one in datasets).items() if count > 1)
    if twice:
        raise UsageError(
            "two datasets of one training have one name",
            where=", ".join(twice),
            remedy="give each dataset once, and give directories names of their own",
        )


def _cleared(session: Session, dataset: Dataset, address: str, intent: str) -> Statement:
    summary = session.ledger.latest(address, "gate", intent)
    if (
        summary is None
        or summary.predicate.get("verificationResult") != "PASSED"
        or summary.link.policy != session.policy.digest
    ):
        raise GateRefused(
            f"the gate has not cleared these bytes for {intent!r}",
            where=str(dataset.path),
            remedy="run the gate on exactly the data that training reads",
        )
    return summary
