# SPDX-License-Identifier: Apache-2.0
"""Which digits can be a valid phone number at all, told from the metadata of `phonenumbers`.

A number without a plus sign is read in some region as: the prefix for calls abroad and then anything; or, each part
but the last optional, the region's calling code, its national prefix, and a national number of one of the region's
types. So digits that are none of these are no number there, and need not be parsed. Where a region rewrites numbers
while parsing, any ten digits may stand before the national number.

Where nothing can be taken off the front of digits, they are the national number, and its validity is all there is to
tell; the metadata's patterns tell it. After a plus sign the calling code is read first, and then the same holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

_TYPES = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)


Match = Callable[[str], object]
SHORTEST, LONGEST = 2, 17  # digits of a national number; of fewer and of more the library makes an error


class Region:
    """What `phonenumbers` knows of one region.

    Args:
        name: ISO 3166 code.
    """

    def __init__(self, name: str) -> None:
        from phonenumbers.phonemetadata import PhoneMetadata

        self.name = name
        metadata: Any = PhoneMetadata.metadata_for_region(name, None)
        self._code = metadata.country_code
        national = _national_numbers(self._code)
        prefix = metadata.national_prefix_for_parsing
        rule = metadata.national_prefix_transform_rule
        if rule and re.sub(r"\\[0-9]", "", rule):
            lead, national = "[0-9]*", ""  # parsing adds an area code, so that what is written may be shorter
        elif rule:
            lead = r"[0-9]{0,10}"
        else:  # parsing takes the prefix off once with the calling code and once without
            lead = rf"(?:{self._code})?(?:{prefix}){{0,2}}" if prefix else rf"(?:{self._code})?"
        abroad = metadata.international_prefix
        self.possible = rf"(?:{abroad})[0-9]*|{lead}(?:{national})"  # what digits without a plus sign match
        self._possible = re.compile(self.possible).fullmatch
        self._stripped = re.compile(rf"(?:{abroad})|{self._code}" + (f"|(?:{prefix})" if prefix else "")).match
        general = metadata.general_desc
        lengths = general.possible_length, general.possible_length_local_only
        # all that parsing reads of a region; where it is the same, so is what it makes of a text
        self.kin = (
            self._code,
            abroad,
            prefix,
            metadata.national_prefix_transform_rule,
            general.national_number_pattern,
            lengths,
        )

    def may(self, digits: str) -> bool:
        """Tell whether digits without a plus sign may be a valid number, as this region writes it."""
        if not self._possible(digits):
            return False
        if self._stripped(digits):
            return True  # something may be taken off its front: only parsing tells
        return len(digits) <= LONGEST and valid(self._code, digits) and not _lacks_prefix(self._code, digits)

    def surely(self, digits: str) -> bool:
        """Tell of digits that `may` be a number, with nothing but punctuation, whether there is no more to ask."""
        return not self._stripped(digits)


def _lacks_prefix(code: int, digits: str) -> bool:
    """Tell whether this national number is always written with a prefix, which is not there."""
    return next(
        (lacks for leads, fits, lacks in _formats(code) if (not leads or leads(digits)) and fits(digits)), False
    )


@cache
def _formats(code: int) -> tuple[tuple[Match | None, Match, bool], ...]:
    """Return how numbers of a calling code are written: which begin so, which fit, whether a prefix must be there."""
    from phonenumbers import phonenumberutil as util

    return tuple(
        (
            re.compile(one.leading_digits_pattern[-1]).match if one.leading_digits_pattern else None,
            re.compile(one.pattern).fullmatch,
            bool(one.national_prefix_formatting_rule)
            and not one.national_prefix_optional_when_formatting
            and not util._formatting_rule_has_first_group_only(one.national_prefix_formatting_rule),  # noqa: SLF001
        )
        for one in _main_metadata(code).number_format
    )


def valid(code: int, number: str) -> bool:
    """Tell what `phonenumbers.is_valid_number` tells of a national number with a calling code."""
    for leading, known in _ways(code, len(number)):
        if leading is None:
            if known and known(number):
                return True
        elif leading(number):
            return bool(known and known(number))
    return False


def abroad(digits: str) -> bool | None:
    """Tell whether digits after a plus sign are a valid number; None where only parsing tells."""
    code = next((code for code in (digits[:1], digits[:2], digits[:3]) if code in _codes()), None)
    if code is None:
        return None
    number, prefix = digits[len(code) :], _prefix(int(code))
    if not SHORTEST <= len(number) <= LONGEST or (prefix and prefix(number)):
        return None
    return valid(int(code), number)


@cache
def _codes() -> frozenset[str]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


@cache
def _prefix(code: int) -> Match | None:
    """Return what matches where parsing may take something off the front of a national number."""
    from phonenumbers import region_code_for_country_code
    from phonenumbers.phonemetadata import PhoneMetadata

    region = region_code_for_country_code(code)
    metadata: Any = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = metadata.national_prefix_for_parsing
    return re.compile(prefix).match if prefix else None


@cache
def _ways(code: int, length: int) -> tuple[tuple[Match | None, Match | None], ...]:
    """Return for each region of a calling code what its numbers begin with and what a number of a type matches.

    The first is None where a region is told by the types alone; it holds for all numbers where a code has one region.
    """
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
    from phonenumbers.phonemetadata import PhoneMetadata

    regions = COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    told = [PhoneMetadata.metadata_for_region_or_calling_code(code, name) for name in regions]
    alone = len(told) == 1
    return tuple(
        (None if alone or one.leading_digits is None else re.compile(one.leading_digits).match, _known(one, length))
        for one in told
        if one is not None
    )


def _known(metadata: Any, length: int) -> Match | None:
    """Return what matches numbers of a length that have a type."""
    kinds = [kind for kind in _TYPES if kind != "mobile" or not metadata.same_mobile_and_fixed_line_pattern]
    general = _pattern(metadata.general_desc, length)
    types = {one for one in (_pattern(getattr(metadata, kind), length) for kind in kinds) if one}
    if not general or not types:
        return None
    return re.compile(rf"(?=(?:{general})\Z)(?:{'|'.join(f'(?:{one})' for one in sorted(types))})").fullmatch


def _pattern(description: Any, length: int) -> str | None:
    if description is None or (description.possible_length and length not in description.possible_length):
        return None
    return description.national_number_pattern or None


@cache
def _main_metadata(code: int) -> Any:
    from phonenumbers import region_code_for_country_code
    from phonenumbers.phonemetadata import PhoneMetadata

    return PhoneMetadata.metadata_for_region(region_code_for_country_code(code), None)


@cache
def _national_numbers(code: int) -> str:
    """Return a pattern of every national number of every region that shares a calling code."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
    from phonenumbers.phonemetadata import PhoneMetadata

    regions = [PhoneMetadata.metadata_for_region(name, None) for name in COUNTRY_CODE_TO_REGION_CODE[code]]
    descriptions = [getattr(region, kind) for region in regions for kind in _TYPES]
    patterns = {one.national_number_pattern for one in descriptions if one and one.national_number_pattern}
    return "|".join(f"(?:{one})" for one in sorted(patterns))
