# SPDX-License-Identifier: Apache-2.0
"""Phone numbers are found where Presidio finds them."""

from __future__ import annotations

import secrets
from functools import cache
from itertools import product
from random import Random

import phonenumbers
import pytest
from presidio_analyzer.predefined_recognizers import PhoneRecognizer

from custody.classifiers.fast.phone import LEAST_DIGITS, TRIES, exhausting
from custody.classifiers.fast.phonerules import Region, valid
from tests.classify.fast.engines import Pair
from tests.classify.fast.phonetexts import examples, texts

DEFAULT = tuple(PhoneRecognizer.DEFAULT_SUPPORTED_REGIONS)
EVERY = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
_ADDING = ("BM", "NF", "GG", "SM", "MG", "AR")  # of those whose numbers parsing makes longer
_LABELS = ["int", "ext", "extn", "anexo", "extensi\u00f3n", "extensio\u0301n", "eint", "x", "xtn", " e", "\u0438\u043d"]


@cache
def _pair(regions: tuple[str, ...]) -> Pair:
    return Pair(lambda: [PhoneRecognizer(supported_regions=regions)])


def test_numbers_of_every_region_and_kind_are_found_as_presidio_finds_them() -> None:
    every = examples(EVERY)
    assert not _pair(DEFAULT).differences(Random(1).sample(every, 1_500))


def test_numbers_among_hostile_neighbours_are_found_as_presidio_finds_them() -> None:
    assert not _pair(DEFAULT).differences(texts(1_200, Random(2)))


@pytest.mark.parametrize("regions", [_ADDING, EVERY[:20], EVERY[::9], ("US", "US"), ()])
def test_other_regions_are_followed(regions: tuple[str, ...]) -> None:
    assert not _pair(regions).differences(texts(150, Random(3)))


@pytest.mark.parametrize("regions", [("ZZ",), ("us",), ("001", "DE")])
def test_regions_that_do_not_exist_are_left_to_presidio(regions: tuple[str, ...]) -> None:
    pair = _pair(regions)
    assert pair.fast.plan.paths == ["presidio"]
    assert not pair.differences(texts(100, Random(4)))


def test_letters_of_a_label_that_are_taken_for_keys_are_followed() -> None:
    """As `int` in 3248366int 7, which is read as 324-836-6468; of three digits before it upwards."""
    random = Random(6)
    digits = ["".join(random.choice("0123456789") for _ in range(length)) for length in (1, 2, 3, 4, 6, 7) * 40]
    forms = ["{}{} 7", "{} {}. 7", "{},{}- 7", "{}\u00a0{} 7"]
    written = [form.format(one, label) for one in [*digits, "3248366"] for label in _LABELS for form in forms]
    found = _pair(DEFAULT).plain.analyze(["3248366int 7"]).results
    assert found
    assert not _pair(DEFAULT).differences([*random.sample(written, 1_200), "3248366int 7", "3248366 int. 7"])


_SLOW = pytest.mark.slow
EXHAUSTING = [
    "0.1 " * 30_000,
    "a 1 " * 66_000,
    pytest.param("12" + " " * 70_000 + "x3 ", marks=_SLOW),
]


@pytest.mark.parametrize("text", EXHAUSTING)
def test_a_text_that_the_library_gives_up_is_left_to_it(text: str) -> None:
    text += " call 212-555-5555"
    assert exhausting(text)
    pair = _pair(("US",))
    assert not pair.plain.analyze([text]).results
    assert not pair.differences([text])


def test_an_ordinary_long_text_does_not_exhaust_the_library() -> None:
    assert not exhausting("In 2024 some 3 of 12 people, about 25 %, called 212-555-5555; see p. 12-14.  \n" * 200)


def test_no_short_text_can_exhaust_the_library() -> None:
    for text in texts(30, Random(7)):
        repeated = (text + " ") * (1 + 9_000 // (1 + len(text)))
        matcher = phonenumbers.PhoneNumberMatcher(repeated[:9_999], "US")
        list(matcher)
        assert matcher._max_tries > 65_535 - TRIES  # noqa: SLF001


def _valid(digits: str, region: str) -> bool:
    return any(True for _ in phonenumbers.PhoneNumberMatcher(digits, region, leniency=1))


@pytest.mark.parametrize("region", [*DEFAULT, *_ADDING])
def test_what_a_region_takes_is_among_what_it_may_take(region: str) -> None:
    random, rules = Random(region), Region(region)
    lengths = [random.choice(range(3, 18)) for _ in range(800)]
    some = ["".join(random.choice("0123456789") for _ in range(length)) for length in lengths]
    given = ["".join(filter(str.isdigit, one)) for one in examples((region,)) if "+" not in one]
    for digits in [*some, *given]:
        assert rules.may(digits) or not _valid(digits, region), (region, digits)


def test_no_number_has_fewer_digits_than_the_least() -> None:
    short = ["".join(one) for length in range(1, LEAST_DIGITS) for one in product("0123456789", repeat=length)]
    for region in DEFAULT:
        assert not [one for one in short for lead in ("", "+") if _valid(lead + one, region)]


@pytest.mark.slow
@pytest.mark.parametrize("region", EVERY)
def test_of_all_short_strings_of_digits_none_is_missed(region: str) -> None:
    rules = Region(region)
    for length in range(1, 6 if region in DEFAULT else 5):
        for one in map("".join, product("0123456789", repeat=length)):
            if _valid(one, region):
                assert length >= LEAST_DIGITS, (region, one)
                assert rules.may(one), (region, one)


@pytest.mark.slow
def test_many_numbers_among_hostile_neighbours_are_found() -> None:
    seed = secrets.randbits(32)
    print("seed", seed)  # noqa: T201 - to run it again
    assert not _pair(DEFAULT).differences(texts(60_000, Random(seed)))
    assert not _pair(EVERY).differences(texts(1_500, Random(seed)))


def _national(code: int, random: Random) -> list[str]:
    """Return national numbers of a calling code, most of them changed in a few digits, and random digits."""
    regions = [one for one in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code] if one != "001"]
    given = [phonenumbers.example_number_for_type(region, kind) for region in regions for kind in range(11)]
    numbers = [phonenumbers.national_significant_number(one) for one in given if one] or ["12345678"]
    changed = []
    for one in random.choices(numbers, k=25):
        at, digit = random.randrange(len(one)), random.choice("0123456789")
        changed += [one, one[:at] + digit + one[at + 1 :], one + digit, one[:at]]
    return [one for one in changed if one]


@pytest.mark.parametrize("first", range(10))
def test_a_national_number_is_valid_when_the_library_says_so(first: int) -> None:
    random = Random(first)
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)[first::10]:
        for digits in _national(code, random):
            number = phonenumbers.PhoneNumber(country_code=code, national_number=int(digits))
            noughts = len(digits) - len(digits.lstrip("0"))
            if noughts:
                number.italian_leading_zero, number.number_of_leading_zeros = True, noughts
            if phonenumbers.national_significant_number(number) == digits:
                assert valid(code, digits) == phonenumbers.is_valid_number(number), (code, digits)
