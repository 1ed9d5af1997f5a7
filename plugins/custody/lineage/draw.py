# SPDX-License-Identifier: Apache-2.0
"""The chain as text and as SVG: each statement once, below what it follows.

Names come out of records that others sign, so they are shown without control characters and escaped in the SVG, which
holds no script, no link and nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from custody.errors import IntegrityError
from custody.lineage.ledger import Ledger
from custody.lineage.reindex import foreign
from custody.lineage.statement import Statement
from custody.lineage.verification import plain

WIDTH, HEIGHT, GAP, MARGIN = 210, 58, 34, 16  # of a box and around it, in pixels
MAX_TEXT = 30  # characters of a line in a box
_RESULTS = ("verificationResult", "result")  # where predicates say how it ended
_COLOURS = {"PASSED": "#e6f4ea", "WARNED": "#fef7e0", "FAILED": "#fce8e6"}
_STYLE = "text{font:12px sans-serif;fill:#202124}.b{font-weight:bold}path{fill:none;stroke:#5f6368}"


def in_order(ledger: Ledger) -> list[Statement]:
    """Return the verified statements of a ledger, each after those it follows, the older first.

    Raises:
        IntegrityError: one is missing or does not verify.
    """
    statements = {digest: one for digest in ledger.digests() if (one := _own(ledger, digest))}
    levels = _levels(ledger, statements)
    return sorted(statements.values(), key=lambda one: (levels[one.digest], one.link.created_at, one.digest))


def _own(ledger: Ledger, digest: str) -> Statement | None:
    """Return a statement, or nothing where it is a sound one of others, which is no link of the chain."""
    try:
        return ledger.get(digest)
    except IntegrityError:
        if foreign(ledger, digest) is None:
            raise
        return None


def _levels(ledger: Ledger, statements: dict[str, Statement]) -> dict[str, int]:
    """Return how many statements stand above each at most. Without recursion: chains may be long."""
    levels: dict[str, int] = {}
    waiting = list(statements)
    while waiting:
        one = statements.get(waiting[-1]) or ledger.get(waiting[-1])
        open_ones = [digest for digest in one.link.prev if digest not in levels]
        if open_ones:
            waiting += open_ones
        else:
            levels[waiting.pop()] = 1 + max((levels[digest] for digest in one.link.prev), default=-1)
    return levels


def as_text(statements: Sequence[Statement]) -> str:
    """Return a line for each statement: its number, when, what, about what, how it ended and which it follows."""
    numbers = {one.digest: number for number, one in enumerate(statements, 1)}
    lines = []
    for one in statements:
        follows = ", ".join(str(numbers[digest]) for digest in sorted(one.link.prev, key=numbers.__getitem__))
        told = "  ".join(part for part in (_about(one), _ended(one), f"<- {follows}" if follows else "") if part)
        lines.append(f"{numbers[one.digest]:>4}  {one.link.created_at[:19]}Z  {one.link.step:<8}  {told}")
    return "\n".join(lines)


def as_svg(statements: Sequence[Statement]) -> str:
    """Return the chain as an SVG image, a row for each number of statements above."""
    places, rows = _places(statements)
    width = MARGIN * 2 + max((len(row) for row in rows), default=0) * (WIDTH + GAP)
    height = MARGIN * 2 + len(rows) * (HEIGHT + GAP)
    parts = [*_lines(statements, places), *(text for one in statements for text in _box(one, places[one.digest]))]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return "\n".join((head, "<title>Chain of custody</title>", f"<style>{_STYLE}</style>", *parts, "</svg>")) + "\n"


def _places(statements: Sequence[Statement]) -> tuple[dict[str, tuple[int, int]], list[list[str]]]:
    levels: dict[str, int] = {}
    rows: list[list[str]] = []
    for one in statements:
        level = 1 + max((levels[digest] for digest in one.link.prev), default=-1)
        levels[one.digest] = level
        if level == len(rows):
            rows.append([])
        rows[level].append(one.digest)
    spots = ((digest, column, level) for level, row in enumerate(rows) for column, digest in enumerate(row))
    return {d: (MARGIN + c * (WIDTH + GAP), MARGIN + r * (HEIGHT + GAP)) for d, c, r in spots}, rows


def _lines(statements: Iterable[Statement], places: dict[str, tuple[int, int]]) -> Iterator[str]:
    for one in statements:
        x, y = places[one.digest]
        for before in sorted(one.link.prev):
            left, top = places[before]
            start, end = (left + WIDTH // 2, top + HEIGHT), (x + WIDTH // 2, y)
            middle = (start[1] + end[1]) // 2
            bend = f"C{start[0]} {middle} {end[0]} {middle} {end[0]} {end[1]}"
            yield f'<path d="M{start[0]} {start[1]}{bend}"/>'


def _box(one: Statement, place: tuple[int, int]) -> Iterator[str]:
    x, y = place
    fill = _COLOURS.get(_result(one), "#e8f0fe")
    yield f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" stroke="#5f6368"/>'
    lines = (f"{one.link.step}  {_ended(one)}".strip(), _about(one), f"{one.link.created_at[:19]}Z  {one.digest[:8]}")
    for number, line in enumerate(lines):
        kind = ' class="b"' if number == 0 else ""
        yield f'<text x="{x + 8}" y="{y + 17 + 16 * number}"{kind}>{escape(_short(line))}</text>'


def _about(one: Statement) -> str:
    subject = one.subjects[0]
    more = f" and {len(one.subjects) - 1} more" if len(one.subjects) > 1 else ""
    return f"{plain(subject['name'])}@{next(iter(subject['digest'].values()))[:12]}{more}"


def _ended(one: Statement) -> str:
    verdict = one.link.detail.get("verdict")
    return " ".join(plain(str(part)) for part in (_result(one), verdict, one.link.grade) if part)


def _result(one: Statement) -> str:
    return next((str(one.predicate[key]) for key in _RESULTS if key in one.predicate), "")


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
