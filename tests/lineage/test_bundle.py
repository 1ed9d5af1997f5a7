# SPDX-License-Identifier: Apache-2.0
"""A bundle has what its statement follows, no more and no less, and no key."""

from __future__ import annotations

from pathlib import Path

import pytest

from custody import policy
from custody.dataset import Dataset, Listing
from custody.errors import IntegrityError
from custody.lineage import bundle
from custody.lineage import statement as st
from custody.lineage.ledger import Ledger

from .chain import Chain

PEOPLE = Listing({"people.csv": "1" * 64})


def _classified(chain: Chain, **detail: object) -> st.Statement:
    """Two audits, of which the classification follows one."""
    subjects = (st.dataset_subject("people", chain.ledger.keep_listing("people", PEOPLE)),)
    followed = chain.sign(chain.draft("audit").but(subjects=subjects, detail={"n": 1}))
    chain.sign(chain.draft("audit").but(subjects=subjects, detail={"n": 2}))
    return chain.sign(chain.draft("classify").but(subjects=subjects, prev=(followed.digest,), detail=detail))


def _export(chain: Chain, final: st.Statement, out: Path) -> Ledger:
    out.mkdir()
    rules = (chain.home.path / "policy.yaml").read_bytes()
    bundle.export(chain.ledger, final, rules, out)
    return Ledger(out / "ledger", policy.load(out / "policy.yaml"))


def test_a_bundle_holds_what_is_followed_and_its_documents(chain: Chain, tmp_path: Path) -> None:
    report = chain.ledger.document(b"report")
    chain.ledger.document(b"of somebody else")
    final = _classified(chain, report=report)
    exported = _export(chain, final, tmp_path / "bundle")
    assert set(exported.digests()) == {final.digest, *final.link.prev} == bundle.closure(chain.ledger, final)
    assert exported.read_document(report) == b"report"
    assert exported.listing(PEOPLE.address) == PEOPLE
    assert {path.name for path in (tmp_path / "bundle" / "ledger" / "documents").iterdir()} == {report, PEOPLE.address}
    assert exported.latest(PEOPLE.address, "classify") == final


def test_a_bundle_has_no_key_and_no_passphrase(chain: Chain, tmp_path: Path) -> None:
    _export(chain, _classified(chain), tmp_path / "bundle")
    text = b"".join(path.read_bytes() for path in (tmp_path / "bundle").rglob("*") if path.is_file())
    assert b"sealed" not in text
    assert (chain.home.path / "keys" / "passphrase").read_bytes() not in text


def test_the_same_records_give_the_same_bundle(chain: Chain, tmp_path: Path) -> None:
    final = _classified(chain)
    addresses = set()
    for name in ("one", "two"):
        _export(chain, final, tmp_path / name)
        addresses.add(Dataset(tmp_path / name).listing().address)
    assert len(addresses) == 1


@pytest.mark.parametrize("lost", ["statements", "documents"])
def test_a_hole_is_found_when_the_bundle_is_made(lost: str, chain: Chain, tmp_path: Path) -> None:
    final = _classified(chain, report=chain.ledger.document(b"report"))
    for path in (chain.home.path / "ledger" / lost).iterdir():
        if final.digest not in path.name:
            path.unlink()
    with pytest.raises(IntegrityError, match="missing"):
        _export(chain, final, tmp_path / "bundle")
