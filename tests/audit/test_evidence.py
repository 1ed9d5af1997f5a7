# SPDX-License-Identifier: Apache-2.0
"""Evidence shows something only while it is there, is what was kept, and is recent. Everything else is a finding."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from custody.audit import SourceVerdict, audit
from custody.audit.evidence import Evidence, decoded, load, newest, text_sha256
from custody.audit.evidence_store import EvidenceStore, Record
from custody.audit.sources import EvidenceEntry, Source
from custody.errors import IntegrityError, PolicyError, UsageError
from custody.home import Home
from custody.verbs import evidence

TODAY = date(2026, 11, 20)
TERMS = b"You may use the data for any purpose."
DIGEST = hashlib.sha256(TERMS).hexdigest()
FRESH = {"kind": "terms", "file": "terms.txt", "url": "https://d.org/terms", "fetched_at": "2026-11-19T10:00:00Z"}
AT = datetime(2026, 11, 19, tzinfo=UTC)


@pytest.fixture
def judged(home: Home, tmp_path: Path) -> Callable[..., SourceVerdict]:
    """Audit a free source with evidence."""

    def judge(*entries: dict[str, Any], today: date = TODAY, store: EvidenceStore | None = None) -> SourceVerdict:
        (tmp_path / "d").mkdir(exist_ok=True)
        (tmp_path / "d" / "a.txt").write_text("letters")
        (tmp_path / "terms.txt").write_bytes(TERMS)
        source: dict[str, Any] = {"name": "d", "path": "d", "licence": "CC0-1.0", "personal_data": {"present": False}}
        file = tmp_path / "sources.yaml"
        file.write_text(yaml.safe_dump({"sources": [source | {"evidence": list(entries)}]}))
        (verdict,) = audit(file, "chat-prod", home.policy, today, evidence=store).sources
        return verdict

    return judge


def found(verdict: SourceVerdict) -> list[str]:
    return [one.what for one in verdict.findings if one.code == "EVD080"]


def test_evidence_in_order_is_no_finding(judged: Callable[..., SourceVerdict]) -> None:
    assert found(judged(FRESH, FRESH | {"digest": DIGEST}, FRESH | {"digest": f"sha256:{DIGEST.upper()}"})) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"file": "nowhere.txt"}, "not there"),
        ({"file": "d"}, "not there"),
        ({"file": "../../etc/passwd"}, "outside the directory"),
        ({"file": "/etc/passwd"}, "outside the directory"),
        ({"file": "a\x00b"}, "not readable"),
        ({"file": ""}, "without a file or a digest"),
        ({"file": "", "digest": DIGEST}, "in an evidence store, and there is none"),
        ({"digest": "0" * 64}, "its sha256 differs"),
        ({"digest": "cafe"}, "no sha256"),
        ({"fetched_at": None}, "without the time"),
        ({"fetched_at": "2026-11-22T00:00:00Z"}, "from the future, 2 days ahead"),
        ({"fetched_at": "2026-10-20"}, "31 days old"),
        ({"kind": "licence", "fetched_at": "2026-08-21"}, "91 days old"),
        ({"status": 404}, "HTTP 404"),
        ({"kind": "licence", "status": 503}, "HTTP 503"),
    ],
)
def test_what_shows_nothing_is_reviewed(
    judged: Callable[..., SourceVerdict], change: dict[str, Any], what: str
) -> None:
    verdict = judged({key: value for key, value in (FRESH | change).items() if value is not None})
    assert verdict.verdict == "review"
    assert what in " ".join(found(verdict))
    assert all(one.remedy for one in verdict.findings)


@pytest.mark.parametrize("change", [{"fetched_at": "2026-10-21"}, {"kind": "licence", "fetched_at": "2026-08-22"}])
def test_evidence_on_its_last_day_still_counts(judged: Callable[..., SourceVerdict], change: dict[str, Any]) -> None:
    assert found(judged(FRESH | change)) == []


def test_an_old_copy_does_no_harm_beside_a_new_one_of_the_same_url(judged: Callable[..., SourceVerdict]) -> None:
    old = FRESH | {"fetched_at": "2020-01-01"}
    assert found(judged(old, FRESH)) == found(judged(FRESH, old)) == []
    assert found(judged(old | {"url": "https://d.org/other"}, FRESH))


def test_a_contract_needs_no_time_of_fetching(judged: Callable[..., SourceVerdict]) -> None:
    assert found(judged({"kind": "contract", "file": "terms.txt"})) == []


def test_a_file_that_is_empty_or_a_link_out_shows_nothing(judged: Callable[..., SourceVerdict], tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    outside = tmp_path.parent / "outside.txt"
    outside.write_bytes(TERMS)
    (tmp_path / "link.txt").symlink_to(outside)
    assert "empty" in found(judged(FRESH | {"file": "empty.txt"}))[0]
    assert "outside" in found(judged(FRESH | {"file": "link.txt"}))[0]


@pytest.mark.parametrize(
    "change", [{"kind": "hearsay"}, {"status": 7}, {"fetched_at": "yesterday"}, {"fetched_at": "2026-13-45T00:00:00Z"}]
)
def test_an_entry_that_says_nothing_valid_is_refused(
    judged: Callable[..., SourceVerdict], change: dict[str, Any]
) -> None:
    with pytest.raises(PolicyError):
        judged(FRESH | change)


# The store


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence")


def kept(store: EvidenceStore, data: bytes = TERMS, **told: Any) -> Record:
    about: dict[str, Any] = {"kind": "terms", "url": "https://d.org/terms", "fetched_at": AT} | told
    return store.add(data, text_sha256=text_sha256(data), **about)


def test_what_is_kept_comes_back_with_its_record(store: EvidenceStore) -> None:
    made = kept(store, http_status=200, content_type="text/plain")
    assert (store.get(made.sha256), store.records()) == (TERMS, (made,))
    assert (made.size, made.sha256) == (len(TERMS), DIGEST)
    assert made.tool.startswith("custody")


def test_the_same_bytes_are_kept_once_with_a_record_for_each_time(store: EvidenceStore) -> None:
    records = [kept(store, fetched_at=AT + timedelta(days=days)) for days in (2, 0, 1)]
    assert kept(store, fetched_at=AT) == records[1]
    assert store.records(DIGEST) == tuple(sorted(records, key=lambda one: one.fetched_at))
    assert len(store.store.keys("bytes/")) == 1


def test_evidence_by_digest_has_the_times_of_its_records(
    judged: Callable[..., SourceVerdict], store: EvidenceStore
) -> None:
    kept(store, fetched_at=AT - timedelta(days=300))
    entry = {"kind": "terms", "digest": DIGEST}
    assert "301 days old" in found(judged(entry, store=store))[0]
    kept(store)
    assert found(judged(entry, store=store)) == []
    assert "without the time" in found(judged(entry | {"kind": "licence"}, store=store))[0]


def test_a_digest_the_store_does_not_have_is_reviewed(
    judged: Callable[..., SourceVerdict], store: EvidenceStore
) -> None:
    assert "not in the evidence store" in found(judged({"kind": "terms", "digest": "0" * 64}, store=store))[0]


@pytest.mark.parametrize("part", ["bytes", "records"])
def test_changed_evidence_is_an_error_in_the_store_and_a_finding_in_the_audit(
    judged: Callable[..., SourceVerdict], store: EvidenceStore, part: str
) -> None:
    kept(store)
    (file,) = (path for path in (store.store.root / part).rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes().replace(b"a", b"b"))
    with pytest.raises(IntegrityError):
        store.get(DIGEST) if part == "bytes" else store.records()
    assert judged({"kind": "terms", "digest": DIGEST}, store=store).verdict == "review"
    if part == "bytes":
        with pytest.raises(IntegrityError):
            kept(store)


def test_a_record_moved_to_other_bytes_is_an_error(store: EvidenceStore) -> None:
    made = kept(store)
    other = store.store.root / "records" / ("0" * 64)
    other.mkdir()
    (other / f"{made.id}.json").write_bytes(made.to_json())
    with pytest.raises(IntegrityError):
        store.records("0" * 64)


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"", {}), (TERMS, {"fetched_at": datetime(2026, 1, 1)})],  # noqa: DTZ001 - no zone is the case
)
def test_what_cannot_be_evidence_is_refused(store: EvidenceStore, data: bytes, told: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        kept(store, data, **told)
    assert store.records() == ()


# Texts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_has_one_digest_in_every_encoding_and_layout(encoding: str) -> None:
    said = "You may use the\r\n  DATA for \u201cany\u201d purpose."
    assert text_sha256(said.encode(encoding)) == text_sha256(b'you may use the data for "any" purpose')


def test_bytes_that_are_no_text_have_a_digest_and_a_reading() -> None:
    assert decoded(b"\xff\xfe\x00") == "\ufffd"
    assert text_sha256(b"\xff\x00\xfe") != text_sha256(b"other words")


times = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
pieces = st.builds(Evidence, st.sampled_from(["terms", "robots"]), st.just("n"), st.sampled_from("ab"), times)


@given(st.lists(pieces, max_size=8), st.randoms())
def test_the_newest_do_not_depend_on_the_order(some: list[Evidence], draw: Any) -> None:
    mixed = draw.sample(some, len(some))
    assert sorted(map(repr, newest(some, TODAY))) == sorted(map(repr, newest(mixed, TODAY)))


def test_evidence_that_changes_during_the_audit_is_an_error_not_an_empty_text(tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_bytes(b"User-agent: *\nDisallow: /\n")
    (only,) = load(Source(name="d", path="d", evidence=(EvidenceEntry(kind="robots", file="robots.txt"),)), tmp_path)
    (tmp_path / "robots.txt").write_bytes(b"")
    with pytest.raises(IntegrityError):
        _ = only.body


def test_evidence_is_read_for_whoever_judges_it(tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_bytes(b"User-agent: *\nDisallow: /\n")
    entry = EvidenceEntry(kind="robots", file="robots.txt", status=200, fetched_at=datetime(2026, 1, 1))  # noqa: DTZ001
    (only,) = load(Source(name="d", path="d", evidence=(entry,)), tmp_path)
    assert (only.kind, only.status, only.problem, only.text[:10]) == ("robots", 200, "", "User-agent")
    assert only.fetched_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert b"Disallow" not in repr(only).encode()


# The verb


def test_a_file_is_kept_listed_and_shown(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "terms.txt"
    file.write_bytes(TERMS)
    made = evidence.keep(home, file, "terms", url="https://d.org/terms", fetched_at=AT, status=200)
    assert evidence.kept(home) == evidence.kept(home, DIGEST[:8]) == (made,)
    assert evidence.shown(home, DIGEST[:8]) == TERMS
    assert made.text_sha256 == text_sha256(TERMS)


def test_what_was_kept_is_evidence_in_the_audit_of_this_home(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "terms.txt"
    file.write_bytes(TERMS)
    evidence.keep(home, file, "terms", fetched_at=AT)
    source = Source(name="d", path="d", evidence=(EvidenceEntry(kind="terms", digest=DIGEST),))
    (only,) = load(source, tmp_path, EvidenceStore.of(home))
    assert (only.problem, only.body, only.fetched_at) == ("", TERMS, AT)


WRONG: dict[str, Callable[[Home, Path], object]] = {
    "a kind that is none": lambda home, here: evidence.keep(home, here / "a", "hearsay"),
    "a file that is not there": lambda home, here: evidence.keep(home, here / "nowhere", "page"),
    "a folder": lambda home, here: evidence.keep(home, here, "page"),
    "a digest that is none": lambda home, _: evidence.kept(home, "zz"),
    "a digest that fits several": lambda home, _: evidence.shown(home, ""),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_words_about_evidence_are_refused(home: Home, tmp_path: Path, wrong: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
        evidence.keep(home, tmp_path / name, "page")
    with pytest.raises(UsageError):
        WRONG[wrong](home, tmp_path)
