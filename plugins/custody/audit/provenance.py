# SPDX-License-Identifier: Apache-2.0
"""Proof of where bytes come from: the publisher's checksums, its signature over them, a fixed revision, its places.

Nothing here reads a source's own word for who the publisher is: keys and places of publishers stand in the policy.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from custody import keys
from custody.dataset import is_sha256
from custody.yamlfile import Strict

MAX_CHECKSUMS = 64 << 20  # bytes; about half a million files
_GNU = re.compile(r"(\\?)([0-9a-fA-F]{64}) [ *](.+)")
_BSD = re.compile(r"SHA256 \((.+)\) = ([0-9a-fA-F]{64})")
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
# git: SHA-1 and SHA-256 object names; the Hub has git commits
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHORT = re.compile(r"(?=.*[a-f])[0-9a-f]{7,63}|[0-9a-f]{7}")  # git prints seven digits at least
_MOVING = frozenset(
    {"main", "master", "head", "latest", "develop", "dev", "trunk", "tip", "stable", "nightly", "current"}
)


class Proof(Strict):
    """What the publisher gives to check the bytes by. Paths are relative to the sources file.

    checksums: its file in the form of `sha256sum`. signature: its detached signature over that file, raw or in base64.
    """

    checksums: str = ""
    signature: str = ""


@dataclass(frozen=True)
class Checksums:
    """What a file of checksums says. faults: how many lines are none, or contradict another."""

    digests: Mapping[str, str]
    faults: int


def read_checksums(text: str) -> Checksums:
    """Read the output of `sha256sum`, with or without `--tag`."""
    found: dict[str, str] = {}
    faults = 0
    for line in text.split("\n"):
        line = line.removesuffix("\r")  # noqa: PLW2901 - publishers on Windows
        if not line or line.startswith("#"):
            continue
        if gnu := _GNU.fullmatch(line):
            name, digest = (_unescaped(gnu[3]) if gnu[1] else gnu[3]), gnu[2].lower()
        elif bsd := _BSD.fullmatch(line):
            name, digest = bsd[1], bsd[2].lower()
        else:
            faults += 1
            continue
        name = name.removeprefix("./")
        faults += found.setdefault(name, digest) != digest
    return Checksums(found, faults)


def _unescaped(name: str) -> str:
    return re.sub(r"\\[\\nr]", lambda match: _ESCAPES[match[0]], name)


@dataclass(frozen=True)
class Compared:
    """How the bytes compare with a publisher's digests, by path."""

    differ: tuple[str, ...]
    extra: tuple[str, ...]  # not in the publisher's list
    missing: tuple[str, ...]  # in the list only

    @property
    def same(self) -> bool:
        """Whether the bytes are all that the publisher lists, and nothing else."""
        return not (self.differ or self.extra or self.missing)


def compare(ours: Mapping[str, str], stated: Mapping[str, str]) -> Compared:
    """Hold a listing against a publisher's digests.

    A file is looked up by its path; where no path fits, by its file name, if only one on each side has it: publishers
    list from another directory.
    """
    short_ours, short_stated = _by_name(ours), _by_name(stated)
    paired: dict[str, str] = {path: path for path in ours if path in stated}
    for name, path in short_ours.items():
        other = short_stated.get(name)
        if path and other and path not in paired and other not in ours:
            paired[path] = other
    differ = tuple(sorted(path for path, other in paired.items() if ours[path] != stated[other]))
    missing = tuple(sorted(set(stated) - set(paired.values())))
    return Compared(differ, tuple(sorted(set(ours) - set(paired))), missing)


def _by_name(paths: Iterable[str]) -> dict[str, str]:
    """Return path by file name; an empty text where several have it."""
    found: dict[str, str] = {}
    for path in paths:
        name = path.rsplit("/", 1)[-1]
        found[name] = "" if name in found else path
    return found


def signed_by(public: str, signature: bytes, data: bytes) -> bool:
    """Tell whether a detached signature over the data is of this key.

    Args:
        public: `ed25519:<base64>`, or a PEM public key: Ed25519, or ECDSA on P-256 (SHA-256) or P-384 (SHA-384).
        signature: raw, or in base64.
        data: what was signed.
    """
    key = _loaded(public)
    return any(_verifies(key, one, data) for one in {signature, _from_base64(signature)} if one)


def is_public_key(text: str) -> bool:
    """Tell whether a text is a public key that `signed_by` can use."""
    return _loaded(text) is not None


def _loaded(public: str) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | None:
    try:
        if public.startswith("ed25519:"):
            return ed25519.Ed25519PublicKey.from_public_bytes(keys.public_bytes(public))
        key = load_pem_public_key(public.encode())
    except Exception:  # whatever is wrong with it, it verifies nothing
        return None
    curve = key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else ""
    return key if isinstance(key, ed25519.Ed25519PublicKey) or curve in _HASHES else None  # type: ignore[return-value]


_HASHES: dict[str, hashes.HashAlgorithm] = {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384()}


def _verifies(key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | None, signature: bytes, data: bytes) -> bool:
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif key is not None:
            key.verify(signature, data, ec.ECDSA(_HASHES[key.curve.name]))
    except InvalidSignature:
        return False
    return key is not None


def _from_base64(signature: bytes) -> bytes:
    try:
        return b64decode(b"".join(signature.split()), validate=True)
    except ValueError:
        return b""


Pin = Literal["fixed", "short", "label", "moving", "none"]


def pin(revision: str) -> Pin:
    """Say how firmly a revision names one state of the data.

    `fixed`: a whole commit or content digest. `short`: the beginning of one, which another can share. `label`: a
    version or tag, which its owner can move. `moving`: a branch, or a word for the newest.
    """
    text = revision.strip().lower()
    digest = text.removeprefix("sha256:")
    if not text:
        return "none"
    if _COMMIT.fullmatch(digest) or is_sha256(digest):
        return "fixed"
    if text in _MOVING or text.rsplit("/", 1)[-1] in _MOVING or text.startswith("refs/heads/"):
        return "moving"
    return "short" if _SHORT.fullmatch(text) else "label"


def at_home(url: str, places: Iterable[str]) -> bool:
    """Tell whether a URL is in one of a publisher's places.

    Args:
        url: where data was got from.
        places: `example.org`, which stands for its subdomains, too; or a part of a host that many share, such as
            `github.com/example`, which does not.
    """
    split = _split(url)
    return split is not None and any(_inside(*split, place) for place in places)


def _inside(host: str, path: tuple[str, ...], place: str) -> bool:
    if (home := _split("https://" + place.rsplit("://", maxsplit=1)[-1])) is None:
        return False
    at, below = home
    if below:
        return host == at and path[: len(below)] == below
    return host == at or host.endswith("." + at)


def _split(url: str) -> tuple[str, tuple[str, ...]] | None:
    """Return host (ASCII form) and path of an https URL, or None for what is none or hides where it leads."""
    try:
        parts = urlsplit(url)
        host = _ascii(parts.hostname or "")
        disguised = "@" in parts.netloc or "\\" in url or parts.port not in (None, 443)
    except ValueError:
        return None
    path = tuple(unquote(part).lower() for part in parts.path.split("/") if part)
    if parts.scheme != "https" or not host or disguised or {".", ".."} & set(path):
        return None
    return host, path


def _ascii(host: str) -> str:
    import idna

    try:
        return idna.encode(host.removesuffix("."), uts46=True).decode().lower() if "." in host else ""
    except idna.IDNAError:
        return ""
