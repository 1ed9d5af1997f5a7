# SPDX-License-Identifier: Apache-2.0
"""Third-party data at the door: audit it, and take out of quarantine what may be used for the model.

Runs on `sample_data/third_party.yaml` as it is: one source is admitted, one on conditions, one without some of its
rows, one is refused. The audit says of each why, and what to do next; what goes on is in `work/…/admitted`.
"""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import DAG, Param

from custody.operators import AdmitDatasetOperator, AuditSourcesOperator

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"

with DAG(
    "admit_third_party_data",
    schedule=None,
    catchup=False,
    doc_md=__doc__,
    tags=["custody"],
    params={
        "sources": Param(str(SAMPLE / "third_party.yaml"), type="string", title="The sources file"),
        "intent": Param("chat-prod", type="string", title="What the model is for"),
        "home": Param(None, type=["null", "string"], title="The custody home; empty for the configured one"),
    },
    default_args={"home": "{{ params.home or '' }}"},
):
    audit = AuditSourcesOperator(
        task_id="audit",
        sources="{{ params.sources }}",
        intent="{{ params.intent }}",
        on_deny="filter",
        on_review="filter",
        for_admission=True,
    )
    AdmitDatasetOperator.partial(
        task_id="admit",
        map_index_template="{{ task.dataset.rpartition('/')[2] }}",
        sources="{{ params.sources }}",
        intent="{{ params.intent }}",
    ).expand(dataset=audit.output)
