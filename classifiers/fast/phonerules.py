# SPDX-License-Identifier: Apache-2.0
"""Which digits can be a valid phone number at all, told from the metadata of `phonenumbers`.

A number without a plus sign is read in some region as: the prefix for calls abroad and then anything; or, each part
but the last optional, the region's calling code, its national prefix, and a national number of one of the region's
types. So digits that are none of these are no number there, and need not be parsed. Where a region rewrites numbers
while parsing, any ten digits may stand before the national number.
"""

from __future__ import annotations

import re
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
        if metadata.national_prefix_transform_rule:
            lead = r"[0-9]{0,10}"
        else:  # parsing takes the prefix off once with the calling code and once without
            lead = rf"(?:{self._code})?(?:{prefix}){{0,2}}" if prefix else rf"(?:{self._code})?"
        abroad = metadata.international_prefix
        self.possible = rf"(?:{abroad})[0-9]*|{lead}(?:{national})"  # what digits without a plus sign match
        self._possible = re.compile(self.possible).fullmatch
        self._plain = re.compile(national).fullmatch
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
        return self._plain(digits) is not None and not self._lacks_prefix(digits)

    def _lacks_prefix(self, digits: str) -> bool:
        """Tell whether this national number is always written with a prefix, which is not there."""
        from phonenumbers import phonenumberutil as util

        main = _main_metadata(self._code)
        rule = util._choose_formatting_pattern_for_number(main.number_format, digits)  # noqa: SLF001
        if rule is None or not rule.national_prefix_formatting_rule or rule.national_prefix_optional_when_formatting:
            return False
        return not util._formatting_rule_has_first_group_only(rule.national_prefix_formatting_rule)  # noqa: SLF001


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
