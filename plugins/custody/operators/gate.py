# SPDX-License-Identifier: Apache-2.0
"""The gate in front of training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from custody.operators.base import CustodyOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from custody.verbs.session import Outcome, Session


class VerifyCustodyOperator(CustodyOperator):
    """Fail unless exactly these bytes may train a model for an intent; return the cleared datasets' paths.

    Args:
        datasets: paths of exactly what training reads (templated).
        intent: a name under `intents` in the policy (templated).
    """

    template_fields: Sequence[str] = ("home", "datasets", "intent")

    def __init__(self, *, datasets: Sequence[str], intent: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.datasets = datasets
        self.intent = intent

    def execute(self, context: Context) -> list[str]:
        """Run the gate; one XCom fact per dataset."""
        outcomes = self.perform(context)
        context["ti"].xcom_push(key="custody", value=[one.to_dict() for one in outcomes])
        return [one.uri for one in outcomes]

    def verb(self, session: Session) -> list[Outcome]:
        """Call the core function."""
        from custody.dataset import Dataset
        from custody.verbs.gate import verify_custody

        if isinstance(self.datasets, str):  # a string is a sequence too, of letters
            raise AirflowFailException("datasets takes a list of paths, not one string")
        return verify_custody(session, [Dataset(Path(one)) for one in self.datasets], self.intent)
