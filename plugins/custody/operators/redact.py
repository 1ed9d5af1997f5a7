# SPDX-License-Identifier: Apache-2.0
"""Take out of a dataset what its grade does not let pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.operators.base import WORK, CustodyOperator, work_path

if TYPE_CHECKING:
    from custody.verbs.session import Outcome, Session


class RedactDatasetOperator(CustodyOperator):
    """Write a redacted copy of a classified dataset.

    Returns its path, or the dataset's own where the policy asks for no redaction.

    Args:
        dataset: path of the dataset (templated).
        output_dir: directory to write `NAME` in (templated); a relative one is under the home's `work`.
    """

    template_fields: Sequence[str] = ("home", "dataset", "output_dir")

    def __init__(self, *, dataset: str, output_dir: str = f"{WORK}/redacted", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset
        self.output_dir = output_dir

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.dataset import Dataset
        from custody.verbs.redact import redact

        return redact(session, Dataset(Path(self.dataset)), work_path(session, self.output_dir))
