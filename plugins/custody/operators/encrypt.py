# SPDX-License-Identifier: Apache-2.0
"""Encrypt a dataset with the key of its grade."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.operators.base import WORK, CustodyOperator, work_path

if TYPE_CHECKING:
    from custody.verbs.session import Outcome, Session


class EncryptDatasetOperator(CustodyOperator):
    """Write an encrypted copy of a dataset.

    Returns its path, or the dataset's own where the policy asks for no encryption.

    Args:
        dataset: path of the dataset (templated).
        output_dir: directory to write `NAME` in (templated); a relative one is under the home's `work`.
    """

    template_fields: Sequence[str] = ("home", "dataset", "output_dir")

    def __init__(self, *, dataset: str, output_dir: str = f"{WORK}/cleared", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset
        self.output_dir = output_dir

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.dataset import Dataset
        from custody.verbs.encrypt import encrypt

        return encrypt(session, Dataset(Path(self.dataset)), work_path(session, self.output_dir))
