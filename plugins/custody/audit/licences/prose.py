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
from typing import Literal

from custody.audit.licences.clauses import CONDITIONS, clauses
from custody.audit.licences.fold import fold
from custody.audit.licences.urls import URL, read_url
from custody.audit.licences.vocabulary import Mention, mentions

Scope = Literal["data", "code"]
MAX_PROSE = 512 << 10  # characters; a card beyond that is read up to there
_SENTENCE = re.compile(r"(?<=[.!?;])[\"')\]*_]*\s+(?=\S)|\n[ \t]*\n|\n[ \t]*(?=[-*+#>|]|\d+[.)])")
_HEADING = re.compile(r"^[ \t]{0,3}(#{1,6})[ \t]*(.*?)[ \t#:]*$", re.MULTILINE)
_LEGAL = re.compile(r"licen[cs]|copyright|terms of (?:use|service)|usage rights|legal", re.IGNORECASE)
_SPEAKS = re.compile(
    r"\b(?:licen[cs]\w*|terms|agreement|rights"
    r"|(?:released|distributed|available|published|shared|provided) (?:\w+ ){0,3}under)\b"
)
_NOT = re.compile(
    r"\b(?:not|never|no longer|isn t|aren t|wasn t|rather than|instead of|other than|unlike|formerly|previously"
    r"|originally"
    r"|in contrast to|incompatible with|different from)(?: \w+){0,5} ?$"
)
_CODE = re.compile(
    r"\b(?:code|codes|codebase|software|scripts?|library|toolkit|tools?|models?|checkpoints?|weights|implementation"
    r"|package|programs?)\b"
)
_DATA = re.compile(
    r"\b(?:data|datasets?|corpus|corpora|annotations?|texts?|contents?|files|images|questions|sentences|benchmark"
    r"|collection|material|database|treebank)\b"
)
_PART = re.compile(r",| while | whereas | but | and (?=(?:the|its|our|all) )")
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


def statements(text: str) -> tuple[Statement, ...]:
    """Return what a text says, in its order. A text without headings counts as being about licences."""
    found: list[Statement] = []
    for start, end, legal in _sections(text[:MAX_PROSE]):
        at = start
        for match in [*_SENTENCE.finditer(text, start, end), None]:
            stop = match.start() if match else end
            found += _sentence(text[at:stop], at, legal)
            at = match.end() if match else end
    return tuple(found)


def about_data(found: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return what speaks of the data: all but what is said of code where a text speaks of both."""
    return tuple(one for one in found if one.scope == "data")


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
        if not depth and _LEGAL.search(one[2]):
            depth = level
        yield one.end(), headings[index + 1].start() if index + 1 < len(headings) else len(text), bool(depth)


def _sentence(text: str, offset: int, legal: bool) -> Iterator[Statement]:  # noqa: FBT001
    plain = URL.sub(lambda found: " " * len(found[0]), text)
    folded = fold(plain)
    speaks = legal or bool(_SPEAKS.search(folded.text))
    if not speaks:
        return
    left = folded.text
    for one in _addresses(text):
        yield Statement(one.key, one.certain, _scope(folded.text), _moved(one.span, offset), legal, one.family)
    for one in mentions(folded.text):
        left = left[: one.span[0]] + " " * (one.span[1] - one.span[0]) + left[one.span[1] :]
        before = folded.text[: one.span[0]]
        if (
            _NOT.search(before)
            or not (one.strong or (legal and not _SERVICES.match(one.key)))
            or _is_service(one, folded.text)
        ):
            continue
        place = _moved(folded.place(*one.span), offset)
        yield Statement(one.key, one.certain, _scope(_part(folded.text, one.span)), place, legal, one.family)
    for key, span in clauses(left):
        place = _moved(folded.place(*span), offset)
        yield Statement(key, certain=True, scope=_scope(folded.text), span=place, legal=legal, family=key)


def _is_service(one: Mention, text: str) -> bool:
    """A service's name is no licence unless the word stands beside it."""
    return bool(_SERVICES.match(one.key)) and not re.search(r"license|agreement|terms", text[slice(*one.span)])


def _addresses(text: str) -> Iterator[Mention]:
    for match in URL.finditer(text):
        if found := read_url(match[0].rstrip(".,;:")):
            yield Mention(found.key, found.certain, True, match.span(), found.family)  # noqa: FBT003


def _part(text: str, span: tuple[int, int]) -> str:
    """Return the part of a sentence in which a mention stands."""
    starts = [found.end() for found in _PART.finditer(text, 0, span[0])]
    end = _PART.search(text, span[1])
    return text[starts[-1] if starts else 0 : end.start() if end else len(text)]


def _scope(text: str) -> Scope:
    return "code" if _CODE.search(text) and not _DATA.search(text) else "data"


def _moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by
