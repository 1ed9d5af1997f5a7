# SPDX-License-Identifier: Apache-2.0
"""Presidio's phone recogniser: one walk over a text for all regions, parsing only what can be a number.

`phonenumbers` finds candidates without regard to the region; only the verdict over a candidate, or over a part of it,
depends on it. So candidates are found once, with the library's own patterns, and each is parsed, by the library, in
those regions where its digits can be a number. When one region takes a candidate whole, what other regions find inside
it is contained in it, and Presidio drops it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from custody.classifiers.fast import charset
from custody.classifiers.fast.caches import bounded
from custody.classifiers.fast.charset import BEYOND, DIGITS
from custody.classifiers.fast.phonerules import Region, abroad, valid

if TYPE_CHECKING:
    from custody.classifiers.fast.sieve import Joined

LEAST_DIGITS = 4  # below that nothing is valid in any region; see the test that tries them all
TRIES = 65_000  # somewhat below those after which the library gives a text up
SHORT = 10_000  # characters; in fewer there cannot be so many tries
LEAD = 10  # characters before its first digit that a candidate can have
_PUNCTUATION = charset.kinds_of("-x ./()[]~") | BEYOND  # a superset of what may stand between two groups of digits
_BETWEEN = charset.kinds_of("-x ./()[]~+#,;:=\teExXtTnNsSiIoOaA") | BEYOND  # the same with what announces an extension
_EXTENDED = re.compile(r"([0-9 ()\[\]./-]+)(?: ?(?:x|ext\.?) ?([0-9]{1,9}))?")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_BARE = re.compile(r"[0-9 ()\[\]./-]+")
_ABROAD = re.compile(r"\+" + _BARE.pattern)
# a group of digits with the marks about it, and those after what may announce an extension
_TRIED = re.compile(r"([^\w\n:;'\"]{0,10})\d+([^\w\n:;'\"]*)(?:[^\d\s]{1,14}([ \xa0\t,-]*))?")
# announces an extension; after three digits or more the library may take its letters for keys, as in 555-FLOWERS
_LABEL = re.compile(r"[ \xa0\t,]*(?:e?xt(?:ensi(?:o\u0301?|\xf3))?n?|int|anexo)", re.IGNORECASE)
_ANNOUNCES = charset.kinds_of(" \t,eExXiIaA") | BEYOND  # what it can begin with
_THEN = _ANNOUNCES | charset.kinds_of("xXtTnN")  # and go on with
_WHOLE = re.compile(r"[+(]{0,2}(?![0-9 ()\[\]./-]*[0-9]{20})[0-9 ()\[\]./-]+")

Found = tuple[int, int]
Hope = tuple[int, int, Region]


class OutOfStepError(Exception):
    """The regions went different ways through a text; the library has to walk it for each of them."""


class Phones:
    """Finds phone numbers as `PhoneRecognizer` does.

    Args:
        regions: ISO 3166 codes, as the recogniser has them.
    """

    def __init__(self, regions: Sequence[str]) -> None:
        from phonenumbers import phonenumbermatcher

        self._library: Any = phonenumbermatcher
        self.regions = list({region.kin: region for region in map(Region, regions)}.values())
        self._possible = re.compile("|".join(f"(?:{one.possible})" for one in self.regions) or "(?!)").fullmatch
        self._takers: dict[str, tuple[Region, ...]] = {}
        self._verdicts: dict[tuple[str, str], bool] = {}
        self._shapes: dict[str, tuple[Found, ...]] = {}
        self._hoped: dict[str, tuple[Hope, ...]] = {}

    def places(self, text: Joined) -> Iterator[tuple[int, list[Found]]]:
        """Yield the cells in which a number may stand, with the parts of each that have to be walked.

        A part reaches from one character that no candidate can hold to the next.
        """
        digit = charset.table(DIGITS)[text.array]
        edges = np.flatnonzero(digit[1:] != digit[:-1]) + 1
        starts, ends = edges[0::2], edges[1::2]
        if not len(starts):
            return
        chained = _linked(text, ends[:-1], starts[1:])
        wide = _joined(text, ends[:-1], starts[1:])
        chain = np.concatenate(([0], np.cumsum(~chained)))
        digits = np.bincount(chain, ends - starts)
        first = np.flatnonzero(np.concatenate(([True], ~chained)))
        groups = np.bincount(chain)
        promising = digits >= LEAST_DIGITS
        promising |= self._announced(text, digits, ends[first + groups - 1])
        few = np.flatnonzero(promising & (groups == 1) & (digits <= 17))
        promising[few] = self._may_be(text, starts[first[few]], ends[first[few]])
        part = np.concatenate(([0], np.cumsum(~wide)))
        hot = np.unique(part[first[promising]])
        begin = np.searchsorted(part, hot, "left")
        close = np.searchsorted(part, hot, "right") - 1
        cells = text.cell_of(starts[begin])
        base = text.starts[cells]
        spans = zip(cells.tolist(), (starts[begin] - base).tolist(), (ends[close] - base).tolist(), strict=True)
        yield from _by_cell(spans)

    def _may_be(self, text: Joined, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Tell of single groups of digits whether they may be a number."""
        cells = text.cell_of(starts)
        base = text.starts[cells]
        answers = []
        for cell, start, end in zip(cells.tolist(), (starts - base).tolist(), (ends - base).tolist(), strict=True):
            whole = text.cells[cell]
            lead = whole[max(0, start - LEAD) : start]
            labelled = "+" in lead or not lead.isascii() or _LABEL.match(whole, end)
            answers.append(bool(labelled) or self._promises(whole[start:end]))
        return np.array(answers, bool)

    @staticmethod
    def _announced(text: Joined, digits: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Tell of chains of groups whether they have three digits and a label after them."""
        fits = charset.table(_ANNOUNCES)
        following = np.minimum(ends + 1, len(text.array) - 1)
        maybe: np.ndarray = (
            (digits == LEAST_DIGITS - 1) & fits[text.array[ends]] & charset.table(_THEN)[text.array[following]]
        )
        places = ends[maybe]
        cells = text.cell_of(places)
        pairs = zip(cells.tolist(), (places - text.starts[cells]).tolist(), strict=True)
        maybe[maybe] = [_LABEL.match(text.cells[cell], end) is not None for cell, end in pairs]
        return maybe

    def _promises(self, digits: str) -> bool:
        return not digits.isascii() or bool(self._taken(digits))

    def _taken(self, digits: str) -> tuple[Region, ...]:
        """Return the regions in which digits without a plus sign may be a number."""
        known = self._takers.get(digits)
        if known is None:
            may = self._possible(digits) is not None
            known = tuple(region for region in self.regions if region.may(digits)) if may else ()
            bounded(self._takers)[digits] = known
        return known

    def find(self, text: str, parts: Sequence[Found]) -> list[Found]:
        """Return where numbers stand, each once, in the parts of a cell that have to be walked.

        Raises:
            OutOfStepError: the regions find different things, too tangled to be told apart here.
        """
        found: list[Found] = []
        for start, end in parts:
            found += self._walk(text, _lead(text, start), end)
        return list(dict.fromkeys(found))

    def _walk(self, text: str, index: int, stop: int) -> Iterator[Found]:
        for start, candidate, whole in self._candidates(text, index, stop):
            end = start + len(candidate)
            hopes = list(self._hopes(text, candidate, start))
            if whole and any(
                (low, high) == (start, end) and self.is_number(candidate, one) for low, high, one in hopes
            ):
                yield start, end
                continue
            for region in dict.fromkeys(one for _, _, one in hopes):
                if first := self._first(text, hopes, region):
                    yield first
                    yield from self._rest(text, region, first[1], end)

    def _candidates(self, text: str, index: int, stop: int) -> Iterator[tuple[int, str, bool]]:
        """Yield where a candidate starts, its text, and whether whatever starts inside it surely ends with it."""
        library = self._library
        while match := library._PATTERN.search(text, index):  # noqa: SLF001
            start, end = match.span()
            if start >= stop:
                return
            candidate = text[start:end]
            plain = _WHOLE.fullmatch(candidate) is not None
            cut = None if plain else library._SECOND_NUMBER_START_PATTERN.search(candidate)  # noqa: SLF001
            if cut:
                candidate = candidate[: cut.start()]
            index = start + len(candidate)
            yield start, candidate, plain and not text[end : end + 1].isdigit()

    def _first(self, text: str, hopes: list[Hope], region: Region) -> Found | None:
        mine = ((start, end) for start, end, one in hopes if one is region)
        return next((one for one in mine if self.is_number(text[one[0] : one[1]], region)), None)

    def _rest(self, text: str, region: Region, index: int, end: int) -> Iterator[Found]:
        """Yield what one region finds in the rest of a candidate."""
        while (further := next(self._candidates(text, index, end), None)) is not None:
            start, candidate, _ = further
            index = start + len(candidate)
            if index > end:
                raise OutOfStepError
            if first := self._first(text, list(self._hopes(text, candidate, start)), region):
                yield first
                index = first[1]

    def _hopes(self, text: str, candidate: str, start: int) -> Iterator[Hope]:
        """Yield what is tried of a candidate, in order, with the regions in which it may be a number."""
        known = self._hoped.get(candidate)
        if known is None:
            known = bounded(self._hoped)[candidate] = tuple(self._promised(candidate))
        if not known:
            return
        end = start + len(candidate)
        library = self._library
        if library._TIME_STAMPS.search(candidate) and library._TIME_STAMPS_SUFFIX.match(text, end):  # noqa: SLF001
            return
        for low, high, region in known:
            if self._allowed(text, start + low, start + high):
                yield start + low, start + high, region

    def _promised(self, candidate: str) -> Iterator[Hope]:
        if not self._library._SLASH_SEPARATED_DATES.search(candidate):  # noqa: SLF001
            for low, high in self._parts(candidate):
                yield from ((low, high, region) for region in self._regions(candidate[low:high]))

    def _regions(self, part: str) -> Sequence[Region]:
        """Return the regions in which a text may be a number."""
        split = _EXTENDED.fullmatch(part)
        if not split:
            return self.regions
        digits = _NOT_DIGITS.sub("", split[1])
        taken = self._taken(digits) if len(digits) >= LEAST_DIGITS else ()
        if split[2]:  # an extension; the library may also take it for more of the number
            taken += tuple(one for one in self._taken(digits + split[2]) if one not in taken)
        return taken

    def _parts(self, candidate: str) -> tuple[Found, ...]:
        """Return the parts of a candidate that may be numbers; they depend on where digits stand, not on which."""
        shape = _shape(candidate)
        parts = self._shapes.get(shape)
        if parts is None:
            parts = bounded(self._shapes)[shape] = tuple(dict.fromkeys(self._split(shape)))
        return parts

    def _split(self, candidate: str) -> Iterator[Found]:
        library = self._library
        for low, high in ((0, len(candidate)), *self._broken(candidate)):
            part = candidate[low:high]
            brackets = library._MATCHING_BRACKETS.fullmatch(part)  # noqa: SLF001
            if brackets and not library._PUB_PAGES.search(part):  # noqa: SLF001
                yield low, high

    def _broken(self, candidate: str) -> Iterator[Found]:
        for pattern in self._library._INNER_MATCHES:  # noqa: SLF001
            match = pattern.search(candidate)
            if match:
                yield self._trimmed(candidate, 0, match.start())
            while match:
                yield self._trimmed(candidate, match.start(1), match.end(1))
                match = pattern.search(candidate, match.start() + 1)

    def _trimmed(self, candidate: str, low: int, high: int) -> Found:
        unwanted = self._library._UNWANTED_END_CHAR_PATTERN.search(candidate[low:high])  # noqa: SLF001
        return low, low + unwanted.start() if unwanted else high

    def _allowed(self, text: str, start: int, end: int) -> bool:
        """Tell whether the characters before and after let a part be a number."""
        free = start == 0 or self._library._LEAD_PATTERN.match(text, start)  # noqa: SLF001
        if not free and self._clings(text[start - 1]):
            return False
        return end >= len(text) or not self._clings(text[end])

    def _clings(self, character: str) -> bool:
        if character in " \n,.;:-\"'()/0123456789":
            return False
        matcher = self._library.PhoneNumberMatcher
        symbol = matcher._is_invalid_punctuation_symbol(character)  # noqa: SLF001
        return bool(symbol or matcher._is_latin_letter(character))  # noqa: SLF001

    def is_number(self, part: str, region: Region) -> bool:
        """Tell whether the library takes a text for a valid number of a region."""
        verdict = self._verdicts.get((part, region.name))
        if verdict is None:
            verdict = bounded(self._verdicts)[part, region.name] = self._judged(part, region)
        return verdict

    def _judged(self, part: str, region: Region) -> bool:
        if _BARE.fullmatch(part):
            return region.surely(_NOT_DIGITS.sub("", part)) or self._parsed(part, region)
        told = abroad(_NOT_DIGITS.sub("", part)) if _ABROAD.fullmatch(part) else None
        return self._parsed(part, region) if told is None else told

    def _parsed(self, part: str, region: Region) -> bool:
        from phonenumbers import NumberParseException, national_significant_number, parse

        library = self._library
        try:
            number = parse(part, region.name, keep_raw_input=True)
            if not valid(number.country_code or 0, national_significant_number(number)):
                return False
            fits = library._contains_only_valid_x_chars(number, part)  # noqa: SLF001 - as `_verify` does
            return bool(fits and library._is_national_prefix_present_if_required(number))  # noqa: SLF001
        except NumberParseException:
            return False


def exhausting(text: str) -> bool:
    """Tell whether the library might give a text up before its end.

    It counts tries that failed. A candidate is one, and in its inside each of six patterns makes one for what is before
    its first match and one for each character at which it matches: of marks and spaces no more than two.
    """
    if len(text) < SHORT:
        return False
    groups = _TRIED.findall(text)
    return 7 * len(groups) + 2 * sum(len(marks) for group in groups for marks in group) > TRIES


def _lead(text: str, start: int) -> int:
    """Return where to look for a candidate whose first digit is at `start`: its lead cannot hold another digit."""
    index = start
    while index and start - index < LEAD and not text[index - 1].isdigit():
        index -= 1
    return index


def _shape(candidate: str) -> str:
    return re.sub(r"\d", "0", candidate)


def _linked(text: Joined, ends: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Tell of each gap between groups of digits whether one candidate can hold both without an extension."""
    fits, length = charset.table(_PUNCTUATION), starts - ends
    linked: np.ndarray = length <= 4
    for at in range(4):
        linked &= (length <= at) | fits[text.array[np.minimum(ends + at, len(text.array) - 1)]]
    return linked


def _joined(text: Joined, ends: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Tell of each gap between groups of digits whether one candidate can hold both at all."""
    fits = charset.table(_BETWEEN)[text.array]
    edges = np.stack((ends, starts), axis=1).ravel()
    together: np.ndarray = np.logical_and.reduceat(fits, edges) if len(edges) else np.zeros(0, bool)
    return together[0::2]


def _by_cell(spans: Iterator[tuple[int, int, int]]) -> Iterator[tuple[int, list[Found]]]:
    current = -1
    parts: list[Found] = []
    for cell, start, end in spans:
        if cell != current and parts:
            yield current, parts
            parts = []
        current = cell
        parts.append((start, end))
    if parts:
        yield current, parts
