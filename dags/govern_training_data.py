# SPDX-License-Identifier: Apache-2.0
"""The whole road: audit, classify, redact, check, encrypt, back up, prove the backup, gate, train, write the BOM.

Runs on `sample_data/` as it is. Every step signs a statement; training starts only when the gate says yes to exactly
the bytes it will read.
"""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import DAG, Param, task

import ngram
from custody.operators import (
    AuditSourcesOperator,
    BackupDatasetOperator,
    ClassifyDatasetOperator,
    EncryptDatasetOperator,
    ExpectationGateOperator,
    RedactDatasetOperator,
    RestoreDrillOperator,
    VerifyCustodyOperator,
    WriteModelBomOperator,
    open_training,
)

HOME = "{{ params.home or '' }}"
NAME = "{{ task.dataset.rpartition('/')[2] }}"  # labels mapped tasks in the UI
SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"

with DAG(
    "govern_training_data",
    schedule=None,
    catchup=False,
    doc_md=__doc__,
    tags=["custody"],
    params={
        "sources": Param(str(SAMPLE / "sources.yaml"), type="string", title="The sources file"),
        "suites": Param(str(SAMPLE / "expectations"), type="string", title="The expectation suites"),
        "intent": Param("chat-prod", type="string", title="What the model is for"),
        "home": Param(None, type=["null", "string"], title="The custody home; empty for the configured one"),
    },
    default_args={"home": HOME},
):
    audit = AuditSourcesOperator(
        task_id="audit", sources="{{ params.sources }}", intent="{{ params.intent }}", on_deny="filter"
    )
    classify = ClassifyDatasetOperator.partial(task_id="classify", map_index_template=NAME).expand(dataset=audit.output)
    redact = RedactDatasetOperator.partial(task_id="redact", map_index_template=NAME).expand(dataset=classify.output)
    check = ExpectationGateOperator.partial(
        task_id="check_redacted", map_index_template=NAME, suites="{{ params.suites }}"
    ).expand(dataset=redact.output)
    encrypt = EncryptDatasetOperator.partial(task_id="encrypt", map_index_template=NAME).expand(dataset=check.output)
    backup = BackupDatasetOperator.partial(task_id="backup", map_index_template=NAME).expand(dataset=encrypt.output)
    drill = RestoreDrillOperator.partial(task_id="drill", map_index_template=NAME).expand(dataset=backup.output)
    check_restored = ExpectationGateOperator.partial(
        task_id="check_restored", map_index_template=NAME, suites="{{ params.suites }}"
    ).expand(dataset=drill.output)
    gate = VerifyCustodyOperator(task_id="gate", datasets=encrypt.output, intent="{{ params.intent }}")

    @task
    def train(datasets: list[str], intent: str, at: str) -> str:
        """Train the model on cleared bytes; what it read is recomputed and signed."""
        with open_training(datasets, intent, home=at) as run:
            cells = (
                cell for _, chunk in run.read() for column in chunk.columns.values() for cell in column.to_pylist()
            )
            return str(run.save("ngram.json", ngram.train(cell for cell in cells if cell)))

    model = train(gate.output, "{{ params.intent }}", HOME)
    check_restored >> gate
    WriteModelBomOperator(task_id="write_bom", model=model)
