# SPDX-License-Identifier: Apache-2.0
"""Texts of other people act on nothing: not on a terminal, not on a spreadsheet, not on a page."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.output.safe import MAX_TEXT, cell, clean, cleaned, inline, link

FORMULAS = (
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u202e=1",
    "\ufeff=1",
    "\u200b=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "'=1",
    '"=1',
    "\"'=1",
)
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[text](javascript:alert(1))",
    "![](https://evil.example/pixel)",
    "a | b",
    "# head",
    "> quote",
    "- item",
    "+ item",
    "12. item",
    "`code`",
    "~~gone~~",
    "**bold**",
    "_thin_",
    "&lt;b&gt;",
    "https://evil.example",
    "www.evil.example",
    "a@evil.example",
    "\\<b>",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    shown = cell(text)
    assert shown.startswith("'")
    assert not {"\r", "\n", "\t"} & set(shown)


@pytest.mark.parametrize("text", ["CC-BY-4.0", "a=b", "3-4", "https://example.org/?a=-1", "", "数据集", "'quoted'"])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@given(st.text(max_size=40))
def test_a_row_of_csv_stays_one_row_of_as_many_cells(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([cell(text), "end"])
    (row,) = csv.reader(io.StringIO(out.getvalue()))
    assert row == [cell(text), "end"]


@given(st.text(max_size=40))
def test_nothing_that_cannot_be_seen_is_left(text: str) -> None:
    kinds = {unicodedata.category(one) for one in clean(text)}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("text", MARKUP)
def test_markdown_shows_the_text_and_does_nothing_with_it(text: str) -> None:
    from_markdown = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"linkify": False, "html": True})
    page = from_markdown.render(f"- {inline(text)}\n")
    body = page.removeprefix("<ul>\n<li>").removesuffix("</li>\n</ul>\n")
    assert "<" not in body, page


@pytest.mark.parametrize("text", MARKUP)
def test_no_markup_stands_bare(text: str) -> None:
    shown = inline(text)
    assert "<" not in shown
    assert ">" not in shown
    assert "://" not in shown
    assert "www." not in shown
    plain = re.sub(r"&(amp|lt|gt|#58|#46|#64);", "", shown)
    assert all(plain[at - 1] == "\\" for at, one in enumerate(plain) if one in "[]|`*~#!&")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a.example/> <b>",
        "https://user@evil.example/",
        "https://a.example/\u202e",
        "data:text/html,x",
        "https://a.example/a b",
        "HTTPS://a.example",
        "//a.example",
        "https://a.example/)",
    ],
)
def test_only_a_plain_address_is_a_link(url: str) -> None:
    assert not link(url).startswith("<")


def test_a_plain_address_is_a_link() -> None:
    assert link("https://example.org:8443/a/b?c=d#e") == "<https://example.org:8443/a/b?c=d#e>"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("a" * (MAX_TEXT + 1)) == "a" * MAX_TEXT + "…"
    assert clean("a" * MAX_TEXT) == "a" * MAX_TEXT


def test_every_text_of_a_json_value_is_cleaned() -> None:
    assert cleaned({"a\x1b": ["\u202eb", {"c": "\x00", "d": 7, "e": None}]}) == {
        "a\ufffd": ["\ufffdb", {"c": "\ufffd", "d": 7, "e": None}]
    }
