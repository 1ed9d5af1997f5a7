# SPDX-License-Identifier: Apache-2.0
"""Identifiers of mainland China, and of the permits between it, Hong Kong and Macau.

Chinese is written without spaces, so a word before a number is no context word to a tokenizer; the labels stand in the
patterns themselves, before the value, and raise the score there. Guards are ASCII, for Han letters touch numbers.

Sources: GB 11643-1999 (resident number: region, birth date, ISO 7064 MOD 11-2 check), GB/T 2260 (codes of provinces),
GB 32100-2015 (unified social credit code, MOD 31 check), ISO/IEC 7812-1 (Luhn) with UnionPay's issuer prefix 62, the
numbering plan of the Ministry of Industry and Information Technology (mobile numbers), the National Immigration
Administration (passports E, G and by letter; permits H and M with 8 digits, older ones with 10).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from custody.classifiers.recognizers._make import make

if TYPE_CHECKING:
    from presidio_analyzer import PatternRecognizer

_PROVINCES = {"1": "12345", "2": "123", "3": "1234567", "4": "123456", "5": "01234", "6": "12345", "7": "1", "8": "123"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # powers of 2 modulo 11, GB 11643
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: without I, O, S, V, Z
_START, _END = r"(?<![0-9A-Za-z_.+-])", r"(?![0-9A-Za-z_]|[.-][0-9])"
_IS = r"(?:号码|号)?(?:是|为)?[:\uff1a\s]{0,3}\K"
_ID = r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9X]"
_MOBILE = r"1[3-9][0-9](?:[ -]?[0-9]{4}){2}"
_PASSPORT = r"(?:[EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSP]E?[0-9]{7,8}|1[45][0-9]{7})"
_PERMIT = r"[HM](?:[0-9]{10}|[0-9]{8})"


_RESIDENT = {"18 digits": (_START + _ID + _END, 0.5)}
_CARD = {"UnionPay": (_START + r"62[0-9]{2}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?" + _END, 0.3)}
_SOCIAL = {"18 letters": (_START + rf"(?-i:[1-9ANY][1-9][0-9]{{6}}[{_CODE}]{{10}})" + _END, 0.5)}
_BY_LUCK = 35 / 90 * 365 / 800 / 11  # a province's code, a day that exists, the check letter


def recognizers() -> list[PatternRecognizer]:
    """Return the recognisers of this module."""
    return [
        make("CnResidentIdRecognizer", "CN_RESIDENT_ID", _RESIDENT, resident_id, chance=_BY_LUCK),
        make("CnBankCardRecognizer", "CN_BANK_CARD", _CARD, bank_card, _CARD_WORDS, chance=1 / 10),
        make("CnMobileRecognizer", "PHONE_NUMBER", _mobile(), _abstain, _PHONE_WORDS),
        make("CnTravelDocumentRecognizer", "CN_TRAVEL_DOCUMENT", _travel(), _abstain, _TRAVEL_WORDS),
        make("CnSocialCreditRecognizer", "CN_SOCIAL_CREDIT_CODE", _SOCIAL, social_credit, chance=1 / 31),
    ]


_CARD_WORDS = ("card", "bank", "unionpay", "银行卡", "卡号", "银行卡号", "账号")
_PHONE_WORDS = ("phone", "mobile", "cell", "tel", "wechat", "手机", "手机号", "电话", "联系电话", "联系方式", "微信")
_TRAVEL_WORDS = ("passport", "permit", "护照", "护照号", "通行证", "回乡证", "证件号", "证件号码")


def _mobile() -> dict[str, tuple[str, float]]:
    return {
        "with the country's code": (r"(?<![0-9A-Za-z])(?:\+|00)86[ -]?" + _MOBILE + _END, 0.6),
        "after its label": (r"(?:手机|电话|联系方式|微信)" + _IS + _MOBILE + _END, 0.6),
        "eleven digits": (_START + _MOBILE + _END, 0.2),
    }


def _travel() -> dict[str, tuple[str, float]]:
    return {
        "passport after its label": (r"护照" + _IS + _PASSPORT + _END, 0.6),
        "permit after its label": (r"(?:通行证|回乡证)" + _IS + _PERMIT + _END, 0.6),
        "passport": (_START + f"(?-i:{_PASSPORT})" + _END, 0.1),
        "permit": (_START + f"(?-i:{_PERMIT})" + _END, 0.1),
    }


def _abstain(_: str) -> None:
    return None


def resident_id(text: str) -> bool:
    """Judge a resident number by province, birth date and check letter."""
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True)) % 11
    return text[1] in _PROVINCES.get(text[0], "") and text[17].upper() == "10X98765432"[rest]


def bank_card(text: str) -> bool:
    """Judge a card number by Luhn's check digit."""
    digits = [int(one) for one in text if one.isdigit()]
    doubled = (sum(divmod(2 * one, 10)) for one in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def social_credit(text: str) -> bool:
    """Judge a unified social credit code by its check letter."""
    total = sum(_CODE.index(one) * pow(3, at, 31) for at, one in enumerate(text[:17]))
    return _CODE[-total % 31] == text[17]
