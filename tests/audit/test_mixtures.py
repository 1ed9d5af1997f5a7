# SPDX-License-Identifier: Apache-2.0
"""What may be in one set: share-alike licences that fit, no source that bars commerce, duties that are passed on."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from custody.audit import AuditReport, audit
from custody.audit.licences.table import terms_of
from custody.audit.mixtures import Part, mixed, reachable
from custody.audit.verdicts import VERDICTS, Finding
from custody.home import Home
from custody.intents import Intent
from custody.policy import Policy

SPDX = Path(__file__).resolve().parents[2] / "../shared/data/licenses/spdx"


def intent(**entries: Any) -> Intent:
    told = {"purpose": "research", "train": "finetune", "release": "none", "offers_competing_model": False}
    return Intent.model_validate({"redistribute_data": True} | told | entries)


def judged(licences: dict[str, str], **entries: Any) -> dict[str, list[tuple[str, str]]]:
    parts = [Part(name, (text,), 100) for name, text in licences.items()]
    return {
        name: [(one.code, one.verdict) for one in found if one.code != "MIX092"]
        for name, found in mixed(parts, intent(**entries), "i").items()
        if any(one.code != "MIX092" for one in found)
    }


DENIED, ASKED = [("MIX090", "deny")], [("MIX090", "review")]
PAIRS: dict[str, tuple[str, str, Any]] = {
    "one licence": ("CC-BY-SA-4.0", "CC-BY-SA-4.0", None),
    "an older version": ("CC-BY-SA-3.0", "CC-BY-SA-4.0", None),
    "a much older version": ("CC-BY-SA-2.0", "CC-BY-SA-4.0", None),
    "a port": ("CC-BY-SA-3.0-DE", "CC-BY-SA-4.0", None),
    "a version that does not let go": ("CC-BY-SA-1.0", "CC-BY-SA-4.0", DENIED),
    "attribution": ("CC-BY-SA-4.0", "CC-BY-4.0", None),
    "the public domain": ("ODbL-1.0", "CC0-1.0", None),
    "wiki and map": ("CC-BY-SA-4.0", "ODbL-1.0", DENIED),
    "wiki and CDLA": ("CC-BY-SA-4.0", "CDLA-Sharing-1.0", DENIED),
    "wiki and GFDL": ("CC-BY-SA-4.0", "GFDL-1.3-only", DENIED),
    "two kinds of wiki": ("CC-BY-SA-4.0", "CC-BY-NC-SA-4.0", DENIED),
    "wiki and program": ("CC-BY-SA-4.0", "GPL-2.0-only", DENIED),
    "wiki and program, by a list nobody read": ("CC-BY-SA-4.0", "GPL-3.0-only", ASKED),
    "the same, one step more": ("CC-BY-SA-3.0", "GPL-3.0-or-later", ASKED),
    "GPL two or later and three": ("GPL-2.0-or-later", "GPL-3.0-only", None),
    "GPL two only and three": ("GPL-2.0-only", "GPL-3.0-only", DENIED),
    "GFDL or later": ("GFDL-1.1-or-later", "GFDL-1.3-only", None),
    "a choice that fits": ("ODbL-1.0", "CC0-1.0 OR CC-BY-SA-4.0", None),
    "both of two": ("ODbL-1.0", "CC0-1.0 AND CC-BY-SA-4.0", DENIED),
    "share-alike of files only": ("CC-BY-SA-4.0", "MPL-2.0", None),
    "what nobody knows": ("CC-BY-SA-4.0", "LicenseRef-nowhere", None),
}


@pytest.mark.parametrize(("one", "other", "found"), PAIRS.values(), ids=PAIRS)
def test_two_share_alike_licences_need_one_that_carries_both(one: str, other: str, found: Any) -> None:
    expected = {"a": found, "b": found} if found else {}
    assert judged({"a": one, "b": other}) == expected
    assert judged({"b": one, "a": other}) == expected


@pytest.mark.parametrize("entries", [{"redistribute_data": False}, {"data_form": "collection"}])
def test_what_is_not_published_as_one_need_not_agree(entries: dict[str, Any]) -> None:
    assert judged({"a": "CC-BY-SA-4.0", "b": "ODbL-1.0"}, **entries) == {}


def test_a_share_alike_set_names_what_to_drop_and_how_much_that_is() -> None:
    parts = [
        Part("wiki", ("CC-BY-SA-4.0",), 600),
        Part("old", ("CC-BY-SA-3.0",), 300),
        Part("osm", ("ODbL-1.0",), 50),
        Part("free", ("CC0-1.0",), 50),
    ]
    found = mixed(parts, intent(), "i")
    (told,) = [one for one in found["wiki"] if one.code == "MIX090"]
    assert "drop 'osm' (5.0 % of the bytes)" in told.remedy
    assert "CC-BY-SA-4.0 and ODbL-1.0" in told.what
    assert "free" not in found


def test_a_denied_source_binds_no_published_set() -> None:
    parts = [Part("a", ("CC-BY-SA-4.0",)), Part("b", ("ODbL-1.0",), denied=True)]
    assert not any(one.code == "MIX090" for several in mixed(parts, intent(), "i").values() for one in several)


# Commerce


def test_each_source_that_bars_commerce_is_told_with_its_share() -> None:
    parts = [Part("a", ("CC-BY-NC-4.0",), 10), Part("b", ("CC-BY-NC-SA-4.0",), 20), Part("c", ("MIT",), 70)]
    found = mixed(parts, intent(purpose="commercial", redistribute_data=False), "i")
    assert {name: [(one.code, one.verdict) for one in several] for name, several in found.items()} == {
        "a": [("MIX091", "deny")],
        "b": [("MIX091", "deny")],
    }
    assert "drop it (10.0 % of the bytes); without all of them the set loses 30.0 %" in found["a"][0].remedy


@pytest.mark.parametrize(
    ("parts", "entries"),
    [
        ([Part("a", ("CC-BY-NC-4.0",))], {"purpose": "commercial"}),
        ([Part("a", ("CC-BY-NC-4.0",), commerce_waived=True), Part("b", ("MIT",))], {"purpose": "commercial"}),
        ([Part("a", ("CC-BY-NC-4.0",)), Part("b", ("MIT",))], {"purpose": "research"}),
        ([Part("a", ("CC-BY-NC-4.0 OR MIT",)), Part("b", ("MIT",))], {"purpose": "commercial"}),
        ([], {"purpose": "commercial"}),
    ],
)
def test_nothing_is_told_of_commerce_where_nothing_bars_it(parts: list[Part], entries: dict[str, Any]) -> None:
    found = mixed(parts, intent(redistribute_data=False, **entries), "i")
    assert found == {}


def test_an_empty_set_of_bytes_has_no_share() -> None:
    parts = [Part("a", ("CC-BY-NC-4.0",)), Part("b", ("MIT",))]
    assert "an unknown share" in mixed(parts, intent(purpose="commercial"), "i")["a"][0].remedy


# The licence of the published set

RELEASES: dict[str, tuple[str, str, set[str]]] = {
    "credit under a licence with credit": ("CC-BY-4.0", "CC-BY-4.0", set()),
    "credit under another with credit": ("CC-BY-3.0", "ODC-By-1.0", set()),
    "credit lost": ("CC-BY-4.0", "CC0-1.0", {"deny"}),
    "nothing asked": ("CC0-1.0", "", set()),
    "nothing named": ("CC-BY-4.0", "", {"review"}),
    "nothing known": ("CC-BY-4.0", "blah", {"review"}),
    "commerce opened": ("CC-BY-NC-4.0", "CC-BY-4.0", {"deny"}),
    "commerce stays closed": ("CC-BY-NC-4.0", "CC-BY-NC-4.0", set()),
    "share-alike kept": ("CC-BY-SA-4.0", "CC-BY-SA-4.0", set()),
    "share-alike kept in a later version": ("CC-BY-SA-3.0", "CC-BY-SA-4.0", set()),
    "share-alike back in time": ("CC-BY-SA-4.0", "CC-BY-SA-3.0", {"deny"}),
    "share-alike lost": ("CC-BY-SA-4.0", "CC-BY-4.0", {"deny"}),
    "another share-alike": ("CC-BY-SA-4.0", "ODbL-1.0", {"deny"}),
}


@pytest.mark.parametrize(("source", "into", "found"), RELEASES.values(), ids=RELEASES)
def test_a_published_set_passes_on_what_its_sources_ask(source: str, into: str, found: set[str]) -> None:
    told = mixed([Part("a", (source,), 1)], intent(data_licence=into), "i").get("a", ())
    assert {one.verdict for one in told if one.code == "MIX092"} == found
    assert all(one.remedy and one.why for one in told)


# Invariants

MANY = "CC0-1.0 MIT CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-BY-NC-SA-4.0 CC-BY-NC-4.0 ODbL-1.0 GPL-3.0-only"
LICENCES = st.sampled_from([*MANY.split(), "CDLA-Sharing-1.0", "CC-BY-SA-4.0 OR MIT", "LicenseRef-nowhere"])
PARTS = st.lists(st.builds(Part, st.sampled_from("abcdef"), st.tuples(LICENCES), st.integers(0, 9)), max_size=6).map(
    lambda several: list({one.name: one for one in several}.values())
)
INTENTS = st.builds(
    intent,
    purpose=st.sampled_from(["commercial", "research"]),
    redistribute_data=st.booleans(),
    data_licence=st.sampled_from(["", "CC-BY-4.0", "CC-BY-SA-4.0", "ODbL-1.0"]),
    data_form=st.sampled_from(["one", "collection"]),
)


def _strict(found: tuple[Finding, ...]) -> dict[str, int]:
    return {
        code: max(VERDICTS.index(one.verdict) for one in found if one.code == code) for code in {o.code for o in found}
    }


@given(PARTS, st.builds(Part, st.just("more"), st.tuples(LICENCES), st.integers(0, 9)), INTENTS)
def test_one_more_source_never_takes_a_finding_away(parts: list[Part], more: Part, wanted: Intent) -> None:
    before, after = mixed(parts, wanted, "i"), mixed([*parts, more], wanted, "i")
    for name, found in before.items():
        now = _strict(after[name])
        assert all(now[code] >= verdict for code, verdict in _strict(found).items())


@given(PARTS, LICENCES, INTENTS)
def test_one_more_licence_never_takes_a_finding_away(parts: list[Part], licence: str, wanted: Intent) -> None:
    if not parts:
        return
    bound = [Part(parts[0].name, (*parts[0].licences, licence), parts[0].size), *parts[1:]]
    before, after = mixed(parts, wanted, "i"), mixed(bound, wanted, "i")
    for name, found in before.items():
        now = _strict(after[name])
        assert all(now[code] >= verdict for code, verdict in _strict(found).items())


@given(PARTS, INTENTS, st.randoms())
def test_the_order_of_sources_does_not_matter(parts: list[Part], wanted: Intent, drawn: random.Random) -> None:
    shuffled = parts[:]
    drawn.shuffle(shuffled)
    assert mixed(parts, wanted, "i") == mixed(shuffled, wanted, "i")


@given(PARTS)
def test_publishing_is_never_freer_than_keeping(parts: list[Part]) -> None:
    kept = mixed(parts, intent(redistribute_data=False, purpose="commercial"), "i")
    published = mixed(parts, intent(purpose="commercial"), "i")
    assert all(set(found) <= set(published[name]) for name, found in kept.items())


# The table


def _rows() -> list[dict[str, Any]]:
    path = Path(__file__).resolve().parents[2] / "plugins/custody/audit/mixtures.yaml"
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text())
    return rows


def test_every_licence_of_the_table_is_known_and_asks_for_itself() -> None:
    for row in _rows():
        assert row["basis"] in ("text", "recalled")
        for key in (row["from"], *row["into"]):
            terms = terms_of(key)
            assert terms is not None, key
            assert terms.modify == "same-licence", key


@pytest.mark.skipif(not SPDX.is_dir(), reason="the licence texts are not there")
def test_what_the_table_has_by_text_stands_in_the_texts() -> None:
    for row in _rows():
        if row["basis"] == "text":
            text = " ".join((SPDX / f"{row['from']}.txt").read_text().split()).casefold()
            assert any(words in text for words in ("later version", "this version or later", "compatible licence")), row


def test_no_way_in_the_table_leads_back() -> None:
    for row in _rows():
        assert all(row["from"] not in reachable(one) for one in row["into"])


# In an audit


def _audit(home: Home, tmp_path: Path, licences: dict[str, str], **entries: Any) -> AuditReport:
    for name in licences:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_text(json.dumps({"text": name}) + "\n")
    rows = [
        {"name": name, "path": name, "licence": text, "personal_data": {"present": False}, "attribution": "x"}
        for name, text in licences.items()
    ]
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": rows}))
    rules: Policy = home.policy.model_copy(update={"intents": {"set": intent(**entries)}})
    return audit(tmp_path / "sources.yaml", "set", rules)


def test_an_audit_refuses_a_published_set_that_no_licence_can_carry(home: Home, tmp_path: Path) -> None:
    report = _audit(home, tmp_path, {"wiki": "CC-BY-SA-4.0", "osm": "ODbL-1.0", "free": "CC0-1.0"})
    assert {one.name: one.verdict for one in report.sources} == {"wiki": "deny", "osm": "deny", "free": "allow"}


def test_an_audit_lets_the_same_set_be_used_inside(home: Home, tmp_path: Path) -> None:
    report = _audit(home, tmp_path, {"wiki": "CC-BY-SA-4.0", "osm": "ODbL-1.0"}, redistribute_data=False)
    assert {one.verdict for one in report.sources} == {"allow_with_obligations"}
