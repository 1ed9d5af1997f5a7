# SPDX-License-Identifier: Apache-2.0
"""The custody home: one directory with the policy, the keys and the stores that an installation uses.

policy.yaml     the policy in force
keys/           keyrings (mode 0600)
ledger/         signed statements and what they point at, write-once
backups/        the backup repository named by the policy
evidence/       what was kept to show on which terms data was got, write-once
reports/        classification and audit reports
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from custody import keys, policy
from custody.errors import PolicyError, UsageError
from custody.storage import write_whole


@dataclass(frozen=True)
class Home:
    """An installation's directory. `find` it, or `init` a new one."""

    path: Path

    @cached_property
    def policy(self) -> policy.Policy:
        """The policy in force. Raises PolicyError."""
        return policy.load(self.path / "policy.yaml")

    @property
    def ledger(self) -> Path | str:
        """Where the ledger is: `ledger` in this directory, or what the policy says."""
        told = self.policy.ledger
        return told if "://" in told else self.path / told

    def signer(self, step: str) -> keys.Signer:
        """Load the key this installation signs a step with.

        Raises:
            UsageError: no role of the policy may sign the step here.
            KeyringError: as `keys.signer`.
        """
        role = self.policy.role_of(step)
        if role is None or role.sign_with is None:
            raise UsageError(
                f"no role here signs the step {step!r}",
                where=str(self.path / "policy.yaml"),
                remedy=f"give the role that owns {step!r} a `sign_with`, or run the step where it has one",
            )
        return keys.signer(role.sign_with, self.path)

    def secret(self, uri: str) -> keys.Secret:
        """Load a key-encryption key by the URI the policy gives it. Raises KeyringError."""
        return keys.secret(uri, self.path)


def find(path: str | Path | None = None) -> Home:
    """Return the home at a path, or at CUSTODY_HOME.

    Raises:
        UsageError: no path is given, or it holds no policy.
    """
    chosen = path or os.environ.get("CUSTODY_HOME")
    if not chosen:
        raise UsageError(
            "no custody home is given", remedy="set CUSTODY_HOME, or pass home= (operators) or --home (CLI)"
        )
    home = Home(Path(chosen).resolve())
    if not (home.path / "policy.yaml").is_file():
        raise UsageError(
            "this is not a custody home", where=str(home.path), remedy=f"run `custody init {chosen} --policy FILE`"
        )
    return home


def init(path: Path, template: Path, *, scrypt_n: int = keys.SCRYPT_N) -> Home:
    """Make a home: the keys its policy names, and the policy with the fresh public keys filled in.

    Safe to repeat: what exists stays.

    Args:
        path: the directory to make.
        template: a policy whose roles have `sign_with` and `keys: []`.
        scrypt_n: the cost of the keyrings' passphrase.

    Raises:
        PolicyError: the template is not a policy.
    """
    target = path / "policy.yaml"
    path.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        rules = policy.load(template)
        _make_passphrase(path / "keys" / "passphrase")
        for uri in sorted(rules.key_uris()):
            keys.create(uri, path, "aes256", scrypt_n=scrypt_n)
        for role in rules.roles.values():
            if role.sign_with and keys.is_uri(role.sign_with) and not keys.has_signer(role.sign_with, path):
                keys.create(role.sign_with, path, "ed25519", scrypt_n=scrypt_n)
        write_whole(target, _with_public_keys(template, rules, path).encode())
    return find(path)


def _make_passphrase(file: Path) -> None:
    if os.environ.get("CUSTODY_PASSPHRASE") or os.environ.get("CUSTODY_PASSPHRASE_FILE") or file.exists():
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = os.umask(0o077)
    try:
        write_whole(file, secrets.token_urlsafe(32).encode())
    finally:
        os.umask(old)


def _with_public_keys(template: Path, rules: policy.Policy, base: Path) -> str:
    """Fill every role's empty `keys` in, leaving the rest of the steward's text as it is."""
    text = template.read_bytes().decode()
    root = yaml.compose(text, yaml.SafeLoader)
    roles = next(value for key, value in root.value if key.value == "roles") if root else None
    edits = []
    for name, body in roles.value if roles else ():
        uri = rules.roles[name.value].sign_with
        node = next((value for key, value in body.value if key.value == "keys"), None)
        if uri is None:
            continue
        if node is None:
            where = f"{template}:{name.start_mark.line + 1}:{name.start_mark.column + 1}"
            raise PolicyError(f"the role {name.value} has no place for its key", where=where, remedy="write `keys: []`")
        if not node.value:
            edits.append((node.start_mark.index, node.end_mark.index, f'["{keys.signer(uri, base).public}"]'))
    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    return text
