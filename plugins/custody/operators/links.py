# SPDX-License-Identifier: Apache-2.0
"""The button that leads from a task to its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey


class ReportLink(BaseOperatorLink):
    """Open the classification report in the plugin's guarded page."""

    name = "Classification report"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - Airflow's signature
        """Return the page's address inside the UI, or nothing when the task left no report."""
        from airflow.sdk.execution_time.xcom import XCom  # reaches the supervisor; only there in a worker

        facts = XCom.get_value(ti_key=ti_key, key="custody")
        page = facts["detail"].get("page") if facts else None
        return f"/plugin/custody/custody/reports/{page}" if page else ""


class AuditLink(ReportLink):
    """Open the audit in the plugin's guarded page."""

    name = "Audit report"
