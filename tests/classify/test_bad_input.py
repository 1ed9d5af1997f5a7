# SPDX-License-Identifier: Apache-2.0
"""Whatever lies in a dataset, a scan ends with a report: what was not scanned is named, graded and never quoted."""

from __future__ import annotations

import csv
import gzip
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from custody.classifiers import ClassificationReport
from custody.formats import MAX_LINE
from custody.policy import Policy
from tests.conftest import ROOT

from .conftest import Classify

CANARY = "zz9canary@private.example.org"
C = CANARY.encode()
GIVEN = ROOT.parent / "shared/data/dataprofiler_tests"


@dataclass(frozen=True)
class Bad:
    """A file, and what its report says of it."""

    name: str
    make: Callable[[Path], object]
    told: str


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _table(path: Path) -> None:
    pq.write_table(pa.table({"a": [CANARY] * 1000, "b": range(1000)}), path, compression="none")


def _cut(path: Path) -> None:
    _table(path)
    path.write_bytes(path.read_bytes()[:-40])


def _hole(path: Path) -> None:
    """A footer that is whole above pages that are not."""
    _table(path)
    data = path.read_bytes()
    path.write_bytes(data[:4] + b"\0" * 60 + data[64:])


def _stream_cut(path: Path) -> None:
    table = pa.table({"a": [CANARY] * 1000})
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=100)
    path.write_bytes(path.read_bytes()[:-8])


def _sparse(path: Path) -> None:
    """One line of a gigabyte, of which the disk holds a few bytes."""
    with path.open("wb") as file:
        file.write(C)
        file.truncate(1 << 30)
        file.seek(0, 2)
        file.write(C + b"\n")


def _packed_line(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(MAX_LINE // (1 << 20) + 2):
            file.write(C.ljust(1 << 20))


def _long_field(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'a,b\n1,"')
        for _ in range(100):
            file.write(C.ljust((1 << 20) - 1) + b"\n")
        file.write(b'"\n')


def _utf16(path: Path) -> None:
    path.write_bytes(f"a,b\n{CANARY},2\n".encode("utf-16-le"))


def _binary(path: Path) -> None:
    pq.write_table(pa.table({"ok": ["x"], "blob": pa.array([b"\xff" + C])}), path)


def _union(path: Path) -> None:
    union = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([CANARY, ""]), pa.array([0, 1])])
    pa.feather.write_feather(pa.table({"either": union}), path, compression="uncompressed")


ROW = f'{{"a": "{CANARY}"}}\n'.encode()
BAD: dict[str, Bad] = {
    "Parquet cut off": Bad("a.parquet", _cut, "cannot be read as .parquet"),
    "Parquet with a hole": Bad("a.parquet", _hole, "cannot be read as .parquet"),
    "Parquet of no bytes": Bad("a.parquet", _bytes(b""), "cannot be read as .parquet"),
    "CSV called Parquet": Bad("a.parquet", _bytes(b"a,b\n" + C + b",1\n"), "cannot be read as .parquet"),
    "Parquet called CSV": Bad("a.csv", _table, "it begins as Parquet does"),
    "Parquet called JSON": Bad("a.jsonl", _table, "it begins as Parquet does"),
    "Parquet called Arrow": Bad("a.arrow", _table, "no Arrow file"),
    "Arrow cut off": Bad("a.arrow", _stream_cut, "no Arrow stream that ends"),
    "gzip that is none": Bad("a.jsonl.gz", _bytes(ROW), "cannot be read as .jsonl.gz"),
    "gzip cut off": Bad("a.jsonl.gz", _bytes(gzip.compress(ROW * 9000)[:-9]), "cannot be read as .jsonl.gz"),
    "gzip of no bytes": Bad("a.jsonl.gz", _bytes(b""), "cannot be empty"),
    "gzip called JSON": Bad("a.jsonl", _bytes(gzip.compress(ROW)), "it begins as gzip does"),
    "Zstandard that is none": Bad("a.jsonl.zst", _bytes(ROW), "cannot be read as .jsonl.zst"),
    "UTF-16 without a mark": Bad("a.csv", _utf16, "UTF-16 without a byte order mark (line 1)"),
    "no UTF-8": Bad("a.csv", _bytes(b"a\n" + C + b"\n\xff" + C + b"\n"), "not utf-8 text (line 3)"),
    "NUL bytes": Bad("a.txt", _bytes(b"ok\n" + C + b"\0\n"), "NUL byte: this is not utf-8 text (line 2)"),
    "a gigabyte on a line": Bad("a.txt", _sparse, "longer than 64 MiB (line 1)"),
    "a packed line without end": Bad("a.jsonl.gz", _packed_line, "longer than 64 MiB (line 1)"),
    "a CSV field of 100 MB": Bad("a.csv", _long_field, "a field is longer than 64 MiB (line"),
    "a CSV row too short": Bad("a.csv", _bytes(b"a,b\n1,2\n" + C + b"\n"), "1 fields, the header 2 (line 3)"),
    "JSON 10,000 deep": Bad(
        "a.jsonl", _bytes(b'{"k":' * 10_000 + b'"' + C + b'"' + b"}" * 10_000), "nested too deep (line 1)"
    ),
    "JSON that stops": Bad("a.jsonl", _bytes(ROW + ROW[:-4]), "not JSON, or nested too deep (line 2)"),
    "a binary column": Bad("a.parquet", _binary, "column blob: has no text form"),
    "a union": Bad("a.arrow", _union, "column either: has no text form"),
    "a format of another kind": Bad("a.avro", _bytes(b"Obj\x01" + C), "does not read .avro"),
}


def _seen(report: ClassificationReport, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """Everything that came out of a scan."""
    out, err = capfd.readouterr()
    return json.dumps(report.to_dict()) + report.to_html() + repr(report) + caplog.text + out + err


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_scanned_is_named_and_graded_and_not_quoted(
    case: str,
    classified: Classify,
    rules: Policy,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    bad = BAD[case]
    bad.make(tmp_path / bad.name)
    (tmp_path / "good.csv").write_text("n\n1\n")
    report = classified(tmp_path)
    (said,) = report.unscanned
    assert said.startswith(bad.name)
    assert bad.told in said
    assert report.grade == rules.unscanned
    assert {one.path: one.rows for one in report.files}["good.csv"] == 1, "the others are scanned all the same"
    seen = _seen(report, caplog, capfd)
    assert not [part for part in (CANARY, CANARY[:9]) if part in seen]
    assert "Traceback" not in seen


def _utf16_csv(path: Path) -> None:
    path.write_bytes(f"mail,b\n{CANARY},2\n".encode("utf-16"))


def _nulls(path: Path) -> None:
    pq.write_table(pa.table({"mail": pa.array([CANARY] * 3), "none": pa.nulls(3), "n": pa.nulls(3, pa.int8())}), path)


def _dictionary(path: Path) -> None:
    pa.feather.write_feather(pa.table({"mail": pa.array([CANARY, None] * 9).dictionary_encode()}), path)


def _text_in_bytes(path: Path) -> None:
    pq.write_table(pa.table({"mail": pa.array([C] * 3)}), path)


def _map(path: Path) -> None:
    pq.write_table(pa.table({"m": pa.array([[(CANARY, "x")]] * 3, pa.map_(pa.string(), pa.string()))}), path)


GOOD: dict[str, tuple[str, Callable[[Path], object]]] = {
    "UTF-16 with a mark": ("a.csv", _utf16_csv),
    "columns of nulls": ("a.parquet", _nulls),
    "a dictionary": ("a.feather", _dictionary),
    "text in a binary column": ("a.parquet", _text_in_bytes),
    "keys of a map": ("a.parquet", _map),
    "JSON 200 deep": ("a.jsonl", _bytes(b"[" * 200 + b'"' + C + b'"' + b"]" * 200)),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_is_odd_and_can_be_read_is_scanned(case: str, classified: Classify, tmp_path: Path) -> None:
    name, make = GOOD[case]
    make(tmp_path / name)
    report = classified(tmp_path)
    assert report.unscanned == ()
    assert "EMAIL_ADDRESS" in report.entities


@pytest.mark.parametrize(("name", "content"), [("a.csv", b""), ("a.csv", b"a,b\n"), ("a.jsonl", b""), ("a.txt", b"")])
def test_a_file_without_rows_is_no_fault(name: str, content: bytes, classified: Classify, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    report = classified(tmp_path)
    assert (report.unscanned, report.rows) == ((), 0)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gzip_compressed_intentionally_mislabeled_parquet_file.csv", "it begins as Parquet does"),
        ("snappy_compressed_intentionally_mislabeled_parquet_file.csv", "it begins as Parquet does"),
        ("titanic.parq", "does not read .parq"),
        ("userdata1.avro", "does not read .avro"),
    ],
)
def test_files_found_elsewhere_under_a_wrong_name_are_named(
    name: str, told: str, classified: Classify, rules: Policy, tmp_path: Path
) -> None:
    _copied(name, tmp_path)
    report = classified(tmp_path)
    assert told in report.unscanned[0]
    assert report.grade == rules.unscanned


@pytest.mark.parametrize(("name", "rows"), [("iris-utf-16.csv", 150), ("nation.plain.parquet", 25)])
def test_files_found_elsewhere_are_read(name: str, rows: int, classified: Classify, tmp_path: Path) -> None:
    _copied(name, tmp_path)
    report = classified(tmp_path)
    assert (report.unscanned, report.rows) == ((), rows)


def _copied(name: str, to: Path) -> None:
    if not (GIVEN / name).exists():
        pytest.skip(f"needs {GIVEN / name}")
    shutil.copy(GIVEN / name, to)


WIDE = 100_000


def _wide_csv(path: Path, names: list[str]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([names, ["1"] * (len(names) - 1) + [CANARY]])


@pytest.mark.slow
@pytest.mark.parametrize("names", [[f"c{i}" for i in range(WIDE)], ["c"] * WIDE], ids=["100,000 names", "one name"])
def test_a_table_of_a_hundred_thousand_columns_is_scanned(
    names: list[str], classified: Classify, tmp_path: Path
) -> None:
    _wide_csv(tmp_path / "a.csv", names)
    report = classified(tmp_path)
    (file,) = report.files
    # a name such as c8612345 is taken for a number of a person, so for data
    assert len(file.columns) + len(report.unscanned) == WIDE
    assert len(report.unscanned) < WIDE // 100
    assert "EMAIL_ADDRESS" in {one.entity for one in file.columns[-1].findings}
    assert CANARY not in json.dumps(report.to_dict())
