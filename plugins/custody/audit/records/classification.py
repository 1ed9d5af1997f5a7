# SPDX-License-Identifier: Apache-2.0
"""What a classification report found about people, read back as a hint for the legal basis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from custody.audit.records.files import small
from custody.lineage.statement import strict_json

MAX_REPORT = 64 << 20  # bytes
# what need not be about anyone; every other entity, known here or not, counts as personal
IMPERSONAL = frozenset(
    {"URL", "DATE_TIME", "LOCATION", "CITY", "POSTCODE", "GEO_POINT", "ORGANIZATION", "SWIFT_BIC", "CRYPTO"}
    | {"CLOUD_KEY", "ACCESS_TOKEN", "PRIVATE_KEY", "JWT", "CONNECTION_STRING", "SECRET", "PASSWORD"}
)
SPECIAL = frozenset(  # GDPR Art. 9(1)
    {"HEALTH_DATA", "MEDICAL_ID", "GENETIC_DATA", "BIOMETRIC_DATA", "RELIGION", "ETHNICITY", "SEXUAL_ORIENTATION"}
    | {"POLITICAL_OPINION", "TRADE_UNION"}
)


@dataclass(frozen=True)
class Scan:
    """What a report says. entities: what is found and not dismissed by a steward. problem: why it says nothing."""

    entities: frozenset[str] = frozenset()
    problem: str = ""

    @property
    def personal(self) -> frozenset[str]:
        """The entities that are about people."""
        return self.entities - IMPERSONAL


def read(path: Path, address: str) -> Scan:
    """Read the JSON form of a classification report.

    Args:
        path: the report.
        address: of the data that is audited; a report on other bytes says nothing about it.
    """
    data = small(path, MAX_REPORT)
    if data is None:
        return Scan(problem="not there or too large")
    try:
        report = strict_json(data)
        columns = [column for file in report["files"] for column in file["columns"]]
        found = [one for column in columns for one in column["findings"]]
        entities = frozenset(str(one["entity"]) for one in found if _stands(one))
        about = report["address"]
    except Exception as error:  # a file of someone else's: whatever is wrong, it says nothing
        return Scan(problem=f"not a classification report ({type(error).__name__})")
    return Scan(entities) if about == address else Scan(entities, problem="about other bytes than these")


def _stands(finding: dict[str, object]) -> bool:
    """Whether a finding is left when what stewards dismissed is taken away."""
    told = finding.get("dismissed") or {}
    dismissed = sum(int(one["cells"]) for one in told.values()) if isinstance(told, dict) else 0
    return int(str(finding["cells"])) > dismissed
