# SPDX-License-Identifier: Apache-2.0
"""The same licence means different things to different intents, and a stricter intent or term never means less."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.licences.expressions import branches, terms
from custody.audit.licences.names import read
from custody.audit.licences.table import table, terms_of
from custody.audit.licences.terms import COMMERCIAL, MODIFY, REDISTRIBUTION, SHARE_ALIKE, USE, Terms, all_of
from custody.audit.rules.licence import licence
from custody.audit.verdicts import VERDICTS, strictest
from custody.intents import AuditSettings
from tests.audit.licence_cases import DATA, case, intent, verdicts

LLAMA_2, LLAMA_31 = "LicenseRef-scancode-llama-2-license-2023", "LicenseRef-scancode-llama-3.1-license-2024"
RAIL = "LicenseRef-scancode-bigscience-open-rail-m"
FAMILIAR = {"product_fields": (), "monthly_active_users": 5, "model_family": "Llama", "model_name": "Llama-ours"}


def verdict(claim: str, **fields: Any) -> str:
    return strictest(*(one.verdict for one in licence(case(claim, wanted=intent(**fields)))))


@pytest.mark.parametrize(
    ("claim", "fields", "code", "expected"),
    [
        ("CC-BY-NC-4.0", {}, "LIC010", "deny"),
        ("NCGL-UK-2.0", {}, "LIC010", "deny"),
        ("LicenseRef-scancode-exaone-ai-model-1.1-nc", {}, "LIC010", "deny"),
        ("fair-noncommercial-research-license", {}, "LIC010", "deny"),
        ("LicenseRef-scancode-mdl-2021", {}, "LIC010", "review"),
        ("CC-BY-ND-4.0", {"release": "weights"}, "LIC011", "review"),
        ("CC-BY-ND-4.0", {"redistribute_data": True}, "LIC011", "deny"),
        ("CC-BY-SA-4.0", {"release": "weights"}, "LIC012", "review"),
        ("CC-BY-SA-4.0", {"release": "weights", "model_licence": "CC-BY-SA-4.0"}, "LIC012", "allow_with_obligations"),
        ("CC-BY-SA-4.0", {"release": "weights", "model_licence": "CC-BY-SA-3.0"}, "LIC012", "review"),
        ("CC-BY-SA-4.0", {"redistribute_data": True, "model_licence": "CC-BY-SA-4.0"}, "LIC012", "review"),
        ("GPL-3.0", {"release": "weights"}, "LIC012", "review"),
        ("CC-BY-4.0", {}, "LIC013", "allow_with_obligations"),
        ("C-UDA", {}, "LIC014", "allow_with_obligations"),
        (RAIL, {}, "LIC014", "review"),
        (RAIL, {"product_fields": ["translation"]}, "LIC014", "allow_with_obligations"),
        (RAIL, {"product_fields": ["translation", "Law Enforcement"]}, "LIC014", "review"),
        (LLAMA_2, {}, "LIC015", "review"),
        (LLAMA_2, {"monthly_active_users": 700_000_001}, "LIC015", "deny"),
        ("LicenseRef-scancode-stability-ai-community-2024", {"monthly_active_users": 1}, "LIC015", "review"),
        (LLAMA_2, {}, "LIC020", "review"),
        (LLAMA_2, {"model_family": "Qwen"}, "LIC020", "deny"),
        ("OpenAI", {}, "LIC020", "deny"),
        ("OpenAI", {"offers_competing_model": False}, "LIC020", "review"),
        ("Anthropic", {}, "LIC020", "deny"),
        (LLAMA_31, {"release": "weights"}, "LIC022", "review"),
        (LLAMA_31, {"release": "weights", "model_name": "ours"}, "LIC022", "deny"),
        (LLAMA_31, {"release": "weights", "model_name": "llama-ours"}, "LIC022", "allow_with_obligations"),
        ("LicenseRef-scancode-qwen-2024", {}, "LIC022", "allow_with_obligations"),
        ("LicenseRef-scancode-nvidia-model-training-2025", {"redistribute_data": True}, "LIC016", "deny"),
        ("LicenseRef-scancode-openai-tou-20241211", {"redistribute_data": True}, "LIC016", "review"),
        ("DbCL-1.0", {}, "LIC002", "review"),
        ("Public Domain Mark 1.0", {}, "LIC002", "review"),
        ("llama3", FAMILIAR, "LIC002", "review"),
    ],
)
def test_what_an_intent_meets(claim: str, fields: dict[str, Any], code: str, expected: str) -> None:
    found = verdicts(licence, case(claim, wanted=intent(**fields)))
    assert (code, expected) in found
    assert all(one.remedy for one in licence(case(claim, wanted=intent(**fields))))


@pytest.mark.parametrize(
    ("claim", "fields"),
    [
        ("CC-BY-NC-4.0", {"purpose": "research"}),
        ("CC-BY-ND-4.0", {}),
        ("CC-BY-SA-4.0", {"release": "api"}),
        ("ODbL-1.0", {}),
        (LLAMA_2, FAMILIAR),
        (LLAMA_31, FAMILIAR | {"release": "weights"}),
        ("CDLA-Permissive-2.0", {"release": "weights"}),
        ("CC-BY-NC-4.0 OR CC-BY-4.0", {}),
        ("CC-BY-ND-4.0 OR CC-BY-NC-4.0", {}),
    ],
)
def test_what_an_intent_may_use_with_its_duties(claim: str, fields: dict[str, Any]) -> None:
    assert verdict(claim, **fields) == "allow_with_obligations"


@pytest.mark.parametrize("claim", ["CC0-1.0", "PDDL", "0BSD", "MIT-0", "Unlicense"])
def test_what_asks_nothing_is_allowed(claim: str) -> None:
    assert verdict(claim, release="weights", redistribute_data=True) == "allow"


def test_an_or_takes_the_branch_that_suits_the_intent() -> None:
    either = "CC-BY-NC-4.0 OR CC-BY-ND-4.0"
    assert verdict(either) == verdict("CC-BY-ND-4.0")
    assert verdict(either, purpose="research", release="weights") == verdict("CC-BY-NC-4.0", purpose="research")


@pytest.mark.parametrize("setting", ["allow_with_obligations", "review", "deny"])
def test_a_policy_says_what_share_alike_means_for_models(setting: str) -> None:
    settings = AuditSettings.model_validate({"licences": {"share_alike_model": setting}})
    judged = case("CC-BY-SA-4.0", wanted=intent(release="weights"), settings=settings)
    assert ("LIC012", setting) in verdicts(licence, judged)


@pytest.mark.parametrize(
    "text", ["CC BY", "gpl", "apache", "cc-by-sa", "bsd", "odc", "openrail", "llama", "Modified MIT"]
)
@pytest.mark.parametrize("purpose", ["commercial", "research"])
def test_a_family_without_its_version_is_for_review_at_least(text: str, purpose: str) -> None:
    assert verdict(text, purpose=purpose, **FAMILIAR) in {"review", "deny"}


@pytest.mark.parametrize("text", ["CC BY-NC", "cc-by-nc-sa", "CC BY 4.0, no commercial use", "MIT and CC BY-NC 4.0"])
def test_what_is_uncertain_still_restricts(text: str) -> None:
    assert ("LIC010", "deny") in verdicts(licence, case(text))


@pytest.mark.parametrize("key", sorted(table()))
def test_every_row_has_values_that_are_known(key: str) -> None:
    row = table()[key]
    assert row.commercial_use in COMMERCIAL
    assert row.redistribution in REDISTRIBUTION
    assert row.modify in MODIFY
    assert row.share_alike in SHARE_ALIKE
    assert row.use in USE


@pytest.mark.parametrize("key", sorted(key for key, row in table().items() if not row.known))
def test_what_nobody_read_allows_nothing(key: str) -> None:
    assert verdict(key, purpose="research", **FAMILIAR) in {"review", "deny"}


@pytest.mark.parametrize("key", sorted(key for key, row in table().items() if row.notes and "recalled" in row.basis))
def test_what_a_row_notes_reaches_the_reader(key: str) -> None:
    told = " ".join(f"{one.why} {one.remedy}" for one in licence(case(key, wanted=intent(**FAMILIAR))))
    assert all(note in told for note in table()[key].notes)


def test_results_that_are_free_are_no_restriction() -> None:
    free, plain = terms_of("CDLA-Permissive-2.0"), terms_of("MIT")
    assert free is not None
    assert plain is not None
    assert free.obligations_class == plain.obligations_class


def test_an_exception_that_is_not_known_leaves_a_licence_without_terms() -> None:
    assert branches("GPL-2.0-only WITH Classpath-exception-2.0")
    assert not branches("GPL-2.0-only WITH Nokia-Qt-exception-1.1")
    assert verdict("GPL-2.0-only WITH Nokia-Qt-exception-1.1") == "review"


def test_an_expression_with_too_many_ways_is_for_review() -> None:
    many = " AND ".join(["(MIT OR ISC OR Zlib)"] * 5)
    assert terms(many) is None
    assert verdict(many) == "review"


ROWS = st.sampled_from([found for key in sorted(table()) if (found := terms_of(key))])
FIELDS = {"release": ("none", "api", "weights"), "redistribute_data": (False, True)}


@given(st.lists(ROWS, min_size=1, max_size=4), ROWS)
def test_one_more_part_is_never_freer(parts: list[Terms], more: Terms) -> None:
    fewer, every = all_of(parts), all_of([*parts, more])
    for order, one in (
        (COMMERCIAL, "commercial_use"),
        (REDISTRIBUTION, "redistribution"),
        (MODIFY, "modify"),
        (USE, "use"),
    ):
        assert order.index(getattr(every, one)) >= order.index(getattr(fewer, one))
    assert {*fewer.effects} <= {*every.effects}
    assert every.commercial <= fewer.commercial
    assert every.known <= fewer.known


@given(st.lists(ROWS, min_size=1, max_size=4), st.randoms())
def test_the_order_of_parts_changes_no_axis(parts: list[Terms], random: Any) -> None:
    shuffled = parts[:]
    random.shuffle(shuffled)
    one, other = all_of(parts), all_of(shuffled)
    assert one.restrictions == other.restrictions
    assert {*one.effects} == {*other.effects}


@given(st.sampled_from(sorted(table())), st.sampled_from(["none", "api", "weights"]), st.booleans())
def test_passing_the_data_on_or_selling_never_relaxes(key: str, release: str, passes_on: bool) -> None:
    def rank(**fields: Any) -> int:
        return VERDICTS.index(verdict(key, **({"release": release, "redistribute_data": passes_on} | fields)))

    assert rank(redistribute_data=True) >= rank()
    assert rank(purpose="commercial") >= rank(purpose="research")
    assert rank(release="weights") >= rank(release="none")
    assert rank(offers_competing_model=True) >= rank(offers_competing_model=False)


# The table, held against the texts

TEXTS = DATA / "licenses" / "spdx"
NOT_ON_THE_SPDX_LIST = {"OpenMDW-1.0"}
NON_COMMERCIAL_TEXT = re.compile(r"primarily intended for or directed towards? commercial advantage")
SAME_LICENCE_TEXT = re.compile(
    r"only under|under this licen[cs]e|same licen[cs]e|under the terms of|as a whole, under|share-?alike|same terms"
)


def _read_rows() -> list[str]:
    return sorted(key for key, row in table().items() if row.basis == "text" and not key.startswith("LicenseRef-"))


@pytest.mark.skipif(not TEXTS.is_dir(), reason="the shared licence texts are not here")
def test_every_row_that_says_its_text_was_read_has_one_that_says_the_same() -> None:
    for key in sorted({*_read_rows()} - NOT_ON_THE_SPDX_LIST):
        text = " ".join((TEXTS / f"{key}.txt").read_text(encoding="utf-8", errors="replace").lower().split())
        row = table()[key]
        assert bool(NON_COMMERCIAL_TEXT.search(text)) == (row.commercial_use == "no"), key
        assert row.modify != "same-licence" or SAME_LICENCE_TEXT.search(text), key


@pytest.mark.skipif(not TEXTS.is_dir(), reason="the shared licence texts are not here")
@pytest.mark.parametrize("elements", ["BY", "BY-NC", "BY-SA", "BY-ND", "BY-NC-SA", "BY-NC-ND"])
@pytest.mark.parametrize("version", ["1.0", "2.0", "2.5", "3.0", "4.0"])
def test_the_elements_of_a_creative_commons_name_say_what_its_text_says(elements: str, version: str) -> None:
    found = terms_of(f"CC-{elements}-{version}")
    assert found is not None
    path = TEXTS / f"CC-{elements}-{version}.txt"
    text = " ".join(path.read_text(encoding="utf-8", errors="replace").lower().split())
    assert bool(NON_COMMERCIAL_TEXT.search(text)) == (found.commercial_use == "no")
    assert bool(re.search(r"share-?alike", text)) == (found.modify == "same-licence") or version == "4.0"


@pytest.mark.parametrize("key", sorted({*table()} - {"NONE", "NOASSERTION"}))
def test_every_id_of_the_table_stands_for_itself(key: str) -> None:
    assert read(key).expression == key
