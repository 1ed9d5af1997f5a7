# SPDX-License-Identifier: Apache-2.0
"""Classify and grade a dataset."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from custody.operators.base import CustodyOperator
from custody.operators.links import ReportLink

if TYPE_CHECKING:
    from custody.classifiers.scan import Progress
    from custody.verbs.session import Outcome, Session

EVERY = 30.0  # seconds between two lines of the log


class ClassifyDatasetOperator(CustodyOperator):
    """Scan a dataset, grade it by the policy, write its report; return the dataset's path.

    Args:
        dataset: path of a file or directory, or the URI of an object store, such as s3://BUCKET/PREFIX (templated).
        fail_at: fail the task, without a retry, when the grade is this one or higher (templated).
        workers: processes that scan.

    The later steps read local paths only: a dataset in an object store can be classified, and no more.
    """

    template_fields: Sequence[str] = ("home", "dataset", "fail_at")
    operator_extra_links = (ReportLink(),)

    def __init__(self, *, dataset: str, fail_at: str | None = None, workers: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset, self.fail_at, self.workers = dataset, fail_at, workers

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.objects import brought
        from custody.verbs.classify import classify, refuse_grade

        with brought(self.dataset) as dataset:
            told = Told(self.log)
            outcome = classify(session, dataset, workers=self.workers, progress=told, uri=self.dataset)
        self.log.info("%s is %s; report: %s", outcome.dataset, outcome.grade, outcome.detail["report"])
        refuse_grade(session, outcome, self.fail_at)
        return outcome


class Told:
    """Logs how far a scan is, now and then."""

    def __init__(self, log: Any) -> None:
        self._log, self._last = log, time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Log it unless that was done a moment ago."""
        if time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            self._log.info("%s rows scanned, %.0f %%", f"{progress.rows:,}", 100 * progress.fraction)
