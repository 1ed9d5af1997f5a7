# SPDX-License-Identifier: Apache-2.0
"""The ledger: an append-only store of signed statements and of the documents they point at.

    statements/<sha256 of the payload>.dsse.json
    documents/<sha256 of the bytes>                listings and reports
    about/<digest>/<step>-<statement sha256>       empty; finds the statements that name a digest
    named/<dataset name>/<address>                 empty; finds earlier addresses of a name, to explain a mismatch

Every object is written once. A statement is stored before the markers that find it: a task killed between the two
leaves a statement nobody finds, the gate says no, and the retry adds the markers.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from custody.dataset import Listing
from custody.errors import IntegrityError, UsageError
from custody.home import Home
from custody.keys import Signer
from custody.lineage import statement as st
from custody.policy import Policy
from custody.storage import ObjectStore


class Ledger:
    """Statements and documents under one directory, read under one policy.

    Args:
        root: the ledger's directory.
        rules: whose roles say which key may sign which step.
        signer: step -> the key this installation signs it with; None for a ledger that is only read.
    """

    def __init__(self, root: Path, rules: Policy, signer: Callable[[str], Signer] | None = None) -> None:
        self.store = ObjectStore(root)
        self.rules = rules
        self._signer = signer

    @classmethod
    def of(cls, home: Home) -> Ledger:
        """The ledger of an installation, which signs with its keys."""
        return cls(home.path / "ledger", home.policy, home.signer)

    @cached_property
    def trusted(self) -> dict[str, frozenset[str]]:
        """Step -> the public keys that may sign it."""
        return {step: self.rules.signers_of(step) for step in st.PREDICATES}

    def append(self, subjects: Sequence[st.Subject], predicate: Mapping[str, Any], link: st.Link) -> st.Statement:
        """Sign a statement with the key of the role that owns the step, and store it.

        Raises:
            UsageError, KeyringError: the step cannot be signed here.
            IntegrityError: the key this installation signs with is not the policy's.
            StorageUnavailable: the store did not answer.
        """
        if self._signer is None:
            raise UsageError("this ledger is only read", where=str(self.store.root))
        payload = st.make_payload(subjects, predicate, link)
        return self.add(st.sign(payload, self._signer(link.step)))

    def add(self, envelope: bytes) -> st.Statement:
        """Store a statement that is signed already. Raises IntegrityError unless the policy trusts its signer."""
        made = st.open_envelope(envelope, self.trusted, "the new statement")
        if not self.store.put_new(f"statements/{made.digest}.dsse.json", envelope):
            self.get(made.digest)  # what is there already must be sound
        self._mark(made)
        return made

    def digests(self) -> list[str]:
        """Return the payload digest of every statement, sorted."""
        names = (key.rsplit("/", 1)[1] for key in self.store.keys("statements/"))
        return sorted(name.removesuffix(".dsse.json") for name in names)

    def head(self) -> str:
        """Return the SHA-256 of the sorted payload digests, a line each: it changes with every statement.

        Coreutils do the same: `ls statements | cut -c-64 | LC_ALL=C sort | sha256sum`.
        """
        return hashlib.sha256(self.roll()).hexdigest()

    def roll(self) -> bytes:
        """Return the text the head is the digest of."""
        return "".join(f"{digest}\n" for digest in self.digests()).encode()

    def latest(self, digest: str, step: str, intent: str | None = None) -> st.Statement | None:
        """Return the newest statement of a step with this digest among its subjects.

        Args:
            digest: what the statement is about.
            step: which step's.
            intent: only what was said for this intent; data may be permitted for one and not for another.

        Raises:
            IntegrityError: as `about`.
        """
        found = [one for one in self.about(digest, step) if one.names(digest)]
        if intent is not None:
            found = [one for one in found if one.link.detail.get("intent") == intent]
        return max(found, key=lambda one: (one.link.created_at, one.digest), default=None)

    def document(self, data: bytes) -> str:
        """Store a document and return its SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        self.store.put_new(f"documents/{digest}", data)
        return digest

    def read_document(self, digest: str) -> bytes:
        """Return a document.

        Raises:
            IntegrityError: it is missing, or its bytes are not the digest's.
        """
        return self._checked(f"documents/{digest}", digest)

    def keep_listing(self, name: str, listing: Listing) -> str:
        """Store a dataset's listing and return its address."""
        address = self.document(os.fsencode(listing.text))
        self.store.put_new(_named(name) + address, b"")
        return address

    def listing(self, address: str) -> Listing:
        """Return the listing of an address. Raises as `read_document`."""
        return Listing.parse(os.fsdecode(self.read_document(address)))

    def addresses(self, name: str) -> list[str]:
        """Return every address a dataset of this name has had, in no particular order."""
        return [key.rsplit("/", 1)[1] for key in self.store.keys(_named(name))]

    def get(self, digest: str) -> st.Statement:
        """Return a verified statement by its payload digest.

        Raises:
            IntegrityError: it is missing, its signature or role is wrong, or its payload is not the digest's.
        """
        envelope = self.envelope(digest)
        found = st.open_envelope(envelope, self.trusted, f"statement {digest[:12]}…")
        if found.digest != digest:
            raise IntegrityError("the payload is not what its name says", where=f"statement {digest[:12]}…")
        return found

    def envelope(self, digest: str) -> bytes:
        """Return a statement's envelope as stored, unverified. Raises IntegrityError when it is missing."""
        data = self.store.get(f"statements/{digest}.dsse.json")
        if data is None:
            raise IntegrityError(
                "the statement is missing from the ledger",
                where=f"statement {digest}",
                remedy="restore it from a copy of the ledger, or run the steps of this dataset again",
            )
        return data

    def about(self, digest: str, step: str = "") -> Iterator[st.Statement]:
        """Yield the verified statements that name a digest as subject or material, optionally of one step.

        Raises:
            IntegrityError: as `get`, for any of them: a damaged record is never passed over.
        """
        for key in self.store.keys(f"about/{digest}/"):
            kind, _, name = key.rsplit("/", 1)[1].partition("-")
            if step in ("", kind):
                found = self.get(name)
                if found.link.step != kind:  # markers are not signed: whoever can write here could relabel a record
                    raise IntegrityError(
                        f"a marker calls this {kind}, but it is signed as {found.link.step}",
                        where=f"statement {name[:12]}…",
                        remedy=f"remove {self.store.root / key}",
                    )
                yield found

    def _mark(self, made: st.Statement) -> None:
        digests = {d for one in (*made.subjects, *made.materials) for d in one["digest"].values()}
        for digest in sorted(digests):
            self.store.put_new(f"about/{digest}/{made.link.step}-{made.digest}", b"")

    def _checked(self, key: str, digest: str) -> bytes:
        data = self.store.get(key)
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            state = "is missing" if data is None else "has changed"
            raise IntegrityError(
                f"a document {state}", where=str(Path("ledger") / key), remedy="restore it from a copy of the ledger"
            )
        return data


def _named(name: str) -> str:
    quoted = quote(name, safe="")
    return f"named/{quoted if quoted.strip('.') else quoted.replace('.', '%2E')}/"  # no store has a key named ..
