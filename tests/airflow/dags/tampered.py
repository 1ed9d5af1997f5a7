# SPDX-License-Identifier: Apache-2.0
"""The main road over one dataset, with somebody tampering right before the gate."""

from __future__ import annotations

import json
from pathlib import Path

from airflow.sdk import DAG, Param, task

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

HOME = "{{ params.home }}"

with DAG(
    "tampered",
    schedule=None,
    params={name: Param("", type="string") for name in ("home", "sources", "dataset", "suites", "tamper")},
    default_args={"home": HOME},
):
    audit = AuditSourcesOperator(
        task_id="audit", sources="{{ params.sources }}", intent="chat-prod", on_deny="filter", on_review="filter"
    )
    classify = ClassifyDatasetOperator(task_id="classify", dataset="{{ params.dataset }}")
    redact = RedactDatasetOperator(task_id="redact", dataset=classify.output)
    encrypt = EncryptDatasetOperator(task_id="encrypt", dataset=redact.output)
    backup = BackupDatasetOperator(task_id="backup", dataset=encrypt.output)
    drill = RestoreDrillOperator(task_id="drill", dataset=backup.output)
    check = ExpectationGateOperator(task_id="check", dataset=drill.output, suites="{{ params.suites }}")

    @task
    def tamper(dataset: str, how: str, at: str) -> str:
        """Do what the attacker does, to the cleared data or to the ledger."""
        statements = Path(at) / "ledger" / "statements"
        if how == "flip":
            file = max(Path(dataset).rglob("*.*"), key=lambda one: one.stat().st_size)
            data = bytearray(file.read_bytes())
            data[-20] ^= 1
            file.write_bytes(data)
        elif how == "delete":
            next(one for one in statements.iterdir() if b'"step": "drill"' in _payload(one)).unlink()
        elif how == "resign":
            from custody import keys
            from custody.lineage.statement import sign

            keys.create("local:keys/attacker.keyring#signing", Path(at), "ed25519", scrypt_n=2**4)
            signer = keys.signer("local:keys/attacker.keyring#signing", Path(at))
            for one in statements.iterdir():
                one.write_bytes(sign(_payload(one), signer))
        return dataset

    def _payload(file: Path) -> bytes:
        from base64 import b64decode

        return b64decode(json.loads(file.read_text())["payload"])

    tampered = tamper(encrypt.output, "{{ params.tamper }}", HOME)
    gate = VerifyCustodyOperator(task_id="gate", datasets=[tampered], intent="chat-prod")

    @task
    def train(datasets: list[str], at: str) -> str:
        """Would write a model."""
        with open_training(datasets, "chat-prod", home=at) as run:
            return str(run.save("model.json", str(sum(chunk.rows for _, chunk in run.read())).encode()))

    [audit, check] >> tampered
    WriteModelBomOperator(task_id="write_bom", model=train(gate.output, HOME))
