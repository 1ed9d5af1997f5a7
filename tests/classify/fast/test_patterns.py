# SPDX-License-Identifier: Apache-2.0
"""Where a pattern is looked for holds every match of it, and tells it all it looks at."""

from __future__ import annotations

import secrets
import warnings
from random import Random

import pytest
import regex
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from presidio_analyzer import Pattern, PatternRecognizer

from custody.classifiers.fast import patterns as fast_patterns
from custody.classifiers.fast import windows
from custody.classifiers.fast.alternatives import regrouped
from custody.classifiers.fast.factors import shape_of
from custody.classifiers.fast.patterns import Rule
from custody.classifiers.fast.sieve import Joined, Sieve
from tests.classify.fast.engines import FLAGS, predefined
from tests.classify.fast.patterns import flags, patterns
from tests.classify.fast.strings import ANY, Maker, UnparsableError, mutated
from tests.classify.fast.texts import padded

Spans = list[list[tuple[int, int]]]
_WORDS = "|".join(a + b for a in "abcd" for b in "abcde")

# a pattern, its flags, and a text of which an earlier reading of it was wrong
READ_WRONG = {
    "$ asks what follows a line break": (r"\d{3}$", 0, "123\n456"),
    "$ in a group that is not multi-line": (r"(?-m:\d{3}$)", FLAGS, "123\n456"),
    "a look in a look": (r"\d{3}(?=a(?=bcdefgh))", FLAGS, "123abcdefgh"),
    "a negative look in a look": (r"\d{3}(?!a(?=bcdefgh))", FLAGS, "123abcdefgh"),
    "a look ahead in a look behind": (r"\d{3}(?<=3(?=abcdefgh))", FLAGS, "123abcdefgh"),
    "all but letters holds digits": (r"#[^\p{L}]{3}#", FLAGS, "#123#"),
    "no letter before lets a digit be": (r"(?<!\p{L})#ab#", FLAGS, "1#ab#"),
    "no letter after lets a digit be": (r"#ab#(?!\p{L})", FLAGS, "#ab#1"),
    "no number before lets a letter be": (r"(?<!\p{N})#ab#", FLAGS, "x#ab#"),
    "a boundary of ASCII words": (r"(?a:\bab12\b)", FLAGS, "éab12é"),
    "a boundary of ASCII words by flag": (r"\bab12\b", FLAGS | regex.ASCII, "éab12é"),
    "digits of ASCII in a look": (r"ab(?=(?a:\d))", FLAGS, "ab1"),
    "at most so many errors": (r"(?:hello){1<=e<=2}", FLAGS, "hexlo"),
    "errors that cost": (r"(?:hello){2i+2d+1s<=4}", FLAGS, "hexlo"),
    "a bracket that is text before a list": (rf"(#\(?:{_WORDS})", FLAGS, "#:aa"),
    "a bracket in the text": (rf"(#\(?:{_WORDS})", FLAGS, "#(:aa db"),
    "long s and Kelvin sign": ("[a-z]{4}sk#", FLAGS, "exam\u017fk#"),
    "one run, once in the match and once beside it": (r"(?:(?<![^#])%&|#(?![^%]))", FLAGS, "# %& #%"),
}


def _rule(pattern: str, flag: int) -> Rule:
    one = Pattern("p", pattern, 0.5)
    return Rule(PatternRecognizer("X", patterns=[one], global_regex_flags=flag), one, 0)


def _found(rule: Rule, cells: list[str]) -> Spans | None:
    """Return where a rule matches in cells by way of its factors; None when it has none."""
    if rule.factors is None:
        return None
    text = Joined(cells)
    held = Sieve({("rule", 0): rule.factors}).look(text).held(("rule", 0))
    found: Spans = [[] for _ in cells]
    for cell, first, last, stop in windows.stretches(text, rule.shape, held) if held else ():
        found[cell] += [(one.start, one.end) for one in rule.results(cells[cell], first, last, stop)]
    return found


def _expected(pattern: str, flag: int, cells: list[str]) -> Spans:
    compiled = regex.compile(pattern, flag)
    matches = [list(compiled.finditer(cell, timeout=3)) for cell in cells]
    return [[one.span() for one in found if one.end() > one.start()] for found in matches]


def _hold(pattern: str, flag: int, cells: list[str]) -> None:
    rule = _rule(pattern, flag)
    for some in (cells, [one.encode("ascii", "ignore").decode() for one in cells]):
        filled = [one for one in some if one]
        try:
            found = _found(rule, filled) if filled else None
            expected = _expected(pattern, flag, filled) if found else []
        except TimeoutError:
            return
        assert found is None or found == expected, (pattern, flag, filled)


@pytest.mark.parametrize("name", READ_WRONG)
def test_what_was_read_wrong_once_is_read_right(name: str) -> None:
    pattern, flag, text = READ_WRONG[name]
    assert any(_expected(pattern, flag, [text, *padded([text])])) or "$" in pattern or "negative" in name
    _hold(pattern, flag, [text, *padded([text])])
    assert [m.span() for m in regex.finditer(regrouped(pattern), text, flag)] == _expected(pattern, flag, [text])[0]


# patterns of which more is known than one factor, and texts in which that stands, does not, or nearly does
NARROWED = {
    "a whole text of some length": (r"\A(?=[a-z]{2,6}\Z)[a-z]*o[a-z]*\Z", ["foo", "o", "fooooooo", "foo bar", "oo"]),
    "a whole text in a group": (r"(?:\A[a-z]{0,3}o\Z)", ["foo", "abco", "abcdo", "x foo"]),
    "a whole text with a line break": (r"\A(?=[^\n]{1,5}\Z)o.*\Z", ["o1", "o\n1", "oooooo"]),
    "a start that may be no start": (r"\A(?:x|\Ao)o+", ["oo", "xo" * 50]),
    "what stands before what is kept": (
        r"(?:foo|bar)=\K[0-9]{2,300}",
        ["foo=123", "foo=1", "bar=55 foo=" + "1" * 400],
    ),
    "a look ahead before what is kept": (
        r"tok(?!en_id\b)[a-z_]*=\K[0-9]{2,300}",
        ["token_id=12", "token_ids=12", "tok=12"],
    ),
    "an alternative to what is kept": (r"(?:foo)=\K[0-9]{2,300}|bar", ["foo=12 bar", "bar", "foo=bar"]),
    "a set that looks like an alternative": (r"foo[=|]\K[|0-9]{2,300}", ["foo|12", "foo=||"]),
    "quotes on both sides": (
        r"[\"'](?:www[.])?[a-z.]{1,20}[.](?:com|org)[\"']",
        ["'a.com'", "a.com", "'a.com", '"www.b.org" x'],
    ),
    "a mark between": (
        r"secret[a-z]{0,9}\s{0,2}[:=]\s{0,2}[a-z0-9]{4,40}",
        ["secret: abcd1", "secret abcd1"],
    ),
}


@pytest.mark.parametrize("copies", [1, 500])  # only in many stretches more is looked for
@pytest.mark.parametrize("name", NARROWED)
def test_what_else_is_known_of_a_pattern_loses_no_match(name: str, copies: int) -> None:
    pattern, cells = NARROWED[name]
    some = [*cells, *("so " * 30 + one + " or so" * 200 for one in cells)]
    assert any(_expected(pattern, FLAGS, some))
    _hold(pattern, FLAGS, some * copies)


def _cells(pattern: str, flag: int, random: Random, count: int) -> list[str]:
    """Return texts with strings that nearly are what a pattern matches, among noise."""

    def noise(most: int) -> str:
        return "".join(random.choice(ANY + "abk0189-.@:# ") for _ in range(random.choice((0, 1, 1, 3, most))))

    try:
        maker = Maker(pattern, flag, random)
    except UnparsableError:
        return [noise(60) for _ in range(count)]
    made = [maker.make() for _ in range(2 * count)]
    made = [mutated(one, random) if random.random() < 0.3 else one for one in made]
    pairs = zip(made[::2], made[1::2], strict=True)
    return [(noise(30) + one + noise(30) + other + noise(60))[:1500] for one, other in pairs]


def _any_pattern(pattern: str, flag: int, number: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            Pattern("p", pattern, 0.5)
            regex.compile(pattern, flag)
        except (regex.error, ValueError):
            return
    _hold(pattern, flag, _cells(pattern, flag, Random(number), 8))


pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
_ANY_PATTERN = given(patterns, flags, st.integers(0, 2**32))
_UNHURRIED = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@settings(_UNHURRIED, max_examples=120, derandomize=True)
@_ANY_PATTERN
def test_any_pattern_is_found_where_its_factors_hold(pattern: str, flag: int, number: int) -> None:
    _any_pattern(pattern, flag, number)


@pytest.mark.slow
def test_many_more_patterns_are_found_where_their_factors_hold() -> None:
    number = secrets.randbits(32)
    print("seed", number)  # noqa: T201 - to run it again
    phases = [Phase.generate]
    checked = _ANY_PATTERN(_any_pattern)
    seed(number)(settings(_UNHURRIED, max_examples=20_000, phases=phases)(checked))()


def _predefined() -> list[tuple[str, str]]:
    found = [(type(one).__name__, pattern.regex) for one in predefined() for pattern in getattr(one, "patterns", ())]
    return sorted(set(found))


def test_patterns_of_presidio_are_found_where_their_factors_hold() -> None:
    """A hundred and more patterns are read, and those without factors stay few."""
    blind = 0
    for number, (_, pattern) in enumerate(_predefined()):
        blind += _rule(pattern, FLAGS).factors is None
        for flag in (FLAGS, 24):
            _hold(pattern, flag, _cells(pattern, flag, Random(number), 6))
    assert blind <= 5


@pytest.mark.parametrize("name", ["UrlRecognizer", "EmailRecognizer"])
def test_regrouped_lists_match_what_they_did(name: str) -> None:
    random = Random(name)
    for kind, pattern in _predefined():
        if kind == name:
            cells = _cells(pattern, FLAGS, random, 60)
            assert _expected(regrouped(pattern), FLAGS, cells) == _expected(pattern, FLAGS, cells)


# nested quantifiers, alternatives that overlap under a repeat, repeats in a row: all take for ever on a few characters
BLOW_UP = {
    r"(?:a|aa)+$": "a" * 60 + "b",
    r"(?:a|a)+!": "a" * 40 + " !",
    r"(a+)+!": "a" * 40 + " !",
    r"(?:\w+\s?)+!": "ab" * 20 + "# !",
    r"(?:[ab]|[ab])+!": "ab" * 20 + " !",
    r"(?=(?:a|a)+!)a": "a" * 40 + " !",
    r"(?:a?){40}a{40}[bc]": "a" * 40 + "d b",
    r"(?:\d\d?)+!": "1" * 60 + "x !",
    r"^(?:\w*\d*)+!$": "1" * 60 + " !",
}


@pytest.mark.parametrize("pattern", BLOW_UP)
def test_a_pattern_that_can_blow_up_is_not_taken_for_tame(pattern: str) -> None:
    assert shape_of(pattern, FLAGS).tame == 0


@pytest.mark.parametrize("pattern", [r"\b\d{3}-\d{2}-\d{4}\b", r"\w+@\w+\.\w+", r"[A-Z]{2}\d{6,9}", r"(?:ab|cd)+!"])
def test_a_pattern_of_one_way_is_tame(pattern: str) -> None:
    assert shape_of(pattern, FLAGS).tame > 0


def test_a_tame_pattern_never_takes_long() -> None:
    """Every pattern of Presidio, on strings made for it and spoilt at the end, as long as it is tame for."""
    random = Random(5)
    for _, pattern in _predefined():
        tame = shape_of(pattern, FLAGS).tame
        if tame:
            parts = "".join(_cells(pattern, FLAGS, random, 12))
            hostile = (parts * (1 + tame // max(1, len(parts))))[: tame - 1]
            list(regex.finditer(regrouped(pattern), hostile, FLAGS, timeout=60))


@pytest.mark.parametrize("pattern", [r"(?:a|aa)+$", r"(?:a|a)+!"])
def test_a_pattern_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setattr(fast_patterns, "TIMEOUT", 0.05)
    with pytest.raises(TimeoutError):
        _rule(pattern, FLAGS).results(BLOW_UP[pattern], 0, len(BLOW_UP[pattern]), len(BLOW_UP[pattern]))
