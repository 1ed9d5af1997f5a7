# SPDX-License-Identifier: Apache-2.0
"""Licence texts are known by their words: layout never matters, and a change of meaning is never overlooked."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks import audit_texts
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.audit.texts import identify
from custody.audit.texts.classes import UNKNOWN, obligations, strictness
from custody.audit.texts.matching import MAX_TEXT
from custody.audit.texts.prints import library, shipped
from custody.audit.texts.words import digest, words

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_data" / "licences"
SPDX = ROOT / "../shared/data/licenses/spdx"
HOLDERS = "\n".join(f"Copyright (c) {year} The Holder of {year}, Inc." for year in range(1990, 2020))

needs_spdx = pytest.mark.skipif(not SPDX.is_dir(), reason="the licence texts are not here")


def text(name: str) -> str:
    return (SAMPLES / f"{name}.txt").read_text(encoding="utf-8")


APACHE, NC, MIT = text("Apache-2.0"), text("CC-BY-NC-4.0"), text("chinook")
BY_NAME = {"Apache-2.0": APACHE, "CC-BY-NC-4.0": NC, "MIT": MIT}


def reflowed(what: str) -> str:
    return " ".join(what.split())


def as_html(what: str) -> str:
    body = "".join(f"<p class='x'>{one}</p>" for one in what.replace("&", "&amp;").split("\n\n"))
    return (
        f"<!DOCTYPE html><html><head><style>p {{color: red}}</style></head><body>{body}<script>var x;</script></body>"
    )


def as_comment(what: str) -> str:
    return "/*\n" + "\n".join(f" * {line}" for line in what.splitlines()) + "\n */"


def as_hashes(what: str) -> str:
    return "\r\n".join(f"# {line}" for line in what.splitlines())


def typeset(what: str) -> str:
    return what.replace('"', "\u201d").replace("'", "\u2019").replace(" ", "\u00a0", 40).replace("-", "\u2010")


def with_holders(what: str) -> str:
    return HOLDERS + "\n\n" + what


DRESSES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "on one line": reflowed,
    "as a web page": as_html,
    "as a comment in C": as_comment,
    "as a comment in Python with Windows line ends": as_hashes,
    "with typographic quotes, spaces and hyphens": typeset,
    "in capitals": str.upper,
    "with thirty holders": with_holders,
}


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("dress", DRESSES)
def test_a_text_is_known_however_it_is_laid_out(name: str, dress: str) -> None:
    found = identify(DRESSES[dress](BY_NAME[name]))
    assert (found.ids, found.kind in ("exact", "near")) == ((name,), True)
    assert found.obligations == obligations([name])


@pytest.mark.parametrize(
    "what",
    ["", "   \n", "blah", "MIT", "Licensed under MIT.", "CC-BY-4.0", "name,mail\nann,a@b.org\n" * 400, "\x00" * 999],
)
def test_what_is_no_licence_text_is_unknown_and_has_no_id(what: str) -> None:
    found = identify(what)
    assert (found.kind, found.ids, found.obligations, found.expression) == ("unknown", (), UNKNOWN, "")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("MIT", "without restriction", "with restriction to research"),
        ("MIT", "free of charge", "for non-commercial use, free of charge"),
        ("MIT", "Permission is hereby granted", "Permission is not granted"),
        ("MIT", "publish, distribute, sublicense, and/or sell", "publish"),
        (
            "MIT",
            "The above copyright notice",
            "The Software shall not be used to train models.\n\nThe above copyright notice",
        ),
        ("Apache-2.0", "reproduce, prepare", "not reproduce, prepare"),
        ("Apache-2.0", "END OF TERMS", "10. No military use. You may not use the Work in weapons.\n\nEND OF TERMS"),
        ("CC-BY-NC-4.0", "for NonCommercial purposes only", "for any purpose"),
    ],
)
def test_a_change_of_meaning_is_a_modified_text_with_its_difference(name: str, old: str, new: str) -> None:
    changed = re.sub(r"\s+".join(map(re.escape, old.split())), new, BY_NAME[name])
    assert changed != BY_NAME[name]
    found = identify(changed)
    assert (found.kind, found.ids) == ("modified", (name,))
    assert found.changes


@pytest.mark.parametrize(
    "added",
    [
        "Please cite our paper in every publication.",
        "Users agree to delete the data on request.",
        "This data is for academic research.",
        "Parts are under the agreement of another company that is named elsewhere.",
        "You register with us first.",
    ],
)
@pytest.mark.parametrize("behind", ["", "to deal in the Software", "copies or substantial portions of the Software."])
def test_a_condition_of_its_own_anywhere_is_a_modified_text(added: str, behind: str) -> None:
    flat = reflowed(MIT)
    found = identify(flat.replace(behind, f"{behind} {added}", 1) if behind else f"{added} {flat}")
    assert (found.kind, found.ids) == ("modified", ("MIT",))


def test_a_notice_that_no_line_bounds_is_no_change() -> None:
    found = identify(f"Copyright (c) 2001-2020 The Regents and others. All rights reserved. {reflowed(MIT)}")
    assert (found.kind, found.ids) == ("near", ("MIT",))
    assert identify("Copyright (c) 2020 Acme. All rights reserved.").kind == "unknown"


@needs_spdx
def test_a_holder_in_every_clause_of_a_short_text_is_no_change() -> None:
    said = (SPDX / "BSD-3-Clause.txt").read_text(encoding="utf-8")
    for old, new in (
        ("the copyright holder", "the University"),
        ("COPYRIGHT HOLDERS", "REGENTS"),
        ("HOLDER OR", "REGENTS OR"),
    ):
        assert old in said
        said = said.replace(old, new)
    found = identify(said)
    assert (found.kind, found.ids) == ("near", ("BSD-3-Clause",))


def test_a_holder_in_the_clauses_is_no_change() -> None:
    found = identify(MIT.replace("IN NO EVENT SHALL THE AUTHORS", "IN NO EVENT SHALL ACME CORPORATION, ITS AUTHORS"))
    assert (found.kind, found.ids) == ("near", ("MIT",))


def test_several_texts_are_a_bundle_in_their_order() -> None:
    found = identify(f"{MIT}\n\nParts are under another licence:\n\n{APACHE}\n\nAnd data:\n{NC}")
    assert (found.kind, found.ids) == ("bundle", ("MIT", "Apache-2.0", "CC-BY-NC-4.0"))
    assert found.expression == "MIT AND Apache-2.0 AND CC-BY-NC-4.0"
    assert found.obligations == UNKNOWN


def test_a_text_with_terms_of_its_own_behind_it_is_modified() -> None:
    found = identify(
        MIT + "\nAdditional terms: " + "you agree to send a postcard to each of the authors every year " * 9
    )
    assert (found.kind, found.ids) == ("modified", ("MIT",))


def test_the_difference_is_told_without_what_cannot_be_read() -> None:
    (only,) = identify(MIT.replace("without restriction", "with some care")).changes[:1]
    assert "without" in only
    assert "with some care" in only


def test_a_text_too_long_is_unknown_and_takes_no_time() -> None:
    start = time.process_time()
    assert identify(APACHE + " x" * (MAX_TEXT // 2)).kind == "unknown"
    assert identify("<script" * (MAX_TEXT // 7)).kind == "unknown"
    assert identify("copyright (c) " * (MAX_TEXT // 14)).kind == "unknown"
    assert identify("1. " * (MAX_TEXT // 3)).kind == "unknown"
    assert time.process_time() - start < 60  # seconds; a quadratic step would take hours


def test_the_library_is_small_and_has_all_of_the_licences_that_data_comes_under() -> None:
    known = shipped()
    assert sum(one.words.nbytes for one in known.texts) + known.runs.nbytes + known.places.nbytes < 16 << 20
    ids = {name for one in known.texts for name in one.ids}
    assert len(ids) >= 209
    assert {f"CC-BY{kind}-4.0" for kind in ("", "-SA", "-NC", "-ND", "-NC-SA", "-NC-ND")} <= ids
    assert {"ODbL-1.0", "CDLA-Permissive-2.0", "CC0-1.0", "MIT", "Apache-2.0", "etalab-2.0"} <= ids


@pytest.mark.parametrize(
    ("ids", "duties"),
    [
        (["CC0-1.0"], "nothing"),
        (["MIT", "Apache-2.0"], "notice"),
        (["GPL-2.0-only", "GPL-2.0-or-later"], "same-licence"),
        (["CC-BY-4.0"], "notice"),
        (["CC-BY-NC-SA-3.0-IGO"], "non-commercial same-licence"),
        (["CC-BY-NC-ND-2.5"], "non-commercial no-derivatives"),
        (["BSD-3-Clause-No-Military-License"], "restricted"),
        (["MIT", "CC-BY-NC-4.0"], UNKNOWN),
        (["MIT", "Xerox"], UNKNOWN),
        (["LicenseRef-scancode-llama-2-license-2023"], "restricted"),
        (["LicenseRef-Nobody-Knows"], UNKNOWN),
        (["xMIT"], UNKNOWN),
    ],
)
def test_ids_have_one_class_of_duties_or_none(ids: list[str], duties: str) -> None:
    assert obligations(ids) == duties
    assert strictness(ids) <= strictness(["LicenseRef-Nobody-Knows"])


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_text_has_an_answer_and_its_words_are_stable(what: str) -> None:
    assert digest(words(what)) == identify(what).digest == digest(words(what.replace("\n", "\r\n")))


@given(
    st.lists(st.sampled_from(["no", "not", "except", "only", "research", "non-commercial"]), min_size=1, max_size=3),
    st.data(),
)
@settings(max_examples=40, deadline=None)
def test_a_weighty_word_anywhere_in_a_text_is_never_small(added: list[str], data: st.DataObject) -> None:
    said = MIT.split()
    place = data.draw(st.integers(30, len(said)))
    assert identify(" ".join([*said[:place], *added, *said[place:]])).kind in ("modified", "unknown")


@needs_spdx
@pytest.mark.parametrize(("share", "least"), [(0.0, 100), (0.05, 97)])
def test_the_spdx_texts_are_told_apart_with_words_missing(share: float, least: float) -> None:
    found = audit_texts.spdx(SPDX, share)
    assert found.total >= 100
    assert found.top1 >= least, found.missed
    assert found.wrong_class == ()


def test_the_licence_files_of_the_installed_packages_are_known() -> None:
    found = audit_texts.installed()
    assert found.total >= 50
    assert found.top1 >= 95, found.missed
    assert found.wrong_class == ()


@needs_spdx
def test_a_text_that_is_not_in_the_library_is_never_taken_for_one_with_other_duties() -> None:
    every = [(one.ids, one.words) for one in shipped().texts]
    kept = [one for one in every if (SPDX / f"{one[0][0]}.txt").exists()]
    for ids, _ in kept[::16]:
        others = library([one for one in every if not {*one[0]} & {*ids}], {})
        found = identify((SPDX / f"{ids[0]}.txt").read_text(encoding="utf-8"), others)
        assert found.obligations in (UNKNOWN, obligations(ids)), (ids, found.ids)
