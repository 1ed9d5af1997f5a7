# SPDX-License-Identifier: Apache-2.0
"""Values are what PyYAML's safe loader makes of a text; what could hurt or hide is refused, with its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from custody import yamltree

CARDS = Path(__file__).resolve().parents[2] / "../shared/data/hf_cards"

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.dates()
    | st.datetimes()
    | st.text(max_size=20)
    | st.binary(max_size=5)
    | st.sampled_from(
        ["yes", "~", "1e3", "0o7", "012", "1:30", "<<", "=", "null", "2001-01-01", "!x", "&a", "*a", "- a"]
    )
)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=4), max_leaves=15
)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as its base
        return True


def attempt(text: str) -> tuple[bool, str]:
    try:
        return True, repr(yamltree.values(text))
    except Exception as error:
        return False, str(getattr(error, "problem", type(error).__name__))


@given(DATA, st.booleans())
def test_what_is_written_is_read_as_pyyaml_reads_it(data: Any, flow: bool) -> None:
    text = yaml.dump(data, Dumper=_NoAliases, default_flow_style=flow)
    read, found = attempt(text)
    # 1 and "1", or a merge key in quotes, are two keys to Python and may be one to a reader
    assert found == repr(yaml.safe_load(text)) if read else "twice" in found or "merge" in found


@given(st.text(alphabet="ab1:-[]{},&*!?|>'\"#% \n\t~<", max_size=40))
def test_any_text_is_read_as_pyyaml_reads_it_or_refused(text: str) -> None:
    read, found = attempt(text)
    assert not read or found == repr(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@pytest.mark.skipif(not CARDS.is_dir(), reason="the dataset cards are not there")
def test_headers_of_real_cards_are_read_as_pyyaml_reads_them() -> None:
    headers = [re.match(r"\A---\n(.*?)\n---\n", path.read_text(), re.DOTALL) for path in CARDS.rglob("README.md")]
    texts = [one[1] for one in headers if one]
    assert len(texts) > 100
    assert [yamltree.values(text) for text in texts] == [yaml.safe_load(text) for text in texts]


REFUSED: dict[str, tuple[str, str, int]] = {
    "an alias": ("a: &x 1\nb: *x", "aliases", 1),
    "an alias of itself": ("a: &x [*x]", "aliases", 0),
    "a merge of an alias": ("a: &x {b: 1}\nc:\n  <<: *x", "merge", 2),
    "a merge": ("a: {<<: {b: 1}}", "merge", 0),
    "a key twice": ("a: 1\nb: 2\na: 3", "'a' stands twice", 2),
    "a key twice, once in quotes": ("a: 1\n'a': 2", "stands twice", 1),
    "a key twice, deep inside": ("a:\n- b: {c: 1, c: 2}", "stands twice", 1),
    "a list as key": ("? [a]\n: 1", "cannot be a key", 0),
    "a mapping as key": ("{a: 1}: 2", "cannot be a key", 0),
    "a tag on a list": ("a: !!set {b}", "constructor", 0),
    "a tag that runs code": ("!!python/object/apply:os.abort []", "constructor", 0),
    "a tag on a scalar": ("a: !!python/name:os.abort x", "constructor", 0),
    "another document": ("a: 1\n---\nb: 2", "another document", 1),
    "101 levels": ("[" * 101 + "]" * 101, "100 levels", 0),
    "levels without end": ("[" * 100_000, "100 levels", 0),
}


@pytest.mark.parametrize(("text", "problem", "line"), REFUSED.values(), ids=REFUSED)
def test_what_could_hurt_or_hide_is_refused_with_its_place(text: str, problem: str, line: int) -> None:
    with pytest.raises((yamltree.RefusedError, yaml.constructor.ConstructorError)) as caught:
        yamltree.values(text)
    error: Any = caught.value
    assert (problem in error.problem, error.problem_mark.line) == (True, line)


@pytest.mark.parametrize(("text", "value"), [("", None), ("# nothing", None), ("~", None), ("[]", []), ("x", "x")])
def test_little_is_enough(text: str, value: Any) -> None:
    assert yamltree.values(text) == value


def test_a_hundred_levels_are_read() -> None:
    assert yamltree.values("[" * 100 + "]" * 100) == eval("[" * 100 + "]" * 100)
