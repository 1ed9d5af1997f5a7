# SPDX-License-Identifier: Apache-2.0
"""The crawl that data came from, as the sources file records it: by whom, when, and of which addresses."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from custody.yamlfile import Strict


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _whole_day(value: Any) -> Any:
    """A last day without a time is meant whole."""
    if isinstance(value, str) and len(value) == len("2026-01-31"):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return value
    return datetime.combine(value, time.max, UTC) if type(value) is date else value


Moment = Annotated[datetime, AfterValidator(_in_utc)]
LastMoment = Annotated[datetime, BeforeValidator(_whole_day), AfterValidator(_in_utc)]


class Crawl(Strict):
    """When and by whom data was crawled.

    agent: the product token the crawler gave, such as `CCBot`. own: crawled by or for whoever runs this audit. from,
    to: the first and the last fetch, in UTC unless a zone is named; a day without time is whole. urls: the addresses
    that were crawled, or where they begin; those of the source's origin when none are given.
    """

    model_config = ConfigDict(populate_by_name=True)

    agent: str = ""
    own: bool = True
    from_: Moment | None = Field(default=None, alias="from")
    to: LastMoment | None = None
    urls: tuple[str, ...] = ()
