# SPDX-License-Identifier: Apache-2.0
"""A card's words add what they restrict: they are found, scoped, and never taken for more than they say."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from custody.audit import audit
from custody.audit.licences import prose
from custody.audit.licences.clauses import FOR_RESEARCH, NON_COMMERCIAL, RESEARCH, UPSTREAM
from custody.audit.licences.prose import MAX_PROSE, MAX_SENTENCE, of_data, statements
from custody.audit.licences.table import terms_of
from custody.audit.licences.unread import unread
from custody.audit.rules.licence import licence
from custody.home import Home
from tests.audit.licence_cases import case, intent, verdicts

NC_SA = "CC-BY-NC-SA-4.0"


def keys(text: str) -> set[str]:
    return {one.key for one in of_data(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The corpus is licensed under CC BY-NC-SA 4.0.", {NC_SA}),
        ("Licence: Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International", {NC_SA}),
        ("See [the licence](https://creativecommons.org/licenses/by-nc-sa/4.0/).", {NC_SA}),
        ("MIT", {"MIT"}),
        ("The code is MIT, the data is CC BY-NC 4.0.", {"CC-BY-NC-4.0"}),
        ("Our code is released under Apache 2.0, while the dataset is under CC BY-SA 4.0.", {"CC-BY-SA-4.0"}),
        ("The models are licensed under the MIT License and the texts are licensed under ODbL.", {"ODbL-1.0"}),
        ("The software is GPL-3.0.", set()),
        ("It is not licensed under CC BY 4.0 but under CC BY-NC 4.0.", {"CC-BY-NC-4.0"}),
        (
            "Unlike the original, which was never under CC BY 4.0, it is public domain.",
            {"LicenseRef-scancode-public-domain"},
        ),
        ("It is not only under CC BY-NC 4.0, but also safe.", {"CC-BY-NC-4.0"}),
        ("Do not forget that CC BY-NC 4.0 holds.", {"CC-BY-NC-4.0"}),
        ("It is no longer available under the terms of CC BY 4.0.", set()),
        ("For non-commercial research purposes only.", {RESEARCH}),
        ("Usage is restricted to academic research.", {RESEARCH}),
        ("Academic use only.", {RESEARCH}),
        ("You are also bound by the [Common Crawl terms of use](https://commoncrawl.org/terms-of-use/).", {UPSTREAM}),
        ("It can be obtained for research purposes without any charge.", {FOR_RESEARCH}),
        ("You may not use the data for any commercial purpose.", {NON_COMMERCIAL}),
        ("Commercial use is strictly prohibited.", {NON_COMMERCIAL}),
        ("It is free for non-commercial use.", {NON_COMMERCIAL}),
        ("You may use it for commercial and non-commercial purposes.", set()),
        ("The terms of the original sources apply.", {UPSTREAM}),
        ("Users must comply with the terms of service of Twitter.", {UPSTREAM}),
        ("The copyright of the articles remains with their original publishers.", {UPSTREAM}),
        ("CC BY 4.0 for the text; images are for non-commercial use only.", {"CC-BY-4.0", NON_COMMERCIAL}),
        ("We thank MIT and Anthropic, and used Llama 3 as a baseline.", {"MIT"}),
        ("[More Information Needed]", set()),
        ("", set()),
    ],
)
def test_what_a_licence_section_says_of_the_data(text: str, expected: set[str]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Lizenz\nNur für nicht-kommerzielle Zwecke.", {NON_COMMERCIAL}),
        ("# Licence\nPas d'utilisation commerciale.", {NON_COMMERCIAL}),
        ("# Licencia\nUso no comercial.", {NON_COMMERCIAL}),
        ("# Licença\nUso não comercial.", {NON_COMMERCIAL}),
        ("# Licenza\nSolo per scopi non commerciali.", {NON_COMMERCIAL}),
        ("# Лицензия\nНекоммерческое использование.", {NON_COMMERCIAL}),  # noqa: RUF001
        ("# 许可证\n本数据集仅供学术研究使用", {RESEARCH}),
        ("# 许可\n不得用于商业用途", {NON_COMMERCIAL}),
        ("# ライセンス\n研究目的のみ", {RESEARCH}),
        ("# 라이선스\n비상업적 용도", {NON_COMMERCIAL}),
        ("# Lizenz\nCC BY 4.0", {"CC-BY-4.0"}),
    ],
)
def test_conditions_in_other_languages_restrict_too(text: str, expected: set[str]) -> None:
    assert keys(text) == expected


def test_a_name_counts_where_the_section_is_about_licences() -> None:
    text = "# Corpus\nBuilt at MIT.\n## Licensing Information\nApache\n### Details\nCC BY 4.0\n## Citation\nGPL-3.0"
    assert keys(text) == {"LicenseRef-Apache-unversioned", "CC-BY-4.0"}


def test_a_name_counts_anywhere_where_no_section_is_about_licences() -> None:
    assert keys("# Corpus\nIt is distributed under the CC BY-NC 4.0 license.\n# Citation\n") == {"CC-BY-NC-4.0"}


def test_a_condition_counts_wherever_it_stands() -> None:
    text = "# Corpus\nOnly for academic research.\n# License\nCC BY 4.0"
    assert keys(text) == {RESEARCH, "CC-BY-4.0"}
    assert [one.passing for one in of_data(text)] == [True, False]


def test_spans_show_where_it_stands() -> None:
    text = (
        "## Licence\n\nThe **données** are under “CC BY-NC 4.0”, see https://creativecommons.org/licenses/by-nc/4.0/."
    )
    assert [text[slice(*one.span)] for one in statements(text)] == [
        "https://creativecommons.org/licenses/by-nc/4.0/.",
        "CC BY-NC 4.0",
    ]


@pytest.mark.parametrize(
    ("prose", "claims", "expected"),
    [
        ("CC BY-NC 4.0", ["mit"], {("LIC010", "deny")}),
        ("For research purposes only.", ["mit"], {("LIC010", "deny")}),
        ("# A\nFor research purposes only.\n# License\nMIT", ["mit"], {("LIC010", "review")}),
        ("The terms of the original sources apply.", ["mit"], {("LIC031", "review")}),
        ("It can be had for research purposes.", ["mit"], {("LIC010", "review")}),
        ("# A\nIt is useful for research purposes.\n# License\nMIT", ["mit"], set()),
        ("CC BY 4.0", [], {("LIC002", "review")}),
        ("# A\nFor research purposes only.", [], {("LIC001", "review"), ("LIC010", "review")}),
        ("We hope it is useful.", [], {("LIC001", "review")}),
        ("CC0", ["mit"], set()),
        ("x" * (MAX_PROSE + 1), ["mit"], {("LIC002", "review")}),
    ],
)
def test_words_restrict_and_grant_nothing(prose: str, claims: list[str], expected: set[tuple[str, str]]) -> None:
    found = verdicts(licence, case(*claims, prose=prose))
    assert {one for one in found if one[1] in {"review", "deny"}} == expected


WORDS = st.sampled_from(["MIT", "CC BY-NC 4.0", "for research only", "blah", "# License", "not", "\n"])


@given(st.lists(WORDS, max_size=12))
def test_more_words_never_relax_what_a_claim_comes_to(words: list[str]) -> None:
    judged = case("mit", prose=" ".join(words), wanted=intent())
    alone = {one for one in verdicts(licence, case("mit")) if one[1] == "deny"}
    assert alone <= verdicts(licence, judged)


@given(st.text(max_size=400))
def test_any_text_is_read_and_its_spans_are_in_it(text: str) -> None:
    for one in statements(text):
        assert 0 <= one.span[0] < one.span[1] <= len(text)
        assert terms_of(one.key) is not None


def test_a_sentence_without_end_is_read_in_pieces() -> None:
    text = "word " * MAX_SENTENCE + "CC BY-NC 4.0"
    started = time.process_time()
    assert keys(text) == {"CC-BY-NC-4.0"}
    assert time.process_time() - started < 60  # seconds; a reader that looks back over all of it takes hours


WORDS_OF_CARDS = st.sampled_from(
    [
        *(
            "the dataset",
            "is",
            "not",
            "licensed under",
            "released",
            "CC BY-NC 4.0",
            "MIT",
            "only for",
            "academic",
            "research",
        ),
        *(
            "commercial",
            "use",
            "terms of",
            "the original sources",
            "Twitter",
            "copyright",
            "belongs to",
            "its owners",
            "\n",
        ),
    ]
)


@given(st.lists(WORDS_OF_CARDS, max_size=25))
def test_passing_over_sentences_loses_nothing(words: list[str]) -> None:
    text = "# A\n" + " ".join(words)
    with pytest.MonkeyPatch.context() as patched:
        quick = statements(text)
        patched.setattr(prose, "worth_reading", lambda _: True)
        assert statements(text) == quick


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("", False),
        ("# Cats\n\nQuestions and answers about cats.", False),
        ("本数据集仅供学术研究使用，禁止商业用途。", False),  # noqa: RUF001
        ("Только для некоммерческого использования.", False),
        ("Nur für nicht-kommerzielle Zwecke der Forschung an Schulen und Universitäten.", False),
        ("للاستخدام غير التجاري فقط", True),
        ("# Licence\n\nSee below, it is short.\n\n# More\n\nΜόνο για μη εμπορική χρήση από ερευνητές", True),  # noqa: RUF001
        ("ใช้เพื่อการวิจัยเท่านั้น ห้ามใช้ในเชิงพาณิชย์", True),
        ("Ten zbiór danych jest przeznaczony wyłącznie do użytku niekomercyjnego.", True),
        ("Bu veri kümesi yalnızca ticari olmayan amaçlarla kullanılabilir, satılamaz.", True),  # noqa: RUF001
        ("```\nللاستخدام غير التجاري فقط\n```\nThe rows look like this.", False),  # noqa: RUF001
        ("MIT License", False),
    ],
)
def test_a_text_in_a_language_without_known_conditions_is_unread(text: str, unknown: bool) -> None:
    assert unread(text) is unknown


def test_what_is_unread_is_never_allowed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("letters")
    (tmp_path / "README.md").write_text("---\nlicense: cc0-1.0\n---\nللاستخدام غير التجاري فقط\n")  # noqa: RUF001
    source = {"name": "d", "path": "d", "metadata": "README.md", "personal_data": {"present": False}}
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": [source]}))
    (told,) = audit(tmp_path / "sources.yaml", "chat-prod", home.policy).sources
    assert [(one.code, one.verdict) for one in told.findings] == [("LIC002", "review")]
