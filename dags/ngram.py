# SPDX-License-Identifier: Apache-2.0
"""The smallest language model that is one: counts of word trigrams. The examples train it so that training is real."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"<[A-Z_]+>|\w+|[^\w\s]")


def train(texts: Iterable[str]) -> bytes:
    """Return the model file: JSON with the count of every word trigram, in a fixed order."""
    counts: Counter[str] = Counter()
    for text in texts:
        words = ["<s>", "<s>", *_WORD.findall(text), "</s>"]
        counts.update(" ".join(words[i : i + 3]) for i in range(len(words) - 2))
    return json.dumps({"order": 3, "counts": dict(sorted(counts.items()))}, ensure_ascii=False).encode()
