# SPDX-License-Identifier: Apache-2.0
"""The ledger: an append-only store of signed statements and of the documents they point at.

    statements/<sha256 of the payload>.dsse.json
    documents/<sha256 of the bytes>                listings and reports
    about/<digest>/<step>-<statement sha256>       empty; finds the statements that name a digest, step `foreign` those
                                                   whose predicate custody does not know
    named/<dataset name>/<address>                 empty; finds earlier addresses of a name, to explain a mismatch

Every object is written once. A statement is stored before the markers that find it: a task killed between the two
leaves a statement nobody finds, the gate says no, and the retry adds the markers. Markers hold nothing that the
statements do not say, so `reindex` makes them again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
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

FOREIGN = "foreign"  # in the place of a step
MAX_DOCUMENT = 1 << 30  # bytes; the listing of some ten million files


class Ledger:
    """Statements and documents under one directory or prefix, read under one policy.

    Args:
        root: the ledger's directory, or its URI in an object store.
        rules: whose roles say which key may sign which step.
        signer: step -> the key this installation signs it with; None for a ledger that is only read.
    """

    def __init__(self, root: Path | str, rules: Policy, signer: Callable[[str], Signer] | None = None) -> None:
        self.store = ObjectStore(root)
        self.rules = rules
        self._signer = signer

    @classmethod
    def of(cls, home: Home) -> Ledger:
        """The ledger of an installation, which signs with its keys."""
        return cls(home.ledger, home.policy, cache(home.signer))  # else the keyring is read for every statement

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
            raise UsageError("this ledger is only read", where=self.store.place)
        payload = st.make_payload(subjects, predicate, link)
        return self.add(st.sign(payload, self._signer(link.step)))

    def add(self, envelope: bytes) -> st.Statement:
        """Store a statement that is signed already. Raises IntegrityError unless the policy trusts its signer."""
        made = st.open_envelope(envelope, self.trusted, "the new statement")
        if not self.store.put_new(f"statements/{made.digest}.dsse.json", envelope):
            self.get(made.digest)  # what is there already must be sound
        self._mark(made)
        return made

    def keep(self, envelope: bytes) -> st.Foreign:
        """Store a statement whose predicate custody does not know. It is found by `foreign` and counts for nothing.

        Raises:
            IntegrityError: no key that the policy trusts has signed it, or its predicate is one of custody's own.
        """
        made = st.open_foreign(envelope, self.trusted, "the new statement")
        self.store.put_new(f"statements/{made.digest}.dsse.json", envelope)
        self._mark(made)
        return made

    def foreign(self, digest: str) -> Iterator[st.Foreign]:
        """Yield the verified statements about a digest that custody keeps without knowing what they say.

        Raises:
            IntegrityError: as `about`.
        """
        for key in self.store.keys(f"about/{digest}/"):
            kind, _, name = key.rsplit("/", 1)[1].partition("-")
            if kind == FOREIGN:
                yield st.open_foreign(self.envelope(name), self.trusted, f"statement {name[:12]}…")

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

    def has_document(self, digest: str) -> bool:
        """Tell whether a document is kept; not whether its bytes are still right."""
        return self.store.has(f"documents/{digest}")

    def keep_listing(self, name: str, listing: Listing) -> str:
        """Store a dataset's listing and return its address."""
        address = self.document(os.fsencode(listing.text))
        self.store.put_new(name_marker(name, address), b"")
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
        data = self.store.get(f"statements/{digest}.dsse.json", st.MAX_ENVELOPE)
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
            if kind == FOREIGN:  # else a record would be hidden by calling it one of others
                st.open_foreign(self.envelope(name), self.trusted, f"statement {name[:12]}…")
            elif step in ("", kind) or kind not in st.PREDICATES:
                found = self.get(name)
                if found.link.step != kind:  # markers are not signed: whoever can write here could relabel a record
                    raise IntegrityError(
                        f"a marker calls this {kind}, but it is signed as {found.link.step}",
                        where=f"statement {name[:12]}…",
                        remedy=f"remove {self.store.place}/{key}, or run `custody ledger reindex`",
                    )
                yield found

    def _mark(self, made: st.Statement | st.Foreign) -> None:
        for key in markers(made):
            self.store.put_new(key, b"")

    def _checked(self, key: str, digest: str) -> bytes:
        data = self.store.get(key, MAX_DOCUMENT)
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            state = "is missing" if data is None else "has changed"
            raise IntegrityError(
                f"a document {state}", where=str(Path("ledger") / key), remedy="restore it from a copy of the ledger"
            )
        return data


def markers(made: st.Statement | st.Foreign) -> list[str]:
    """Return the keys of the markers that find a statement, one for each digest it names."""
    subjects, step = made.subjects, FOREIGN
    if isinstance(made, st.Statement):
        subjects, step = (*made.subjects, *made.materials), made.link.step
    return [f"about/{one}/{step}-{made.digest}" for one in sorted({d for s in subjects for d in s["digest"].values()})]


def name_marker(name: str, address: str) -> str:
    """Return the key of the marker that finds an address by a dataset's name."""
    return _named(name) + address


def _named(name: str) -> str:
    quoted = quote(name, safe="")
    return f"named/{quoted if quoted.strip('.') else quoted.replace('.', '%2E')}/"  # no store has a key named ..
