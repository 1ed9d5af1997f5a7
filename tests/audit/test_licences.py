# SPDX-License-Identifier: Apache-2.0
"""Only what is certain gets an SPDX expression, and only what has coded terms gets terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.licences.names import normalise, terms

CERTAIN = {
    "MIT": "MIT",
    "mit": "MIT",
    "  MIT   License. ": "MIT",
    "https://opensource.org/licenses/MIT": "MIT",
    "Apache 2.0": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "https://www.apache.org/licenses/LICENSE-2.0": "Apache-2.0",
    "CC0": "CC0-1.0",
    "CC0 1.0": "CC0-1.0",
    "http://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "CC BY 4.0": "CC-BY-4.0",
    "cc-by-4.0": "CC-BY-4.0",
    "CC BY 3.0 Unported": "CC-BY-3.0",
    "Creative Commons Attribution 4.0 International": "CC-BY-4.0",
    "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International": "CC-BY-NC-SA-4.0",
    "cc by nc nd 3.0": "CC-BY-NC-ND-3.0",
    "https://creativecommons.org/licenses/by/4.0/": "CC-BY-4.0",
    "creativecommons.org/licenses/by-sa/2.5": "CC-BY-SA-2.5",
    "https://www.creativecommons.org/licenses/by-nc-sa/4.0/legalcode": "CC-BY-NC-SA-4.0",
    "https://creativecommons.org/licenses/by-nd/4.0/deed.en": "CC-BY-ND-4.0",
    "BSD-3-Clause": "BSD-3-Clause",
    "MIT or CC-BY-NC-4.0": "MIT OR CC-BY-NC-4.0",
    "MIT AND Apache-2.0": "MIT AND Apache-2.0",
}
UNCERTAIN = (
    "",
    "   ",
    "blah",
    "unknown",
    "other",
    "proprietary",
    "NOASSERTION",
    "NONE",
    "Apache",
    "BSD",
    "CC",
    "CC BY",
    "cc-by-nc",
    "Creative Commons",
    "by 4.0",
    "CC BY 4.0 (not for commercial use)",
    "CC BY 7.3",
    "https://creativecommons.org/licenses/by/9.9/",
    "MIT OR",
    "MIT, Apache-2.0",
    "MIT OR blah",
    "LicenseRef-ours",
    "(" * 5000,
    "MIT\0",
)
MORE_THAN_A_URL = (
    "not https://creativecommons.org/licenses/by/4.0/",
    "non-commercial use only; figures under https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/licenses/by/4.0/ and https://creativecommons.org/licenses/by-nc/4.0/",
    "https://example.org/?see=creativecommons.org/publicdomain/zero/1.0/",
    "https://example.org/creativecommons.org/licenses/by/4.0",
    "https://notcreativecommons.org/licenses/by/4.0",
)
WITHOUT_TERMS = (
    "Parity-7.0.0",
    "Watcom-1.0",
    "GPL-3.0-only WITH Universal-FOSS-exception-1.0",
    "MIT AND Watcom-1.0",
    "Watcom-1.0 OR Parity-7.0.0",
)


@pytest.mark.parametrize(("text", "expected"), CERTAIN.items())
def test_what_is_certain_becomes_spdx(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize("text", UNCERTAIN)
def test_an_unknown_or_unversioned_name_stands_for_nothing(text: str) -> None:
    assert normalise(text) is None


@pytest.mark.parametrize("text", MORE_THAN_A_URL)
def test_a_licence_url_inside_other_words_is_not_certain(text: str) -> None:
    assert normalise(text) is None


@pytest.mark.parametrize("expected", sorted(set(CERTAIN.values())))
def test_an_expression_stands_for_itself(expected: str) -> None:
    assert normalise(expected) == expected


@pytest.mark.parametrize("expression", WITHOUT_TERMS)
def test_an_expression_without_coded_terms_has_none(expression: str) -> None:
    assert terms(expression) is None


@pytest.mark.parametrize(
    ("expression", "branch", "commercial", "modify"),
    [
        ("CC0-1.0", "CC0-1.0", True, "yes"),
        ("CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0", False, "no"),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", True, "same-licence"),
        ("CC-BY-NC-4.0 OR MIT", "MIT", True, "yes"),
        ("CC-BY-ND-4.0 OR CC-BY-SA-4.0", "CC-BY-SA-4.0", True, "same-licence"),
        ("Watcom-1.0 OR CC-BY-NC-4.0", "CC-BY-NC-4.0", False, "yes"),
        ("MIT AND CC-BY-NC-4.0", "MIT AND CC-BY-NC-4.0", False, "yes"),
        ("CC-BY-SA-4.0 AND CC-BY-ND-4.0", "CC-BY-SA-4.0 AND CC-BY-ND-4.0", True, "no"),
        ("(MIT OR CC0-1.0) AND CC-BY-NC-4.0", "CC0-1.0 AND CC-BY-NC-4.0", False, "yes"),
    ],
)
def test_or_takes_the_freest_branch_and_and_takes_all(
    expression: str, branch: str, commercial: bool, modify: str
) -> None:
    found = terms(expression)
    assert found is not None
    assert (found[0], found[1].commercial, found[1].modify) == (branch, commercial, modify)


def test_the_duties_of_all_parts_apply_once() -> None:
    found = terms("MIT AND ISC AND Apache-2.0")
    assert found is not None
    assert found[1].duty.count("keep the copyright notice") == 1
    assert "NOTICE" in found[1].duty


KNOWN = (
    "MIT",
    "Apache-2.0",
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-ND-4.0",
    "CDLA-Sharing-1.0",
)


@given(st.lists(st.sampled_from(KNOWN), min_size=2, max_size=4))
def test_and_is_never_freer_than_a_part_and_or_never_stricter(parts: list[str]) -> None:
    every, either = terms(" AND ".join(parts)), terms(" OR ".join(parts))
    assert every is not None
    assert either is not None
    for part in parts:
        alone = terms(part)
        assert alone is not None
        assert every[1].commercial <= alone[1].commercial
        assert every[1].restrictions >= alone[1].restrictions
        assert either[1].restrictions <= alone[1].restrictions


@given(st.text(max_size=60))
def test_any_text_is_an_expression_that_parses_or_nothing(text: str) -> None:
    expression = normalise(text)
    if expression is not None:
        terms(expression)
        assert normalise(expression) == expression
