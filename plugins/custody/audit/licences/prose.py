# SPDX-License-Identifier: Apache-2.0
"""What running text says about licences: names with their places, whether they are negated, and of what they speak.

Found are names and addresses of licences, and conditions without a name ("for non-commercial research purposes only",
"subject to the terms of the original sources"). A statement about code does not speak of the data, and one that is
negated grants nothing. What these rules do not understand they do not report: prose adds restrictions, and grants
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from custody.audit.licences.clauses import CONDITIONS, FOR_RESEARCH, clauses
from custody.audit.licences.fold import fold
from custody.audit.licences.table import data
from custody.audit.licences.urls import URL, read_url
from custody.audit.licences.vocabulary import Mention, mentions

Scope = Literal["data", "code"]
MAX_PROSE = 512 << 10  # characters; a card beyond that is read up to there
MAX_SENTENCE = 2000  # characters; what is longer is read in pieces, so that no text takes long
FAR = 200  # characters in which is looked of what a sentence speaks
NEAR = 80  # characters of folded text in which a negation is looked for
_SENTENCE = re.compile(r"(?<=[.!?;])[\"')\]*_]*\s+(?=\S)|\n[ \t]*\n|\n[ \t]*(?=[-*+#>|]|\d+[.)])")
_HEADING = re.compile(r"^[ \t]{0,3}(#{1,6})[ \t]*(.*?)[ \t#:]*$", re.MULTILINE)
_SPEAKS = re.compile(
    r"\b(?:licen[cs]\w*|terms|agreement|rights"
    r"|(?:released|distributed|available|published|shared|provided) (?:\w+ ){0,3}under)\b"
)
# Every name in passing needs a word of _SPEAKS beside it, and every condition one of the others.
_WORTH = re.compile(
    r"li[cs]+en[cs]|terms|agreement|right|under|polic|condition|rules"
    r"|commer|comer|kommer|research|academic|educational|scientific|scholarly"
    r"|forschung|wissenschaft|recherche|investigaci|pesquisa|ricerca"
)
# Only these words may stand between a denial and the name it denies: "not only under CC BY-NC" denies nothing.
_BETWEEN = r"(?:licensed|released|distributed|available|published|covered|made|under|by|in|with|the|a|an|any|terms|of)"
_NOT = re.compile(
    r"\b(?:not|never|no longer|isn t|aren t|wasn t|rather than|instead of|other than|unlike|formerly|previously"
    rf"|originally|in contrast to|incompatible with|different from)(?: {_BETWEEN})* ?$"
)
_CODE = re.compile(
    r"\b(?:code|codes|codebase|software|scripts?|library|toolkit|tools?|models?|checkpoints?|weights|implementation"
    r"|package|programs?)\b"
)
_DATA = re.compile(
    r"\b(?:data|datasets?|corpus|corpora|annotations?|texts?|contents?|files|images|questions|sentences|benchmark"
    r"|collection|material|database|treebank)\b"
)
_PART = re.compile(r"[,;]| while | whereas | but | and (?=(?:the|its|our|all) )")
_SERVICES = re.compile(
    r"LicenseRef-(?:scancode-)?(?:openai|anthropic|cohere|mistral|google|request|LDC|CSLU|llama|Llama|gemma|qwen|tongyi"
    r"|deepseek|hyperclova|stability|exaone|nvidia|OANC|Skywork|apple|intel|h-research|deepfloyd)"
)


@dataclass(frozen=True)
class Statement:
    """One thing a text says about a licence.

    Args:
        key: id of the licence, or ours for a condition without a name.
        certain: the version is told, where there are several.
        scope: of what it speaks.
        span: where in the text.
        legal: it stands in a section about licences.
        family: see `Mention`.
    """

    key: str
    certain: bool
    scope: Scope
    span: tuple[int, int]
    legal: bool
    family: str

    @property
    def condition(self) -> bool:
        """Whether it is a condition without a licence's name."""
        return self.key in CONDITIONS

    @property
    def passing(self) -> bool:
        """Whether it is a condition outside of sections about licences, as templates of cards have them."""
        return self.condition and not self.legal


def statements(text: str) -> tuple[Statement, ...]:
    """Return what a text says, in its order. A text without headings counts as being about licences."""
    found: list[Statement] = []
    for start, end, legal in _sections(text[:MAX_PROSE]):
        at = start
        for match in [*_SENTENCE.finditer(text, start, end), None]:
            stop = match.start() if match else end
            for piece in range(at, stop, MAX_SENTENCE):
                found += _sentence(text[piece : min(stop, piece + MAX_SENTENCE)], piece, legal)
            at = match.end() if match else end
    return tuple(found)


@lru_cache(maxsize=16)  # several rules read the same card
def of_data(text: str) -> tuple[Statement, ...]:
    """Return what a card says of the data.

    That is what its sections about licences say, conditions wherever they stand, and names wherever they stand where
    there are no such sections.
    """
    found = [one for one in statements(text) if one.scope == "data"]
    legal = any(one.legal for one in found)
    return tuple(one for one in found if one.legal or (one.key != FOR_RESEARCH if one.condition else not legal))


@cache
def _legal() -> re.Pattern[str]:
    return re.compile(data("phrases.yaml")["headings"], re.IGNORECASE)


def _sections(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield start and end of each section, and whether its heading, or one above it, is about licences."""
    headings = list(_HEADING.finditer(text))
    if not headings:
        yield 0, len(text), True
        return
    yield 0, headings[0].start(), False
    depth = 0  # of the legal heading we are under
    for index, one in enumerate(headings):
        level = len(one[1])
        if depth and level <= depth:
            depth = 0
        if not depth and _legal().search(one[2]):
            depth = level
        yield one.end(), headings[index + 1].start() if index + 1 < len(headings) else len(text), bool(depth)


def worth_reading(text: str) -> bool:
    """Whether a sentence outside of sections about licences may say anything: a necessary condition, and a fast one."""
    return not text.isascii() or bool(_WORTH.search(text.lower()))


def _sentence(text: str, offset: int, legal: bool) -> Iterator[Statement]:  # noqa: FBT001
    if not (legal or worth_reading(text)):
        return
    folded = fold(URL.sub(lambda found: " " * len(found[0]), text))
    left = list(folded.text)  # what is beside the names
    if legal or _SPEAKS.search(folded.text):
        for one in _addresses(text):
            yield Statement(one.key, one.certain, _scope(folded.text), _moved(one.span, offset), legal, one.family)
        for one in mentions(folded.text):
            left[one.span[0] : one.span[1]] = " " * (one.span[1] - one.span[0])
            if _counts(one, folded.text, legal=legal):
                place, scope = _moved(folded.place(*one.span), offset), _scope(_part(text, folded.place(*one.span)))
                yield Statement(one.key, one.certain, scope, place, legal, one.family)
    for key, span in clauses("".join(left)):
        place = _moved(folded.place(*span), offset)
        yield Statement(key, certain=True, scope=_scope(folded.text), span=place, legal=legal, family=key)


def _counts(one: Mention, text: str, *, legal: bool) -> bool:
    """Whether a name in running text is meant as a licence, and is not denied."""
    if _NOT.search(text[max(0, one.span[0] - NEAR) : one.span[0]]):
        return False
    if _SERVICES.match(one.key):  # a service's name is no licence unless the word stands beside it
        return bool(re.search(r"license|agreement|terms", text[slice(*one.span)]))
    return one.strong or legal


def _addresses(text: str) -> Iterator[Mention]:
    for match in URL.finditer(text):
        if found := read_url(match[0].rstrip(".,;:")):
            yield Mention(found.key, found.certain, True, match.span(), found.family)  # noqa: FBT003


def _part(text: str, place: tuple[int, int]) -> str:
    """Return the part of a sentence in which a name stands, no farther than a few words' lengths."""
    first, last = max(0, place[0] - FAR), min(len(text), place[1] + FAR)
    starts = [found.end() for found in _PART.finditer(text, first, place[0])]
    end = _PART.search(text, place[1], last)
    return text[starts[-1] if starts else first : end.start() if end else last].lower()


def _scope(text: str) -> Scope:
    return "code" if _CODE.search(text) and not _DATA.search(text) else "data"


def _moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by
