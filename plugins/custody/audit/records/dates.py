# SPDX-License-Identifier: Apache-2.0
"""Days in records, as people write them, read so that doubt never makes a record hold longer.

A day is a UTC day and the last one counts. A moment with an offset becomes UTC first; a record that begins or ends
within a day does not hold on that day. A moment without an offset, a day such as 03/04/2026, and a year that nobody can
have meant are not read: what they stand for is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

OPEN = "perpetual"  # what is written for a last day that never comes
YEARS = range(1970, 2200)  # 9999 and 0001 are what programs write for "not known"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LAST_MOMENT = time(23, 59, 59)


def _as_text(value: Any) -> Any:
    """YAML makes dates of what looks like one."""
    return value.isoformat() if isinstance(value, date) else "" if value is None else value


Day = Annotated[str, BeforeValidator(_as_text)]


def first_day(text: str) -> date | None:
    """Return the first whole UTC day of what begins then, or None when the text names no day."""
    if (moment := _moment(text)) is None:
        return None
    whole = moment.time() == time.min
    return moment.date() if whole else moment.date() + timedelta(days=1)


def last_day(text: str) -> date | None:
    """Return the last whole UTC day of what ends then, or None when the text names no day."""
    if text == OPEN:
        return date.max
    if _DAY.fullmatch(text):
        return first_day(text)
    if (moment := _moment(text)) is None:
        return None
    whole = moment.time().replace(microsecond=0) == _LAST_MOMENT
    return moment.date() if whole else moment.date() - timedelta(days=1)


def _moment(text: str) -> datetime | None:
    try:
        if _DAY.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        elif text[:10].isascii() and _DAY.fullmatch(text[:10]):
            moment = datetime.fromisoformat(text)
        else:
            return None
        if moment.tzinfo is None or moment.year not in YEARS:
            return None
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


State = Literal["holds", "not yet", "over", "unreadable", "backwards", "open"]


@dataclass(frozen=True)
class Term:
    """From when until when a record holds.

    Args:
        first: the first day, or a moment with its offset; may be empty where `begins` is false.
        last: the last day, a moment with its offset, or `perpetual`.
        begins: whether a first day is needed.
    """

    first: str
    last: str
    begins: bool = True

    def on(self, day: date) -> State:
        """Tell whether the record holds on a UTC day. `open`: no end is stated."""
        begin = first_day(self.first) if self.first or self.begins else date.min
        end = last_day(self.last)
        if end is not None and end < day:
            return "over"  # whatever is wrong with its begin
        if begin is not None and begin > day:
            return "not yet"
        if not self.last:
            return "open"
        if begin is None or end is None:
            return "unreadable"
        return "backwards" if end < begin else "holds"
