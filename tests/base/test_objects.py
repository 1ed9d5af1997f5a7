# SPDX-License-Identifier: Apache-2.0
"""A dataset in an object store is read as it was listed, whole or not at all.

The server speaks S3 over HTTP in a process of its own; it is Moto's, a stand-in for AWS made for tests.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from custody import objects
from custody.dataset import Dataset
from custody.errors import DatasetError, IntegrityError, StorageUnavailable, UsageError
from custody.objects import brought

FILES = {"a.csv": b"x\n1\n", "deep/er/b ü.jsonl": b'{"a": 1}\n', "empty.txt": b"", "large.bin": bytes(20 << 20)}


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    told = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}
    for name, value in {**told, "AWS_ENDPOINT_URL": endpoint, "AWS_ALLOW_HTTP": "true"}.items():
        monkeypatch.setenv(name, value)
    made = boto3.resource("s3", endpoint_url=endpoint, region_name="us-east-1").Bucket("data")
    made.create()
    yield made
    made.objects.all().delete()
    made.delete()


def _fill(bucket: Any, files: dict[str, bytes], prefix: str = "sets/mine") -> None:
    for name, data in files.items():
        bucket.put_object(Key=f"{prefix}/{name}", Body=data)


def _written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_a_prefix_has_the_address_of_the_same_files_on_a_disk(bucket: Any, tmp_path: Path) -> None:
    _fill(bucket, FILES)
    bucket.put_object(Key="sets/mine/marker/", Body=b"")  # what consoles make for a folder
    bucket.put_object(Key="sets/mine-too/other.csv", Body=b"y\n")
    with brought("s3://data/sets/mine") as dataset:
        assert dataset.name == "mine"
        assert dataset.listing() == Dataset(_written(tmp_path / "mine", FILES)).listing()
        place = dataset.path
    assert not place.parent.exists()


def test_one_object_is_a_dataset_of_one_file(bucket: Any) -> None:
    _fill(bucket, FILES)
    with brought("s3://data/sets/mine/a.csv") as dataset:
        assert list(dataset.listing().digests) == ["a.csv"]


def test_a_local_path_is_read_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x\n")
    with brought(str(tmp_path)) as dataset:
        assert dataset == Dataset(tmp_path)


@pytest.mark.parametrize("uri", ["s3://data/none/here", "s3://data/sets/mine/b.csv"])
def test_nothing_below_a_uri_is_an_error_that_says_so(bucket: Any, uri: str) -> None:
    _fill(bucket, FILES)
    with pytest.raises(DatasetError, match="nothing here"), brought(uri):
        pass


def test_a_uri_without_a_bucket_is_refused() -> None:
    with pytest.raises(UsageError, match="names no bucket"), brought("s3://"):
        pass


@pytest.mark.parametrize("key", ["../up.csv", "a//b.csv", "a/./b.csv", "back\\slash.csv"])
def test_a_name_that_leaves_the_directory_is_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = {"path": key, "size": 1, "e_tag": None}
    monkeypatch.setattr(objects, "listed", lambda _: (None, [meta]))
    with pytest.raises(DatasetError, match="cannot be a path"), brought("s3://data/sets/mine"):
        pass


def test_an_object_that_changed_since_it_was_listed_is_refused_and_nothing_stays(
    bucket: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _fill(bucket, {"a.csv": b"x\n1\n"})
    listed = objects.listed

    def then_changed(uri: str) -> Any:
        found = listed(uri)
        _fill(bucket, {"a.csv": b"x\n2\n"})
        return found

    monkeypatch.setattr(objects, "listed", then_changed)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(IntegrityError, match="changed"), brought("s3://data/sets/mine"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_short_answer_is_weather(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(bucket, {"a.csv": b"x\n1\n"})
    listed = objects.listed

    def longer(uri: str) -> Any:
        store, found = listed(uri)
        return store, [{**one, "size": 99} for one in found]

    monkeypatch.setattr(objects, "listed", longer)
    with pytest.raises(StorageUnavailable, match="4 of 99 bytes"), brought("s3://data/sets/mine"):
        pass


@pytest.mark.usefixtures("bucket")
def test_a_store_that_does_not_answer_is_weather(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(objects, "RETRY", {"max_retries": 0})
    with pytest.raises(StorageUnavailable, match="credentials, region and endpoint"), brought("s3://data/sets/mine"):
        pass


@pytest.mark.usefixtures("bucket")
def test_a_missing_bucket_is_told() -> None:
    with pytest.raises((DatasetError, StorageUnavailable)), brought("s3://nowhere/at/all"):
        pass
