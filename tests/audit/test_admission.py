# SPDX-License-Identifier: Apache-2.0
"""What leaves quarantine lacks the rows that filters name and nothing else, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit import rowlicences
from custody.audit.admission import Admission, RowFilter, admit
from custody.audit.case import Case
from custody.audit.claims import Metadata
from custody.audit.rows import RowLicences
from custody.audit.sources import RowLicence, Source
from custody.dataset import Dataset, Listing
from custody.errors import DatasetError, IntegrityError, SourcesRefused, UsageError
from custody.formats import Chunk
from custody.intents import AuditSettings, Intent

INTENT: dict[str, Any] = {"purpose": "commercial", "train": "finetune", "release": "none"}


def naming(*ids: str, name: str = "ids", demands: bool = False) -> RowFilter:
    """A filter that names rows by their id."""

    def drops(chunk: Chunk) -> Sequence[bool]:
        return [one in ids for one in chunk.columns["id"].to_pylist()]

    return RowFilter(name, lambda known: [one for one in known if one == "id"], drops, demands=demands)


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    path = tmp_path / "quarantine" / "d"
    (path / "more").mkdir(parents=True)
    (path / "a.jsonl").write_text("".join(json.dumps({"id": str(one), "t": "x"}) + "\n" for one in range(4)))
    (path / "more" / "b.csv").write_text("id,t\n4,x\n5,x\n")
    (path / "c.txt").write_text("a line\n")
    return Dataset(path)


def out(data: Dataset) -> Path:
    return data.path.parent.parent / "promoted" / data.name


def admitted(data: Dataset, *filters: RowFilter) -> Admission:
    return admit(data, lambda _: filters, out(data))


def test_without_a_filter_the_copy_has_the_same_address(data: Dataset) -> None:
    (data.path / "model.bin").write_bytes(b"\x00\xff")
    done = admitted(data)
    assert Dataset(out(data)).listing() == done.source == data.listing()
    assert (done.gone, done.unseen) == (0, {})


def test_a_filter_that_names_no_row_leaves_the_bytes_as_they_are(data: Dataset) -> None:
    done = admitted(data, naming("nobody"))
    assert Dataset(out(data)).listing() == data.listing()
    assert (done.kept, done.gone, dict(done.dropped)) == (6, 0, {"ids": 0})


def test_named_rows_are_gone_and_counted_and_the_quarantine_is_as_it_was(data: Dataset) -> None:
    before = data.listing()
    done = admitted(data, naming("1", "5"), naming("1", name="again"))
    assert data.listing() == before
    assert [json.loads(line)["id"] for line in (out(data) / "a.jsonl").read_text().splitlines()] == ["0", "2", "3"]
    assert (out(data) / "more" / "b.csv").read_text() == "id,t\n4,x\n"
    assert (done.kept, done.gone, dict(done.dropped)) == (4, 2, {"ids": 2, "again": 1})


def test_a_file_that_tells_a_filter_nothing_is_named(data: Dataset) -> None:
    assert admitted(data, naming("1")).unseen == {"c.txt": ("ids",)}


def test_nothing_is_promoted_when_a_demanded_column_is_missing(data: Dataset) -> None:
    with pytest.raises(DatasetError, match=r"c\.txt: the file lacks the column"):
        admitted(data, naming("1", demands=True))
    _nothing_promoted(data)


def test_nothing_is_promoted_when_a_file_cannot_be_read_by_rows(data: Dataset) -> None:
    (data.path / "model.bin").write_bytes(b"\x00\xff")
    with pytest.raises(DatasetError, match=r"model\.bin"):
        admitted(data, naming("1"))
    _nothing_promoted(data)


def test_nothing_is_promoted_when_a_file_is_damaged(data: Dataset) -> None:
    (data.path / "a.jsonl").write_text('{"id": "1"}\n{"id": ')
    with pytest.raises(DatasetError, match=r"a\.jsonl"):
        admitted(data, naming("1"))
    _nothing_promoted(data)


def test_nothing_is_promoted_when_no_row_is_left(data: Dataset) -> None:
    (data.path / "c.txt").unlink()
    with pytest.raises(SourcesRefused, match="no row of d may be used"):
        admitted(data, naming(*map(str, range(6))))
    _nothing_promoted(data)


def test_nothing_is_promoted_when_the_bytes_change_meanwhile(data: Dataset) -> None:
    def tampering(chunk: Chunk) -> Sequence[bool]:
        (data.path / "c.txt").write_text("other bytes")
        return [False] * chunk.rows

    with pytest.raises(IntegrityError, match="changed while it was being read"):
        admitted(data, RowFilter("slow", lambda known: [one for one in known if one == "id"], tampering))
    _nothing_promoted(data)


def test_nothing_is_written_before_the_bytes_are_judged(data: Dataset) -> None:
    def refuse(_: Listing) -> Sequence[RowFilter]:
        raise UsageError("no")

    with pytest.raises(UsageError):
        admit(data, refuse, out(data))
    _nothing_promoted(data)


def test_what_somebody_else_put_there_stays(data: Dataset) -> None:
    out(data).mkdir(parents=True)
    (out(data) / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="did not write"):
        admitted(data)
    assert (out(data) / "mine.txt").read_text() == "mine"


def test_a_link_out_of_the_quarantine_is_refused(data: Dataset) -> None:
    (data.path / "passwd.txt").symlink_to("/etc/passwd")
    with pytest.raises(DatasetError, match="symbolic link"):
        admitted(data)
    _nothing_promoted(data)


def test_a_single_file_is_admitted_as_a_directory_of_one(data: Dataset) -> None:
    one = Dataset(data.path / "a.jsonl")
    done = admit(one, lambda _: [naming("1")], data.path.parent.parent / "promoted" / one.name)
    assert done.source == one.listing()
    assert [path.name for path in (data.path.parent.parent / "promoted" / "a").iterdir()] == ["a.jsonl"]


def test_a_copy_into_the_quarantine_itself_is_refused(data: Dataset) -> None:
    before = data.listing()
    with pytest.raises(UsageError):
        admit(data, lambda _: [], data.path)
    with pytest.raises(IntegrityError):
        admit(data, lambda _: [], data.path / "inside")
    assert data.listing() == before


def test_a_second_run_replaces_the_first_and_gives_the_same(data: Dataset) -> None:
    first = admitted(data, naming("1"))
    address = Dataset(out(data)).listing().address
    assert admitted(data, naming("1")) == first
    assert Dataset(out(data)).listing().address == address


def test_a_key_that_only_late_rows_bring_is_still_looked_at(data: Dataset) -> None:
    rows = [{"t": "x"}] * 9000 + [{"id": "late", "t": "x"}]
    (data.path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    assert admitted(data, naming("late")).gone == 1


def _nothing_promoted(data: Dataset) -> None:
    assert not out(data).exists()
    assert not list(out(data).parent.glob(".partial-*"))


# Licences of rows


def _case(licence: str = "CC0-1.0") -> Case:
    told = INTENT | {"redistribute_data": False, "offers_competing_model": False}
    source = Source(name="d", path="d", licence=licence, row_licence=RowLicence(column="licence"))
    settings, day = AuditSettings(), date(2026, 11, 24)
    return Case(source, Path(), Listing.parse(""), Metadata(), Intent.model_validate(told), "chat", settings, day)


@pytest.mark.parametrize(
    ("licence", "stays"),
    [
        ("CC0-1.0", True),
        ("CC-BY-4.0", True),
        ("MIT", True),
        ("CC-BY-NC-4.0", False),
        ("MIT AND CC-BY-NC-4.0", False),
        ("blah", False),
        ("nan", False),
        ("", False),
        ("  ", False),
        (None, False),
    ],
)
def test_a_row_stays_only_under_a_licence_that_permits_the_intent(licence: str | None, stays: bool) -> None:
    assert rowlicences.permitted(_case(licence=""))(licence) is stays


def test_a_row_without_a_licence_has_that_of_the_whole_and_one_nobody_knows_has_not() -> None:
    tell = rowlicences.permitted(_case())
    assert tell(None)
    assert not tell("nan")


def test_a_row_may_be_stricter_than_the_whole() -> None:
    assert not rowlicences.permitted(_case())("CC-BY-NC-4.0")


@given(st.text(max_size=20))
def test_no_text_in_the_column_breaks_it_or_is_taken_for_a_licence(text: str) -> None:
    assert not text.strip() or not rowlicences.permitted(_case())(text) or text.strip().upper() in ("CC0", "MIT")


def test_the_rest_is_judged_without_the_rows_that_go() -> None:
    rows = RowLicences({"CC0-1.0": 5, "CC-BY-NC-4.0": 2}, unknown=3, without=4)
    left = rowlicences.rest(replace(_case(), rows=rows)).rows
    assert (left.counts, left.unknown, left.without) == ({"CC0-1.0": 5}, 0, 4)
    bare = rowlicences.rest(replace(_case(licence=""), rows=rows)).rows
    assert bare.without == 0
