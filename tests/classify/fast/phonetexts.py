# SPDX-License-Identifier: Apache-2.0
"""Random texts with phone numbers of every region and kind, and with what nearly is one."""

from __future__ import annotations

from functools import cache
from random import Random

import phonenumbers
from presidio_analyzer.predefined_recognizers import PhoneRecognizer

from tests.classify.fast.strings import mutated

_FORMATS = range(4)  # E164, INTERNATIONAL, NATIONAL, RFC3966
_KINDS = range(11)  # every PhoneNumberType that has examples
_EXTENSIONS = [
    *(" ext 12", " x123", " ext. 4567", "#99", ";ext=12", ",,123#", " extension 4", "; 5", "~5", "int 7", " int. 7"),
    *("anexo 8", "\u0434\u043e\u0431 3", " x1 ", "xx12", "x"),
]
_NEIGHBOURS = [
    *("a", "Z", "é", "ж", "中", "€", "$", "%", "\u0301", ":30", ":3", ":00", "'", '"', ",", ";", ".", "..", " - ", "-"),
    *(
        " ",
        "  ",
        "     ",
        "/",
        " / ",
        "(",
        ")",
        "[",
        "]",
        "+",
        "++",
        "\n",
        "\t",
        "\u00a0",
        "\u2013",
        "\uff0d",
        "\u3000",
    ),
    *("²", "½", "\u0663", "0", "1", "2024-01-02 08", "12/31/2024", "192.168.0.1", "1.2.3.4.5", "211-227 (2003)"),
    *("123-45-6789", "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5", "\uff08", "\uff09", "X", "~", "\u200b"),
]
_JOINTS = ["-", " ", ".", "/", " (", ") ", "", "  ", " ext ", "ext", "x", " ext. ", ";ext=", ", ", "int "]
_WIDE = str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10)))
_ARABIC = str.maketrans("0123456789", "".join(chr(0x660 + digit) for digit in range(10)))


@cache
def examples(regions: tuple[str, ...]) -> tuple[str, ...]:
    """Return an example of each kind of number of some regions, in every form."""
    found = []
    for region in regions:
        for kind in _KINDS:
            if number := phonenumbers.example_number_for_type(region, kind):
                found += [phonenumbers.format_number(number, form) for form in _FORMATS]
                abroad = PhoneRecognizer.DEFAULT_SUPPORTED_REGIONS
                found += [phonenumbers.format_out_of_country_calling_number(number, one) for one in abroad]
    return tuple(found)


def texts(count: int, random: Random) -> list[str]:
    """Return texts of one to seven pieces."""
    counts, joints = (1, 1, 2, 3, 4, 7), ("", " ", "", ", ")
    return [random.choice(joints).join(_piece(random) for _ in range(random.choice(counts))) for _ in range(count)]


def _piece(random: Random) -> str:
    kind = random.random()
    if kind < 0.25:
        return random.choice(_NEIGHBOURS)
    made = _number(kind, random)
    if random.random() < 0.2:
        made += random.choice(_EXTENSIONS)
    if random.random() < 0.3:
        made = mutated(made, random)
    if random.random() < 0.03:
        made = made.translate(random.choice((_WIDE, _ARABIC)))
    return f"({made})" if random.random() < 0.1 else made


def _number(kind: float, random: Random) -> str:
    if kind < 0.6:
        return random.choice(examples(tuple(PhoneRecognizer.DEFAULT_SUPPORTED_REGIONS)))
    if kind < 0.7:
        return random.choice(examples(tuple(sorted(phonenumbers.SUPPORTED_REGIONS))))
    if kind < 0.8:
        return _digits(random)
    groups = random.choice((1, 2, 3, 4, 6, 9))
    return "".join(_digits(random)[: random.choice((1, 2, 3, 4, 5))] + random.choice(_JOINTS) for _ in range(groups))


def _digits(random: Random) -> str:
    length = random.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 20, 21, 25))
    return "".join(random.choice("0123456789") for _ in range(length))
