# SPDX-License-Identifier: Apache-2.0
"""An audit that rests on a waiver holds no longer than the waiver."""

from __future__ import annotations

from typing import Any

import pytest

from custody.home import Home

from .chain import AT, Chain


def _asked(home: Home, waived: Any) -> list[str]:
    chain = Chain(home)
    audit = chain.draft("audit")
    chain.sign(audit.but(detail={**audit.link.detail, "waived": waived}))
    return chain.walk(without=["audit"]).ask().reasons


@pytest.mark.parametrize("expires", [AT[:10], "2027-01-01"])
def test_a_waiver_that_still_counts_lets_the_bytes_through(home: Home, expires: str) -> None:
    assert _asked(home, [{"code": "LIC012", "expires": expires}]) == []


def test_a_waiver_that_has_expired_since_is_a_no(home: Home) -> None:
    (reason,) = _asked(home, [{"code": "LIC012", "expires": "2026-02-28"}])
    assert "the waiver of LIC012 expired on 2026-02-28" in reason


@pytest.mark.parametrize("waived", [7, [7], [{}], [{"code": "LIC012"}], "text"])
def test_waivers_of_another_form_are_a_no(home: Home, waived: Any) -> None:
    (reason,) = _asked(home, waived)
    assert "details of another form" in reason
