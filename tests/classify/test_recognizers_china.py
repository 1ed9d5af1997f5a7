# SPDX-License-Identifier: Apache-2.0
"""Chinese identifiers are proven by their checks, in prose without spaces too."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custody.classifiers import Scanner
from custody.classifiers.recognizers import china

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
regions = some.sampled_from(["110105", "440305", "650102", "710000"])
births = some.dates(date(1900, 1, 1), date(2029, 12, 31))
digits = some.text("0123456789", min_size=3, max_size=3)


def resident(region: str, born: date, serial: str) -> str:
    """Return a resident number with its check letter, by the congruence of ISO 7064 and not by a table."""
    body = f"{region}{born:%Y%m%d}{serial}"
    for check in range(11):
        letters = [*map(int, body), check]
        if sum(pow(2, 17 - at, 11) * one for at, one in enumerate(letters)) % 11 == 1:
            return body + "0123456789X"[check]
    raise AssertionError


def social(rng: Random) -> str:
    """Return a unified social credit code with its check letter."""
    body = "91" + "".join(rng.choices("0123456789", k=6)) + "".join(rng.choices(LETTERS, k=9))
    for check in LETTERS:
        if (LETTERS.index(check) + sum(LETTERS.index(one) * 3**at for at, one in enumerate(body))) % 31 == 0:
            return body + check
    raise AssertionError


def card(rng: Random, length: int) -> str:
    """Return a UnionPay number with Luhn's check digit."""
    body = "62" + "".join(rng.choices("0123456789", k=length - 3))
    return next(body + check for check in "0123456789" if _luhn(body + check))


def _luhn(number: str) -> bool:
    return sum(int(d) if at % 2 == 0 else sum(map(int, str(2 * int(d)))) for at, d in enumerate(number[::-1])) % 10 == 0


@given(
    some.sampled_from(["110105", "440305", "650102", "710000"]),
    some.dates(date(1900, 1, 1), date(2029, 12, 31)),
    digits,
)
def test_every_well_made_resident_number_is_valid(region: str, born: date, serial: str) -> None:
    assert china.resident_id(resident(region, born, serial))


@given(births, digits, some.integers(0, 16), some.integers(1, 9))
def test_a_resident_number_with_one_digit_changed_never_is(born: date, serial: str, at: int, by: int) -> None:
    good = resident("440305", born, serial)
    changed = good[:at] + str((int(good[at]) + by) % 10) + good[at + 1 :]
    assert not china.resident_id(changed)


@given(some.integers(0, 10**6), some.integers(0, 17), some.sampled_from(LETTERS))
def test_a_social_credit_code_is_valid_until_one_letter_is_changed(seed: int, at: int, letter: str) -> None:
    good = social(Random(seed))
    changed = good[:at] + letter + good[at + 1 :]
    assert china.social_credit(good)
    assert china.social_credit(changed) == (changed == good)


@given(some.integers(0, 10**6), some.integers(16, 19), some.integers(0, 15), some.integers(1, 9))
def test_a_bank_card_is_valid_until_one_digit_is_changed(seed: int, length: int, at: int, by: int) -> None:
    good = card(Random(seed), length)
    assert china.bank_card(good)
    assert not china.bank_card(good[:at] + str((int(good[at]) + by) % 10) + good[at + 1 :])


@pytest.mark.parametrize("number", ["11010519491231002X"])  # the example that GB 11643-1999 prints
def test_the_standards_own_example_is_found(scanner: Scanner, number: str) -> None:
    (span,) = scanner.find("text", f"\u8eab\u4efd\u8bc1\u53f7\uff1a{number}\u3002")
    assert (span.entity, span.validated) == ("CN_RESIDENT_ID", True)


@pytest.mark.parametrize(
    ("column", "text", "entity", "value"),
    [
        ("text", "\u6211\u7684\u624b\u673a\u53f7\u662f13812345678\uff0c\u8c22\u8c22", "PHONE_NUMBER", "13812345678"),
        ("text", "call +86 138 1234 5678 now", "PHONE_NUMBER", "+86 138 1234 5678"),
        ("\u624b\u673a\u53f7", "13812345678", "PHONE_NUMBER", "13812345678"),
        ("text", "\u62a4\u7167E12345678\u5df2\u8fc7\u671f", "CN_TRAVEL_DOCUMENT", "E12345678"),
        ("passport", "EA1234567", "CN_TRAVEL_DOCUMENT", "EA1234567"),
        ("text", "\u901a\u884c\u8bc1\u53f7\u7801\uff1aH12345678", "CN_TRAVEL_DOCUMENT", "H12345678"),
        ("\u94f6\u884c\u5361\u53f7", card(Random(1), 19), "CN_BANK_CARD", card(Random(1), 19)),
        ("text", f"\u516c\u53f8{social(Random(2))}\u5df2\u6ce8\u518c", "CN_SOCIAL_CREDIT_CODE", social(Random(2))),
    ],
)
def test_numbers_are_found_whole(scanner: Scanner, column: str, text: str, entity: str, value: str) -> None:
    assert (entity, value) in {(one.entity, text[one.start : one.end]) for one in scanner.find(column, text)}


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("text", "order 440305199013011234"),  # month 13
        ("text", "440305199002300012"),  # 30 February
        ("text", "990305199002010012"),  # no province 99
        ("text", "id 1381234567812345678901"),
        ("amount", "13812345678"),
        ("text", "0.13812345678"),
        ("text", "tracking 6212345678901234567890"),
        ("text", "E12345678 is a part number"),
        ("text", "H12345678"),
        ("text", "91350100M000100Y44"),
        ("text", "x13812345678y"),
    ],
)
def test_other_numbers_are_not(scanner: Scanner, column: str, text: str) -> None:
    names = {"CnResidentIdRecognizer", "CnBankCardRecognizer", "CnTravelDocumentRecognizer", "CnSocialCreditRecognizer"}
    assert not (names | {"CnMobileRecognizer"}) & {one.recognizer for one in scanner.find(column, text)}


def test_the_stated_chance_is_the_share_of_random_numbers_that_pass() -> None:
    rng = Random(3)
    made = {
        "CnResidentIdRecognizer": lambda: _random(rng, "adddddYbdcdddd") + rng.choice("0123456789X"),
        "CnBankCardRecognizer": lambda: _random(rng, "62dddddddddddddd"),
        "CnSocialCreditRecognizer": lambda: "91" + _random(rng, "dddddd") + "".join(rng.choices(LETTERS, k=10)),
    }
    for one in china.recognizers():
        name = str(one.to_dict()["name"])
        if name in made:
            share = sum(bool(one.validate_result(made[name]())) for _ in range(40_000)) / 40_000
            assert share == pytest.approx(one.chance, rel=0.15), name  # type: ignore[attr-defined]


def _random(rng: Random, form: str) -> str:
    kinds = {"d": "0123456789", "a": "123456789", "b": "01", "c": "0123"}
    year = rng.choice(["18", "19", "20"])
    return "".join(rng.choice(kinds[one]) if one in kinds else one for one in form.replace("Y", f"{year}dd"))


@given(some.text("0123456789X", min_size=18, max_size=18).filter(lambda one: "X" not in one[:17]))
def test_the_judges_take_any_text_of_their_pattern(text: str) -> None:
    assert china.resident_id(text) in {True, False}
    assert china.bank_card(text) in {True, False}
