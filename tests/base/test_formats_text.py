# SPDX-License-Identifier: Apache-2.0
"""Text of every Unicode encoding is read by its mark, and of what is not text the line is told."""

from __future__ import annotations

import gzip
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody import formats
from custody.errors import DatasetError

from .samples import CANARY
from .test_formats import _columns, _rewritten, _shown, _without_canary

MARKED = {
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
    "utf-8": b"\xef\xbb\xbf",
}
CONTENT = {
    "a.csv": f'name,n\n"é{CANARY}",1\n漢字😀,2\n',
    "a.jsonl": f'{{"name": "é{CANARY}", "n": "1"}}\n{{"name": "漢字😀", "n": "2"}}\n',
}


@pytest.mark.parametrize("encoding", MARKED)
@pytest.mark.parametrize(("name", "packed"), [("a.csv", False), ("a.jsonl", False), ("a.jsonl", True)])
def test_text_is_read_as_its_mark_says(name: str, packed: bool, encoding: str, tmp_path: Path) -> None:
    data = MARKED[encoding] + CONTENT[name].encode(encoding)
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(data) if packed else data)
    assert _columns(path) == {"name": [f"é{CANARY}", "漢字😀"], "n": ["1", "2"]}


@pytest.mark.parametrize("encoding", MARKED)
@pytest.mark.parametrize("name", CONTENT)
def test_an_edit_keeps_the_encoding(name: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(MARKED[encoding] + CONTENT[name].encode(encoding))
    target = _rewritten(tmp_path / name, _without_canary)
    assert _columns(target) == {"name": ["é<GONE>", "漢字😀"], "n": ["1", "2"]}
    assert CANARY.encode(encoding) not in target.read_bytes()
    if encoding != "utf-8":
        assert target.read_bytes().startswith(MARKED[encoding])


@settings(max_examples=60, deadline=None)
@given(some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0")), some.sampled_from([*MARKED]))
def test_marked_text_keeps_every_byte(text: str, encoding: str) -> None:
    data = MARKED[encoding] + text.encode(encoding)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.txt"
        path.write_bytes(data)
        assert _rewritten(path).read_bytes() == data


@settings(max_examples=200, deadline=None)
@given(
    some.lists(some.sampled_from(["a", "é", "\n", "\r\n", "x" * 200, "漢" * 3000]), max_size=60).map("".join),
    some.sampled_from([b"\xff", b"\xc3\n", b"\xed\xa0\x80", b"\xe6\xbc"]),
    some.lists(some.sampled_from(["a", "\n", "\r\n", "x" * 9000]), max_size=9).map("".join),
)
def test_the_line_that_is_not_text_is_the_one_that_is_told(before: str, bad: bytes, after: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.txt"
        path.write_bytes(before.encode() + bad + after.encode())
        with pytest.raises(DatasetError) as caught:
            list(formats.read(path))
    lines = io.StringIO(before + "x", newline="").readlines()
    assert str(caught.value.where).endswith(f", line {len(lines)}")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_said_to_be_that(encoding: str, tmp_path: Path) -> None:
    for name, text in CONTENT.items():
        (tmp_path / name).write_bytes(text.encode(encoding))
        with pytest.raises(DatasetError, match="UTF-16 without a byte order mark") as caught:
            list(formats.read(tmp_path / name))
        assert CANARY not in _shown(caught.value)
        assert "line 1" in str(caught.value.where)


@pytest.mark.parametrize(
    ("name", "head", "what"),
    [
        ("a.csv", b"PAR1\x15\x04", "Parquet"),
        ("a.csv", b"\x1f\x8b\x08\0", "gzip"),
        ("a.txt", b"\x28\xb5\x2f\xfd", "Zstandard"),
        ("a.jsonl", b"ARROW1\0\0", "an Arrow file"),
        ("a.txt", b"PK\x03\x04\0", "a zip archive"),
        ("a.jsonl", b"Obj\x01", "Avro"),
    ],
)
def test_what_has_another_extension_than_it_is_is_said_to(name: str, head: bytes, what: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(head + CANARY.encode() + b"\xff\0")
    with pytest.raises(DatasetError, match=f"it begins as {what} does") as caught:
        list(formats.read(tmp_path / name))
    assert CANARY not in _shown(caught.value)


def test_text_that_begins_as_parquet_does_is_text_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("PAR1,PAR2\n1,2\n")
    assert _columns(tmp_path / "a.csv") == {"PAR1": ["1"], "PAR2": ["2"]}


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_a_packed_file_of_no_bytes_is_none(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(DatasetError, match="cannot be empty"):
        list(formats.read(tmp_path / name))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt", "a.md"])
@pytest.mark.parametrize("content", ["", "\ufeff", "\n", "\n\r\n"])
def test_a_file_of_nothing_has_no_rows(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content.encode())
    cells = [cell or "" for cells in _columns(tmp_path / name).values() for cell in cells]
    assert not "".join(cells).strip("\ufeff\r\n")


def test_csv_of_a_header_alone_names_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n")
    assert _columns(tmp_path / "a.csv") == {"a": [], "b": []}
    assert _rewritten(tmp_path / "a.csv").read_text() == "a,b\n"


def test_a_line_of_a_million_values_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"1\n[" + b"1," * (1 << 22) + b"1,1]\n")
    with pytest.raises(DatasetError, match="may hold more than"):
        list(formats.read(tmp_path / "a.jsonl"))
