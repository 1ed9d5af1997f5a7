# SPDX-License-Identifier: Apache-2.0
"""Training inside a task: cleared bytes in, a signed model out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import get_current_context

from custody.operators.base import open_session, task_errors, tell, work_path

if TYPE_CHECKING:
    from custody.verbs.train import Training


@contextmanager
def open_training(datasets: Sequence[str], intent: str, *, home: str | None = None) -> Iterator[Training]:
    """Open cleared datasets for training in the running task.

    Inside the block `read()` yields their chunks, decrypted in memory, `describe(…)` says what the model's BOM shall
    tell of it, and `save(name, data)` writes the model under the home's work directory. When the block ends the
    model's provenance is signed.

    Args:
        datasets: the paths that `VerifyCustodyOperator` returned.
        intent: the intent they were cleared for.
        home: as for the operators.

    Raises:
        AirflowFailException: the gate has not cleared exactly these bytes, or they changed during training.
    """
    from custody.dataset import Dataset
    from custody.verbs.train import training

    context = get_current_context()
    session = open_session(home, context)
    models = work_path(session, f"{context['dag'].dag_id}/{context['run_id']}/cleared")
    with task_errors(), training(session, [Dataset(Path(one)) for one in datasets], intent, models) as run:
        yield run
    tell(session)
