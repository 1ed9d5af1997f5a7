# SPDX-License-Identifier: Apache-2.0
"""Tells a secret from what stands in its place: placeholders, names of variables, code, ids, words."""

from __future__ import annotations

import math
import re
from collections import Counter

# Bits per character. A random hex text of 32 has about 3.6 of its 4, a random base64 text of 20 about 3.9 of its 6;
# English words and identifiers of that length are below 3.4, and repeated or counted fillers below 2.8.
HEX_BITS = 2.8
OTHER_BITS = 3.3
ADDRESS = 42  # letters of an Ethereum address, which is public
_PLACEHOLDER = re.compile(
    r"x{4,}|\*{3,}|\.{3,}|\byour|your[_-]|example|placeholder|change[_-]?(?:me|this|it)|replace|dummy|insert|redacted|filtered"
    r"|masked|fixme|not[_-]?(?:a[_-]?)?real|fake|sample|to[_-]?do\b|<[^<>]*>|\$\{|\{\{|\}\}|\$\(|%\(|\[\w*\]|#\{|\Bword[=:]|\A[=:]|0{8}|1234567|abcdefg"
    r"|\A\$\w+\Z|\A[%&!]\w+%?\Z|\A\{",
    re.IGNORECASE,
)
# os.environ[...], process.env.X, get(...), user.password, Type<...>, settings['x']
_CODE = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_][\w]*)+[(\[]?.*|[A-Za-z_][\w.]*[(\[].*")
_LETTERS = re.compile(r"[A-Za-z]+(?:[_ -][A-Za-z]+)*[:;,.!?]*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SPLIT = re.compile(r"[^A-Za-z]+")
_WORD = re.compile(r"[A-Za-z]?[a-z]{2,}|[A-Z]{3,}")
_PATH = re.compile(r"[~.]{0,2}/[a-z].*|x:[0-9].*|[A-Z]:\\\\?\w.*", re.DOTALL)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"(?:0x)?[0-9a-f]+", re.IGNORECASE)


def placeholder(text: str) -> bool:
    """Return whether a text only stands where a secret would: `your-api-key`, `${VAR}`, `xxxx`, `<token>`."""
    return bool(_PLACEHOLDER.search(text)) or len(set(text)) < min(6, len(text) // 2)


def bits(text: str) -> float:
    """Return the Shannon entropy of a text's letters, in bits per character."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


def issued(text: str) -> bool:
    """Judge a token with its issuer's prefix, length and alphabet: proven unless it is a placeholder."""
    return not placeholder(text)


def wordy(text: str) -> bool:
    """Return whether a text is letters only and reads as words: its case changes at the starts of long parts."""
    parts = _PART.findall(text)
    return bool(_LETTERS.fullmatch(text)) and (len(text) < 10 or len(text) >= 3 * len(parts))


def named(text: str) -> bool:
    """Return whether a text is words joined by signs, as names and paths are: `eos_token_2`, `prod/db/main`."""
    words = [one for one in _SPLIT.split(text) if _WORD.fullmatch(one)]
    return len(words) > 1 and sum(map(len, words)) >= len(text) / 2


def hashed(text: str) -> bool:
    """Judge a password hash that names its method: proven unless it is filler."""
    return len(set(text)) > 12 and "xxxx" not in text.lower() and "..." not in text


def password(text: str) -> bool | None:
    """Judge what stands where a password is assigned.

    Refused are placeholders, references, code, and plain words: `password: string` and `password: hunter` cannot be
    told apart. A digit or a sign among letters, or mixed case that is no identifier, is needed.
    """
    if len(set(text)) < 4 or placeholder(text) or _CODE.fullmatch(text) or wordy(text) or _PATH.fullmatch(text):
        return False
    kinds = sum(bool(re.search(one, text)) for one in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w\s]"))
    return None if kinds > 1 else False


def random(text: str) -> bool | None:
    """Judge what stands where a key or token is assigned: it must look drawn by lot, and be no UUID."""
    if placeholder(text) or _UUID.fullmatch(text) or _CODE.fullmatch(text) or wordy(text) or named(text):
        return False
    if len(text) == ADDRESS and text.startswith("0x"):
        return False
    if _HEX.fullmatch(text):
        return None if bits(text.lower()) >= HEX_BITS and re.search("[a-f]", text.lower()) else False
    mixed = re.search("[A-Za-z]", text) and (re.search("[0-9]", text) or text not in {text.lower(), text.upper()})
    return None if mixed and bits(text) >= OTHER_BITS else False
