# SPDX-License-Identifier: Apache-2.0
"""AWS Encryption SDK messages, by the official library, under a key of the keyring.

Suite: AES-256-GCM with HKDF-SHA-512 and key commitment, without signature; frames of 1 MiB (the library's 4 KiB are
    fourteen times slower). The encryption context is authenticated, stored in clear, and required to match when a
    message is opened; the library alone would neither require it nor notice bytes appended to a message.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from custody.errors import CustodyError, IntegrityError
from custody.keys import Secret

if TYPE_CHECKING:
    from aws_encryption_sdk import EncryptionSDKClient

FRAME = 1 << 20  # bytes
NAMESPACE = "custody"


def seal(source: IO[bytes], target: IO[bytes], secret: Secret, context: Mapping[str, str]) -> None:
    """Encrypt a stream into a message. Every call draws a fresh data key, so the same bytes give another message."""
    from aws_encryption_sdk.identifiers import AlgorithmSuite

    options = {
        "algorithm": AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
        "keyring": _keyring(secret),
        "encryption_context": dict(context),
        "frame_length": FRAME,
    }
    with _client().stream(mode="encrypt", source=source, **options) as message:
        while block := message.read(FRAME):
            target.write(block)


def unseal(source: IO[bytes], target: IO[bytes], secret: Secret, context: Mapping[str, str], where: str) -> None:
    """Decrypt a message into a stream, and refuse it unless it is whole.

    The target has received plaintext before the last tag is checked: use it only when this returns.

    Args:
        source: the message and nothing behind it.
        target: receives the plaintext.
        secret: the key it was sealed with.
        context: must be part of the message's own context.
        where: how errors name the message.

    Raises:
        IntegrityError: another key or context; changed, missing or appended bytes.
    """
    with _opened(source, secret, context, where) as message:
        while block := message.read(FRAME):
            target.write(block)


@contextmanager
def unsealed(source: IO[bytes], secret: Secret, context: Mapping[str, str], where: str) -> Iterator[IO[bytes]]:
    """Give the plaintext of a message as a stream, after one pass that proved the message whole.

    Two passes need neither memory nor a plaintext file. Arguments and errors as `unseal`.
    """
    start = source.tell()
    unseal(source, _Nowhere(), secret, context, where)
    source.seek(start)
    with _opened(source, secret, context, where) as message:
        yield io.BufferedReader(_Raw(message), FRAME)


def told_context(source: IO[bytes], where: str) -> Mapping[str, str]:
    """Return the context a message states, unverified: good for choosing the key, for nothing else.

    Raises:
        IntegrityError: this is no message.
    """
    from aws_encryption_sdk.internal.formatting.deserialize import deserialize_header

    start = source.tell()
    try:
        header, _ = deserialize_header(source)
    except Exception as error:
        raise _refused(f"is no encrypted message ({type(error).__name__})", where) from None
    finally:
        source.seek(start)
    return dict(header.encryption_context)


class _Nowhere(io.BytesIO):
    def write(self, data: Any) -> int:
        return len(data)


class _Raw(io.RawIOBase):
    """What the library's stream lacks to stand under a buffered reader."""

    def __init__(self, message: Any) -> None:
        self._message = message

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._message.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


@contextmanager
def _opened(source: IO[bytes], secret: Secret, context: Mapping[str, str], where: str) -> Iterator[Any]:
    try:
        with _client().stream(mode="decrypt", source=source, keyring=_keyring(secret)) as message:
            told = message.header.encryption_context
            if any(told.get(name) != value for name, value in context.items()):
                raise _refused("the message was made for something else", where)
            yield message
            if message.read(1) or source.read(1):
                raise _refused("there are bytes behind the end of the message", where)
    except (CustodyError, OSError):
        raise
    except Exception as error:
        # the library has one exception per kind of damage; all mean: not this message under this key
        raise _refused(f"does not decrypt ({type(error).__name__})", where) from None


def _refused(what: str, where: str) -> IntegrityError:
    return IntegrityError(
        what, where=where, remedy="use the key it was made with, or restore the file from its source or a backup"
    )


def _client() -> EncryptionSDKClient:
    import aws_encryption_sdk
    from aws_encryption_sdk.identifiers import CommitmentPolicy

    logging.getLogger("aws_encryption_sdk").setLevel(logging.CRITICAL)  # logs a traceback for what is raised anyway
    return aws_encryption_sdk.EncryptionSDKClient(
        commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, max_encrypted_data_keys=1
    )


def _keyring(secret: Secret) -> Any:
    from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
    from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
    from aws_cryptographic_material_providers.mpl.models import AesWrappingAlg, CreateRawAesKeyringInput

    providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
    return providers.create_raw_aes_keyring(
        CreateRawAesKeyringInput(
            key_namespace=NAMESPACE,
            key_name=secret.uri,
            wrapping_key=secret.key,
            wrapping_alg=AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16,
        )
    )
