# SPDX-License-Identifier: Apache-2.0
"""What the operators share: where the home is, who runs, and which errors a retry may heal."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, conf
from airflow.sdk.exceptions import AirflowFailException

from custody import home as homes
from custody.errors import TerminalError

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

    from custody.verbs.session import Outcome, Session

WORK = "{{ dag.dag_id }}/{{ run_id }}"  # under <home>/work


class CustodyOperator(BaseOperator):
    """Base of the operators. Returns the path the next step works on; the facts are the XCom `custody`.

    A TerminalError fails the task without a retry; a TransientError is raised as it is and retried.

    Args:
        home: the custody home (templated); by default the option `home` of the section `custody`, or CUSTODY_HOME.
    """

    template_fields: Sequence[str] = ("home",)
    ui_color = "#e8f0ea"
    told: Sequence[Mapping[str, Any]] = ()  # the events of this try

    def __init__(self, *, home: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.home = home

    def execute(self, context: Context) -> Any:
        """Run the verb and hand on what it made."""
        outcome = self.perform(context)
        context["ti"].xcom_push(key="custody", value=outcome.to_dict())
        return self.result(outcome)

    def perform(self, context: Context) -> Any:
        """Run the verb and, whether it refuses or not, tell what it signed as OpenLineage events."""
        with task_errors():
            session = open_session(self.home, context)
            try:
                return self.verb(session)
            finally:
                self.told = tell(session)

    def get_openlineage_facets_on_complete(self, _: Any) -> OperatorLineage | None:
        """Give Airflow's OpenLineage provider, where it is installed and active, the datasets of these events."""
        from custody.operators.openlineage import lineage_of

        return lineage_of(self.told)

    @abstractmethod
    def verb(self, session: Session) -> Any:
        """Call the core function."""

    def result(self, outcome: Outcome) -> Any:
        """Return what downstream tasks take as their dataset."""
        return outcome.uri


@contextmanager
def task_errors() -> Iterator[None]:
    """Fail the task at once on what a retry cannot mend."""
    try:
        yield
    except TerminalError as error:
        raise AirflowFailException(f"{type(error).__name__}: {error}") from None


def open_session(home: str | None, context: Context) -> Session:
    """Open the home as the running task."""
    from custody.verbs.session import Session

    return Session(homes.find(_home_path(home)), _run(context))


def tell(session: Session) -> Sequence[Mapping[str, Any]]:
    """Send an OpenLineage event of each statement that the session signed, and return the events. Raises nothing."""
    if not session.signed:
        return ()
    from custody.lineage.openlineage import sending

    return sending.tell(session.ledger, session.signed, session.home.path)


def work_path(session: Session, output: str) -> Path:
    """Resolve an output directory: relative ones are under the home's work directory."""
    return session.home.path / "work" / output


def _home_path(home: str | None) -> str | None:
    return home or os.environ.get("CUSTODY_HOME") or conf.get("custody", "home", fallback=None)


def _run(context: Context) -> Mapping[str, Any]:
    ti = context["ti"]
    names = ("dag_id", "run_id", "task_id", "map_index", "try_number")
    return {name: value for name in names if (value := getattr(ti, name, None)) is not None}
