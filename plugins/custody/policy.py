# SPDX-License-Identifier: Apache-2.0
"""The policy: one YAML file a steward can read, typed, with line numbers in its errors.

Its digest is the SHA-256 of the file's bytes. Every statement carries it, so a changed policy makes earlier
conclusions stale at the gate.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from custody import keys, yamlfile
from custody.errors import KeyringError
from custody.yamlfile import Location, Strict

RedactMethod = Literal["replace", "mask", "redact"]
Step = Literal["audit", "classify", "review", "redact", "expect", "encrypt", "backup", "drill", "gate", "train", "bom"]

_DURATION = re.compile(r"([1-9][0-9]{0,4})([dh])")
_COUNT = re.compile(r">=\s*([0-9]+)")
_SHARE = re.compile(r">=\s*([0-9]+(?:\.[0-9]+)?)%")


def _duration(value: object) -> object:
    match = _DURATION.fullmatch(str(value))
    if not match:
        raise ValueError("a duration is a whole number of days or hours, such as 7d or 12h")
    return timedelta(**{{"d": "days", "h": "hours"}[match[2]]: int(match[1])})


def _count(value: object) -> object:
    match = _COUNT.fullmatch(str(value))
    if not match:
        raise ValueError('a count is written ">=N"')
    return float(match[1])


def _share(value: object) -> object:
    match = _SHARE.fullmatch(str(value))
    if not match or float(match[1]) > 100:
        raise ValueError('a share is written ">=N%" and is at most 100%')
    return float(match[1]) / 100


def _key_uri(value: str) -> str:
    if not keys.is_uri(value):
        raise ValueError(f"{value!r} is not a key URI; one is written local:FILE#NAME")
    return value


def _public_key(value: str) -> str:
    try:
        keys.public_bytes(value)
    except KeyringError:
        raise ValueError("a public key is written ed25519:<base64 of 32 bytes>") from None
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]
Count = Annotated[float, BeforeValidator(_count, json_schema_input_type=str)]
Share = Annotated[float, BeforeValidator(_share, json_schema_input_type=str)]
KeyUri = Annotated[str, AfterValidator(_key_uri)]
PublicKey = Annotated[str, AfterValidator(_public_key)]


class When(Strict):
    """The condition of a rule; what is left out does not count.

    entity: any of these entities in one column. validated: only cells whose checksum holds count.
    count: at least so many cells. prevalence: at least this share of the column's non-empty cells, by the lower end
    of its 95 % Wilson interval. together: all of these entities in one file. rows: at least so many rows in a dataset
    that already has `grade`.
    """

    entity: tuple[str, ...] = ()
    validated: bool = False
    count: Count = 1
    prevalence: Share = 0
    together: tuple[str, ...] = ()
    rows: Count | None = None
    grade: str | None = None

    @model_validator(mode="after")
    def _can_fire(self) -> Self:
        if not self.entity and not self.together and self.rows is None:
            raise ValueError("this rule never fires: it names no `entity`, `together` or `rows`")
        return self


class Rule(Strict):
    """When the condition holds, the column, file or dataset has at least this grade."""

    when: When
    grade: str


class BackupMeasure(Strict):
    """How often a backup of such data must have been proven by a restore."""

    every: Duration


class Measures(Strict):
    """What a grade demands before data may train a model."""

    encrypt: KeyUri | None = None
    redact: dict[str, RedactMethod] = Field(default_factory=dict)  # entity -> how
    backup: BackupMeasure | None = None
    expectations: bool = False
    purposes: tuple[Literal["train", "evaluate"], ...]


class Intent(Strict):
    """What the model will be and do; licences are read against it."""

    purpose: Literal["commercial", "research"]
    train: Literal["pretrain", "finetune", "evaluate"]
    release: Literal["none", "api", "weights"]
    redistribute_data: bool
    offers_competing_model: bool
    jurisdictions: tuple[str, ...] = ()

    @property
    def use(self) -> str:
        """The purpose a grade's measures must list: train or evaluate."""
        return "evaluate" if self.train == "evaluate" else "train"


class Role(Strict):
    """Who may sign which step, and the key this installation signs with."""

    steps: tuple[Step, ...]
    keys: tuple[PublicKey, ...] = ()
    sign_with: KeyUri | None = None  # only where this role runs


class BackupStore(Strict):
    """Where backups go and the key that encrypts them."""

    repository: str  # a directory, relative to the custody home
    key: KeyUri


class Policy(Strict):
    """The whole file. Load it with `load`."""

    scheme: Literal["confidentiality-4"]
    default: str  # the grade of data in which no rule fired
    unscanned: str  # the least grade of data that could not be read whole
    fingerprint: KeyUri  # keys the fingerprints by which findings are recognised again
    grades: tuple[Rule, ...]
    measures: dict[str, Measures]
    intents: dict[str, Intent]
    roles: dict[str, Role]
    backups: BackupStore

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file this was loaded from, lowercase hex."""
        return hashlib.sha256(self._bytes).hexdigest()

    _bytes: bytes = b""

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The scheme's grades, lowest first."""
        return scheme_levels(self.scheme)

    def highest(self, *grades: str) -> str:
        """Return the highest of some grades."""
        return max(grades, key=self.levels.index)

    def role_of(self, step: str) -> Role | None:
        """Return the first role that may sign a step."""
        return next((role for role in self.roles.values() if step in role.steps), None)

    def signers_of(self, step: str) -> frozenset[str]:
        """Return every public key that may sign a step."""
        return frozenset(key for role in self.roles.values() if step in role.steps for key in role.keys)

    def key_uris(self) -> frozenset[str]:
        """Return the URI of every symmetric key the policy names."""
        encrypting = {measures.encrypt for measures in self.measures.values() if measures.encrypt}
        return frozenset({self.fingerprint, self.backups.key, *encrypting})


def scheme_levels(name: str) -> tuple[str, ...]:
    """Return a scheme's grades, lowest first. Schemes are data: they are read, not imported."""
    text = files("custody.classifiers.schemes").joinpath(f"{name}.yaml").read_text()
    return tuple(yaml.safe_load(text)["levels"])


def load(path: Path) -> Policy:
    """Read and check a policy file.

    Raises:
        PolicyError: names the file, line and column, what was received, what is allowed, and the nearest right word.
    """
    return parse(yamlfile.read(path, "run `custody init`, or correct the path"), str(path))


def parse(data: bytes, where: str) -> Policy:
    """Check a policy given as bytes. Arguments: the file's bytes, and how errors name it. Raises as `load`."""
    parsed = yamlfile.parse(data, Policy, where)
    policy = parsed.value
    for location, grade in _grades_named(policy):
        if grade not in policy.levels:
            raise yamlfile.wrong_word(grade, policy.levels, parsed.at(*location))
    object.__setattr__(policy, "_bytes", data)
    return policy


def _grades_named(policy: Policy) -> Iterator[tuple[Location, str]]:
    yield ("default",), policy.default
    yield ("unscanned",), policy.unscanned
    for index, rule in enumerate(policy.grades):
        yield ("grades", index, "grade"), rule.grade
        if rule.when.grade:
            yield ("grades", index, "when", "grade"), rule.when.grade
    for grade in policy.measures:
        yield ("measures", grade), grade
