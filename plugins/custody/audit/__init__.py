# SPDX-License-Identifier: Apache-2.0
"""May third-party data be used for this intent?"""

from __future__ import annotations

from custody.audit.report import AuditReport, SourceVerdict, audit

__all__ = ["AuditReport", "SourceVerdict", "audit"]
