# SPDX-License-Identifier: Apache-2.0
"""Where spaCy's exceptions reach over white space.

A tokenizer first cuts at white space, and stretches between could be cut alone, but for one thing: it then looks for
its exceptions, such as `:)`, in the sequence of words, white space or not. What it so finds over a gap is no exception
and changes nothing, except that another one which overlaps it, such as in `) :)x`, is no longer put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from custody.classifiers.fast.context import Runs

Parts = tuple[str, ...]


class Exceptions:
    """The exceptions of a tokenizer that its other rules would cut.

    Args:
        tokenizer: spaCy's.
    """

    def __init__(self, tokenizer: Any) -> None:
        from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # compiled
        from spacy.vocab import Vocab

        made_of = ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")
        self._bare = Tokenizer(Vocab(), rules={}, **{name: getattr(tokenizer, name) for name in made_of})
        cut = {rule: tuple(word.text for word in self._bare(rule)) for rule in tokenizer.rules}
        self._parts = {parts for parts in cut.values() if len(parts) > 1}
        self._single = frozenset(rule for rule, parts in cut.items() if len(parts) > 1)

    def join(self, chunk: str, words: set[str]) -> bool:
        """Tell whether one of the words of a stretch is what an exception put together out of several."""
        single = self._single & words
        return bool(single) and not single <= {word.text for word in self._bare(chunk)}

    def over(self, text: Runs) -> bool:
        """Tell whether one of them, over a gap, may share words with another in a text."""
        whole = " ".join(text.runs)
        return any(tight in whole and gaps.search(whole) for tight, gaps in self._over_gaps.items())

    @cached_property
    def _over_gaps(self) -> dict[str, re.Pattern[str]]:
        """By an exception as it is written: texts in which another, over a gap, shares words with it.

        All of them in one pattern would take milliseconds to a page.
        """
        found = {
            "".join(other): sorted({one for reaching in self._parts for one in _overlaps(reaching, other)})
            for other in self._parts
        }
        return {tight: re.compile("|".join(patterns)) for tight, patterns in found.items() if patterns}


def _overlaps(reaching: Parts, other: Parts) -> Iterator[str]:
    """Yield patterns of texts in which one exception, over a gap, shares words with another, which is not."""
    size = len(other)
    for shared in range(1, size + 1):
        if len(reaching) > shared and reaching[-shared:] == other[:shared]:
            yield _spaced(reaching[:-shared]) + r"\s*" + _tight(other)
        if len(reaching) > shared and reaching[:shared] == other[-shared:]:
            yield _tight(other) + r"\s*" + _spaced(reaching[shared:])
    for at in range(1, len(reaching) - size):
        if reaching[at : at + size] == other:
            yield rf"{_spaced(reaching[:at])}\s*{_tight(other)}\s*{_spaced(reaching[at + size :])}"


def _tight(parts: Parts) -> str:
    return re.escape("".join(parts))


def _spaced(parts: Parts) -> str:
    return r"\s*".join(map(re.escape, parts))
