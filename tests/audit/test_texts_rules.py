# SPDX-License-Identifier: Apache-2.0
"""A kept licence text is a claim of its own: it can contradict a tag, hold several licences, or have changed."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from custody.audit import SourceVerdict, audit
from custody.audit.evidence import text_sha256
from custody.audit.found import BY
from custody.dataset import file_sha256
from custody.home import Home

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data" / "licences"
MIT, NC, APACHE = (SAMPLES / f"{name}.txt" for name in ("chinook", "CC-BY-NC-4.0", "Apache-2.0"))
TODAY = date(2026, 11, 20)
OWN = "You may read the data. You may not sell it, nor show it to your neighbours. " * 20
Judge = Callable[..., SourceVerdict]


@pytest.fixture
def judged(home: Home, tmp_path: Path) -> Judge:
    """Audit one source with a licence text."""

    def judge(text: str | bytes | None, **entries: Any) -> SourceVerdict:
        (tmp_path / "d").mkdir(exist_ok=True)
        (tmp_path / "d" / "a.txt").write_text("letters")
        if text is not None:
            (tmp_path / "licence.txt").write_bytes(text.encode() if isinstance(text, str) else text)
            entries = {"licence_file": "licence.txt"} | entries
        source = {"name": "d", "path": "d", "licence": "MIT", "personal_data": {"present": False}} | entries
        file = tmp_path / "sources.yaml"
        file.write_text(yaml.safe_dump({"sources": [source]}))
        (verdict,) = audit(file, "chat-prod", home.policy, TODAY).sources
        return verdict

    return judge


def codes(verdict: SourceVerdict) -> set[str]:
    return {one.code for one in verdict.findings if one.verdict in ("review", "deny")}


def test_a_text_that_is_what_is_said_adds_a_claim_and_no_finding(judged: Judge) -> None:
    verdict = judged(MIT.read_text())
    assert (codes(verdict), verdict.verdict) == (set(), "allow_with_obligations")
    assert (verdict.found, verdict.found_licence, verdict.concluded) == (file_sha256(MIT), "MIT", "MIT")
    assert BY in {one.by for one in verdict.declared}


def test_a_stricter_text_beats_the_tag(judged: Judge) -> None:
    verdict = judged(NC.read_text())
    assert verdict.verdict == "deny"
    assert {"LIC003", "LIC010"} <= codes(verdict) | ({"LIC003"} if "LIC004" in codes(verdict) else set())
    assert (verdict.found_licence, verdict.concluded) == ("CC-BY-NC-4.0", "")


def test_a_text_alone_states_the_licence(judged: Judge) -> None:
    verdict = judged(MIT.read_text(), licence="")
    assert (codes(verdict), verdict.concluded) == (set(), "MIT")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (OWN, "LIC006", "none that is known"),
        ("MIT", "LIC006", "none that is known"),
        ("", "LIC006", "none that is known"),
        (b"\xff\xfe\x00\x01" * 99, "LIC006", "none that is known"),
        (f"{MIT.read_text()}\n{APACHE.read_text()}", "LIC006", "several licences: MIT, Apache-2.0"),
        (MIT.read_text().replace("sublicense, and/or sell", "and/or sublicense"), "LIC006", "with changes"),
        (b"x " * (3 << 20), "EVD080", "larger than"),
    ],
)
def test_a_text_that_is_not_what_it_is_called_is_reviewed(
    judged: Judge, text: str | bytes, code: str, said: str
) -> None:
    verdict = judged(text)
    assert verdict.verdict == "review"
    (only,) = (one for one in verdict.findings if one.code == code)
    assert said in only.what
    assert only.remedy


def test_every_licence_of_a_bundle_applies(judged: Judge) -> None:
    assert judged(f"{MIT.read_text()}\n\n{NC.read_text()}").verdict == "deny"


def test_values_of_a_file_that_is_no_licence_are_not_shown(judged: Judge) -> None:
    verdict = judged("name,phone\nAda Lovelace,555 0100\n" * 50)
    assert "Lovelace" not in " ".join(one.what + one.why + one.remedy for one in verdict.findings)


def test_the_text_of_a_part_is_about_that_part(judged: Judge, tmp_path: Path) -> None:
    (tmp_path / "nc.txt").write_bytes(NC.read_bytes())
    part = {"glob": "*.txt", "licence": "CC-BY-NC-4.0", "licence_file": "nc.txt"}
    verdict = judged(MIT.read_text(), files=[part])
    assert verdict.verdict == "deny"
    assert {one.part for one in verdict.declared if one.by == BY} == {"", "*.txt"}
    assert "EVD080" in codes(judged(MIT.read_text(), files=[part | {"licence_file": "nowhere.txt"}]))


def test_licence_evidence_is_a_licence_text(judged: Judge, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<html><body><pre>{NC.read_text()}</pre></body></html>")
    page = {"kind": "licence", "file": "page.html", "fetched_at": "2026-11-01", "url": "https://d.org/licence"}
    assert judged(None, evidence=[page]).verdict == "deny"
    assert judged(None, evidence=[page | {"status": 404}]).verdict in ("review", "deny")


@pytest.mark.parametrize(
    "change",
    [
        {"fetched_at": "2099-01-01"},
        {"fetched_at": "2026-11-20", "status": 404},
        {"fetched_at": "2026-11-20", "digest": "0" * 64},
        {"fetched_at": "2026-11-20", "file": "nowhere.txt"},
    ],
)
def test_evidence_that_does_not_stand_puts_no_other_aside(
    judged: Judge, tmp_path: Path, change: dict[str, Any]
) -> None:
    for name, file in (("now", NC), ("later", MIT)):
        (tmp_path / f"{name}.txt").write_bytes(file.read_bytes())
    now = {"kind": "licence", "file": "now.txt", "url": "https://d.org/licence", "fetched_at": "2026-11-19"}
    verdict = judged(None, evidence=[now, now | {"file": "later.txt"} | change])
    assert (verdict.verdict, "EVD080" in codes(verdict)) == ("deny", True)


# Approvals


def approval(digest: str, on: str = "2026-10-01", kind: str = "licence") -> dict[str, Any]:
    return {"kind": kind, "digest": digest, "by": "counsel", "on": on}


@pytest.mark.parametrize("digest", [file_sha256(MIT), text_sha256(MIT.read_bytes()), f"sha256:{file_sha256(MIT)}"])
def test_an_approved_text_stays_approved(judged: Judge, digest: str) -> None:
    assert codes(judged(MIT.read_text(), approved=[approval(digest), approval("0" * 64, "2020-01-01")])) == set()


def test_an_approval_by_words_outlives_a_new_layout(judged: Judge) -> None:
    wrapped = "\r\n\r\n".join(textwrap.fill(one, 40) for one in MIT.read_text().split("\n\n"))
    assert hashlib.sha256(wrapped.encode()).hexdigest() != file_sha256(MIT)
    assert codes(judged(wrapped, approved=[approval(text_sha256(MIT.read_bytes()))])) == set()


@pytest.mark.parametrize(
    ("text", "approved"),
    [
        (APACHE.read_text(), approval(file_sha256(MIT))),
        (None, approval(file_sha256(MIT))),
        (MIT.read_text(), approval(file_sha256(MIT), "2027-01-01")),
        (MIT.read_text(), approval("not a digest")),
        (MIT.read_text(), approval(file_sha256(MIT), kind="terms")),
    ],
)
def test_what_is_not_what_was_approved_is_reviewed(judged: Judge, text: str | None, approved: dict[str, Any]) -> None:
    verdict = judged(text, approved=[approved])
    assert "LIC007" in codes(verdict)
    (only,) = (one for one in verdict.findings if one.code == "LIC007")
    assert "counsel" in only.what


def test_terms_that_changed_at_one_of_two_places_are_reviewed(judged: Judge, tmp_path: Path) -> None:
    for name, text in (("old.txt", "Use it freely."), ("new.txt", "Use it for a fee.")):
        (tmp_path / name).write_text(text)
    old, new = (
        {"kind": "terms", "file": f"{name}.txt", "url": f"https://{name}.org", "fetched_at": "2026-11-19"}
        for name in ("old", "new")
    )
    approved = [approval(text_sha256(b"use it freely"), kind="terms")]
    assert codes(judged(MIT.read_text(), evidence=[old], approved=approved)) == set()
    assert codes(judged(MIT.read_text(), evidence=[old, new], approved=approved)) == {"LIC007"}
    later = new | {"url": old["url"], "fetched_at": "2026-11-20"}
    assert codes(judged(MIT.read_text(), evidence=[old, later], approved=approved)) == {"LIC007"}
    assert (
        codes(judged(MIT.read_text(), evidence=[later | {"fetched_at": "2026-11-18"}, old], approved=approved)) == set()
    )
