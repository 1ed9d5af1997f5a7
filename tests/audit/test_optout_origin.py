# SPDX-License-Identifier: Apache-2.0
"""A source whose rows are all of one origin is held against the opt-out lists by that origin, and by nothing less."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from custody.audit import SourceVerdict, audit
from custody.home import Home

Judge = Callable[..., SourceVerdict]
ORIGIN = {"url": "https://data.example/d", "publisher": "Ann Example"}
SINGLE = {"single": True}


@pytest.fixture
def judged(home: Home, tmp_path: Path) -> Judge:
    """Audit one table without addresses against a list of entries."""

    def judge(*entries: str, text: str = "x", **more: Any) -> SourceVerdict:
        (tmp_path / "d").mkdir(exist_ok=True)
        (tmp_path / "d" / "a.csv").write_text(f"word,text\na,{text}\n")
        (tmp_path / "optouts.csv").write_text("kind,value\n" + "".join(f"{one}\n" for one in entries))
        source = {"name": "d", "path": "d", "licence": "CC0-1.0", "personal_data": {"present": False}} | more
        told = {"sources": [source], "optouts": [{"file": "optouts.csv"}]}
        (tmp_path / "sources.yaml").write_text(yaml.safe_dump(told))
        return audit(tmp_path / "sources.yaml", "chat-prod", home.policy).sources[0]

    return judge


OTHER = ("domain,other.example", "owner,Somebody Else")


def test_rows_of_which_nothing_is_known_are_for_review(judged: Judge) -> None:
    assert judged(*OTHER, origin=ORIGIN).verdict == "review"


def test_one_origin_answers_for_every_row(judged: Judge) -> None:
    assert judged(*OTHER, origin=ORIGIN, row_origin=SINGLE).verdict == "allow"


@pytest.mark.parametrize("entry", ["domain,data.example", "url,https://data.example/d", "owner,ann  example"])
def test_an_origin_that_is_listed_denies_the_whole(judged: Judge, entry: str) -> None:
    assert judged(entry, origin=ORIGIN, row_origin=SINGLE).verdict == "deny"


@pytest.mark.parametrize("gone", ["url", "publisher"])
def test_an_origin_that_does_not_say_answers_for_nothing(judged: Judge, gone: str) -> None:
    origin = {key: value for key, value in ORIGIN.items() if key != gone}
    assert judged(*OTHER, origin=origin, row_origin=SINGLE).verdict == "review"


def test_texts_are_looked_up_all_the_same(judged: Judge) -> None:
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of `foo`
    assert judged(f"sha256,{digest}", text="foo", origin=ORIGIN, row_origin=SINGLE).verdict == "deny"
    assert judged(f"sha256,{digest}", text="bar", origin=ORIGIN, row_origin=SINGLE).verdict == "allow"
