# SPDX-License-Identifier: Apache-2.0
"""Objects are written once; local outputs appear whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from custody.errors import StorageUnavailable, TransientError, UsageError
from custody.storage import PARTIAL, ObjectStore, directory_whole, write_whole


def _leftovers(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.name.startswith(PARTIAL)]


def test_the_first_to_write_an_object_wins(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "store")
    assert store.put_new("a/b", b"first")
    assert not store.put_new("a/b", b"second")
    assert store.get("a/b") == b"first"


def test_of_many_who_write_one_object_at_once_exactly_one_wins(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    contents = [bytes([i]) * 100_000 for i in range(16)]
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda content: store.put_new("key", content), contents))
    assert won.count(True) == 1
    assert store.get("key") == contents[won.index(True)]


def test_a_file_put_as_an_object_does_not_replace_one(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "store")
    (tmp_path / "one").write_bytes(b"one")
    (tmp_path / "two").write_bytes(b"two")
    assert store.put_file("a/key", tmp_path / "one")
    assert not store.put_file("a/key", tmp_path / "two")
    assert store.get("a/key") == b"one"
    assert store.keys("a/") == ["a/key"]
    assert not _leftovers(tmp_path)


def test_a_missing_object_is_none_and_not_an_error(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    store.put_new("a/b", b"")
    assert store.get("a/c") is None
    assert store.get("a/b") == b""
    assert store.keys("x/") == []


def test_reading_makes_nothing(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "not there")
    assert store.get("a") is None
    assert store.keys("") == []
    assert list(tmp_path.iterdir()) == []


def test_a_prefix_does_not_match_half_a_name(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    for key in ("about/ab/x", "about/abc/y", "about/ab/z"):
        store.put_new(key, b"")
    assert store.keys("about/ab/") == ["about/ab/x", "about/ab/z"]


def _put_file(store: ObjectStore) -> bool:
    return store.put_file("key", Path(__file__))


@pytest.mark.parametrize("call", [lambda store: store.put_new("key", b""), _put_file], ids=["bytes", "file"])
def test_a_store_that_fails_is_weather_and_is_named(call: Callable[[ObjectStore], bool], tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the directory should be")
    with pytest.raises(StorageUnavailable, match="then retry") as caught:
        call(ObjectStore(tmp_path / "store"))
    assert isinstance(caught.value, TransientError)
    assert str(tmp_path / "store") in str(caught.value)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "sub" / "file", b"old" * 1000)
    assert write_whole(tmp_path / "sub" / "file", b"new").read_bytes() == b"new"
    assert not _leftovers(tmp_path)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"old")
    with pytest.raises(TypeError):
        write_whole(tmp_path / "file", "no bytes")  # type: ignore[arg-type]  # that is the fault
    assert (tmp_path / "file").read_bytes() == b"old"
    assert not _leftovers(tmp_path)


def test_a_directory_appears_only_when_its_block_ends_well(tmp_path: Path) -> None:
    with directory_whole(tmp_path / "out") as partial:
        (partial / "a").write_text("1")
        assert not (tmp_path / "out").exists()

    def write_and_fail(partial: Path) -> None:
        (partial / "a").write_text("2")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), directory_whole(tmp_path / "out") as partial:
        write_and_fail(partial)
    assert (tmp_path / "out" / "a").read_text() == "1"
    assert not _leftovers(tmp_path)


def test_a_directory_takes_the_place_of_the_old_one_whole(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with directory_whole(tmp_path / "out") as partial:
            (partial / name).touch()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["new"]
    assert not _leftovers(tmp_path)


def _file(target: Path) -> None:
    target.write_text("a file")


def _link(target: Path) -> None:
    (target.parent / "elsewhere").mkdir()
    (target.parent / "elsewhere" / "kept").touch()
    target.symlink_to(target.parent / "elsewhere")


def _data(target: Path) -> None:
    target.mkdir()
    (target / "kept").touch()


@pytest.mark.parametrize("there", [_file, _link, _data])
def test_what_was_not_made_here_stays(there: Callable[[Path], None], tmp_path: Path) -> None:
    there(tmp_path / "out")
    before = sorted(tmp_path.rglob("*"))
    with (
        pytest.raises(UsageError, match="something is here that custody did not write"),
        directory_whole(tmp_path / "out") as partial,
    ):
        (partial / "a").touch()
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_directory_gives_way(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with directory_whole(tmp_path / "out") as partial:
        (partial / "a").touch()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]


def test_of_many_who_make_one_directory_at_once_each_succeeds_and_one_whole_result_stays(tmp_path: Path) -> None:
    def make(number: int) -> None:
        for _ in range(15):
            with directory_whole(tmp_path / "out") as partial:
                (partial / "a").write_text(str(number))
                (partial / "b").write_text(str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    assert (tmp_path / "out" / "a").read_text() == (tmp_path / "out" / "b").read_text()
    assert not _leftovers(tmp_path)


def _killed(script: str, directory: Path, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Run a script until it says so, do something, then kill it."""
    with subprocess.Popen([sys.executable, "-c", script], cwd=directory, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            meanwhile()
        finally:
            os.kill(process.pid, signal.SIGKILL)


def test_a_reader_sees_the_old_file_or_the_new_one_and_so_does_who_comes_after_a_kill(tmp_path: Path) -> None:
    def whole(times: int = 1) -> None:
        for _ in range(times):
            assert (tmp_path / "file").read_bytes() in (b"A" * 300_000, b"B" * 300_000)

    _killed(
        "from pathlib import Path; from custody.storage import write_whole\n"
        "for i in range(10**6):\n"
        "    write_whole(Path('file'), bytes([65 + i % 2]) * 300_000)\n"
        "    i == 3 and print(flush=True)\n",
        tmp_path,
        lambda: whole(300),
    )
    whole()


def test_a_killed_maker_of_a_directory_leaves_no_part_of_it_under_its_name(tmp_path: Path) -> None:
    _killed(
        "import time; from pathlib import Path; from custody.storage import directory_whole\n"
        "with directory_whole(Path('out')) as partial:\n"
        "    (partial / 'a').touch(); print(flush=True); time.sleep(60)\n",
        tmp_path,
    )
    assert not (tmp_path / "out").exists()
    with directory_whole(tmp_path / "out") as partial:
        (partial / "b").touch()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b"]
