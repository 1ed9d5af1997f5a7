# SPDX-License-Identifier: Apache-2.0
"""Seeds that are promised before anyone sees what they draw.

The commitment is the SHA-256 of the seed and the dataset's address, written into a register before the sample is
drawn; the seed is told afterwards. A dataset has one commitment: who could make a second could choose between two
samples. A seed serves one dataset: once told, whoever makes the next dataset would know its sample.

A line of the register: {"commitment", "seed_id", "address", "at", "by"}; `seed_id` is a digest of the seed alone, by
which a second use shows.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from custody.audit.records.files import small
from custody.errors import UsageError
from custody.lineage.statement import strict_json

MAX_REGISTER = 16 << 20  # bytes
LEAST_SEED = 32  # characters; 128 bits in hex cannot be guessed
_TAG = b"custody acceptance 1"


@dataclass(frozen=True)
class Commitment:
    """One line of the register. at: a moment with its offset. by: who holds the seed."""

    commitment: str
    seed_id: str
    address: str
    at: str
    by: str

    @property
    def moment(self) -> datetime | None:
        """When it was made, or None when that cannot be read."""
        return moment(self.at)


def moment(text: str) -> datetime | None:
    """Read a moment that says its offset; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def new_seed() -> str:
    """Return a seed of 256 random bits in hex."""
    return secrets.token_hex(32)


def commitment(seed: str, address: str) -> str:
    """Return the digest to publish of a seed for the dataset with this address, lowercase hex."""
    return _digest(b"commitment", seed.encode("utf-8", "surrogatepass"), address.encode())


def seed_id(seed: str) -> str:
    """Return the digest by which a second use of a seed shows."""
    return _digest(b"seed", seed.encode("utf-8", "surrogatepass"))


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join((_TAG, *parts))).hexdigest()


def commit(register: Path, seed: str, address: str, by: str, at: datetime | None = None) -> Commitment:
    """Add a commitment to the register.

    Raises:
        UsageError: the seed can be guessed, is used already, or the dataset has a commitment; or the register cannot
            be read.
    """
    made = Commitment(commitment(seed, address), seed_id(seed), address, (at or datetime.now(UTC)).isoformat(), by)
    if len(seed) < LEAST_SEED:
        raise UsageError("the seed is too short", allowed=f"{LEAST_SEED} characters or more", remedy="draw a new one")
    with register.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        before = parse(file.read(MAX_REGISTER + 1))
        if before is None:
            raise UsageError("is not a register of commitments", where=str(register), remedy="restore it")
        if told := trouble(before, made):
            raise UsageError(
                told, where=str(register), remedy="use the commitment there is, and a new seed for new data"
            )
        file.write(json.dumps(asdict(made), sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return made


def trouble(register: Iterable[Commitment], made: Commitment) -> str:
    """Say what in the register speaks against a commitment, or nothing."""
    others = [one for one in register if one != made]
    if any(one.address == made.address for one in others):
        return "the dataset has another commitment: one could choose between two samples"
    if any(one.seed_id == made.seed_id for one in others):
        return "the seed served another dataset: its sample could be foreseen"
    return ""


def read(register: Path) -> tuple[Commitment, ...] | None:
    """Return the register's lines, or None when it is not there or one is no commitment."""
    data = small(register, MAX_REGISTER)
    return None if data is None else parse(data)


def parse(data: bytes) -> tuple[Commitment, ...] | None:
    """Return the commitments in a register's bytes, or None when a line is none."""
    try:
        told = [strict_json(line) for line in data.splitlines()]
        made = tuple(Commitment(**one) for one in told)
    except Exception:  # someone else's file
        return None
    whole = len(data) <= MAX_REGISTER and (not data or data.endswith(b"\n"))
    return made if whole and all(isinstance(value, str) for one in told for value in one.values()) else None
