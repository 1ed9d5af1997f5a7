# SPDX-License-Identifier: Apache-2.0
"""Take an audited dataset out of quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.operators.base import WORK, CustodyOperator, work_path

if TYPE_CHECKING:
    from custody.verbs.session import Outcome, Session


class AdmitDatasetOperator(CustodyOperator):
    """Copy an audited dataset without the rows that may not be used; return the path of the copy.

    Args:
        dataset: the data as it was fetched (templated); it stays as it is.
        sources: the sources file that describes it (templated).
        intent: a name under `intents` in the policy (templated).
        output_dir: directory to write `NAME` in (templated); a relative one is under the home's `work`.
    """

    template_fields: Sequence[str] = ("home", "dataset", "sources", "intent", "output_dir")

    def __init__(
        self, *, dataset: str, sources: str, intent: str, output_dir: str = f"{WORK}/admitted", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset
        self.sources = sources
        self.intent = intent
        self.output_dir = output_dir

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.dataset import Dataset
        from custody.verbs.admit import admit

        output = work_path(session, self.output_dir)
        outcome = admit(session, Dataset(Path(self.dataset)), Path(self.sources), self.intent, output)
        self.log.info("%s: %s rows are left out", outcome.dataset, outcome.detail["left_out"])
        return outcome
