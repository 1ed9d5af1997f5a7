# SPDX-License-Identifier: Apache-2.0
"""Redact a dataset cell by cell with presidio-anonymizer, and measure what is left by a second scan.

The copy has the same files and formats, and the same input gives the same bytes. What finds the spans is handed in,
so this module knows no detector.

In a column whose cells mostly *are* one entity (a phone column, say), the cells in which the detector missed it are
taken out
whole: a detector that finds 56 of 58 phone numbers would otherwise leave two in clear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from custody import formats
from custody.dataset import Dataset, Listing
from custody.errors import DatasetError
from custody.policy import RedactMethod
from custody.storage import directory_whole

if TYPE_CHECKING:
    import pyarrow as pa

COVERED = 0.9  # of a cell's characters: the cell is the entity, rather than contains it
MOSTLY = 0.5  # of a column's filled cells
MASKED = 1_000_000  # characters; presidio-anonymizer wants a number, and no cell is longer


class Hit(Protocol):
    """What the finder returns for one hit. Offsets are code points."""

    @property
    def entity(self) -> str:
        """The kind of thing found."""

    @property
    def start(self) -> int:
        """First character."""

    @property
    def end(self) -> int:
        """One behind the last character."""

    @property
    def score(self) -> float:
        """0 to 1."""


Find = Callable[[str, Sequence[str]], Sequence[Sequence[Hit]]]  # column path, cells -> hits of each cell


@dataclass(frozen=True)
class Redaction:
    """What was done.

    source: the listing of the bytes that were read. counts: entity -> hits taken out. residual: entity -> cells in
        which the second scan still finds it.
    """

    source: Listing
    counts: Mapping[str, int]
    residual: Mapping[str, int]


def redact(dataset: Dataset, plan: Mapping[str, RedactMethod], find: Find, out: Path) -> Redaction:
    """Write a redacted copy of a dataset.

    Args:
        dataset: what to read.
        plan: entity -> `replace` by its name in angle brackets, `mask` every character by `*`, or `redact` to nothing.
        find: finds the hits in cells of a column.
        out: the directory to write; appears whole or not at all.

    Raises:
        DatasetError: a file cannot be read, or a column in it has no text form. Nothing is written.
        IntegrityError: the bytes changed meanwhile. Nothing is written.
    """
    counts: Counter[str] = Counter(dict.fromkeys(plan, 0))
    # the bytes are held inside, so that they are looked at again before the copy gets its name
    with directory_whole(out) as partial, dataset.held() as listing:
        for path in listing.digests:
            target = partial / path
            target.parent.mkdir(parents=True, exist_ok=True)
            editor = _Editor(plan, find, counts, _column_entities(dataset.root / path, plan, find))
            formats.rewrite(dataset.root / path, target, editor)
        residual = _residual(Dataset(partial, dataset.name), plan, find)
    return Redaction(listing, dict(counts), residual)


def _column_entities(path: Path, plan: Mapping[str, RedactMethod], find: Find) -> dict[str, str]:
    """Return column -> the entity its cells are, from a first pass that also refuses columns nobody can read."""
    filled: Counter[str] = Counter()
    covered: dict[str, Counter[str]] = {}
    for chunk in formats.read(path):
        _refuse_unread(path, chunk.unread)
        for column, cells in chunk.columns.items():
            counts = _texts(cells)
            filled[column] += sum(counts.values())
            entities = covered.setdefault(column, Counter())
            for text, hits in zip(counts, find(column, list(counts)), strict=True):
                entities.update({hit.entity: counts[text] for hit in hits if _covers(hit, text)})
    found: dict[str, str] = {}
    for column, entities in covered.items():
        for entity in plan:
            if filled[column] and entities[entity] / filled[column] >= MOSTLY:
                found.setdefault(column, entity)
    return found


def _texts(cells: pa.StringArray) -> dict[str, int]:
    """Return the distinct texts of cells with how often each stands."""
    import pyarrow.compute as pc

    counted = pc.value_counts(cells)
    texts, counts = (counted.field(at).to_pylist() for at in (0, 1))
    return {text: count for text, count in zip(texts, counts, strict=True) if text}


def _covers(hit: Hit, text: str) -> bool:
    return hit.end - hit.start >= COVERED * len(text)


@dataclass(frozen=True)
class _WholeCell:
    """Stands for the hit a detector missed in a column of one entity."""

    entity: str
    start: int
    end: int
    score: float = 1.0


class _Editor:
    """Edits a column's cells, each distinct text once."""

    def __init__(
        self, plan: Mapping[str, RedactMethod], find: Find, counts: Counter[str], columns: Mapping[str, str]
    ) -> None:
        from presidio_anonymizer import AnonymizerEngine

        self._find, self._counts, self._plan, self._columns = find, counts, plan, columns
        self._engine = AnonymizerEngine()  # type: ignore[no-untyped-call]  # typed in part
        self._operators = {entity: _operator(entity, method) for entity, method in plan.items()}

    def __call__(self, column: str, cells: pa.StringArray) -> pa.StringArray:
        import pyarrow as pa

        encoded = cells.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        uses = Counter(encoded.indices.to_pylist())
        found = self._find(column, texts)
        edited = [
            self._edit(column, text, hits, uses[i]) for i, (text, hits) in enumerate(zip(texts, found, strict=True))
        ]
        if edited == texts:
            return cells
        return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(edited, pa.string())).cast(pa.string())

    def _edit(self, column: str, text: str, found: Sequence[Hit], uses: int) -> str:
        hits: list[Hit] = [hit for hit in found if hit.entity in self._plan]
        own = self._columns.get(column)
        if own and text and not any(hit.entity == own for hit in hits):
            hits = [_WholeCell(own, 0, len(text))]
        if not hits:
            return text
        for hit in hits:
            self._counts[hit.entity] += uses
        return str(self._engine.anonymize(text, [_result(hit) for hit in hits], self._operators).text)


def _operator(entity: str, method: RedactMethod) -> Any:
    from presidio_anonymizer.entities import OperatorConfig

    parameters: dict[str, dict[str, Any]] = {
        "replace": {"new_value": f"<{entity}>"},
        "mask": {"masking_char": "*", "chars_to_mask": MASKED, "from_end": False},
        "redact": {},
    }
    return OperatorConfig(method, parameters[method])


def _result(hit: Hit) -> Any:
    from presidio_anonymizer.entities import RecognizerResult

    return RecognizerResult(hit.entity, hit.start, hit.end, hit.score)


def _refuse_unread(path: Path, columns: frozenset[str]) -> None:
    """A column nobody can read might hold what must go."""
    if columns:
        raise DatasetError(
            f"columns without a text form cannot be redacted: {', '.join(sorted(columns))}",
            where=str(path),
            remedy="drop or convert these columns",
        )


def _residual(copy: Dataset, plan: Mapping[str, RedactMethod], find: Find) -> dict[str, int]:
    left: Counter[str] = Counter(dict.fromkeys(plan, 0))
    for path in copy.files():
        for chunk in formats.read(copy.root / path):
            for column, cells in chunk.columns.items():
                counts = _texts(cells)
                for text, hits in zip(counts, find(column, list(counts)), strict=True):
                    left.update({hit.entity: counts[text] for hit in hits if hit.entity in plan})
    return dict(left)
