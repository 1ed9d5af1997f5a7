# SPDX-License-Identifier: Apache-2.0
"""The corpora of the benchmark: the same for the same seed and the same installed packages.

Web text is what stands in the packages installed beside: their descriptions and docstrings, which people wrote and
which hold links, versions, examples and addresses. Dense text and tables are made. None is chosen for its result.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import distributions
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks import people

DOCUMENT = 2_000  # characters, about
POOL = 24_000_000  # characters of web text that documents are cut from
LEAST = 80  # characters of a docstring that is taken
INJECTED = 0.01  # share of the documents with synthetic data put in
ROWS = 50_000
_QUOTED = re.compile(r'"{3}(.+?)"{3}', re.DOTALL)
Make = Callable[[Random], str]
VALUES: list[Make] = [people.email, people.phone, people.ssn, people.card, people.iban, people.address, people.link]
SENTENCES = [
    "Ticket {}: the caller {} can be reached at {} or {}.",
    "Paid with card {} from account {}; receipt sent to {}.",
    "SSN {} was given over the phone from {}, session from {}.",
    "Please update the address to {} and the phone to {}.",
    "See {} and forward to {}, born {}.",
]
KINDS: list[list[Make]] = [
    [lambda rng: people.digits(rng, 6), people.name, people.phone, people.email],
    [people.card, people.iban, people.email],
    [people.ssn, people.phone, people.address],
    [people.street, people.phone],
    [people.link, people.email, people.day],
]


def web(count: int, seed: int = 1) -> list[str]:
    """Return documents of web text, one in a hundred with synthetic data put in."""
    rng = Random(seed)
    documents = _cut(count)
    rng.shuffle(documents)
    return [_injected(rng, text) if rng.random() < INJECTED else text for text in documents]


def _injected(rng: Random, text: str) -> str:
    words = text.split(" ")
    for make in rng.sample(VALUES, 3):
        words.insert(rng.randrange(len(words) + 1), make(rng))
    return " ".join(words)


def _cut(count: int) -> list[str]:
    pool = "\n\n".join(_texts(min(POOL, count * DOCUMENT)))
    return [pool[at : at + DOCUMENT] for at in range(0, len(pool), DOCUMENT)][:count]


@cache
def _texts(most: int) -> tuple[str, ...]:
    """Return descriptions, up to half of so many characters, and docstrings for the rest."""
    described = tuple(_until(_descriptions(), most // 2))
    return *described, *_until(_docstrings(), most - sum(map(len, described)))


def _until(texts: Iterator[str], most: int) -> Iterator[str]:
    length = 0
    for text in texts:
        if length > most:
            return
        length += len(text)
        yield text


def _descriptions() -> Iterator[str]:
    for one in sorted(distributions(), key=lambda one: str(one.metadata["Name"]).lower()):
        yield one.read_text("METADATA") or ""


def _docstrings() -> Iterator[str]:
    """Yield the docstrings of modules drawn at random, the order of the files being that of their names."""
    places = [Path(one) for one in sys.path if one.endswith("site-packages")]
    files = sorted(path for place in places for path in place.glob("*/**/*.py") if path.stat().st_size < 1 << 18)
    Random(2).shuffle(files)
    for path in files:
        for text in _QUOTED.findall(path.read_text(encoding="utf-8", errors="replace")):
            if len(text) >= LEAST:
                yield inspect.cleandoc(text)


def dense(count: int, seed: int = 3) -> list[str]:
    """Return synthetic tickets of about 30 findings each."""
    rng = Random(seed)
    return [" ".join(_sentence(rng) for _ in range(9)) for _ in range(count)]


def _sentence(rng: Random) -> str:
    at = rng.randrange(len(SENTENCES))
    return SENTENCES[at].format(*(make(rng) for make in KINDS[at]))


def table(seed: int = 4, rows: int = ROWS) -> dict[str, list[str]]:
    """Return twelve columns of a table of orders: each customer has several rows, as in a real one."""
    rng = Random(seed)
    customers = [_customer(rng) for _ in range(max(1, rows // 5))]
    made = [{"order_id": str(100_000 + at), **rng.choice(customers), **_order(rng)} for at in range(rows)]
    return {name: [row[name] for row in made] for name in made[0]}


def _customer(rng: Random) -> dict[str, str]:
    return {
        "full_name": people.name(rng),
        "email": people.email(rng),
        "phone": people.phone(rng),
        "ssn": people.ssn(rng),
        "card_number": people.card(rng),
        "street": people.street(rng),
        "city": rng.choice(people.CITIES),
    }


def _order(rng: Random) -> dict[str, str]:
    note = rng.choice(people.NOTES).format(rng.choice([people.phone, people.email])(rng))
    return {
        "ordered_on": people.day(rng),
        "amount": f"{rng.randrange(1, 900)}.{people.digits(rng, 2)}",
        "status": rng.choice(["open", "paid", "shipped", "returned"]),
        "note": note,
    }


def endless(seed: int = 5) -> Iterator[str]:
    """Yield documents of about 2,000 characters without end: lines of web text anew mixed, some with new values."""
    rng = Random(seed)
    lines = [line for text in _texts(POOL // 4) for line in text.splitlines() if line.strip()]
    while True:
        text = "\n".join(rng.choices(lines, k=45))
        yield _injected(rng, text) if rng.random() < 10 * INJECTED else text


def first(count: int, seed: int = 5) -> list[str]:
    """Return some of the endless documents."""
    return list(islice(endless(seed), count))
