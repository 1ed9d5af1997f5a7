# SPDX-License-Identifier: Apache-2.0
"""Classify and grade a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.operators.base import CustodyOperator
from custody.operators.links import ReportLink

if TYPE_CHECKING:
    from custody.verbs.session import Outcome, Session


class ClassifyDatasetOperator(CustodyOperator):
    """Scan a dataset, grade it by the policy, write its report; return the dataset's path.

    Args:
        dataset: path of a file or directory (templated).
    """

    template_fields: Sequence[str] = ("home", "dataset")
    operator_extra_links = (ReportLink(),)

    def __init__(self, *, dataset: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.dataset import Dataset
        from custody.verbs.classify import classify

        outcome = classify(session, Dataset(Path(self.dataset)))
        self.log.info("%s is %s; report: %s", outcome.dataset, outcome.grade, outcome.detail["report"])
        return outcome
