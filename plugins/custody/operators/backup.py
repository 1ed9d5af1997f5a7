# SPDX-License-Identifier: Apache-2.0
"""Back a dataset up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.operators.base import CustodyOperator

if TYPE_CHECKING:
    from custody.verbs.session import Outcome, Session


class BackupDatasetOperator(CustodyOperator):
    """Add a snapshot of a dataset to the policy's backup repository; return the dataset's path.

    Args:
        dataset: path of the dataset (templated).
    """

    template_fields: Sequence[str] = ("home", "dataset")

    def __init__(self, *, dataset: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.dataset import Dataset
        from custody.verbs.backup import backup

        return backup(session, Dataset(Path(self.dataset)))
