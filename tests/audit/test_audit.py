# SPDX-License-Identifier: Apache-2.0
"""The audit: verdicts only rise, what is not understood is a finding, and every refusal says what to do."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from custody.audit import SourceVerdict, audit
from custody.audit.case import Case
from custody.audit.claims import Claim, Metadata
from custody.audit.intake import MAX_METADATA
from custody.audit.output.attribution import attribution
from custody.audit.rules.licence import licence
from custody.audit.sources import Source
from custody.audit.verdicts import VERDICTS, strictest
from custody.audit.waivers import Weighed
from custody.dataset import Listing
from custody.errors import DatasetError, PolicyError
from custody.home import Home
from custody.intents import AuditSettings, Intent

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
INTENT = "chat-prod"
LETTERS = b"letters"
DIGEST = hashlib.sha256(LETTERS).hexdigest()
GOOD: dict[str, Any] = {"name": "d", "path": "d", "licence": "CC0-1.0", "personal_data": {"present": False}}
REFUSALS = ("review", "deny")


@pytest.fixture
def judged(home: Home, tmp_path: Path) -> Callable[..., SourceVerdict]:
    """Audit one source, with metadata and with entries of its own."""

    def judge(metadata: str | bytes | None = None, card: bool = False, **entries: Any) -> SourceVerdict:
        (tmp_path / "d").mkdir(exist_ok=True)
        (tmp_path / "d" / "a.txt").write_bytes(LETTERS)
        source = GOOD | entries
        if metadata is not None:
            source["metadata"] = "card.md" if card else "croissant.json"
            data = metadata if isinstance(metadata, bytes) else metadata.encode()
            (tmp_path / source["metadata"]).write_bytes(data)
        file = tmp_path / "sources.yaml"
        file.write_text(yaml.safe_dump({"sources": [{k: v for k, v in source.items() if v is not None}]}))
        (verdict,) = audit(file, INTENT, home.policy).sources
        return verdict

    return judge


def codes(verdict: SourceVerdict, *kinds: str) -> set[str]:
    return {one.code for one in verdict.findings if not kinds or one.verdict in kinds}


# The sample


def test_the_sample_has_three_sources_with_obligations_and_one_denied(home: Home) -> None:
    found = audit(SAMPLE / "sources.yaml", INTENT, home.policy).sources
    assert {one.name: one.verdict for one in found} == {
        "chinook_people": "allow_with_obligations",
        "dataset_cards": "allow_with_obligations",
        "fivethirtyeight": "allow_with_obligations",
        "review_quotes_nc": "deny",
    }
    assert codes(found[-1], "deny") == {"LIC010", "MIX091"}
    assert all(one.obligations and one.found for one in found)


def test_a_research_intent_may_use_what_a_commercial_may_not(home: Home) -> None:
    found = audit(SAMPLE / "sources.yaml", "research-eval", home.policy).sources
    assert {one.verdict for one in found} == {"allow_with_obligations"}


def test_a_denied_source_is_not_in_the_attribution(home: Home) -> None:
    text = attribution(audit(SAMPLE / "sources.yaml", INTENT, home.policy))
    assert "Luis Rocha" in text
    assert "review_quotes_nc" not in text


def test_the_report_is_the_same_on_another_machine(home: Home, tmp_path: Path) -> None:
    copy = shutil.copytree(SAMPLE, tmp_path / "elsewhere")
    here, there = (audit(path / "sources.yaml", INTENT, home.policy) for path in (SAMPLE, copy))
    assert json.dumps(here.to_dict(), sort_keys=True) == json.dumps(there.to_dict(), sort_keys=True)


# One source


def test_a_public_domain_source_without_people_is_allowed(judged: Callable[..., SourceVerdict]) -> None:
    verdict = judged()
    assert (verdict.verdict, verdict.concluded, verdict.findings) == ("allow", "CC0-1.0", ())


@pytest.mark.parametrize(
    ("entries", "code", "expected"),
    [
        ({"licence": None}, "LIC001", "review"),
        ({"licence": "blah"}, "LIC002", "review"),
        ({"licence": "CC BY"}, "LIC002", "review"),
        ({"licence": "GPL-3.0-only"}, "LIC012", "review"),
        ({"licence": "CC-BY-NC-4.0"}, "LIC010", "deny"),
        ({"licence": "MIT AND CC-BY-NC-4.0"}, "LIC010", "deny"),
        ({"licence": "CC-BY-ND-4.0"}, "LIC011", "review"),
        ({"licence": "CC-BY-SA-4.0"}, "LIC012", "review"),
        ({"licence": "CC-BY-4.0"}, "LIC005", "allow_with_obligations"),
        ({"licence": "CC-BY-4.0", "licence_file": "nowhere.txt"}, "EVD080", "review"),
        ({"licence_file": "d"}, "EVD080", "review"),
        ({"metadata": "nowhere.json"}, "EVD080", "review"),
        ({"metadata": "d"}, "EVD080", "review"),
        ({"personal_data": None}, "PII060", "review"),
        ({"personal_data": {"present": True}}, "PII060", "review"),
        ({"personal_data": {"present": True, "legal_basis": "consent"}}, "PII060", "review"),
        ({"personal_data": {"present": True, "record": "kept"}}, "PII060", "review"),
    ],
)
def test_what_is_missing_or_forbidden_has_its_finding(
    judged: Callable[..., SourceVerdict], entries: dict[str, Any], code: str, expected: str
) -> None:
    verdict = judged(**entries)
    assert verdict.verdict == expected
    assert code in codes(verdict, expected)
    assert all(one.remedy for one in verdict.findings)


@pytest.mark.parametrize("purpose", ["commercial", "research"])
@pytest.mark.parametrize("release", ["none", "api", "weights"])
@pytest.mark.parametrize("redistribute", [True, False])
@pytest.mark.parametrize(
    "text", ["", "blah", "CC-BY-NC-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "MIT AND CC-BY-SA-4.0"]
)
def test_every_refusal_has_a_remedy(text: str, purpose: Any, release: Any, redistribute: bool) -> None:
    intent = _intent(purpose=purpose, release=release, redistribute_data=redistribute)
    claims = [Claim("card", text)] if text else []
    refused = [one for one in licence(_case(claims, intent)) if one.verdict in REFUSALS]
    assert all(one.remedy and one.why and one.where for one in refused)
    assert refused or (purpose == "research" and release != "weights") or "ND" in text or text.startswith("MIT")


# What metadata says


def croissant(**entries: Any) -> str:
    return json.dumps({"license": "CC0-1.0"} | entries)


def described(digest: Any, name: str = "a.txt") -> dict[str, Any]:
    return {"@type": "cr:FileObject", "contentUrl": f"https://example.org/{name}", "sha256": digest}


@pytest.mark.parametrize(
    "licence",
    [
        "https://creativecommons.org/publicdomain/zero/1.0/",
        ["CC0-1.0"],
        {"url": "https://creativecommons.org/publicdomain/zero/1.0/"},
        {"@id": "CC0-1.0"},
        [{"@type": "CreativeWork", "name": "CC0"}, "CC0-1.0"],
    ],
)
def test_each_way_to_write_a_licence_in_croissant_is_understood(
    judged: Callable[..., SourceVerdict], licence: Any
) -> None:
    verdict = judged(croissant(license=licence), licence=None)
    assert (verdict.verdict, verdict.concluded) == ("allow", "CC0-1.0")


@pytest.mark.parametrize(
    "licence",
    ["blah", "", {}, {"url": "blah"}, ["CC0-1.0", "blah"], ["CC0-1.0", {}], 7, False, [[["blah"]]], [None, 7]],
)
@pytest.mark.parametrize("own", [None, "CC0-1.0"])
def test_a_licence_in_croissant_that_is_not_understood_is_never_allowed(
    judged: Callable[..., SourceVerdict], licence: Any, own: str | None
) -> None:
    verdict = judged(croissant(license=licence), licence=own)
    assert verdict.verdict == "review"
    assert codes(verdict, "review") >= {"LIC002"}
    assert verdict.concluded == ""


@pytest.mark.parametrize("licence", [["CC0-1.0", "CC-BY-NC-4.0"], {"name": "CC-BY-NC-4.0"}, "CC-BY-NC-4.0"])
def test_metadata_that_forbids_more_than_the_sources_file_decides(
    judged: Callable[..., SourceVerdict], licence: Any
) -> None:
    verdict = judged(croissant(license=licence))
    assert verdict.verdict == "deny"
    assert codes(verdict) >= {"LIC003", "LIC010"}


@pytest.mark.parametrize("digest", ["", "abc", "z" * 64, DIGEST[:-1], DIGEST + "0", None, 7, [], {}])
def test_a_malformed_digest_is_a_finding(judged: Callable[..., SourceVerdict], digest: Any) -> None:
    verdict = judged(croissant(distribution=[described(digest)]))
    assert (verdict.verdict, codes(verdict)) == ("review", {"AUT070"})


@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: [{"@type": "cr:FileSet"}, one], lambda one: one])
def test_a_digest_of_other_bytes_is_denied(
    judged: Callable[..., SourceVerdict], wrap: Callable[[dict[str, Any]], Any]
) -> None:
    verdict = judged(croissant(distribution=wrap(described("0" * 64))))
    assert (verdict.verdict, codes(verdict)) == ("deny", {"AUT070"})


@pytest.mark.parametrize("digest", [DIGEST, DIGEST.upper()])
def test_a_digest_of_these_bytes_passes(judged: Callable[..., SourceVerdict], digest: str) -> None:
    assert judged(croissant(distribution=[described(digest)])).verdict == "allow"


BROKEN_JSON = (
    "",
    "{",
    "[]",
    "7",
    "null",
    '"text"',
    '{"distribution": 7}',
    '{"license": "CC-BY-NC-4.0", "license": "CC0-1.0"}',
    "[" * 100_000,
    '{"license": ' + "[" * 100_000,
    b"\xff\xfe\x00",
    b"\x00" * 10,
)
BROKEN_CARDS = (
    "",
    "no header",
    "---\nlicense: cc0-1.0\n",
    "---\n: : :\n---\n",
    "---\n[1, 2]\n---\n",
    "---\nlicense: [\n---\n",
    "---\njust words\n---\n",
    "---\nlicense: !!python/object:os.system x\n---\n",
    "---\nlicense: !!bool maybe\n---\n",
    "---\nlicense: !!int ''\n---\n",
    "---\nlicense: !!timestamp soon\n---\n",
    "---\nlicense: *nowhere\n---\n",
    b"---\nlicense: \xff\n---\n",
)


@pytest.mark.parametrize("metadata", BROKEN_JSON, ids=range(len(BROKEN_JSON)))
@pytest.mark.parametrize("own", [None, "CC0-1.0"])
def test_broken_croissant_is_a_finding_and_no_traceback(
    judged: Callable[..., SourceVerdict], metadata: str | bytes, own: str | None
) -> None:
    verdict = judged(metadata, licence=own)
    assert verdict.verdict == "review"
    assert "EVD080" in codes(verdict, "review")


@pytest.mark.parametrize("metadata", BROKEN_CARDS, ids=range(len(BROKEN_CARDS)))
def test_a_broken_card_is_a_finding_and_no_traceback(
    judged: Callable[..., SourceVerdict], metadata: str | bytes
) -> None:
    verdict = judged(metadata, card=True)
    assert (verdict.verdict, codes(verdict)) == ("review", {"EVD080"})


@pytest.mark.parametrize("licence", ["other", "no", "2020-01-01", "{a: b}", "[cc0-1.0, other]", "[[cc0-1.0]]"])
def test_a_card_whose_licence_is_not_understood_is_never_allowed(
    judged: Callable[..., SourceVerdict], licence: str
) -> None:
    verdict = judged(f"---\nlicense: {licence}\n---\n# d\n", card=True)
    assert (verdict.verdict, codes(verdict)) == ("review", {"LIC002"})


def test_a_card_with_windows_line_ends_is_read(judged: Callable[..., SourceVerdict]) -> None:
    assert codes(judged(b"---\r\nlicense: cc-by-nc-4.0\r\n---\r\n", card=True), "deny") == {"LIC010"}


def test_aliases_in_a_card_do_not_unfold(judged: Callable[..., SourceVerdict]) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    verdict = judged(f"---\nl0: &l0 [x]\n{levels}license: [*l11]\n---\n", card=True)
    assert verdict.verdict == "review"


@pytest.mark.parametrize("card", [True, False])
def test_huge_metadata_is_not_read(judged: Callable[..., SourceVerdict], card: bool) -> None:
    verdict = judged(b" " * (MAX_METADATA + 1), card=card)
    assert (verdict.verdict, codes(verdict)) == ("review", {"EVD080"})
    assert "larger than" in verdict.findings[0].what


# Order and more claims

SAID = st.sampled_from(
    ["CC0-1.0", "MIT", "Apache 2.0", "CC BY 4.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0", "CC-BY-ND-4.0", "blah", "", "GPL-3.0"]
)
CLAIMS = st.lists(
    st.builds(Claim, st.sampled_from(["sources file", "croissant", "card"]), SAID), min_size=1, max_size=5
)
INTENTS = st.builds(
    lambda purpose, release, redistribute: _intent(purpose=purpose, release=release, redistribute_data=redistribute),
    st.sampled_from(["commercial", "research"]),
    st.sampled_from(["none", "api", "weights"]),
    st.booleans(),
)


def _intent(**entries: Any) -> Intent:
    told = {"purpose": "commercial", "train": "finetune", "release": "weights", "redistribute_data": False}
    return Intent.model_validate(told | {"offers_competing_model": False} | entries)


def _case(claims: list[Claim], intent: Intent) -> Case:
    source, said = Source(name="d", path="d"), Metadata(claims=tuple(claims))
    return Case(source, Path(), Listing.parse(""), said, intent, "i", AuditSettings(), date(2026, 11, 1))


def _rank(claims: list[Claim], intent: Intent) -> int:
    found = licence(_case(claims, intent))
    return VERDICTS.index(strictest(*(one.verdict for one in found)))


@given(CLAIMS, CLAIMS, INTENTS)
def test_more_claims_never_relax_the_verdict(claims: list[Claim], more: list[Claim], intent: Intent) -> None:
    assert _rank([*claims, *more], intent) >= max(_rank(claims, intent), _rank(more, intent))


@given(CLAIMS, INTENTS, st.randoms())
def test_the_order_of_claims_does_not_matter(claims: list[Claim], intent: Intent, random: Any) -> None:
    shuffled = random.sample(claims, len(claims))
    assert list(licence(_case(claims, intent))) == list(licence(_case(shuffled, intent)))


@given(INTENTS)
def test_no_claim_at_all_is_never_allowed(intent: Intent) -> None:
    assert VERDICTS[_rank([], intent)] in REFUSALS


# The sources file


def good_text(**changes: str) -> str:
    lines = {"name": "name: d", "path": "path: d", "licence": "licence: MIT"} | changes
    return "sources:\n  - " + "\n    ".join(lines.values()) + "\n"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (good_text(licence="license: MIT"), "sources.yaml:4:5", "write 'licence'"),
        (good_text(licence="personal_data: {presnt: true}"), "sources.yaml:4:21", "write 'present'"),
        (good_text(licence="personal_data: {present: perhaps}"), "sources.yaml:4:21", "bool"),
        (good_text(licence="origin: {urll: x}"), "sources.yaml:4:14", "write 'url'"),
        (good_text(licence="licence: [MIT]"), "sources.yaml:4:5", "string"),
        (good_text(licence="name: e"), "sources.yaml:4:5", "stands twice"),
        (good_text(licence="licence: *x"), "sources.yaml:4:14", "alias"),
        (good_text(path="path: nowhere"), "sources.yaml:2:5", "'nowhere'"),
        (good_text(name="publisher: x"), "sources.yaml:2:5", "'publisher' is not allowed"),
        (good_text(name="licence_file: x"), "sources.yaml:2:5", "'name' is missing"),
        (good_text() + good_text().removeprefix("sources:\n"), "sources.yaml:5:5", "two sources are called 'd'"),
        ("source:\n  - name: d\n", "sources.yaml:1:1", "write 'sources'"),
        ("sources: {\n", "sources.yaml:2:1", "not valid YAML"),
        ("", "sources.yaml", ""),
        ("x: [" * 3000, "sources.yaml", "not valid YAML"),
    ],
)
def test_a_typo_is_named_with_file_and_line(home: Home, tmp_path: Path, text: str, place: str, said: str) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_bytes(LETTERS)
    (tmp_path / "sources.yaml").write_text(text)
    with pytest.raises(PolicyError) as refused:
        audit(tmp_path / "sources.yaml", INTENT, home.policy)
    assert place in str(refused.value)
    assert said in str(refused.value)


def test_a_missing_sources_file_is_named(home: Home, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.yaml"):
        audit(tmp_path / "nowhere.yaml", INTENT, home.policy)


def test_an_empty_dataset_is_refused(home: Home, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "sources.yaml").write_text(good_text())
    with pytest.raises(DatasetError, match="no files"):
        audit(tmp_path / "sources.yaml", INTENT, home.policy)


def test_a_duty_is_told_once_however_many_claim_it(judged: Callable[..., SourceVerdict]) -> None:
    verdict = judged(croissant(license=["CC-BY-4.0", "CC BY 4.0"]), licence="CC-BY-4.0")
    assert len(verdict.obligations) == len(set(verdict.obligations))
    assert replace(verdict, weighed=Weighed((), {})).obligations == ()
