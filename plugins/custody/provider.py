# SPDX-License-Identifier: Apache-2.0
"""What Airflow reads about custody as a provider.

The plugin is not named here but by the entry point `airflow.plugins` alone: Airflow reports a plugin it finds twice.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

PACKAGE = "airflow-provider-custody"
OPERATORS = ("admit", "audit", "backup", "bom", "classify", "drill", "encrypt", "expect", "gate", "redact")


def get_provider_info() -> dict[str, Any]:
    """Return the description; the keys are those of Airflow's `provider_info.schema.json`."""
    modules = [f"custody.operators.{name}" for name in OPERATORS]
    return {
        "package-name": PACKAGE,
        "name": "Custody",
        "description": "Chain of custody for LLM training data.",
        "versions": [version(PACKAGE)],
        "integrations": [{"integration-name": "Custody", "tags": ["software"]}],
        "operators": [{"integration-name": "Custody", "python-modules": modules}],
        "extra-links": ["custody.operators.links.AuditLink", "custody.operators.links.ReportLink"],
        "config": {
            "custody": {"description": "Chain of custody.", "options": {"home": _HOME, "require_gate": _REQUIRE_GATE}}
        },
    }


_HOME = {
    "description": "The custody home, made with `custody init`, of operators without one of their own.\n"
    "The environment variable CUSTODY_HOME goes before it.",
    "version_added": "0.1.0",
    "type": "string",
    "example": "/srv/custody",
    "default": "",
}

_REQUIRE_GATE = {
    "description": "Whether a DAG that trains on governed data without a gate in front is an import error.",
    "version_added": "0.1.0",
    "type": "boolean",
    "example": "True",
    "default": "False",
}
