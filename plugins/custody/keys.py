# SPDX-License-Identifier: Apache-2.0
"""Signing keys and key-encryption keys, by URI scheme.

`local:FILE#NAME` is a key in a keyring: a JSON file of mode 0600 whose keys are sealed with AES-256-GCM under a key
that scrypt derives from a passphrase. The passphrase comes from CUSTODY_PASSPHRASE, from the file
CUSTODY_PASSPHRASE_FILE names, or from the file `passphrase` beside the keyring.

Other URIs name signing keys that stay where they are; see `heldkeys`. What a signature is stands in `signing`.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from custody.errors import KeyringError, UsageError
from custody.heldkeys import held, is_held
from custody.signing import Algorithm, Signer, public_bytes, verifies
from custody.storage import write_whole

__all__ = ["KeyType", "Secret", "Signer", "create", "has_signer", "is_signing_uri", "is_uri"]
__all__ += ["public_bytes", "secret", "signer", "verifies"]

SCRYPT_N = 2**17  # OWASP Password Storage Cheat Sheet: N=2^17, r=8, p=1 (128 MiB)
SCRYPT_R, SCRYPT_P = 8, 1
SCRYPT_COSTS = frozenset(2**power for power in range(1, 21))  # at most 1 GiB: a changed keyring must not eat the memory
NONCE_SIZE = 12  # bytes, the GCM standard size; each sealing draws a fresh one
KeyType = Literal["ed25519", "ecdsa-p256", "aes256"]
SIGNING: tuple[Algorithm, ...] = ("ed25519", "ecdsa-p256")


@dataclass(frozen=True)
class Secret:
    """A 256-bit symmetric key and the URI it was asked for by."""

    uri: str
    key: bytes

    def __repr__(self) -> str:
        return f"Secret({self.uri!r})"

    def seal(self, data: bytes, context: bytes) -> bytes:
        """Encrypt a few bytes (another key) with AES-256-GCM; nonce first. The context must be given again to open."""
        nonce = os.urandom(NONCE_SIZE)
        return nonce + AESGCM(self.key).encrypt(nonce, data, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Undo `seal`.

        Raises:
            KeyringError: another key, another context, or changed bytes.
        """
        try:
            return AESGCM(self.key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], context)
        except (InvalidTag, ValueError):  # ValueError: shorter than a nonce
            raise KeyringError(f"{self.uri} does not open this", remedy="use the key it was sealed with") from None


def is_uri(text: str) -> bool:
    """Tell whether a text is written as a key URI. Whether there is such a key is another question."""
    scheme, _, rest = text.partition(":")
    file, _, name = rest.partition("#")
    return scheme == "local" and bool(file and name)


def is_signing_uri(text: str) -> bool:
    """Tell whether a text is written as the URI of a signing key."""
    return is_uri(text) or is_held(text)


def signer(uri: str, base: Path) -> Signer:
    """Load a signing key, or find one that stays where it is.

    Args:
        uri: `local:FILE#NAME`, the file relative to `base`; or one of `heldkeys`.
        base: the custody home.

    Raises:
        KeyringError: no such key, wrong passphrase, or a keyring others can read.
    """
    if is_held(uri):
        return Signer(held(uri))
    kind, raw = _load(uri, base, SIGNING)
    if kind == "ed25519":
        return Signer(Ed25519PrivateKey.from_private_bytes(raw))
    return Signer(derive_private_key(int.from_bytes(raw, "big"), SECP256R1()))


def secret(uri: str, base: Path) -> Secret:
    """Load a key-encryption key. Arguments and errors as `signer`."""
    return Secret(uri, _load(uri, base, ("aes256",))[1])


def create(uri: str, base: Path, kind: KeyType, *, scrypt_n: int = SCRYPT_N) -> None:
    """Make a fresh key unless the keyring already has one of that name.

    Args:
        uri: as `signer`.
        base: as `signer`.
        kind: `ed25519` or `ecdsa-p256` to sign, `aes256` to encrypt.
        scrypt_n: the cost of a new keyring; an existing one keeps its own.

    Raises:
        KeyringError: the name is taken by a key of another type, or the passphrase does not open the keyring.
    """
    path, name = _parse(uri, base)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path.parent):
        ring = _read(path) if path.exists() else _new_ring(scrypt_n)
        if name not in ring["keys"]:
            _add(path, name, ring, kind)
        elif ring["keys"][name]["type"] != kind:
            raise KeyringError(
                f"{name!r} is a key of another type", where=str(path), remedy="give this key its own name"
            )


def has_signer(uri: str, base: Path) -> bool:
    """Tell whether the keyring of a `local:` URI has a signing key of that name. Raises KeyringError."""
    path, name = _parse(uri, base)
    return path.exists() and _read(path)["keys"].get(name, {}).get("type") in SIGNING


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Let one process at a time change the keyrings of a directory: each change rewrites the file."""
    held = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _add(path: Path, name: str, ring: dict[str, Any], kind: KeyType) -> None:
    key = _ring_key(path, ring)
    for other, entry in ring["keys"].items():  # two keys under two passphrases would lock one of them away
        _opened(f"{path}#{other}", key, other, entry)
    sealed = Secret(str(path), key).seal(_fresh(kind), _context(name, kind))
    ring["keys"][name] = {"type": kind, "sealed": b64encode(sealed).decode()}
    # the mode is set before the rename, so there is no moment in which others could read it
    old = os.umask(0o077)
    try:
        write_whole(path, json.dumps(ring, indent=1).encode())
    finally:
        os.umask(old)


def _fresh(kind: KeyType) -> bytes:
    """Return a new private key: 32 bytes of any kind."""
    if kind == "ecdsa-p256":
        return generate_private_key(SECP256R1()).private_numbers().private_value.to_bytes(32, "big")
    return Ed25519PrivateKey.generate().private_bytes_raw() if kind == "ed25519" else os.urandom(32)


def _opened(uri: str, key: bytes, name: str, entry: dict[str, Any]) -> bytes:
    try:
        return Secret(uri, key).open(b64decode(entry["sealed"]), _context(name, entry["type"]))
    except KeyringError:
        raise KeyringError(
            "the passphrase does not open this key, or the keyring was changed",
            where=uri,
            remedy="set the passphrase it was made with, or restore it from its backup",
        ) from None


def _load(uri: str, base: Path, kinds: tuple[KeyType, ...]) -> tuple[KeyType, bytes]:
    path, name = _parse(uri, base)
    if not path.exists():
        raise KeyringError("there is no keyring here", where=str(path), remedy="run `custody init`, or mount the file")
    ring = _read(path)
    entry = ring["keys"].get(name)
    if entry is None or entry["type"] not in kinds:
        names = ", ".join(sorted(k for k, v in ring["keys"].items() if v["type"] in kinds)) or "none"
        raise KeyringError(f"the keyring has no {kinds[0]} key {name!r}", where=str(path), allowed=names)
    return entry["type"], _opened(uri, _ring_key(path, ring), name, entry)


def _parse(uri: str, base: Path) -> tuple[Path, str]:
    if not is_uri(uri):
        raise UsageError(f"{uri!r} is not a key URI", allowed="local:FILE#NAME", remedy="correct it in the policy")
    file, _, name = uri.partition(":")[2].partition("#")
    return base / file, name


def _context(name: str, kind: KeyType) -> bytes:
    return f"custody keyring v1 {kind} {name}".encode()


def _new_ring(scrypt_n: int) -> dict[str, Any]:
    kdf = {"name": "scrypt", "n": scrypt_n, "r": SCRYPT_R, "p": SCRYPT_P, "salt": b64encode(os.urandom(16)).decode()}
    return {"custody_keyring": 1, "kdf": kdf, "keys": {}}


def _read(path: Path) -> dict[str, Any]:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyringError("others may read this keyring", where=str(path), remedy=f"chmod 600 {path}")
    try:
        ring = json.loads(path.read_bytes())
        usable = _is_ring(ring)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        ring, usable = {}, False
    if not usable:
        raise KeyringError("this is not a custody keyring", where=str(path), remedy="restore it from its backup")
    return dict(ring)


def _is_ring(ring: dict[str, Any]) -> bool:
    kdf = ring["kdf"]
    b64decode(kdf["salt"], validate=True)
    for entry in ring["keys"].values():
        b64decode(entry["sealed"], validate=True)
    known = ring["custody_keyring"] == 1 and (kdf["name"], kdf["r"], kdf["p"]) == ("scrypt", SCRYPT_R, SCRYPT_P)
    return known and kdf["n"] in SCRYPT_COSTS and all(isinstance(one["type"], str) for one in ring["keys"].values())


def _ring_key(path: Path, ring: dict[str, Any]) -> bytes:
    kdf = ring["kdf"]
    return _derive(_passphrase(path), b64decode(kdf["salt"]), kdf["n"], kdf["r"], kdf["p"])


@cache
def _derive(passphrase: bytes, salt: bytes, n: int, r: int, p: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase)


def _passphrase(ring: Path) -> bytes:
    if text := os.environ.get("CUSTODY_PASSPHRASE"):
        return text.encode()
    file = Path(os.environ.get("CUSTODY_PASSPHRASE_FILE") or ring.with_name("passphrase"))
    try:
        passphrase = file.read_bytes().strip()
    except OSError:
        passphrase = b""
    if not passphrase:
        raise KeyringError(
            "no passphrase for this keyring",
            where=str(ring),
            remedy="set CUSTODY_PASSPHRASE or CUSTODY_PASSPHRASE_FILE",
        )
    return passphrase
