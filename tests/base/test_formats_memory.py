# SPDX-License-Identifier: Apache-2.0
"""Memory does not grow with the file: neither with a row group, nor with a line, nor with what a line unpacks to."""

from __future__ import annotations

import ast
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custody.formats import MAX_LINE

GB = 1 << 30
MIB = 1 << 20
_READ = """
import re, sys
from pathlib import Path
import pyarrow, pyarrow.parquet, pyarrow.csv
from custody import formats
from custody.errors import DatasetError
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) << 10
before, text, largest, told = peak(), 0, 0, ""
try:
    for chunk in formats.read(Path(sys.argv[1])):
        size = sum(cells.nbytes for cells in chunk.columns.values())
        text, largest = text + size, max(largest, size)
except DatasetError as error:
    told = error.what
print(repr((text, largest, told, peak() - before)))
"""


def _one_row_group(path: Path, compression: str) -> None:
    """A gigabyte in one row group, written without holding it."""
    piece = pa.array([f"{i} " + "text " * 800 for i in range(1 << 10)])
    column = pa.chunked_array([piece] * (GB // piece.nbytes))
    pq.write_table(
        pa.table({"text": column}), path, row_group_size=1 << 30, use_dictionary=False, compression=compression
    )
    assert pq.read_metadata(path).num_row_groups == 1


def _lines(path: Path, compression: str) -> None:
    line = json.dumps({"text": "text " * 20_000}).encode() + b"\n"
    with gzip.open(path, "wb", compresslevel=1) if compression else path.open("wb") as file:
        for _ in range(GB // len(line)):
            file.write(line)


def _one_line(path: Path, compression: str) -> None:
    with gzip.open(path, "wb", compresslevel=1) if compression else path.open("wb") as file:
        for _ in range(GB // MIB):
            file.write(b"x" * MIB)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "write", "compression", "bound"),
    [
        ("a.parquet", _one_row_group, "none", 200 * MIB),
        ("a.parquet", _one_row_group, "zstd", 200 * MIB),
        ("a.jsonl", _lines, "", 200 * MIB),
        ("a.jsonl.gz", _lines, "gz", 200 * MIB),
        ("a.txt", _one_line, "", 4 * MAX_LINE),
        ("a.jsonl.gz", _one_line, "gz", 4 * MAX_LINE),
    ],
)
def test_a_gigabyte_is_read_in_little_memory(
    name: str, write: Callable[[Path, str], None], compression: str, bound: int, tmp_path: Path
) -> None:
    write(tmp_path / name, compression)
    run = subprocess.run(
        [sys.executable, "-c", _READ, str(tmp_path / name)], capture_output=True, text=True, check=True
    )
    text, largest, told, grown = ast.literal_eval(run.stdout)
    (tmp_path / name).unlink()
    assert grown < bound
    if write is _one_line:
        assert "longer than" in told
    else:
        assert text > 0.95 * GB
        assert largest < 24 * MIB
