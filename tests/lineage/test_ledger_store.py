# SPDX-License-Identifier: Apache-2.0
"""The ledger in an object store and on a disk: forks, joins, many writers, its head, and its index made again."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from custody import cli, policy
from custody.errors import IntegrityError, PolicyError, StorageUnavailable
from custody.lineage import statement as st
from custody.lineage.ledger import Ledger
from custody.lineage.reindex import reindex
from tests.base.samples import POLICY

from .chain import CLEARED, RAW, Chain, later

WRITER = (
    "import sys; from pathlib import Path; from custody import policy; from custody.lineage.ledger import Ledger\n"
    "from custody.home import Home; from custody.lineage import predicates, statement as st\n"
    "home = Home(Path(sys.argv[1])); place = sys.argv[2]\n"
    "ledger = Ledger(place if '://' in place else Path(place), home.policy, home.signer); sys.stdin.readline()\n"
    "for i in range(8):\n"
    "    who = sys.argv[3] if i % 2 else 'all'  # every other statement is one that all of them write\n"
    "    when, told = '2026-03-01T09:00:00.000000Z', {'w': who, 'n': i}\n"
    "    link = st.Link('drill', (), home.policy.digest, when, None, None, told)\n"
    "    ledger.append([st.dataset_subject('people', 'a' * 64)], predicates.observed([], ['x']), link)\n"
)


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    told = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}
    for name, value in {**told, "AWS_ENDPOINT_URL": endpoint, "AWS_ALLOW_HTTP": "true"}.items():
        monkeypatch.setenv(name, value)
    made = boto3.resource("s3", endpoint_url=endpoint, region_name="us-east-1").Bucket("records")
    made.create()
    yield made
    made.objects.all().delete()
    made.delete()


@pytest.fixture
def remote(bucket: Any, chain: Chain) -> Ledger:
    """A ledger in a bucket, with the keys of a home."""
    assert bucket
    return Ledger("s3://records/team/ledger", chain.home.policy, chain.home.signer)


def _copy(source: Ledger, target: Ledger, order: list[str]) -> None:
    for digest in order:
        target.add(source.envelope(digest))


def test_a_ledger_in_a_bucket_is_that_on_a_disk(remote: Ledger, chain: Chain) -> None:
    made = chain.walk().made
    _copy(chain.ledger, remote, chain.ledger.digests())
    assert (remote.digests(), remote.head()) == (chain.ledger.digests(), chain.ledger.head())
    for step in ("classify", "audit"):
        assert remote.latest(RAW, step) == made[step]
    assert {one.digest for one in remote.about(CLEARED)} == {one.digest for one in chain.ledger.about(CLEARED)}
    address = remote.keep_listing("people", chain_listing())
    assert remote.listing(address) == chain_listing()
    assert remote.addresses("people") == [address]
    assert remote.has_document(address)
    assert not remote.has_document("0" * 64)


def chain_listing() -> Any:
    """A listing of one file."""
    from custody.dataset import Listing

    return Listing({"a b ü.csv": "1" * 64})


def test_the_policy_says_where_the_ledger_is(bucket: Any, chain: Chain) -> None:
    file = chain.home.path / "policy.yaml"
    file.write_text(file.read_text() + "\nledger: s3://records/ours\n")
    moved = Chain(type(chain.home)(chain.home.path))
    moved.walk("audit")
    assert {one.key.split("/")[0] for one in bucket.objects.all()} == {"ours"}
    assert not (chain.home.path / "ledger").exists()
    assert moved.ledger.latest(RAW, "audit") == moved.made["audit"]


@pytest.mark.parametrize("place", ["ftp://x", "s3://", "http://x/y", "s3:bucket"])
def test_a_ledger_is_nowhere_else(place: str) -> None:
    with pytest.raises(PolicyError, match="ledger"):
        policy.parse((POLICY + f"\nledger: {place}\n").encode(), "policy.yaml")


def test_a_bucket_that_is_not_there_is_weather_and_not_an_empty_ledger(bucket: Any, chain: Chain) -> None:
    assert bucket
    nowhere = Ledger("s3://nowhere/ledger", chain.home.policy, chain.home.signer)
    draft = chain.draft("audit")
    for act in (lambda: nowhere.append(draft.subjects, draft.predicate, draft.link), nowhere.digests):
        with pytest.raises(StorageUnavailable, match="s3://nowhere/ledger"):
            act()


@pytest.mark.parametrize("kind", ["disk", "bucket"])
def test_processes_that_write_at_once_lose_nothing(kind: str, bucket: Any, chain: Chain, tmp_path: Path) -> None:
    assert bucket
    place = str(tmp_path / "shared") if kind == "disk" else "s3://records/shared"
    command = [sys.executable, "-c", WRITER, str(chain.home.path), place]
    writers = [subprocess.Popen([*command, who], stdin=subprocess.PIPE) for who in "abc"]
    for writer in writers:  # all have started; let them go
        assert writer.stdin
        writer.stdin.write(b"\n")
        writer.stdin.close()
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    ledger = Ledger(place if kind == "bucket" else Path(place), chain.home.policy)
    found = sorted((one.link.detail["w"], one.link.detail["n"]) for one in ledger.about(RAW, "drill"))
    own = [(who, n) for who in "abc" for n in range(1, 8, 2)]
    assert found == sorted(own + [("all", n) for n in range(0, 8, 2)])
    assert len(ledger.digests()) == 16
    done = reindex(ledger)
    assert (done.whole, done.statements, done.added, done.removed) == (True, 16, 0, 0)


# Forks and joins


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=some.randoms(use_true_random=False),
    follows=some.lists(some.sets(some.integers(0, 11), max_size=3), max_size=12),
)
def test_forks_and_joins_come_out_the_same_in_whatever_order_they_are_written(
    order: random.Random, follows: list[set[int]], chain: Chain, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As mapped tasks and retries do: each statement follows some earlier ones, several at once or none."""
    made: list[st.Statement] = []
    source = Ledger(tmp_path_factory.mktemp("one") / "l", chain.home.policy, chain.home.signer)
    for number, before in enumerate(follows):
        prev = tuple(sorted(made[one].digest for one in before if one < number))
        draft = chain.draft("expect").but(prev=prev, detail={"n": number})
        made.append(source.append(draft.subjects, draft.predicate, draft.link))
    digests = source.digests()
    order.shuffle(digests)
    target = Ledger(tmp_path_factory.mktemp("two") / "l", chain.home.policy)
    _copy(source, target, [*digests, *digests[:3]])  # and some twice
    assert target.head() == source.head()
    assert target.store.keys("") == source.store.keys("")
    for one in made:
        assert set(target.get(one.digest).link.prev) == set(one.link.prev)


def test_a_retry_adds_and_never_replaces(chain: Chain) -> None:
    first = chain.sign(chain.draft("classify"))
    again = chain.sign(chain.draft("classify").but(created_at=later(first.link.created_at, hours=1)))
    assert {one.digest for one in chain.ledger.about(RAW, "classify")} == {first.digest, again.digest}
    assert chain.ledger.latest(RAW, "classify") == again


# The head


def test_the_head_is_what_coreutils_say_and_every_statement_changes_it(chain: Chain) -> None:
    heads = {chain.ledger.head()}
    for step in ("audit", "classify", "redact"):
        chain.walk(step)
        heads.add(chain.ledger.head())
    assert len(heads) == 4
    command = "ls | cut -c-64 | LC_ALL=C sort | sha256sum"
    said = subprocess.run(
        ["bash", "-c", command],
        cwd=chain.home.path / "ledger" / "statements",
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split()[0] == chain.ledger.head()
    chain.lose("classify")
    assert chain.ledger.head() not in heads


# Statements of others


def _foreign(chain: Chain, step: str = "expect") -> bytes:
    """A passed expectation under a predicate that custody does not know, signed by a key it trusts."""
    body = json.loads(chain.draft(step).payload) | {"predicateType": "https://example.org/praise/v1"}
    return st.sign(json.dumps(body).encode(), chain.home.signer(step))


def test_an_unknown_predicate_is_kept_and_never_counted(chain: Chain) -> None:
    chain.walk(without=["expect"])
    before = chain.ask().reasons
    kept = chain.ledger.keep(_foreign(chain))
    assert (kept.predicate_type, kept.signer) == (
        "https://example.org/praise/v1",
        chain.home.signer("expect").public,
    )
    assert list(chain.ledger.foreign(CLEARED)) == [kept]
    assert kept.digest in chain.ledger.digests()
    assert chain.ask().reasons == before
    assert "expectations" in "".join(before)
    assert not [one for one in chain.ledger.about(CLEARED) if one.digest == kept.digest]


def test_its_marker_cannot_make_it_count(chain: Chain) -> None:
    chain.walk(without=["expect"])
    kept = chain.ledger.keep(_foreign(chain))
    chain.ledger.store.put_new(f"about/{CLEARED}/expect-{kept.digest}", b"")
    with pytest.raises(IntegrityError, match="not a custody statement"):
        chain.ledger.latest(CLEARED, "expect")


def test_a_statement_of_our_own_cannot_be_hidden_among_those_of_others(chain: Chain) -> None:
    made = chain.walk("expect").made["expect"]
    with pytest.raises(IntegrityError, match="one of custody's own"):
        chain.ledger.keep(chain.ledger.envelope(made.digest))
    chain.ledger.store.put_new(f"about/{CLEARED}/foreign-{made.digest}", b"")
    with pytest.raises(IntegrityError, match="one of custody's own"):
        list(chain.ledger.foreign(CLEARED))


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(predicateType=7),
        lambda body: body.update(subject=[]),
        lambda body: body.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda body: body["subject"][0].update(digest={"sha256": "../x"}),
    ],
)
def test_what_is_no_statement_is_not_kept(change: Callable[[dict[str, Any]], object], chain: Chain) -> None:
    body = json.loads(b64decode(json.loads(_foreign(chain))["payload"]))
    change(body)
    with pytest.raises(IntegrityError, match="not an in-toto statement"):
        chain.ledger.keep(st.sign(json.dumps(body).encode(), chain.home.signer("expect")))


# The index


def _index(ledger: Ledger) -> list[str]:
    return [*ledger.store.keys("about/"), *ledger.store.keys("named/")]


def _lose_markers(ledger: Ledger) -> None:
    for key in _index(ledger):
        ledger.store.delete(key)


def _lose_some(ledger: Ledger) -> None:
    for key in _index(ledger)[::2]:
        ledger.store.delete(key)


def _relabel(ledger: Ledger) -> None:
    for key in ledger.store.keys("about/")[:3]:
        ledger.store.delete(key)
        folder, _, name = key.rpartition("/")
        ledger.store.put_new(f"{folder}/praise-{name.partition('-')[2]}", b"")


def _misfile(ledger: Ledger) -> None:
    for key in ledger.store.keys("about/")[:3]:
        ledger.store.put_new(f"about/{'7' * 64}/{key.rpartition('/')[2]}", b"")


@pytest.mark.parametrize("spoil", [_lose_markers, _lose_some, _relabel, _misfile])
@pytest.mark.parametrize("kind", ["disk", "bucket"])
def test_the_index_is_made_again_as_it_was(
    kind: str, spoil: Callable[[Ledger], None], chain: Chain, remote: Ledger
) -> None:
    chain.ledger.keep_listing("people", chain_listing())
    subject = st.dataset_subject("people", chain_listing().address)
    chain.walk()
    chain.sign(chain.draft("classify").but(subjects=(subject,), detail={"n": 1}))
    chain.ledger.keep(_foreign(chain))
    ledger = chain.ledger
    if kind == "bucket":
        for key in ledger.store.keys(""):
            remote.store.put_new(key, ledger.store.get(key) or b"")
        ledger = remote
    before = _index(ledger)
    spoil(ledger)
    assert _index(ledger) != before
    done = reindex(ledger)
    assert done.whole
    assert (done.statements, done.foreign) == (8, 1)
    assert _index(ledger) == before
    again = reindex(ledger)
    assert (again.added, again.removed) == (0, 0)


def test_a_deleted_statement_is_not_forgotten_by_making_the_index_again(chain: Chain) -> None:
    chain.walk()
    chain.lose("expect")
    done = reindex(chain.ledger)
    assert (done.whole, done.lost) == (False, [chain.made["expect"].digest])
    with pytest.raises(IntegrityError, match="missing"):
        chain.ledger.latest(CLEARED, "expect")


def test_a_damaged_statement_is_told_and_goes_on_being_noticed(chain: Chain) -> None:
    made = chain.walk().made["expect"]
    (chain.ledger.store.root / "statements" / f"{made.digest}.dsse.json").write_bytes(b"{}")
    done = reindex(chain.ledger)
    assert (done.whole, done.lost, done.removed) == (False, [], 0)
    assert made.digest[:12] in done.damaged[0]
    with pytest.raises(IntegrityError, match="not a DSSE envelope"):
        chain.ledger.latest(CLEARED, "expect")


def test_the_index_is_made_again_on_the_command_line(chain: Chain, capsys: pytest.CaptureFixture[str]) -> None:
    chain.walk()
    _lose_markers(chain.ledger)
    home = ("--home", str(chain.home.path))
    assert cli.main(["ledger", "reindex", *home]) == 0
    assert "7 statements" in capsys.readouterr().out
    assert cli.main(["ledger", "head", *home]) == 0
    assert capsys.readouterr().out.split() == [chain.ledger.head()]
    chain.lose("audit")
    assert cli.main(["ledger", "reindex", *home]) == 1
    assert chain.made["audit"].digest in capsys.readouterr().out


def test_a_statement_of_others_is_kept_on_the_command_line(
    chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "praise.json").write_bytes(_foreign(chain))
    assert cli.main(["ledger", "keep", str(tmp_path / "praise.json"), "--home", str(chain.home.path)]) == 0
    assert "https://example.org/praise/v1" in capsys.readouterr().out
    assert len(list(chain.ledger.foreign(CLEARED))) == 1
