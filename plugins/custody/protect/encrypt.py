# SPDX-License-Identifier: Apache-2.0
"""Encrypt a dataset: Parquet by columns, every other file as an AWS Encryption SDK message called `NAME.esdk`.

Data keys and nonces are fresh each time, so encrypting twice gives two addresses; the ledger says which one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from custody import formats
from custody.dataset import Dataset
from custody.envelope import seal, told_context, unseal, unsealed
from custody.errors import CustodyError, DatasetError, IntegrityError, UsageError
from custody.keys import Secret
from custody.protect.parquet import Keys, decrypt_parquet, decryption, encrypt_parquet
from custody.storage import directory_whole

SUFFIX = ".esdk"


@dataclass(frozen=True)
class EncryptionPlan:
    """Which key for what.

    Args:
        columns: Parquet file -> top-level column -> key URI; a column that is not named stays readable.
        footers: Parquet file -> key URI that signs its footer. Every reader with a key needs this one, so it should be
            the least guarded of the file's keys; by default it is `key`.
        key: key URI for other files and for Parquet files without a named column, or whose names do not tell their
            columns apart; so it must be the most guarded.
        context: what the copy is made from, bound to it: address, grade, policy digest.
        keys: loads a key by its URI.
    """

    columns: Mapping[str, Mapping[str, str]]
    key: str
    context: Mapping[str, str]
    keys: Keys
    footers: Mapping[str, str] = field(default_factory=dict)


def encrypt(dataset: Dataset, plan: EncryptionPlan, out: Path) -> None:
    """Write an encrypted copy of a dataset; it appears whole or not at all.

    Raises:
        DatasetError: a file cannot be read as Parquet although its name says so.
        KeyringError: a key is missing.
    """
    with directory_whole(out) as partial:
        for path in dataset.files():
            source, target = dataset.root / path, partial / path
            target.parent.mkdir(parents=True, exist_ok=True)
            context = {**plan.context, "file": path}
            if formats.format_of(source) == ".parquet":
                named = plan.columns.get(path) or dict.fromkeys(formats.fields(source), plan.key)
                footer = plan.footers.get(path, plan.key)
                with _readable(source):
                    encrypt_parquet(source, target, named, footer, plan.key, context, plan.keys)
            else:
                context |= {"key": plan.key}
                with source.open("rb") as old, target.with_name(target.name + SUFFIX).open("wb") as new:
                    seal(old, new, plan.keys(plan.key), context)


def decrypt(dataset: Dataset, keys: Keys, out: Path) -> None:
    """Write the plaintext of an encrypted dataset; it appears whole, every tag checked, or not at all.

    Raises:
        IntegrityError: another key, a changed byte, or a file in the place of another.
        KeyringError: a key is missing.
    """
    with directory_whole(out) as partial:
        for path in dataset.files():
            source, target = dataset.root / path, partial / plain_name(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.endswith(SUFFIX):
                with source.open("rb") as old, target.open("wb") as new:
                    unseal(old, new, _key_of(old, source, keys), {"file": plain_name(path)}, str(source))
            elif formats.format_of(source) == ".parquet":
                with _refusals(source):
                    decrypt_parquet(source, target, {"file": path}, keys)
            else:
                raise IntegrityError("is not encrypted", where=str(source), remedy="decrypt what `encrypt` wrote")


def read_encrypted(path: Path, name: str, keys: Keys) -> Iterator[formats.Chunk]:
    """Yield the chunks of a file, decrypted in memory; a file that is not encrypted is read as it is.

    Args:
        path: the file.
        name: its path within the dataset, which the encryption is bound to.
        keys: loads a key by its URI.

    Raises:
        DatasetError: as `formats.read`.
        IntegrityError, KeyringError: as `decrypt`.
    """
    if name.endswith(SUFFIX):
        with path.open("rb") as raw, _plain(raw, path, name, keys) as plain:
            yield from formats.read_stream(plain, Path(plain_name(str(path))))
    elif formats.format_of(path) == ".parquet":
        with _refusals(path):
            yield from formats.read(path, decryption=decryption({"file": name}, keys))
    else:
        yield from formats.read(path)


def plain_name(name: str) -> str:
    """Return a file's name without what encryption added."""
    return name.removesuffix(SUFFIX)


def _plain(raw: IO[bytes], path: Path, name: str, keys: Keys) -> AbstractContextManager[IO[bytes]]:
    return unsealed(raw, _key_of(raw, path, keys), {"file": plain_name(name)}, str(path))


def _key_of(raw: IO[bytes], path: Path, keys: Keys) -> Secret:
    uri = told_context(raw, str(path)).get("key", "")
    try:
        return keys(uri)
    except UsageError:  # what the message states is not verified yet
        raise _changed("names no key", path) from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Name a file whose footer is right and whose pages are not; pyarrow's text may quote data."""
    try:
        yield
    except CustodyError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno:  # the disk; pyarrow's own word for damage has no number
            raise
        raise DatasetError(
            f"cannot be read as Parquet ({type(error).__name__})",
            where=str(path),
            remedy="restore the file from its source or a backup",
        ) from None


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Give pyarrow's errors our name; their text may quote data."""
    try:
        yield
    except UsageError:
        raise _changed("names no key", path) from None
    except CustodyError:
        raise
    except Exception as error:
        raise _changed(f"does not decrypt ({type(error).__name__})", path) from None


def _changed(what: str, path: Path) -> IntegrityError:
    return IntegrityError(
        what,
        where=str(path),
        remedy="use the keys it was made with, or restore the file from its source or a backup",
    )
