# SPDX-License-Identifier: Apache-2.0
"""Values of people who do not exist, whose numbers have the checksums that real ones have."""

from __future__ import annotations

import string
from datetime import date, timedelta
from random import Random

FIRST = [
    "James",
    "Mary",
    "Wei",
    "Fatima",
    "Olga",
    "Pedro",
    "Aisha",
    "Liam",
    "Emma",
    "Noah",
    "Ingrid",
    "Kenji",
    "Lucia",
    "Omar",
    "Chloe",
    "Anton",
    "Priya",
    "Sven",
]
LAST = [
    "Smith",
    "Garcia",
    "Chen",
    "Müller",
    "Okafor",
    "Rossi",
    "Novak",
    "Haddad",
    "Jensen",
    "Kim",
    "Dubois",
    "Silva",
    "Ivanov",
    "Walker",
    "Khan",
    "Berg",
]
STREETS = [
    "High",
    "Church",
    "Park",
    "Mill",
    "Station",
    "Lake",
    "Hill",
    "Oak",
    "Maple",
    "Cedar",
    "River",
    "Garden",
    "Queen",
    "Bridge",
]
CITIES = [
    "Leeds",
    "Austin",
    "Lyon",
    "Graz",
    "Porto",
    "Oslo",
    "Turin",
    "Ghent",
    "Malmö",
    "Boston",
    "Kyoto",
    "Lagos",
    "Quito",
    "Perth",
    "Cork",
    "Basel",
]
HOSTS = [
    "example.com",
    "mail.example.org",
    "acme-trade.com",
    "webpost.net",
    "northlake.edu",
    "firma-huber.de",
    "inbox.io",
]
NOTES = [
    "called back, will pay on Friday",
    "wants an invoice",
    "",
    "moved, see the new address",
    "prefers to be called at {}",
    "write to {} from now on",
]


def digits(rng: Random, count: int) -> str:
    """Return so many random digits."""
    return "".join(rng.choices(string.digits, k=count))


def name(rng: Random) -> str:
    """Return a full name."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def email(rng: Random) -> str:
    """Return an e-mail address."""
    user = f"{rng.choice(FIRST)}{rng.choice(['.', '_', ''])}{rng.choice(LAST)}{rng.randrange(1000)}"
    return f"{user.encode('ascii', 'ignore').decode().lower()}@{rng.choice(HOSTS)}"


def phone(rng: Random) -> str:
    """Return a phone number, American or British, as people write it."""
    area, line = rng.randrange(201, 990), digits(rng, 4)
    forms = [f"({area}) 555-{line}", f"{area}-555-{line}", f"+1 {area} 555 {line}", f"+44 20 7946 {line}"]
    return rng.choice(forms)


def ssn(rng: Random) -> str:
    """Return what reads as a US social security number."""
    return f"{rng.randrange(1, 665):03}-{rng.randrange(1, 99):02}-{rng.randrange(1, 9999):04}"


def card(rng: Random) -> str:
    """Return a card number whose last digit is that of Luhn's rule."""
    body = rng.choice(["4", "51", "37"]) + digits(rng, 14)
    body = body[:15] if body[0] != "3" else body[:14]
    return body + str(-sum(_doubled(int(one), at) for at, one in enumerate(reversed(body))) % 10)


def _doubled(digit: int, at: int) -> int:
    return digit if at % 2 else sum(divmod(2 * digit, 10))


def iban(rng: Random) -> str:
    """Return a German account number with the check digits of ISO 13616."""
    account = digits(rng, 18)
    return f"DE{98 - int(account + '131400') % 97:02}{account}"


def address(rng: Random) -> str:
    """Return an IPv4 address."""
    return ".".join(str(rng.randrange(1, 255)) for _ in range(4))


def link(rng: Random) -> str:
    """Return a link."""
    return f"https://www.{rng.choice(HOSTS)}/{rng.choice(STREETS).lower()}?id={digits(rng, 4)}"


def street(rng: Random) -> str:
    """Return a street with a number."""
    return f"{rng.randrange(1, 400)} {rng.choice(STREETS)} Street"


def day(rng: Random) -> str:
    """Return a day between 1950 and 2024."""
    return (date(1950, 1, 1) + timedelta(days=rng.randrange(27_000))).isoformat()
