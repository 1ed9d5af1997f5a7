# SPDX-License-Identifier: Apache-2.0
"""The address is what coreutils gives, what cannot be addressed is refused, and a change is told in words."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as some

from custody.dataset import Dataset, Listing, file_sha256, is_sha256
from custody.errors import DatasetError, IntegrityError, UsageError

COREUTILS = r"find . -type f | cut -c3- | LC_ALL=C sort | xargs -r -d '\n' sha256sum -- | sha256sum"
NOBODY = 65534

_character = some.sampled_from("aB0 -.'\"$*%#;é漢🙂\t") | some.characters(
    codec="utf-8", exclude_characters="/\\\n\r\0", exclude_categories=["Cs"]
)
_name = some.text(_character, min_size=1, max_size=12).filter(lambda name: name not in {".", "..", "-"})
_tree = some.dictionaries(some.lists(_name, min_size=1, max_size=3).map(tuple), some.binary(max_size=40), min_size=1)
_digest = some.binary(min_size=32, max_size=32).map(bytes.hex)


def _plant(root: Path, tree: dict[tuple[str, ...], bytes]) -> None:
    for parts, content in tree.items():
        path = root.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue  # one path needs a directory where another has a file


def _coreutils(directory: Path) -> str:
    return subprocess.run(
        ["bash", "-c", COREUTILS], cwd=directory, check=True, capture_output=True, text=True
    ).stdout.split()[0]


@settings(max_examples=40, deadline=None)
@given(_tree)
def test_the_address_is_what_coreutils_gives(tree: dict[tuple[str, ...], bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _plant(root, tree)
        try:
            address = Dataset(root).listing().address
        except DatasetError as error:
            assert "differ only by case" in str(error)  # noqa: PT017 - any other refusal is a failure
            reject()
        assert address == _coreutils(root)


def test_the_address_is_the_dirhash_of_the_in_toto_specification() -> None:
    """The example of digest_set.md, version 1.1."""
    module = "github.com/marklodato/go-hello-world@v0.0.1"
    listing = Listing(
        {
            f"{module}/main.go": "ddc4da627d9a9f45fb29641a1b185d6f53287ecfd921aacbf4fe54b7a86fe8d1",
            f"{module}/go.mod": "28e7c942a036902d981759d0bf5704d2bfc7cb500caf68b84711b234af01c6a5",
            f"{module}/README.md": "3a137eef6458bfb76bb2c63fc29ffc7166604d2d2e09ed9d8250a534122a8364",
        }
    )
    assert listing.address == "2a1bb6127fb481c60f67692e22285fb306f3c6ffe62075e0ccf674d7c3adcb8f"


def test_a_single_file_is_addressed_as_a_directory_that_holds_just_it(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "data.csv").write_text("a\n1\n")
    (tmp_path / "beside.csv").write_text("does not count")
    (tmp_path / "data.csv").write_text("a\n1\n")
    assert Dataset(tmp_path / "data.csv").listing() == Dataset(tmp_path / "one").listing()


def test_hidden_and_empty_files_count_and_empty_directories_do_not(tmp_path: Path) -> None:
    for name in (".hidden", "empty", "sub/.deep/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "nothing" / "in" / "here").mkdir(parents=True)
    assert Dataset(tmp_path).files() == [".hidden", "empty", "sub/.deep/x"]


def test_sha256sum_accepts_the_listing(tmp_path: Path) -> None:
    _plant(tmp_path / "data", {("a b", "ü.txt"): b"1", (" lead",): b"", ("*",): b"3"})
    check = subprocess.run(
        ["sha256sum", "--strict", "-c", "-"],
        cwd=tmp_path / "data",
        input=Dataset(tmp_path / "data").listing().text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout


@settings(max_examples=60, deadline=None)
@given(_tree, some.data())
def test_a_changed_byte_or_name_changes_the_address(tree: dict[tuple[str, ...], bytes], data: some.DataObject) -> None:
    listing = Listing({"/".join(parts): hashlib.sha256(content).hexdigest() for parts, content in tree.items()})
    path = data.draw(some.sampled_from(sorted(listing.digests)))
    flipped = Listing({**listing.digests, path: hashlib.sha256(b"other" * 9).hexdigest()})
    renamed = Listing({(one + "~" if one == path else one): digest for one, digest in listing.digests.items()})
    assert len({listing.address, flipped.address, renamed.address}) == 3


# What has no address a stranger could redo


def _link_to_file(root: Path) -> None:
    (root / "bad").symlink_to(root / "good.txt")


def _link_to_directory(root: Path) -> None:
    (root / "sub").mkdir()
    (root / "bad").symlink_to(root / "sub")


def _link_in_a_circle(root: Path) -> None:
    (root / "bad").symlink_to(root)


def _socket(root: Path) -> None:
    here = Path.cwd()
    os.chdir(root)  # the address of a socket is at most 108 bytes long
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("bad")
    finally:
        os.chdir(here)


SPECIAL: dict[str, tuple[Callable[[Path], None], str]] = {
    "a link to a file": (_link_to_file, "is a symbolic link"),
    "a link to a directory": (_link_to_directory, "is a symbolic link"),
    "a link to nothing": (lambda root: (root / "bad").symlink_to("nowhere"), "is a symbolic link"),
    "a link to the directory it is in": (_link_in_a_circle, "is a symbolic link"),
    "a pipe": (lambda root: os.mkfifo(root / "bad"), "is a special file"),
    "a socket": (_socket, "is a special file"),
}


@pytest.mark.parametrize("case", SPECIAL)
def test_what_is_no_regular_file_is_refused_by_name(case: str, tmp_path: Path) -> None:
    plant, what = SPECIAL[case]
    (tmp_path / "good.txt").write_text("good")
    plant(tmp_path)
    with pytest.raises(DatasetError, match=what) as caught:
        Dataset(tmp_path).files()
    assert str(tmp_path / "bad") in str(caught.value)
    assert "copy the bytes in place" in str(caught.value)


def test_a_link_given_as_the_dataset_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("a\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    with pytest.raises(DatasetError, match="symbolic link"):
        Dataset(tmp_path / "link.csv").files()


@pytest.mark.parametrize("name", ["line\nbreak", "carriage\rreturn", "back\\slash", "sub/line\nbreak", "line\nbreak/x"])
def test_a_name_that_coreutils_would_escape_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x")
    printed = subprocess.run(["sha256sum", name], cwd=tmp_path, capture_output=True, check=True).stdout
    assert printed.startswith(b"\\"), "sha256sum escapes it"
    with pytest.raises(DatasetError, match=r"newline or a backslash[\s\S]*rename the file") as caught:
        Dataset(tmp_path).files()
    assert "\r" not in str(caught.value), "the message shows the name escaped"


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/latin-\xe9.txt")).write_text("x")
    with pytest.raises(DatasetError, match="not UTF-8") as caught:
        Dataset(tmp_path).files()
    str(caught.value).encode()  # can be logged


def test_a_file_named_like_the_input_of_sha256sum_is_refused(tmp_path: Path) -> None:
    (tmp_path / "-").write_text("x")
    with pytest.raises(DatasetError, match="rename the file"):
        Dataset(tmp_path).files()
    (tmp_path / "-").rename(tmp_path / "-n")
    assert Dataset(tmp_path).listing().address == _coreutils(tmp_path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("readme", "README"),
        ("caf\u00e9", "cafe\u0301"),
        ("stra\u00dfe", "STRASSE"),
        ("\u0130stanbul", "i\u0307stanbul"),
        ("sub/x.csv", "SUB/y.csv"),
        ("a", "A/x"),
    ],
)
def test_names_that_differ_only_by_case_or_form_are_refused(one: str, other: str, tmp_path: Path) -> None:
    for name in (one, other):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    with pytest.raises(DatasetError, match="differ only by case or Unicode form"):
        Dataset(tmp_path).files()


@contextmanager
def _without_privileges() -> Iterator[None]:
    """Root reads everything, so act as nobody for a moment."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_what_cannot_be_read_is_refused_and_never_passed_over(kind: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "sub").mkdir()
        (root / "good").write_text("good")
        (root / "sub" / "secret").write_text("secret")
        closed = root / "sub" / "secret" if kind == "file" else root / "sub"
        root.chmod(0o755)
        closed.chmod(0)
        try:
            with (
                _without_privileges(),
                pytest.raises(DatasetError, match=r"cannot be (read|listed) \(Permission") as caught,
            ):
                Dataset(root).listing()
        finally:
            closed.chmod(0o700)
    assert str(closed) in str(caught.value)
    assert "check permissions" in str(caught.value)


@pytest.mark.parametrize("make", [None, Path.mkdir], ids=["no path", "an empty directory"])
def test_a_dataset_without_files_is_refused(make: Callable[[Path], None] | None, tmp_path: Path) -> None:
    if make:
        make(tmp_path / "data")
    with pytest.raises(DatasetError, match="check the path of the dataset"):
        Dataset(tmp_path / "data").listing()


@pytest.mark.parametrize("name", ["..", ".", "a/b", "../../etc", "/etc", "nul\0"])
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name a dataset"):
        Dataset(tmp_path, name)


def test_the_default_name_is_the_last_part_without_extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "v1.2").mkdir()
    (tmp_path / "people.jsonl.gz").touch()
    monkeypatch.chdir(tmp_path / "v1.2")
    assert Dataset(tmp_path / "v1.2").name == "v1.2"
    assert Dataset(tmp_path / "people.jsonl.gz").name == "people"
    assert Dataset(Path()).name == "v1.2"
    assert Dataset(Path("..")).name == tmp_path.name


# held


def _change(root: Path) -> None:
    (root / "a").write_text("changed")


def _add(root: Path) -> None:
    (root / "b").write_text("b")


def _rename(root: Path) -> None:
    (root / "a").rename(root / "c")


def _replace_by_link(root: Path) -> None:
    (root / "a").rename(root.parent / "moved")
    (root / "a").symlink_to(root.parent / "moved")


@pytest.mark.parametrize(
    ("meddle", "words"),
    [(_change, "a: expected sha256"), (_add, "b: added"), (_rename, "a: missing"), (_replace_by_link, "symbolic link")],
)
def test_a_dataset_that_changes_while_it_is_held_is_refused(
    meddle: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").write_text("a")
    with pytest.raises((IntegrityError, DatasetError), match=words), Dataset(tmp_path / "data").held():
        meddle(tmp_path / "data")


def test_a_held_dataset_that_stays_is_given_with_its_listing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    with Dataset(tmp_path).held() as listing:
        assert listing.digests == {"a": hashlib.sha256(b"a").hexdigest()}


def test_an_error_inside_the_block_is_not_hidden_by_a_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")

    def change_and_fail() -> None:
        _change(tmp_path)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Dataset(tmp_path).held():
        change_and_fail()


# Listing


@settings(max_examples=100, deadline=None)
@given(some.dictionaries(some.lists(_name, min_size=1, max_size=3).map("/".join), _digest))
def test_a_listing_reads_back_as_it_was_printed(digests: dict[str, str]) -> None:
    listing = Listing(digests)
    assert Listing.parse(listing.text) == listing
    assert Listing.parse(listing.text).address == listing.address


D1, D2 = "1" * 64, "2" * 64
MALFORMED = {
    "cut off in the last line": f"{D1}  a\n{D2}  b",
    "cut off in a digest": f"{D1}  a\n{D2[:30]}",
    "a file twice": f"{D1}  a\n{D2}  a\n",
    "out of order": f"{D1}  b\n{D2}  a\n",
    "one space": f"{D1} a\n",
    "sha256sum's binary mark": f"{D1} *a\n",
    "sha256sum's escape": f"\\{D1}  a\n",
    "an uppercase digest": f"{'A' * 64}  a\n",
    "a digest too short": f"{'a' * 63}  a\n",
    "no path": f"{D1}  \n",
    "an empty line": f"{D1}  a\n\n",
    "an absolute path": f"{D1}  /etc/passwd\n",
    "a path that climbs": f"{D1}  a/../../b\n",
    "a second spelling of a path": f"{D1}  ./a\n{D2}  a\n",
    "a path with a point inside": f"{D1}  a/./b\n",
    "a path with an empty part": f"{D1}  a//b\n",
    "the dataset itself": f"{D1}  .\n",
    "a directory": f"{D1}  a/\n",
    "a NUL": f"{D1}  a\0b\n",
    "a backslash": f"{D1}  a\\b\n",
    "a carriage return": f"{D1}  a\rb\n",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_listing_is_refused(case: str) -> None:
    with pytest.raises(IntegrityError, match=r"sha256sum line|cut off"):
        Listing.parse(MALFORMED[case])


def test_differences_are_told_file_by_file() -> None:
    before = Listing({"same": D1, "changed": D1, "gone": D1})
    after = Listing({"same": D1, "changed": D2, "new": D2})
    assert before.differences(before) == []
    assert before.differences(after) == [
        "changed: expected sha256 111111111111…, found 222222222222…",
        "gone: missing",
        "new: added",
    ]


@pytest.mark.parametrize("text", ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "\u0661" * 64, "a" * 63 + "\n"])
def test_what_is_no_digest_is_not_taken_for_one(text: str) -> None:
    assert not is_sha256(text)


def test_a_file_larger_than_one_read_is_hashed_whole(tmp_path: Path) -> None:
    data = os.urandom(1 << 20) + b"tail"
    (tmp_path / "big").write_bytes(data)
    assert file_sha256(tmp_path / "big") == hashlib.sha256(data).hexdigest()
