# SPDX-License-Identifier: Apache-2.0
"""What came of data: everything that was signed, nothing that was not, and no silence about what is not known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custody import cli
from custody.dataset import Dataset
from custody.errors import DatasetError, IntegrityError, UsageError
from custody.lineage import predicates
from custody.lineage import statement as st
from custody.lineage.impact import impact
from custody.verbs.impact import of_address, of_name, of_record, record_digest, search
from custody.verbs.session import Session

from .chain import CLEARED, NAME, RAW, REDACTED, Chain
from .release import MODEL, Release

ROWS = [{"id": "7", "city": "Oslo"}, {"id": "8", "city": "Bergen"}]
DIGEST = hashlib.sha256(b'{"city":"Oslo","id":"7"}').hexdigest()


def kinds(found: Any) -> list[str]:
    """What was made, by kind, in order of time."""
    return [one.kind for one in found.made]


def test_everything_made_of_raw_data_is_reached_down_to_the_model_and_its_bom(release: Release) -> None:
    raw = Dataset(release.path / "raw" / "people").listing().address
    found = of_address(Session(release.home), raw)
    assert kinds(found) == ["redacted copies", "encrypted copies", "snapshots", "models"]
    assert found.made[-1].name == MODEL
    steps = {one.step for one in found.said}
    assert {"audit", "classify", "drill", "gate", "bom"} <= steps
    names = {one.name for one in found.made}
    assert not any("orders" in one for one in names), "the other dataset did not come of this one"


def test_of_a_copy_only_what_came_of_the_copy_is_reached(release: Release) -> None:
    cleared = Dataset(release.bytes / "people").listing().address
    assert kinds(of_address(Session(release.home), cleared)) == ["snapshots", "models"]


def test_a_name_stands_for_all_versions(release: Release) -> None:
    found = of_name(Session(release.home), "people")
    assert len(found.starts) == 3
    assert kinds(found)[-1] == "models"


def test_each_is_told_with_what_it_was_made_of(chain: Chain) -> None:
    chain.walk("audit", "classify", "redact", "encrypt")
    found = impact(chain.ledger, [RAW])
    assert [(one.of, one.digest) for one in found.made] == [(RAW, REDACTED), (REDACTED, CLEARED)]
    assert [one.statement for one in found.made] == [chain.made[step].digest for step in ("redact", "encrypt")]


def test_an_admitted_copy_is_reached_though_its_statement_names_the_source_in_its_details(chain: Chain) -> None:
    chain.walk("audit")
    draft = chain.draft("audit")
    detail = {**draft.link.detail, "admitted": {"from": RAW, "rows": 5, "left_out": 1, "by": {}}}
    chain.sign(draft.but(subjects=(st.dataset_subject(NAME, "e" * 64),), detail=detail))
    ledger = chain.ledger
    for address in (RAW, "e" * 64):
        ledger.store.put_new(f"named/{NAME}/{address}", b"")
    assert [(one.kind, one.digest) for one in impact(ledger, [RAW]).made] == [("admitted copies", "e" * 64)]


def test_a_step_that_gave_back_what_it_took_does_not_go_round_for_ever(chain: Chain) -> None:
    chain.walk("audit")
    draft = chain.draft("redact")
    chain.sign(draft.but(subjects=(st.dataset_subject(NAME, RAW),)))
    chain.sign(chain.draft("encrypt").but(subjects=(st.dataset_subject(NAME, RAW),)))
    assert impact(chain.ledger, [RAW]).starts == (RAW,)


def test_a_circle_of_copies_ends(chain: Chain) -> None:
    chain.walk("classify", "redact")
    back = predicates.provenance("redact", [st.dataset_subject(NAME, REDACTED)], {}, chain.start, None)
    chain.sign(chain.draft("redact").but(subjects=(st.dataset_subject(NAME, RAW),), predicate=back))
    assert {one.digest for one in impact(chain.ledger, [RAW]).made} == {RAW, REDACTED}


@pytest.mark.parametrize("step", ["classify", "redact", "encrypt", "backup"])
def test_a_missing_statement_is_an_error_and_not_a_shorter_list(chain: Chain, step: str) -> None:
    chain.walk()
    chain.lose(step)
    with pytest.raises(IntegrityError):
        impact(chain.ledger, [RAW])


def test_a_forged_statement_is_an_error(chain: Chain) -> None:
    chain.walk("classify")
    chain.smuggle(chain.draft("redact"), chain.home.signer("audit"))
    with pytest.raises(IntegrityError, match="may not sign"):
        impact(chain.ledger, [RAW])


@given(order=some.permutations([RAW, REDACTED, CLEARED]), some_of=some.integers(1, 3))
def test_neither_order_nor_asking_twice_changes_the_answer(
    released_chain: Chain, order: Sequence[str], some_of: int
) -> None:
    starts = order[:some_of]
    one = impact(released_chain.ledger, starts)
    assert one == impact(released_chain.ledger, [*reversed(starts), *starts])
    for digest in starts:
        assert set(impact(released_chain.ledger, [digest]).made) <= set(one.made), "more starts never reach less"


@pytest.fixture(scope="module")
def released_chain(_fresh: Any, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A chain that no test changes."""
    import shutil

    from custody.home import Home

    return Chain(Home(shutil.copytree(_fresh.path, tmp_path_factory.mktemp("impact") / "home"))).walk()


@pytest.mark.parametrize("digest", ["", "a" * 63, "A" * 64, "../" + "a" * 61, "z" * 64])
def test_what_is_no_digest_is_refused(chain: Chain, digest: str) -> None:
    for ask in (of_address, lambda session, one: of_record(session, one, [])):
        with pytest.raises(UsageError, match="no SHA-256"):
            ask(Session(chain.home), digest)


def test_what_the_ledger_does_not_know_is_refused(chain: Chain) -> None:
    with pytest.raises(UsageError, match="no statement"):
        of_address(Session(chain.home), "f" * 64)
    with pytest.raises(UsageError, match="no dataset"):
        of_name(Session(chain.home), "nobody")


def written(path: Path, kind: str) -> Dataset:
    """The rows in one of the formats."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.mkdir()
    if kind == "parquet":
        pq.write_table(pa.table({key: [row[key] for row in ROWS] for key in ("id", "city")}), path / "a.parquet")
    elif kind == "csv":
        (path / "a.csv").write_text("id,city\n" + "".join(f"{row['id']},{row['city']}\n" for row in ROWS))
    else:
        (path / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    return Dataset(path)


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_a_record_has_one_digest_in_every_format(tmp_path: Path, kind: str) -> None:
    found = search(DIGEST, [written(tmp_path / "people", kind)])
    assert [(one.dataset, one.rows) for one in found.held] == [("people", 1)]
    assert found.unread == ()


def test_a_missing_key_is_a_null_and_other_cells_are_another_record() -> None:
    assert record_digest({"id": "7", "city": "Oslo", "zip": None}) == DIGEST
    assert record_digest({"id": "7", "city": "oslo"}) != DIGEST
    assert record_digest({"id": "7", "city": "Oslo", "zip": ""}) != DIGEST


def test_what_cannot_be_read_may_hold_the_record_and_is_told_without_its_content(tmp_path: Path) -> None:
    data = written(tmp_path / "people", "csv")
    (data.path / "b.parquet").write_bytes(b"Oslo is no Parquet")
    (data.path / "c.bin").write_bytes(b"Oslo")
    found = search(DIGEST, [data])
    assert len(found.held) == 1
    assert found.unread == ("people/b.parquet: DatasetError", "people/c.bin: DatasetError")


def test_a_dataset_that_is_not_there_is_an_error_and_not_an_absence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError):
        search(DIGEST, [Dataset(tmp_path / "nowhere")])


def _planted(chain: Chain, path: Path) -> Dataset:
    data = written(path / NAME, "csv")
    address = Dataset(data.path).listing().address
    Chain(chain.home, forms=(address, REDACTED, CLEARED)).walk()
    return data


def test_the_terminal_finds_a_planted_record_and_what_came_of_it(
    chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = _planted(chain, tmp_path)
    asked = ["impact", "--record-digest", DIGEST, "--in", str(data.path), "--home", str(chain.home.path)]
    assert cli.main(asked) == 0
    said = capsys.readouterr().out
    assert f"the record is in 1 rows of {NAME}/a.csv" in said
    assert "encrypted copies: 1" in said
    assert "models: none" in said
    assert "not known here: copies made without custody" in said
    assert "Oslo" not in said
    assert cli.main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in told["made"]] == ["redacted copies", "encrypted copies", "snapshots"]
    assert told["notKnown"]


def test_the_terminal_says_incomplete_when_something_was_not_read(
    chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = _planted(chain, tmp_path)
    (data.path / "b.bin").write_bytes(b"?")
    asked = ["impact", "--record-digest", "0" * 64, "--in", str(data.path), "--home", str(chain.home.path)]
    assert cli.main(asked) == 2
    said = capsys.readouterr().out
    assert "NOT READ, so it may be there" in said


@pytest.mark.parametrize("asked", [["--address", RAW, "--in", "x"], ["--record-digest", DIGEST]], ids=str)
def test_where_to_look_and_what_for_go_together(
    chain: Chain, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["impact", *asked, "--home", str(chain.home.path)]) == 1
    assert "go together" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", 1, "0 events"),
        ("{}\n", 1, "1 of them broken"),
        ('{"run": 1}\n{"job": 1}\n', 1, "2 events, 2 of them broken"),
        ("not json", 1, ":1: this is no JSON"),
        ('{"a": 1, "a": 2}', 1, "this is no JSON"),
    ],
)
def test_the_terminal_checks_events(
    tmp_path: Path, text: str, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "events.jsonl").write_text(text)
    assert cli.main(["openlineage", "check", str(tmp_path / "events.jsonl")]) == code
    said = capsys.readouterr()
    assert told in said.out + said.err


def test_the_terminal_accepts_the_events_that_were_sent(chain: Chain, capsys: pytest.CaptureFixture[str]) -> None:
    from custody.lineage.openlineage.sending import FILE, tell

    chain.walk("audit", "backup")
    tell(chain.ledger, [one.digest for one in chain.made.values()], chain.home.path)
    assert cli.main(["openlineage", "check", str(chain.home.path / FILE)]) == 0
    assert "2 events, none of them broken" in capsys.readouterr().out
