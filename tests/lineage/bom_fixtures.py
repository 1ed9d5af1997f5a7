# SPDX-License-Identifier: Apache-2.0
"""The library's grammar for URLs, remembered: it takes milliseconds for each, and these tests ask for few different."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from jsonschema import Draft7Validator


@contextmanager
def remembered_urls() -> Iterator[None]:
    """Let the strict validator ask its grammar once for each URL."""
    checkers = Draft7Validator.FORMAT_CHECKER.checkers
    before = checkers["iri-reference"]
    checkers["iri-reference"] = (cache(before[0]), before[1])
    try:
        yield
    finally:
        checkers["iri-reference"] = before
