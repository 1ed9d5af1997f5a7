# SPDX-License-Identifier: Apache-2.0
"""What Airflow loads of custody's pages.

Airflow loads plugins in every task process too, which has no use for a web framework: the pages are built only when the
API server asks for them.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk.plugins_manager import AirflowPlugin


class CustodyPlugin(AirflowPlugin):
    """The entry in the menu and the pages behind it."""

    name = "custody"
    # No leading slash: so they work below a path prefix of the API server, too.
    external_views = [  # noqa: RUF012 - Airflow reads it, nobody changes it
        {
            "name": "Custody",
            "href": "custody/ui/",
            "destination": "nav",
            "category": "browse",
            "url_route": "custody",
        }
    ]

    @property
    def fastapi_apps(self) -> list[Any]:  # type: ignore[override] # Airflow only reads it
        """The pages, below `custody`."""
        from custody.steward.app import create_app

        return [{"app": create_app(), "url_prefix": "/custody", "name": "custody"}]
