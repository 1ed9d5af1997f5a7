# SPDX-License-Identifier: Apache-2.0
"""Days of records: UTC, the last one inclusive, and doubt never makes a record hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.audit.records.dates import Term, first_day, last_day

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24.11.2026",
        "11/24/2026",
        "03/04/2026",
        "20261124",
        "2026-11",
        "2026-W48-2",
        "2026-11-31",
        "2026-11-24 and a bit",
        "2026-11-24T10:00:00",  # whose ten o'clock?
        "-2026-11-24",
        "9999-12-31",
        "0001-01-01",
        "1900-01-01",
        "\u0662\u0660\u0662\u0666-11-24",
        "next year",
        "Perpetual",
    ],
)
def test_what_does_not_say_one_day_is_not_read(text: str) -> None:
    assert first_day(text) is None
    assert last_day(text) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-24", DAY, DAY),
        ("2026-11-24T00:00:00Z", DAY, DAY - timedelta(days=1)),
        ("2026-11-24T23:59:59Z", DAY + timedelta(days=1), DAY),
        ("2026-11-24T23:59:59.999999+00:00", DAY + timedelta(days=1), DAY),
        ("2026-11-24T12:00:00+00:00", DAY + timedelta(days=1), DAY - timedelta(days=1)),
        ("2026-11-25T00:00:00+14:00", DAY + timedelta(days=1), DAY - timedelta(days=1)),  # 10:00 UTC the day before
        ("2026-11-24T20:00:00-05:00", DAY + timedelta(days=2), DAY),  # 01:00 UTC the day after
    ],
)
def test_a_moment_becomes_utc_and_counts_whole_days_only(text: str, first: date, last: date) -> None:
    assert (first_day(text), last_day(text)) == (first, last)


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [
        ("2026-01-01", "2026-11-24", "holds"),  # the last day counts
        ("2026-11-24", "2026-11-24", "holds"),
        ("2026-01-01", "perpetual", "holds"),
        ("2026-01-01", "2026-11-23", "over"),  # expired yesterday
        ("nonsense", "2026-11-23", "over"),
        ("2026-11-25", "2027-11-23", "not yet"),
        ("2026-11-25", "nonsense", "not yet"),
        ("2026-12-01", "2026-11-25", "not yet"),
        ("2026-01-01", "", "open"),
        ("", "2027-01-01", "unreadable"),
        ("2026-01-01", "9999-12-31", "unreadable"),
        ("2026-01-01", "01/02/2027", "unreadable"),
        ("perpetual", "2027-01-01", "unreadable"),
    ],
)
def test_a_term_holds_only_when_both_ends_say_so(first: str, last: str, state: str) -> None:
    assert Term(first, last).on(DAY) == state


@settings(deadline=None)
@given(
    moment=st.datetimes(datetime(1971, 1, 1), datetime(2190, 1, 1)),  # noqa: DTZ001 - zones are given beside
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_no_zone_makes_a_term_longer_than_its_moments(moment: datetime, minutes: int) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    begin, end = first_day(there.isoformat()), last_day(there.isoformat())
    assert begin
    assert end
    assert datetime(begin.year, begin.month, begin.day, tzinfo=UTC) >= there
    after = datetime(end.year, end.month, end.day, tzinfo=UTC) + timedelta(days=1)
    assert after - timedelta(seconds=1) <= there


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_is_a_traceback(text: str) -> None:
    assert Term(text, text).on(DAY) != "holds" or first_day(text) is not None
