# SPDX-License-Identifier: Apache-2.0
"""Audit third-party sources before anything touches their data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from custody.operators.base import CustodyOperator
from custody.operators.links import AuditLink

if TYPE_CHECKING:
    from custody.intents import OnRefusal
    from custody.verbs.audit import AuditOutcome
    from custody.verbs.session import Session


class AuditSourcesOperator(CustodyOperator):
    """Judge every source of a `sources.yaml` for an intent; return the paths of the admitted datasets.

    Args:
        sources: the sources file (templated).
        intent: a name under `intents` in the policy (templated).
        on_deny: `fail` the task, `skip` it, or `filter` denied sources out (templated); by default the policy's
            `audit.on_deny`.
        on_review: the same for sources that a person must decide on (templated).
        for_admission: screen the texts against poisoning, and return also the datasets that `AdmitDatasetOperator`
            can make usable by leaving rows out.
    """

    template_fields: Sequence[str] = ("home", "sources", "intent", "on_deny", "on_review")
    operator_extra_links = (AuditLink(),)

    def __init__(
        self,
        *,
        sources: str,
        intent: str,
        on_deny: OnRefusal | None = None,
        on_review: OnRefusal | None = None,
        for_admission: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sources = sources
        self.intent = intent
        self.on_deny = on_deny
        self.on_review = on_review
        self.for_admission = for_admission

    def verb(self, session: Session) -> AuditOutcome:
        """Call the core function."""
        from custody.verbs.audit import audit

        told: Any = {"on_deny": self.on_deny, "on_review": self.on_review, "screen": self.for_admission}
        outcome = audit(session, Path(self.sources), self.intent, **told)
        for name, reasons in outcome.refused.items():
            self.log.warning("%s is left out: %s", name, "; ".join(reasons))
        return outcome

    def result(self, outcome: AuditOutcome) -> list[str]:  # type: ignore[override]  # the one verb with many datasets
        """Return the datasets that may go on, to expand over. Raises AirflowSkipException where the policy says so."""
        if outcome.skip:
            raise AirflowSkipException(f"the audit does not admit {', '.join(outcome.skip)}; see {outcome.report}")
        return [*outcome.admitted, *(outcome.admissible if self.for_admission else ())]
