# SPDX-License-Identifier: Apache-2.0
"""Claims that cannot all be true are told, agreeing ones are not, and no claim hides a conflict."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.claims import Claim
from custody.audit.rules.conflicts import conflicts
from tests.audit.licence_cases import DATA, case, intent, verdicts


@pytest.mark.parametrize(
    ("tag", "prose"),
    [
        ("mit", "licensed under CC BY-NC-SA 4.0"),
        ("cc-by-4.0", "CC-BY-NC"),
        ("cc-by-4.0", "Creative Commons Attribution Share Alike 4.0 International"),
        ("cc0-1.0", "CC BY 4.0"),
        ("bsd-3-clause", "https://creativecommons.org/licenses/by-nc/4.0/"),
        ("apache-2.0", "For non-commercial research purposes only."),
        ("apache-2.0", "GNU GPL v3"),
        ("cc-by-sa-4.0", "CC BY-NC-SA 4.0"),
        ("cc-by-sa-4.0", "CC BY-NC-SA 4.0 Unported (https://creativecommons.org/licenses/by-sa/4.0/)"),
        ("mit", "Code: MIT. Data: CC BY-NC 4.0."),
        ("cc-by-4.0", "The tweets are subject to the terms of Twitter."),
    ],
)
@pytest.mark.parametrize("release", ["none", "weights"])
def test_a_tag_weaker_than_the_words_is_told(tag: str, prose: str, release: str) -> None:
    assert verdicts(conflicts, case(tag, prose=prose, wanted=intent(release=release))) == {("LIC004", "review")}


@pytest.mark.parametrize(
    ("tag", "prose"),
    [
        ("mit", "MIT License"),
        ("mit", "Apache 2.0"),
        ("cc-by-4.0", "CC BY 3.0"),
        ("cc-by-sa-4.0", "Creative Commons Attribution-ShareAlike (CC BY-SA)"),
        ("cc-by-nc-4.0", "For research purposes only."),
        ("cc-by-4.0", "Public domain, and CC BY 4.0 for the annotations"),
        ("cc-by-nc-4.0", "CC BY 4.0"),
        ("mit", "The code is GPL-3.0."),
        ("cc-by-4.0", "not CC BY-NC 4.0"),
        ("unknown", "CC BY-NC 4.0"),
        ("cc-by-4.0", "You may use it for commercial and non-commercial purposes."),
        ("cc-by-4.0", "CC BY 4.0. The terms of the original sources apply."),
        ("cc-by-nc-4.0", "The terms of the original sources apply."),
    ],
)
def test_words_that_agree_or_say_less_are_no_conflict(tag: str, prose: str) -> None:
    assert verdicts(conflicts, case(tag, prose=prose)) == set()


@pytest.mark.parametrize(
    ("claims", "fields", "expected"),
    [
        ([("card", "mit"), ("croissant", "CC-BY-NC-4.0")], {}, {("LIC003", "review")}),
        ([("card", "cc0-1.0"), ("sources file", "CC-BY-4.0")], {}, {("LIC003", "review")}),
        ([("card", "mit"), ("croissant", "CC-BY-SA-4.0")], {}, set()),
        ([("card", "mit"), ("croissant", "CC-BY-SA-4.0")], {"release": "weights"}, {("LIC003", "review")}),
        ([("card", "mit"), ("licence file", "CC-BY-SA-4.0")], {}, {("LIC004", "review")}),
        ([("github", "mit"), ("hugging face", "CC-BY-SA-4.0")], {"release": "weights"}, set()),
        ([("github", "mit"), ("hugging face", "CC-BY-NC-4.0")], {}, set()),
        ([("github", "CC-BY-4.0"), ("hugging face", "CC-BY-NC-4.0")], {}, {("LIC003", "review")}),
        ([("card", "mit"), ("card", "apache-2.0")], {}, set()),
        ([("card", "mit"), ("croissant", "blah")], {}, set()),
    ],
)
def test_parties_conflict_where_it_matters_to_the_intent(
    claims: list[tuple[str, str]], fields: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    told = [Claim(by, text) for by, text in claims]
    assert verdicts(conflicts, case(*told, wanted=intent(**fields))) == expected


def test_parts_may_have_licences_of_their_own() -> None:
    assert verdicts(conflicts, case("mit", Claim("card", "CC-BY-NC-4.0", "images/*"))) == set()


CLAIMS = st.builds(
    Claim,
    st.sampled_from(["card", "croissant", "github", "licence file", "sources file"]),
    st.sampled_from(
        ["mit", "CC-BY-NC-4.0", "CC-BY-SA-4.0", "cc0", "CC BY", "blah", "unknown", "GPL-3.0", "MIT OR ISC"]
    ),
)


@given(st.lists(CLAIMS, max_size=4), CLAIMS, st.sampled_from(["none", "weights"]))
def test_one_more_claim_never_hides_a_conflict(claims: list[Claim], more: Claim, release: str) -> None:
    wanted = intent(release=release)
    assert verdicts(conflicts, case(*claims, wanted=wanted)) <= verdicts(conflicts, case(*claims, more, wanted=wanted))


@given(st.lists(CLAIMS, max_size=5), st.randoms())
def test_the_order_of_claims_does_not_matter_to_conflicts(claims: list[Claim], random: Any) -> None:
    shuffled = claims[:]
    random.shuffle(shuffled)
    assert list(conflicts(case(*claims))) == list(conflicts(case(*shuffled)))


@pytest.mark.skipif(not (DATA / "hf_cards_gold").is_dir(), reason="the shared cards are not here")
@pytest.mark.parametrize("whole", [False, True])
def test_cards_of_the_field_that_conflict_are_told_and_others_are_not(whole: bool) -> None:
    from benchmarks.audit_licences import cards

    found = cards(DATA / "hf_cards_gold" / "cards.jsonl", DATA / "hf_cards" if whole else None)
    assert found.missed == ()
    assert len(found.wrongly) <= 0.03 * found.agreeing, found.wrongly


@pytest.mark.skipif(not (DATA / "dpi_gold").is_dir(), reason="the shared expert labels are not here")
def test_restricted_datasets_rarely_pass_and_commercial_ones_mostly_do() -> None:
    from benchmarks.audit_dpi import passed

    found = passed(DATA / "dpi_gold" / "gold.jsonl")
    assert found.false_allow <= 0.04, found.wrongly
    assert found.correct_allow >= 0.60
