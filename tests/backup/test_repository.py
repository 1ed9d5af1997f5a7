# SPDX-License-Identifier: Apache-2.0
"""A backup gives back exactly what went in, or says that it cannot; drills turn that into a result."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.backup.drill import drill
from custody.backup.repository import Repository, Snapshot
from custody.dataset import Dataset
from custody.errors import CustodyError, DatasetError, IntegrityError, UsageError
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


def _forge(repository: Repository, data: bytes) -> str:
    """Put a manifest there whose name is right, as everybody can who may write to the repository."""
    forged = hashlib.sha256(data).hexdigest()
    (repository.root / "snapshots" / f"{forged}.json").write_bytes(data)
    return forged


def _forged_with(repository: Repository, **entries: object) -> str:
    told = json.loads(_manifest(repository).read_text())
    told["files"][0] |= {key: value for key, value in entries.items() if key in told["files"][0]}
    told |= {key: value for key, value in entries.items() if key in told}
    return _forge(repository, json.dumps(told, sort_keys=True).encode())


OUTSIDE = ("../out", "/etc/passwd", "a/../../b", "", ".", "..", "./a", "a//b", "a/", "a\0b", 7, None, ["a"])


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_manifest_that_names_a_path_outside_is_refused(
    path: object, repository: Repository, snapshot: Snapshot, tmp_path: Path
) -> None:
    forged = _forged_with(repository, path=path)
    with pytest.raises(IntegrityError, match="outside the dataset"):
        repository.restore(forged, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert snapshot.id in repository.snapshots()


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"{}", b'{"files": 7}', b'{"files": [{}]}', b'{"files": [], "files": []}', b"[" * 9**5],
)
@pytest.mark.usefixtures("snapshot")
def test_a_forged_manifest_that_is_none_fails_the_drill_without_raising(
    data: bytes, repository: Repository, tmp_path: Path
) -> None:
    forged = _forge(repository, data)
    with pytest.raises(IntegrityError, match="is no manifest"):
        repository.verify(forged)
    result = drill(repository, forged, "0" * 64, tmp_path / "out")
    assert "is no manifest" in result.reasons[0]


@pytest.mark.parametrize(
    "entries",
    [
        {"dataset": "../set"},
        {"dataset": 7},
        {"created_at": "soon"},
        {"created_at": "2026-01-01T00:00:00"},
        {"created_at": None},
        {"size": "many"},
        {"blob": "../../x"},
        {"blob": 7},
        {"blob": "0" * 64},
        {"sha256": "0" * 64},
        {"stored": "0" * 64},
        {"path": "deep"},
        {"path": "empty"},
    ],
    ids=str,
)
def test_a_manifest_with_one_wrong_entry_fails_the_drill_without_raising(
    entries: dict[str, object], repository: Repository, snapshot: Snapshot, tmp_path: Path
) -> None:
    forged = _forged_with(repository, **entries)
    result = drill(repository, forged, snapshot.address, tmp_path / "out")
    assert result.reasons
    assert not result.passed
    assert not (tmp_path / "out").exists()


def test_a_blob_that_is_gone_is_stored_again_by_the_next_backup(repository: Repository, dataset: Dataset) -> None:
    made = repository.snapshot(dataset)
    _biggest(repository).unlink()
    repository.verify(repository.snapshot(dataset).id)
    with pytest.raises(IntegrityError):
        repository.verify(made.id)  # the same bytes under a fresh data key are another blob


KILLED = """
import os, pathlib, signal, sys
import aws_cryptographic_material_providers.mpl, aws_encryption_sdk, obstore.store  # once, not for each that is killed
from custody import storage
from custody.backup.repository import Repository
from custody.dataset import Dataset
from custody.keys import Secret

def deadly(real):
    def call(*args, **options):
        step()
        done = real(*args, **options)
        step()
        return done
    return call

def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def work(place):
    for name in ("link", "replace", "rename"):
        setattr(os, name, deadly(getattr(os, name)))
    storage.ObjectStore.put_new = deadly(storage.ObjectStore.put_new)
    repository = Repository(place / "backups", Secret("local:test#backups", bytes(range(32))))
    made = repository.snapshot(Dataset(place.parent / "set"))
    repository.restore(made.id, place / "out")

for left in range(1, 8):
    child = os.fork()
    if child == 0:
        work(pathlib.Path(sys.argv[1]) / str(left))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_kill_at_any_write_leaves_no_snapshot_that_fails_and_a_rerun_succeeds(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.txt").write_text("a" * 5000)
    dataset = Dataset(tmp_path / "set")
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=True, capture_output=True, text=True)
    # before and after: the blob, the manifest, the directory that is restored; then nothing is left to kill
    assert list(map(int, done.stdout.split())) == [-signal.SIGKILL] * 6 + [0]
    for moment in range(1, 8):
        place = tmp_path / str(moment)
        repository = Repository(place / "backups", KEY)
        for one in repository.snapshots():
            repository.verify(one)
        assert len(repository.snapshots()) == (1 if moment > 3 else 0)
        assert (place / "out").exists() == (moment > 5)
        made = repository.snapshot(dataset)
        assert repository.restore(made.id, place / "again").address == dataset.listing().address


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


def test_a_blob_that_cannot_be_read_fails_the_drill_and_does_not_raise(
    repository: Repository, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root reads every file, so the refusal of the file system is played."""

    def refuse(path: Path) -> str:
        raise DatasetError("cannot be read (Permission denied)", where=str(path))

    monkeypatch.setattr("custody.backup.repository.file_sha256", refuse)
    result = drill(repository, snapshot.id, snapshot.address, tmp_path / "out")
    assert not result.passed
    assert "Permission denied" in result.reasons[0]
