# SPDX-License-Identifier: Apache-2.0
"""custody's operators. One import, nothing heavy: what a verb needs is loaded when its task runs."""

from __future__ import annotations

from custody.operators.admit import AdmitDatasetOperator
from custody.operators.audit import AuditSourcesOperator
from custody.operators.backup import BackupDatasetOperator
from custody.operators.bom import WriteModelBomOperator
from custody.operators.classify import ClassifyDatasetOperator
from custody.operators.drill import RestoreDrillOperator
from custody.operators.encrypt import EncryptDatasetOperator
from custody.operators.expect import ExpectationGateOperator
from custody.operators.gate import VerifyCustodyOperator
from custody.operators.redact import RedactDatasetOperator
from custody.operators.training import open_training

__all__ = [
    "AdmitDatasetOperator",
    "AuditSourcesOperator",
    "BackupDatasetOperator",
    "ClassifyDatasetOperator",
    "EncryptDatasetOperator",
    "ExpectationGateOperator",
    "RedactDatasetOperator",
    "RestoreDrillOperator",
    "VerifyCustodyOperator",
    "WriteModelBomOperator",
    "open_training",
]
