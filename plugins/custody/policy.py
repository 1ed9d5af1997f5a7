# SPDX-License-Identifier: Apache-2.0
"""The policy: one YAML file a steward can read, typed, with line numbers in its errors.

Its digest is the SHA-256 of the file's bytes. Every statement carries it, so a changed policy makes earlier
conclusions stale at the gate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from custody import keys, schemes, yamlfile
from custody.errors import KeyringError, PolicyError
from custody.governance import Governance
from custody.intents import AuditSettings, Intent
from custody.rules import Rule, resolved
from custody.schemes import NONE, Cell, Scheme, SchemeName
from custody.signing import FORM
from custody.yamlfile import Duration, Location, Parsed, Strict

RedactMethod = Literal["replace", "mask", "redact"]
Step = Literal["audit", "classify", "review", "redact", "expect", "encrypt", "backup", "drill", "gate", "train", "bom"]


def _key_uri(value: str) -> str:
    if not keys.is_uri(value):
        raise ValueError(f"{value!r} is not a key URI; one is written local:FILE#NAME")
    return value


def _signing_uri(value: str) -> str:
    if not keys.is_signing_uri(value):
        raise ValueError(f"{value!r} is no URI of a signing key; one is written local:FILE#NAME, awskms:… or pkcs11:…")
    return value


def _public_key(value: str) -> str:
    try:
        keys.public_bytes(value)
    except KeyringError:
        raise ValueError(f"a public key is written {FORM}") from None
    return value


KeyUri = Annotated[str, AfterValidator(_key_uri)]
SigningUri = Annotated[str, AfterValidator(_signing_uri)]
LedgerPlace = Annotated[str, Field(pattern=r"^((s3|gs|az)://.+|[^:]+)$")]
PublicKey = Annotated[str, AfterValidator(_public_key)]


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


class Role(Strict):
    """Who may sign which step, and the key this installation signs with."""

    steps: tuple[Step, ...]
    keys: tuple[PublicKey, ...] = ()
    sign_with: SigningUri | None = None  # only where this role runs


Ner = Literal["none", "custody-small", "gliner"] | dict[str, Any]


class BackupStore(Strict):
    """Where backups go and the key that encrypts them."""

    repository: str  # a directory, relative to the custody home
    key: KeyUri


class Policy(Strict):
    """The whole file. Load it with `load`."""

    scheme: SchemeName
    default: str  # the grade of data in which no rule fired
    unscanned: str  # the least grade of data that could not be read whole
    fingerprint: KeyUri  # keys the fingerprints by which findings are recognised again
    ner: Ner = "none"  # the language model: none, the small one that is shipped, or one of Presidio's engines
    recognizers: tuple[str | dict[str, Any], ...] = ()  # beside Presidio's and custody's own; see classifiers.added
    grades: tuple[Rule, ...]
    translate: dict[SchemeName, dict[str, str]] = Field(default_factory=dict)  # other scheme -> our grade -> its grade
    measures: dict[str, Measures]
    intents: dict[str, Intent]
    audit: AuditSettings = Field(default_factory=AuditSettings)
    governance: Governance = Field(default_factory=Governance)
    roles: dict[str, Role]
    backups: BackupStore
    ledger: LedgerPlace = "ledger"  # a directory, relative to the custody home, or s3://BUCKET/PREFIX, gs://…, az://…

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file this was loaded from, lowercase hex."""
        return hashlib.sha256(self._bytes).hexdigest()

    _bytes: bytes = b""

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The scheme's grades, lowest first."""
        return self.graded_by.levels

    @property
    def graded_by(self) -> Scheme:
        """The scheme in force."""
        return schemes.scheme(self.scheme)

    def highest(self, *grades: str) -> str:
        """Return the highest of some grades."""
        return self.graded_by.highest(*grades)

    def translated(self, grade: str, target: SchemeName) -> Cell:
        """Return what a grade is in another scheme: by the policy's own word, else by the table."""
        if own := self.translate.get(target, {}).get(grade):
            return Cell(to=own, basis="policy")
        return schemes.translate(grade, self.scheme, target)

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
    _check_rules(policy, parsed)
    for location, grade, levels in _grades_named(policy):
        if grade not in levels:
            raise yamlfile.wrong_word(grade, levels, parsed.at(*location))
    policy = policy.model_copy(update={"grades": tuple(resolved(rule, policy.graded_by) for rule in policy.grades)})
    object.__setattr__(policy, "_bytes", data)
    return policy


def _check_rules(policy: Policy, parsed: Parsed[Policy]) -> None:
    """Refuse a harm or an impact where the scheme knows neither."""
    scheme = policy.graded_by
    for index, rule in enumerate(policy.grades):
        for name, given, known in (("harm", rule.harm, scheme.harm), ("impact", rule.impact, scheme.objectives)):
            if given and not known:
                allowed, at = f"grade: one of {', '.join(scheme.levels)}", parsed.at("grades", index, name)
                what = f"the scheme {scheme.name} does not grade by {name}"
                raise PolicyError(what, where=at, allowed=allowed, remedy="give the grade, or change `scheme`")


def _grades_named(policy: Policy) -> Iterator[tuple[Location, str, tuple[str, ...]]]:
    """Yield where a grade is named, the grade, and which are allowed there."""
    ours = policy.levels
    yield ("default",), policy.default, ours
    yield ("unscanned",), policy.unscanned, ours
    for index, rule in enumerate(policy.grades):
        if rule.grade:
            yield ("grades", index, "grade"), rule.grade, ours
        if rule.when.grade:
            yield ("grades", index, "when", "grade"), rule.when.grade, ours
    for grade in policy.measures:
        yield ("measures", grade), grade, ours
    for name, cells in policy.translate.items():
        yield ("translate", name), name, tuple(other for other in schemes.NAMES if other != policy.scheme)
        for grade, theirs in cells.items():
            yield ("translate", name, grade), grade, ours
            yield ("translate", name, grade), theirs, (*schemes.scheme(name).levels, NONE)
