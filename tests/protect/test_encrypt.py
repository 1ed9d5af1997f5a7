# SPDX-License-Identifier: Apache-2.0
"""Encrypted data comes back exactly, only with its keys, only whole, and only under its own name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.dataset import Dataset
from custody.errors import CustodyError, DatasetError, IntegrityError, KeyringError
from custody.home import Home
from custody.keys import Secret
from custody.protect.encrypt import EncryptionPlan, decrypt, encrypt, read_encrypted
from custody.protect.parquet import Keys, decryption

LOW, HIGH = "local:keys/e.keyring#confidential", "local:keys/e.keyring#restricted"
RING = {LOW: Secret(LOW, b"l" * 32), HIGH: Secret(HIGH, b"h" * 32)}
CANARY = "zz9canary"


def keys(uri: str) -> Secret:
    """The keyring of somebody who has both keys."""
    if uri not in RING:
        raise KeyringError(f"no key {uri!r}")
    return RING[uri]


def only(*held: str) -> Keys:
    def some_keys(uri: str) -> Secret:
        if uri not in held:
            raise KeyringError("this reader has no such key")
        return RING[uri]

    return some_keys


def wrong(uri: str) -> Secret:
    return Secret(uri, b"?" * 32)


def _plan(**columns: str) -> EncryptionPlan:
    named = {"a.parquet": columns} if columns else {}
    return EncryptionPlan(named, HIGH, {"address": "0" * 64, "grade": "r"}, keys, {"a.parquet": LOW} if columns else {})


@pytest.fixture
def plain(tmp_path: Path) -> Dataset:
    path = tmp_path / "plain" / "set"
    path.mkdir(parents=True)
    table = pa.table({"city": ["x"] * 50, "email": [f"{CANARY}{i}" for i in range(50)], "ssn": [CANARY * 3] * 50})
    pq.write_table(table, path / "a.parquet", compression="none", use_dictionary=False)
    (path / "b.jsonl").write_text("".join(f'{{"t": "{CANARY} {i}"}}\n' for i in range(40_000)))
    (path / "c.csv").write_text(f"a,b\n1,{CANARY}\n")
    return Dataset(path)


@pytest.fixture
def sealed(plain: Dataset, tmp_path: Path) -> Dataset:
    encrypt(plain, _plan(email=LOW, ssn=HIGH), tmp_path / "sealed" / "set")
    return Dataset(tmp_path / "sealed" / "set")


def _rows(dataset: Dataset, name: str, by: Keys = keys) -> int:
    return sum(chunk.rows for chunk in read_encrypted(dataset.root / name, name, by))


def test_nothing_that_is_to_be_protected_is_readable(sealed: Dataset) -> None:
    assert sealed.files() == ["a.parquet", "b.jsonl.esdk", "c.csv.esdk"]
    for file in sealed.files():
        assert CANARY.encode() not in (sealed.root / file).read_bytes()


def test_everything_comes_back(plain: Dataset, sealed: Dataset, tmp_path: Path) -> None:
    assert [_rows(sealed, name) for name in sealed.files()] == [50, 40_000, 1]
    decrypt(sealed, keys, tmp_path / "back")
    back = Dataset(tmp_path / "back")
    assert back.files() == plain.files()
    for name in ("b.jsonl", "c.csv"):
        assert (back.root / name).read_bytes() == (plain.root / name).read_bytes()
    assert pq.read_table(back.root / "a.parquet").equals(pq.read_table(plain.root / "a.parquet"))


def test_a_reader_without_the_restricted_key_still_reads_the_rest(sealed: Dataset) -> None:
    file = sealed.root / "a.parquet"
    assert pq.read_table(file, columns=["city"]).num_rows == 50, "no key at all"
    with pq.ParquetFile(file, decryption_properties=decryption({"file": "a.parquet"}, only(LOW))) as reader:
        assert reader.read(columns=["city", "email"]).num_rows == 50
        with pytest.raises((OSError, CustodyError)):
            reader.read(columns=["ssn"])


def _flip(at: float) -> Callable[[Path], None]:
    def flip(file: Path) -> None:
        data = bytearray(file.read_bytes())
        data[int(at * (len(data) - 1))] ^= 1
        file.write_bytes(data)

    return flip


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _append(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"{}")


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _drop_frame(file: Path) -> None:
    """Take a whole frame of 1 MiB out of the middle of the message."""
    data = file.read_bytes()
    file.write_bytes(data[:600] + data[600 + (1 << 20) + 32 :])


MESSAGES_ONLY = {"a frame is taken out", "its first byte is flipped", "a byte of its header is flipped"}
DAMAGE: dict[str, Callable[[Path], None]] = {
    "its first byte is flipped": _flip(0),
    "a byte of its header is flipped": _flip(0.0002),
    "a byte of its middle is flipped": _flip(0.5),
    "its last byte is flipped": _flip(1),
    "it is cut": _cut,
    "something is appended": _append,
    "it is empty": _empty,
    "a frame is taken out": _drop_frame,
}


@pytest.mark.parametrize("case", DAMAGE)
@pytest.mark.parametrize("name", ["b.jsonl.esdk", "a.parquet"])
def test_a_damaged_file_is_refused_and_nothing_is_left_when(
    name: str, case: str, sealed: Dataset, tmp_path: Path
) -> None:
    if name == "a.parquet" and case in MESSAGES_ONLY:
        pytest.skip("Parquet has no frames, and no reader looks at its first four bytes; the address does")
    DAMAGE[case](sealed.root / name)
    with pytest.raises(CustodyError) as caught:
        _rows(sealed, name)
    assert CANARY not in str(caught.value)
    with pytest.raises(CustodyError):
        decrypt(sealed, keys, tmp_path / "back")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("case", [None, *DAMAGE])
def test_arrow_is_read_as_it_is_decrypted_and_refused_when_damaged(case: str | None, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    words = pa.array([f"{CANARY} {i}" for i in range(40_000)])
    table = pa.table({"word": words, "short": words.slice(0, 100).take([0] * 40_000).dictionary_encode()})
    pa.feather.write_feather(table, tmp_path / "plain" / "a.feather", compression="uncompressed", chunksize=9_000)
    encrypt(Dataset(tmp_path / "plain"), _plan(), tmp_path / "sealed")
    sealed = Dataset(tmp_path / "sealed")
    assert sealed.files() == ["a.feather.esdk"]
    if case is None:
        assert _rows(sealed, "a.feather.esdk") == 40_000
        return
    DAMAGE[case](sealed.root / "a.feather.esdk")
    with pytest.raises(CustodyError) as caught:
        _rows(sealed, "a.feather.esdk")
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("by", [wrong, only()])
@pytest.mark.parametrize("name", ["a.parquet", "b.jsonl.esdk"])
def test_another_key_or_none_opens_nothing(name: str, by: Keys, sealed: Dataset, tmp_path: Path) -> None:
    with pytest.raises((IntegrityError, KeyringError)):
        _rows(sealed, name, by)
    with pytest.raises((IntegrityError, KeyringError)):
        decrypt(sealed, by, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_file_put_in_the_place_of_another_is_refused(sealed: Dataset) -> None:
    (sealed.root / "b.jsonl.esdk").write_bytes((sealed.root / "c.csv.esdk").read_bytes())
    with pytest.raises(IntegrityError, match="made for something else"):
        _rows(sealed, "b.jsonl.esdk")
    (sealed.root / "z.parquet").write_bytes((sealed.root / "a.parquet").read_bytes())
    with pytest.raises(IntegrityError, match="made for something else"):
        _rows(sealed, "z.parquet")


@pytest.mark.parametrize("column", ["e,mail", "e;mail", "e:mail", "e.mail", " email", "e mail", "ü", "e\nmail"])
def test_a_column_of_any_name_is_really_encrypted(column: str, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    table = pa.table({column: [CANARY] * 100, "city": ["x"] * 100})
    pq.write_table(table, tmp_path / "set" / "a.parquet", compression="none", use_dictionary=False)
    encrypt(Dataset(tmp_path / "set"), _plan(**{column: LOW}), tmp_path / "out")
    assert CANARY.encode() not in (tmp_path / "out" / "a.parquet").read_bytes()
    assert _rows(Dataset(tmp_path / "out"), "a.parquet") == 100


def _written(path: Path, table: pa.Table, **columns: str) -> Path:
    """Encrypt a table as the one file of a dataset, and return that file."""
    (path / "set").mkdir()
    pq.write_table(table, path / "set" / "a.parquet", compression="none", use_dictionary=False)
    encrypt(Dataset(path / "set"), _plan(**columns), path / "out")
    return path / "out" / "a.parquet"


CLASHES = {
    "a path into another": pa.table({"a": [{"b": CANARY}] * 100, "a.b": ["x"] * 100, "z": ["x"] * 100}),
    "the path of another that holds more": pa.table(
        {"a": [{"b": {"d": CANARY}}] * 100, "a.b": [{"c": "x"}] * 100, "z": ["x"] * 100}
    ),
    "the same": pa.Table.from_arrays([pa.array([one] * 100) for one in ("x", CANARY, "x")], ["a", "a", "z"]),
}


@pytest.mark.parametrize("case", CLASHES)
def test_no_column_hides_behind_another_whose_name_is(case: str, tmp_path: Path) -> None:
    file = _written(tmp_path, CLASHES[case], a=HIGH, z=LOW)
    assert CANARY.encode() not in file.read_bytes()
    assert sum(chunk.rows for chunk in read_encrypted(file, "a.parquet", keys)) == 100


@pytest.mark.parametrize("name", ["e,mail", " email", "a.b"])
def test_an_odd_name_does_not_open_restricted_columns_to_a_lesser_key(name: str, tmp_path: Path) -> None:
    table = pa.table({name: ["x"] * 9, "ssn": [CANARY] * 9, "a": [{"b": "x"}] * 9})
    file = _written(tmp_path, table, **{name: LOW, "ssn": HIGH})
    with pytest.raises(KeyringError):
        list(read_encrypted(file, "a.parquet", only(LOW)))
    assert sum(chunk.rows for chunk in read_encrypted(file, "a.parquet", only(HIGH))) == 9


def test_nested_columns_are_encrypted_with_all_that_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    table = pa.table({"m": [[{"role": CANARY, "content": CANARY}]] * 100, "s": [{"a": CANARY}] * 100})
    pq.write_table(table, tmp_path / "set" / "a.parquet", compression="none", use_dictionary=False)
    encrypt(Dataset(tmp_path / "set"), _plan(m=LOW, s=HIGH), tmp_path / "out")
    assert CANARY.encode() not in (tmp_path / "out" / "a.parquet").read_bytes()
    assert _rows(Dataset(tmp_path / "out"), "a.parquet") == 100


def test_a_parquet_file_of_which_no_column_is_named_is_encrypted_whole(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    pq.write_table(pa.table({"a": [CANARY] * 9}), tmp_path / "set" / "a.parquet", compression="none")
    encrypt(Dataset(tmp_path / "set"), _plan(), tmp_path / "out")
    assert CANARY.encode() not in (tmp_path / "out" / "a.parquet").read_bytes()
    with pytest.raises(OSError, match="ecrypt"):
        pq.read_table(tmp_path / "out" / "a.parquet")


def test_a_broken_parquet_file_leaves_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "0.txt").write_text(CANARY)
    (tmp_path / "set" / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(CustodyError, match=r"a\.parquet"):
        encrypt(Dataset(tmp_path / "set"), _plan(), tmp_path / "out" / "set")
    assert list((tmp_path / "out").iterdir()) == []


def test_broken_pages_under_a_good_footer_are_named_and_leave_nothing(plain: Dataset, tmp_path: Path) -> None:
    file = plain.root / "a.parquet"
    data = file.read_bytes()
    file.write_bytes(data[:4] + b"\xff" * 40 + data[44:])
    with pytest.raises(DatasetError, match=r"a\.parquet"):
        encrypt(plain, _plan(email=LOW), tmp_path / "out" / "set")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["a.parquet", "c.csv"])
def test_a_file_that_is_not_encrypted_is_not_passed_off_as_decrypted(
    name: str, plain: Dataset, sealed: Dataset, tmp_path: Path
) -> None:
    (sealed.root / name).write_bytes((plain.root / name).read_bytes())
    with pytest.raises(IntegrityError, match="is not encrypted"):
        decrypt(sealed, keys, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_message_that_names_no_key_is_refused_as_changed(sealed: Dataset, home: Home, tmp_path: Path) -> None:
    file = sealed.root / "c.csv.esdk"
    file.write_bytes(file.read_bytes().replace(b"local:keys", b"lokal:keys"))
    with pytest.raises(IntegrityError, match="names no key"):
        decrypt(Dataset(file), home.secret, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_encrypting_twice_gives_other_bytes(plain: Dataset, tmp_path: Path) -> None:
    for name in ("one", "two"):
        encrypt(plain, _plan(), tmp_path / name)
    one, two = Dataset(tmp_path / "one").listing(), Dataset(tmp_path / "two").listing()
    assert all(one.digests[path] != two.digests[path] for path in one.digests)


@settings(max_examples=15, deadline=None)
@given(data=some.binary(max_size=5000))
def test_any_bytes_come_back(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch)
        (path / "set").mkdir()
        (path / "set" / "x.bin").write_bytes(data)
        encrypt(Dataset(path / "set"), _plan(), path / "sealed")
        decrypt(Dataset(path / "sealed"), keys, path / "back")
        assert (path / "back" / "x.bin").read_bytes() == data
