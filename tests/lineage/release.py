# SPDX-License-Identifier: Apache-2.0
"""A model's release over two small datasets: every step signed, the gate asked, trained, BOM and bundle written."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from custody.dataset import Dataset, Listing
from custody.home import Home, init
from custody.keys import Signer
from custody.lineage import statement as st
from custody.lineage.ledger import Ledger
from custody.lineage.verification import Verification
from custody.lineage.verify import verify
from custody.verbs.bom import BOM_NAME, write_model_bom
from custody.verbs.gate import verify_custody
from custody.verbs.session import Outcome, Session
from custody.verbs.train import training
from tests.base.samples import POLICY

from .chain import INTENT, Chain, later

ONE_ROLE = '  gatekeeper: {steps: [gate, train, bom], sign_with: "local:keys/ring.keyring#gatekeeper", keys: []}\n'
OWN_ROLES = "".join(
    f'  {role}: {{steps: [{step}], sign_with: "local:keys/ring.keyring#{role}", keys: []}}\n'
    for role, step in (("gatekeeper", "gate"), ("trainer", "train"), ("publisher", "bom"))
)
assert ONE_ROLE in POLICY
RELEASE_POLICY = POLICY.replace(ONE_ROLE, OWN_ROLES)
GRADES = {"people": "restricted", "orders": "confidential"}
MODEL = "model.bin"
LICENCE = "CC-BY-4.0"


@dataclass(frozen=True)
class Release:
    """A directory with a home, the cleared bytes and the model in `bytes`, and the BOM with its bundle in `release`."""

    path: Path

    @cached_property
    def home(self) -> Home:
        return Home(self.path / "home")

    @property
    def ledger(self) -> Ledger:
        return Ledger.of(self.home)

    @property
    def bytes(self) -> Path:
        return self.path / "bytes"

    @property
    def bom(self) -> Path:
        return self.path / "release" / BOM_NAME

    @property
    def bundle(self) -> Path:
        return self.path / "release" / "bundle"

    @property
    def own(self) -> Ledger:
        """The bundle's ledger, under the policy of the home."""
        return Ledger(self.bundle / "ledger", self.home.policy)

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.bom.read_text()))

    def signer(self, step: str) -> Signer:
        return self.home.signer(step)

    def check(self, **options: Any) -> Verification:
        """Verify as a stranger would who has the bytes and the policy."""
        told = {"data": self.bytes, "rules": self.home.path / "policy.yaml"} | options
        return verify(self.bom, self.bundle, **told)

    def statement(self, step: str, name: str = "") -> st.Statement:
        """The bundle's one statement of a step, about a dataset where there are several."""
        found = [one for digest in self.own.digests() if (one := self.own.get(digest)).link.step == step]
        return next(one for one in found if not name or one.subjects[0]["name"] == name)

    def file(self, digest: str) -> Path:
        return self.bundle / "ledger" / "statements" / f"{digest}.dsse.json"

    def copy(self, path: Path) -> Release:
        return Release(shutil.copytree(self.path, path))

    def publish(self) -> Outcome:
        return write_model_bom(Session(self.home), self.bytes / MODEL, self.path / "release")


def make(path: Path) -> Release:
    """Walk the road to its end in a fresh directory. Seconds of signing, and no classification of real bytes."""
    (path / "template.yaml").write_text(RELEASE_POLICY)
    release = Release(path)
    init(release.home.path, path / "template.yaml", scrypt_n=2**4)
    for name, grade in GRADES.items():
        walk(release, name, grade)
    session = Session(release.home)
    datasets = [Dataset(release.bytes / name) for name in GRADES]
    verify_custody(session, datasets, INTENT)
    with training(session, datasets, INTENT, release.bytes) as run:
        run.save(MODEL, b"weights")
    release.publish()
    return release


def walk(release: Release, name: str, grade: str) -> Chain:
    """Write a dataset's three forms, where they are not there, and sign every step up to the gate."""
    listings = [_form(release, place, name) for place in ("raw", "redacted", "bytes")]
    start = later(st.now(), hours=-1)
    chain = Chain(release.home, grade, name, _addresses(listings), start)
    report = release.ledger.document(f"report on {name}".encode())
    for step in ("audit", "classify", "redact", "encrypt", "backup", "drill", "expect"):
        draft = chain.draft(step)
        if step == "audit":
            origin = {"publisher": "Example", "url": "https://example.org/" + name}
            draft = draft.but(detail={**draft.link.detail, "licence": LICENCE, "origin": origin, "report": report})
        if step == "classify":
            attributes = [*draft.predicate["attributes"], {"attribute": "contains:EMAIL_ADDRESS"}]
            draft = draft.but(predicate={**draft.predicate, "attributes": attributes})
        if step == "backup":
            draft = draft.but(subjects=(st.file_subject("snapshot-" + name, "d" * 64),))
        chain.sign(draft)
    return chain


def _form(release: Release, place: str, name: str) -> Listing:
    folder = release.path / place / name
    if not folder.is_dir():
        folder.mkdir(parents=True)
        for number in range(2):
            (folder / f"part {number}.csv").write_text(f"{place} {name} {number}\n")
    listing = Dataset(folder).listing()
    release.ledger.keep_listing(name, listing)
    return listing


def _addresses(listings: list[Listing]) -> tuple[str, str, str]:
    raw, redacted, cleared = (one.address for one in listings)
    return raw, redacted, cleared
