# SPDX-License-Identifier: Apache-2.0
"""Parquet Modular Encryption by column: AES-GCM, one data key per column, a plaintext footer that is signed.

Whoever lacks a key still reads the columns without it; names, types and row counts stay visible. The data keys are
wrapped by keys of the keyring; the wrapped text carries the context it was made for and is bound to it, so a file put
in the place of another is noticed when it is opened.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from custody.errors import IntegrityError
from custody.keys import Secret

Keys = Callable[[str], Secret]
_SEPARATORS = frozenset(",;:")


def encrypt_parquet(
    source: Path,
    target: Path,
    columns: Mapping[str, str],
    footer: str,
    whole: str,
    context: Mapping[str, str],
    keys: Keys,
) -> None:
    """Write an encrypted copy of a Parquet file.

    Args:
        source: the file.
        target: the copy.
        columns: top-level column -> key URI.
        footer: the URI of the key that signs the footer.
        whole: the URI of the key for everything, where columns cannot be told apart by name; the most guarded one.
        context: what the copy is; `file` must be its name.
        keys: loads a key by its URI.
    """
    import pyarrow.parquet as pq
    import pyarrow.parquet.encryption as pe

    with pq.ParquetFile(source) as old:
        leaves = _leaves(old, columns)
        config = pe.EncryptionConfiguration(
            footer_key=_identifier(footer if leaves else whole),
            encryption_algorithm="AES_GCM_V1",
            double_wrapping=False,  # pyarrow's inner key would be 128 bit
            internal_key_material=True,
            data_key_length_bits=256,
            **({"column_keys": leaves, "plaintext_footer": True} if leaves else {"uniform_encryption": True}),
        )
        properties = _factory(keys, context).file_encryption_properties(pe.KmsConnectionConfig(), config)
        with pq.ParquetWriter(target, old.schema_arrow, compression="zstd", encryption_properties=properties) as new:
            for group in range(old.num_row_groups):
                new.write_table(old.read_row_group(group))


def decryption(context: Mapping[str, str], keys: Keys) -> Any:
    """Return what pyarrow needs to read an encrypted file whose context has these entries."""
    import pyarrow.parquet.encryption as pe

    return _factory(keys, context).file_decryption_properties(pe.KmsConnectionConfig())


def decrypt_parquet(source: Path, target: Path, context: Mapping[str, str], keys: Keys) -> None:
    """Write the plaintext copy of a Parquet file. Arguments as `encrypt_parquet`.

    Raises:
        IntegrityError: the file is not encrypted, which pyarrow would not mind.
    """
    import pyarrow.parquet as pq

    asked: list[str] = []

    def noted(uri: str) -> Secret:
        asked.append(uri)
        return keys(uri)

    with pq.ParquetFile(source, decryption_properties=decryption(context, noted)) as old:
        if not asked:  # no encrypted file opens without the key of its footer
            raise IntegrityError("is not encrypted", where=str(source), remedy="decrypt what `encrypt` wrote")
        with pq.ParquetWriter(target, old.schema_arrow, compression="zstd") as new:
            for group in range(old.num_row_groups):
                new.write_table(old.read_row_group(group))


def _leaves(file: Any, columns: Mapping[str, str]) -> dict[str, list[str]]:
    """Return key -> leaf paths, as pyarrow wants both, of the columns under it.

    Nothing where names do not tell columns apart: a name that stands twice, one with a dot that may also be a path into
    another column, or one with a character that separates names in pyarrow's own text.
    """
    found: dict[str, list[str]] = {}
    for index in range(len(file.schema)):
        path = file.schema.column(index).path
        tops = [name for name in file.schema_arrow.names if path == name or path.startswith(f"{name}.")]
        if len(tops) != 1:
            return {}
        if uri := columns.get(tops[0]):
            if _SEPARATORS & set(path) or path != path.strip():
                return {}
            found.setdefault(_identifier(uri), []).append(path)
    return found


def _identifier(uri: str) -> str:
    """Write a key URI without the characters pyarrow separates keys and columns by."""
    return urlsafe_b64encode(uri.encode()).decode().rstrip("=")


def _uri(identifier: str) -> str:
    return urlsafe_b64decode(identifier + "=" * (-len(identifier) % 4)).decode()


def _factory(keys: Keys, context: Mapping[str, str]) -> Any:
    import pyarrow.parquet.encryption as pe

    class Wrapper(pe.KmsClient):  # type: ignore[misc]  # pyarrow has no types
        """Wraps data keys with the keyring's keys."""

        def __init__(self, _: Any) -> None:
            super().__init__()

        def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> str:
            """Seal a data key together with its context."""
            told = json.dumps(dict(context), sort_keys=True)
            sealed = keys(_uri(master_key_identifier)).seal(key_bytes, _bound(told, master_key_identifier))
            return json.dumps({"context": told, "sealed": b64encode(sealed).decode()})

        def unwrap_key(self, wrapped_key: str, master_key_identifier: str) -> bytes:
            """Open a data key, and refuse it when it was made for something else."""
            blob = json.loads(wrapped_key)
            told = json.loads(blob["context"])
            if any(told.get(name) != value for name, value in context.items()):
                raise IntegrityError("the file was made for something else")
            secret = keys(_uri(master_key_identifier))
            return secret.open(b64decode(blob["sealed"]), _bound(blob["context"], master_key_identifier))

    return pe.CryptoFactory(Wrapper)


def _bound(context: str, key: str) -> bytes:
    return f"custody parquet v1 {key} {context}".encode()
