# SPDX-License-Identifier: Apache-2.0
"""What is written stays, a change or loss is noticed, and who can only write here makes no record count."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from custody import keys
from custody.dataset import Listing
from custody.errors import IntegrityError, KeyringError, UsageError
from custody.home import Home, init
from custody.lineage import predicates
from custody.lineage import statement as st
from custody.lineage.ledger import Ledger
from tests.base.samples import POLICY

from .chain import CLEARED, RAW, REDACTED, Chain, dataset, later


def _statement_file(ledger: Ledger, digest: str) -> Path:
    return ledger.store.root / "statements" / f"{digest}.dsse.json"


def _everything(ledger: Ledger) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in ledger.store.root.rglob("*") if path.is_file()}


def test_a_statement_is_found_by_digest_subject_and_material(chain: Chain) -> None:
    made = chain.walk("classify", "redact").made
    ledger = chain.ledger
    assert ledger.get(made["redact"].digest) == made["redact"]
    assert ledger.latest(REDACTED, "redact") == made["redact"]
    assert {one.digest for one in ledger.about(RAW)} == {one.digest for one in made.values()}
    assert list(ledger.about(RAW, "audit")) == []
    assert sorted(ledger.digests()) == sorted(one.digest for one in made.values())


def test_a_material_is_no_subject(chain: Chain) -> None:
    chain.walk("classify", "redact")
    assert chain.ledger.latest(RAW, "redact") is None


def test_a_statement_put_twice_is_there_once(chain: Chain) -> None:
    made = chain.walk("classify").made["classify"]
    before = _everything(chain.ledger)
    chain.ledger.add(chain.ledger.envelope(made.digest))
    chain.sign(chain.draft("classify").but(created_at=made.link.created_at))
    assert _everything(chain.ledger) == before


def test_putting_a_statement_again_does_not_pass_over_a_damaged_one(chain: Chain) -> None:
    made = chain.walk("classify").made["classify"]
    whole = chain.ledger.envelope(made.digest)
    _statement_file(chain.ledger, made.digest).write_bytes(b"{}")
    with pytest.raises(IntegrityError, match="not a DSSE envelope"):
        chain.ledger.add(whole)


def test_a_killed_writer_left_no_markers_and_the_retry_adds_them(chain: Chain) -> None:
    made = chain.walk("classify").made["classify"]
    for marker in (chain.ledger.store.root / "about").rglob("classify-*"):
        marker.unlink()
    assert chain.ledger.latest(RAW, "classify") is None
    chain.ledger.add(chain.ledger.envelope(made.digest))
    assert chain.ledger.latest(RAW, "classify") == made


def test_the_latest_is_the_newest_whatever_the_order_of_writing(chain: Chain) -> None:
    first = chain.draft("classify")
    hours = (3, 1, 7, 2)
    for hour in hours:
        chain.sign(first.but(created_at=later(first.link.created_at, hours=hour)))
    newest = chain.ledger.latest(RAW, "classify")
    assert newest is not None
    assert newest.link.created_at == later(first.link.created_at, hours=7)


def test_writers_at_once_lose_nothing(home: Home) -> None:
    script = (
        "import sys; from custody.home import find; from custody.lineage.ledger import Ledger\n"
        "from custody.lineage import predicates, statement as st\n"
        "ledger = Ledger.of(find(sys.argv[1])); sys.stdin.readline()\n"
        "for i in range(6):\n"
        "    link = st.Link('drill', (), ledger.rules.digest, st.now(), None, None, {'who': sys.argv[2], 'n': i})\n"
        "    ledger.append([st.dataset_subject('people', 'a' * 64)], predicates.observed([], ['x']), link)\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(home.path), who], stdin=subprocess.PIPE) for who in "abc"
    ]
    for writer in writers:  # all have started; let them go
        assert writer.stdin
        writer.stdin.write(b"\n")
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    found = [(one.link.detail["who"], one.link.detail["n"]) for one in Ledger.of(home).about(RAW, "drill")]
    assert sorted(found) == [(who, n) for who in "abc" for n in range(6)]


# What a writer without a key can do to it


def _delete(ledger: Ledger, digest: str) -> None:
    _statement_file(ledger, digest).unlink()


def _empty(ledger: Ledger, digest: str) -> None:
    _statement_file(ledger, digest).write_bytes(b"")


def _edit(ledger: Ledger, digest: str) -> None:
    envelope = json.loads(ledger.envelope(digest))
    envelope["payload"] = envelope["payload"][:-4] + "AAAA"
    _statement_file(ledger, digest).write_text(json.dumps(envelope))


def _replace(ledger: Ledger, digest: str) -> None:
    other = next(one for one in ledger.digests() if one != digest)
    _statement_file(ledger, digest).write_bytes(ledger.envelope(other))


DAMAGE: dict[str, tuple[Callable[[Ledger, str], None], str]] = {
    "deleted": (_delete, "missing from the ledger"),
    "emptied": (_empty, "not a DSSE envelope"),
    "edited": (_edit, "no key that the policy trusts"),
    "replaced by another": (_replace, "not what its name says"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_statement_that_was_tampered_with_is_noticed_wherever_it_is_met(case: str, chain: Chain) -> None:
    damage, what = DAMAGE[case]
    made = chain.walk("audit", "classify").made["classify"]
    damage(chain.ledger, made.digest)
    for read in (
        lambda: chain.ledger.get(made.digest),
        lambda: chain.ledger.latest(RAW, "classify"),
        lambda: list(chain.ledger.about(RAW)),
    ):
        with pytest.raises(IntegrityError, match=what) as caught:
            read()
        assert made.digest[:12] in str(caught.value)
    assert chain.ledger.latest(RAW, "audit") is not None, "other records can be read"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=some.floats(0, 1, exclude_max=True), mask=some.integers(1, 255))
def test_a_flipped_byte_never_gives_another_statement(at: float, mask: int, chain: Chain) -> None:
    made = chain.made.get("classify") or chain.walk("classify").made["classify"]
    file = _statement_file(chain.ledger, made.digest)
    whole = file.read_bytes()
    data = bytearray(whole)
    data[int(at * len(data))] ^= mask
    file.write_bytes(bytes(data))
    try:
        assert chain.ledger.get(made.digest) == made, "what is not signed, such as a blank, may change"
    except IntegrityError:
        pass
    finally:
        file.write_bytes(whole)


def test_a_marker_cannot_make_one_record_into_another(chain: Chain) -> None:
    """Markers are not signed: without a check, a passed expectation could be filed as a passed drill."""
    made = chain.walk("expect").made["expect"]
    chain.ledger.store.put_new(f"about/{CLEARED}/drill-{made.digest}", b"")
    with pytest.raises(IntegrityError, match=r"calls this drill, but it is signed as expect[\s\S]*remove "):
        chain.ledger.latest(CLEARED, "drill")
    assert chain.ledger.latest(CLEARED, "expect") == made


def test_a_marker_cannot_make_a_record_speak_of_other_bytes(chain: Chain) -> None:
    made = chain.walk("classify").made["classify"]
    chain.ledger.store.put_new(f"about/{CLEARED}/classify-{made.digest}", b"")
    assert chain.ledger.latest(CLEARED, "classify") is None


def test_a_marker_of_a_record_that_is_not_there_is_noticed(chain: Chain) -> None:
    chain.walk("classify")
    chain.ledger.store.put_new(f"about/{RAW}/audit-{'0' * 64}", b"")
    with pytest.raises(IntegrityError, match="missing from the ledger"):
        chain.ledger.latest(RAW, "audit")


@pytest.mark.parametrize("owner", ["classify", "gate"])
def test_a_record_signed_with_another_roles_key_is_noticed(owner: str, chain: Chain) -> None:
    chain.smuggle(chain.draft("audit"), chain.home.signer(owner))
    with pytest.raises(IntegrityError, match="may not sign the step 'audit'"):
        chain.ledger.latest(RAW, "audit")


def test_a_statement_of_a_stranger_is_not_even_stored(chain: Chain) -> None:
    keys.create("local:keys/stranger.keyring#k", chain.home.path, "ed25519", scrypt_n=2**4)
    stranger = keys.signer("local:keys/stranger.keyring#k", chain.home.path)
    envelope = st.sign(chain.draft("audit").payload, stranger)
    with pytest.raises(IntegrityError, match="no key that the policy trusts"):
        chain.ledger.add(envelope)
    assert _everything(chain.ledger) == {}


def test_a_ledger_that_is_only_read_signs_nothing(home: Home) -> None:
    draft = Chain(home).draft("audit")
    with pytest.raises(UsageError, match="only read"):
        Ledger(home.path / "ledger", home.policy).append(draft.subjects, draft.predicate, draft.link)
    assert not (home.path / "ledger").exists()


def test_without_the_keys_nothing_is_signed_or_stored(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODY_PASSPHRASE", "wrong horse")
    with pytest.raises(KeyringError):
        chain.walk("audit")
    assert _everything(chain.ledger) == {}


# Documents and listings


def test_a_document_comes_back_and_a_changed_or_missing_one_is_noticed(ledger: Ledger) -> None:
    digest = ledger.document(b"report")
    assert ledger.document(b"report") == digest
    assert ledger.read_document(digest) == b"report"
    path = ledger.store.root / "documents" / digest
    path.write_bytes(b"rep0rt")
    with pytest.raises(IntegrityError, match=r"a document has changed[\s\S]*restore it"):
        ledger.read_document(digest)
    path.unlink()
    with pytest.raises(IntegrityError, match=f"documents/{digest}: a document is missing"):
        ledger.read_document(digest)


@pytest.mark.parametrize("name", ["people", "a b", "ü/ñ", "..", "%2e%2e", "x" * 80, "a#1"])
def test_a_listing_is_found_by_address_and_name(name: str, ledger: Ledger) -> None:
    listings = [Listing({"a.csv": one * 64}) for one in "12"]
    addresses = [ledger.keep_listing(name, one) for one in listings]
    assert addresses == [one.address for one in listings]
    assert sorted(ledger.addresses(name)) == sorted(addresses)
    assert [ledger.listing(one) for one in addresses] == listings
    assert ledger.addresses("another") == []


def test_an_address_whose_document_is_no_listing_is_refused(ledger: Ledger) -> None:
    digest = ledger.document(b"not a listing")
    with pytest.raises(IntegrityError):
        ledger.listing(digest)


def test_statements_of_one_home_mean_nothing_under_another_policy(chain: Chain, tmp_path: Path) -> None:
    made = chain.walk("audit").made["audit"]
    (tmp_path / "template.yaml").write_text(POLICY)
    other = init(tmp_path / "other", tmp_path / "template.yaml", scrypt_n=2**4)
    with pytest.raises(IntegrityError, match="no key that the policy trusts"):
        Ledger(chain.ledger.store.root, other.policy).get(made.digest)


def test_a_step_is_signed_by_the_key_of_its_role(home: Home, ledger: Ledger) -> None:
    link = st.Link("drill", (), home.policy.digest, st.now())
    made = ledger.append([dataset(RAW)], predicates.observed([], ["x"]), link)
    assert made.signer == home.signer("drill").public != home.signer("audit").public
