# SPDX-License-Identifier: Apache-2.0
"""What is told of phone numbers without parsing is what the library tells."""

from __future__ import annotations

from typing import Any

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber

from custody.classifiers.fast.phone import Phones
from custody.classifiers.fast.phonerules import LONGEST, Region, valid

REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")
CODES = sorted(COUNTRY_CODE_TO_REGION_CODE)
KINDS = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "uan", "pager", "voicemail")
DIGITS = some.text("0123456789", min_size=1, max_size=LONGEST)


def _examples(code: int) -> list[str]:
    regions = [
        PhoneMetadata.metadata_for_region_or_calling_code(code, name) for name in COUNTRY_CODE_TO_REGION_CODE[code]
    ]
    return [
        getattr(region, kind).example_number
        for region in regions
        for kind in KINDS
        if getattr(region, kind) and getattr(region, kind).example_number
    ]


def _number(code: int, digits: str) -> PhoneNumber:
    zeros = len(digits) - len(digits.lstrip("0"))
    zeros -= zeros == len(digits)  # of zeros alone the last is the number
    return PhoneNumber(code, int(digits), italian_leading_zero=bool(zeros), number_of_leading_zeros=zeros or None)


@pytest.mark.parametrize("code", CODES)
def test_every_example_of_every_type_and_its_neighbours_are_judged_as_the_library_does(code: int) -> None:
    for digits in _examples(code):
        for one in {digits, digits[:-1], digits + "0", "0" + digits, digits[1:], digits[::-1], "9" + digits[1:]} - {""}:
            assert valid(code, one) == phonenumbers.is_valid_number(_number(code, one)), (code, one)


@settings(max_examples=500, deadline=None)
@given(code=some.sampled_from(CODES), digits=DIGITS)
def test_any_digits_are_judged_as_the_library_does(code: int, digits: str) -> None:
    assert valid(code, digits) == phonenumbers.is_valid_number(_number(code, digits))


def test_a_code_that_no_region_has_is_never_valid() -> None:
    assert not valid(999, "2125550199")


@settings(max_examples=1000, deadline=None)
@given(
    region=some.sampled_from(REGIONS),
    pieces=some.lists(some.text("0123456789", min_size=1, max_size=5), min_size=1, max_size=6),
    between=some.sampled_from(["", " ", "-", ".", "/", ") ", " (", "]["]),
    before=some.sampled_from(["", "(", "[", "0", "1", "+", "+1 ", "+44 ", "00"]),
)
def test_a_candidate_is_judged_as_parsing_and_verifying_it_does(
    region: str, pieces: list[str], between: str, before: str
) -> None:
    part, mine = before + between.join(pieces), Region(region)
    digits = "".join(one for one in part if one.isdigit())
    if "+" in part or mine.may(digits):  # what is asked
        assert Phones([region]).is_number(part, mine) == _verified(part, region)


@pytest.mark.parametrize("code", CODES)
def test_every_example_after_a_plus_sign_is_judged_as_parsing_and_verifying_it_does(code: int) -> None:
    phones = Phones(["US"])
    for digits in _examples(code):
        for one in (digits, digits[:-1], "0" + digits, "9" + digits[1:], digits + "00000"):
            for part in (f"+{code}{one}", f"+{code} ({one[:2]}) {one[2:]}", f"+{one}", f"+{code} (0){one}"):
                assert phones.is_number(part, phones.regions[0]) == _verified(part, "US"), part


@pytest.mark.parametrize("region", REGIONS)
def test_the_examples_of_a_region_are_judged_as_parsing_and_verifying_them_does(region: str) -> None:
    mine, phones = Region(region), Phones([region])
    code = phonenumbers.country_code_for_region(region)
    for digits in _examples(code):
        for part in (
            digits,
            f"({digits[:3]}) {digits[3:6]}-{digits[6:]}",
            f"0{digits}",
            f"+{code} {digits}",
            f"1{digits}",
        ):
            bare = "".join(one for one in part if one.isdigit())
            if "+" in part or mine.may(bare):
                assert phones.is_number(part, mine) == _verified(part, region), part


def _verified(part: str, region: str) -> bool:
    library: Any = phonenumbers.phonenumbermatcher

    try:
        number = phonenumbers.parse(part, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return False
    return bool(library._verify(1, number, part, None))  # noqa: SLF001 - what the matcher asks
