# SPDX-License-Identifier: Apache-2.0
"""A backup gives back exactly what went in, or says that it cannot; drills turn that into a result."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.backup.drill import drill
from custody.backup.repository import Repository, Snapshot
from custody.dataset import Dataset
from custody.errors import CustodyError, IntegrityError, UsageError
from custody.keys import Secret

KEY = Secret("local:test#backups", bytes(range(32)))
OTHER = Secret("local:test#backups", bytes(32))


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    path = tmp_path / "data" / "set"
    (path / "deep").mkdir(parents=True)
    (path / "a file.txt").write_text("a" * 5000)
    (path / "deep" / "ü.bin").write_bytes(bytes(range(256)) * 20)
    (path / "empty").touch()
    return Dataset(path)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "backups", KEY)


@pytest.fixture
def snapshot(repository: Repository, dataset: Dataset) -> Snapshot:
    return repository.snapshot(dataset)


NAMES = some.text("ab ü.-", min_size=1, max_size=6).filter(lambda name: name.strip(". ") and name != "-")
TREES = some.dictionaries(NAMES.map(str.lower), some.binary(max_size=300), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None)
@given(tree=TREES)
def test_what_is_restored_has_the_address_of_what_was_backed_up(tree: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "set"
        root.mkdir()
        for name, data in tree.items():
            (root / name).write_bytes(data)
        try:
            address = Dataset(root).listing().address
        except CustodyError:
            return  # names that cannot be addressed cannot be backed up either
        repository = Repository(Path(scratch) / "backups", KEY)
        made = repository.snapshot(Dataset(root))
        assert made.address == address
        assert repository.restore(made.id, Path(scratch) / "out").address == address


def test_equal_files_are_stored_once_and_across_snapshots(repository: Repository, dataset: Dataset) -> None:
    (dataset.path / "copy.txt").write_bytes((dataset.path / "a file.txt").read_bytes())
    repository.snapshot(dataset)
    before = len(list((repository.root / "blobs").iterdir()))
    assert before == 3
    (dataset.path / "new").write_text("new")
    repository.snapshot(dataset)
    assert len(list((repository.root / "blobs").iterdir())) == before + 1


def test_neither_names_nor_contents_nor_digests_are_readable(repository: Repository, dataset: Dataset) -> None:
    (dataset.path / "secret.txt").write_text("zz9canary " * 50)
    repository.snapshot(dataset)
    digest = hashlib.sha256((dataset.path / "secret.txt").read_bytes()).hexdigest()
    for blob in (repository.root / "blobs").iterdir():
        assert b"zz9canary" not in blob.read_bytes()
        assert digest not in blob.name


def test_another_key_cannot_restore(repository: Repository, snapshot: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError):
        Repository(repository.root, OTHER).restore(snapshot.id, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def _biggest(repository: Repository) -> Path:
    return max((repository.root / "blobs").iterdir(), key=lambda one: one.stat().st_size)


def _manifest(repository: Repository) -> Path:
    return next((repository.root / "snapshots").iterdir())


def _cut(repository: Repository) -> None:
    _biggest(repository).write_bytes(_biggest(repository).read_bytes()[:-7])


def _append(repository: Repository) -> None:
    _biggest(repository).write_bytes(_biggest(repository).read_bytes() + b"x")


def _swap(repository: Repository) -> None:
    one, two, *_ = sorted((repository.root / "blobs").iterdir())
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


DAMAGE: dict[str, Callable[[Repository], None]] = {
    "a byte in the head of a blob is flipped": lambda one: _flip(_biggest(one), 10),
    "a byte in the middle of a blob is flipped": lambda one: _flip(_biggest(one), 2000),
    "the last byte of a blob is flipped": lambda one: _flip(_biggest(one), -1),
    "a blob is cut": _cut,
    "something is appended to a blob": _append,
    "a blob is gone": lambda one: _biggest(one).unlink(),
    "two blobs are swapped": _swap,
    "a byte of the manifest is flipped": lambda one: _flip(_manifest(one), 30),
    "the manifest is gone": lambda one: _manifest(one).unlink(),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_told_by_verify_and_restore_and_nothing_is_left_when(
    case: str, repository: Repository, snapshot: Snapshot, tmp_path: Path
) -> None:
    DAMAGE[case](repository)
    with pytest.raises(IntegrityError, match=r"restore the repository from its copy|use another snapshot"):
        repository.verify(snapshot.id)
    with pytest.raises(IntegrityError):
        repository.restore(snapshot.id, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("case", DAMAGE)
def test_a_drill_fails_with_a_reason_and_does_not_raise_when(
    case: str, repository: Repository, snapshot: Snapshot, tmp_path: Path
) -> None:
    DAMAGE[case](repository)
    result = drill(repository, snapshot.id, snapshot.address, tmp_path / "out")
    assert not result.passed
    assert result.reasons
    assert set(result.checks_failed) == {"restored", "address"}


def test_a_damaged_blob_is_not_taken_over_by_a_new_snapshot(repository: Repository, dataset: Dataset) -> None:
    """An equal file is not stored again; so what is there must be proven, not trusted."""
    repository.snapshot(dataset)
    _flip(_biggest(repository), -30)
    with pytest.raises(IntegrityError, match="a damaged blob must go"):
        repository.snapshot(dataset)


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "a/../../b", ""])
def test_a_manifest_that_names_a_path_outside_is_refused(
    path: str, repository: Repository, snapshot: Snapshot, tmp_path: Path
) -> None:
    told = json.loads(_manifest(repository).read_text())
    told["files"][0]["path"] = path
    data = json.dumps(told, sort_keys=True).encode()
    forged = hashlib.sha256(data).hexdigest()
    (repository.root / "snapshots" / f"{forged}.json").write_bytes(data)
    with pytest.raises(IntegrityError, match="outside the dataset"):
        repository.restore(forged, tmp_path / "out")
    assert snapshot.id in repository.snapshots()


def test_a_drill_that_comes_back_right_measures(repository: Repository, snapshot: Snapshot, tmp_path: Path) -> None:
    result = drill(repository, snapshot.id, snapshot.address, tmp_path / "out")
    assert result.passed
    assert result.checks_failed == ()
    assert result.rto_seconds > 0
    assert result.rpo_seconds > 0
    assert (result.files, result.bytes) == (3, 5000 + 5120)
    again = drill(repository, snapshot.id, snapshot.address, tmp_path / "out")
    assert again.passed, "a drill can be repeated in the same place"


def test_a_drill_fails_when_something_else_comes_back(
    repository: Repository, snapshot: Snapshot, tmp_path: Path
) -> None:
    result = drill(repository, snapshot.id, "0" * 64, tmp_path / "out")
    assert result.checks_failed == ("address",)
    assert "expected 000000000000" in result.reasons[0]


def test_a_drill_does_not_touch_a_directory_it_did_not_make(
    repository: Repository, snapshot: Snapshot, dataset: Dataset
) -> None:
    before = dataset.listing()
    with pytest.raises(UsageError):
        drill(repository, snapshot.id, snapshot.address, dataset.path)
    assert dataset.listing() == before
