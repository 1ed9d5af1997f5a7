# SPDX-License-Identifier: Apache-2.0
"""Hold a dataset against a Great Expectations suite."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.operators.base import CustodyOperator

if TYPE_CHECKING:
    from custody.verbs.session import Outcome, Session


class ExpectationGateOperator(CustodyOperator):
    """Fail unless a dataset, plain or encrypted by custody, meets its suite; return the dataset's path.

    Args:
        dataset: path of the dataset (templated).
        suites: a suite file, or a directory with `NAME.json` for a dataset called NAME (templated).
    """

    template_fields: Sequence[str] = ("home", "dataset", "suites")

    def __init__(self, *, dataset: str, suites: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset
        self.suites = suites

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.dataset import Dataset
        from custody.verbs.expect import expect

        return expect(session, Dataset(Path(self.dataset)), Path(self.suites))
