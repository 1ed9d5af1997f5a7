# SPDX-License-Identifier: Apache-2.0
"""The texts the small model is made of, what is drawn from them, and that training repeats itself."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ner_bom
from custody.classifiers.ner import cells, corpus, learn, pipeline, score
from custody.classifiers.ner.corpus import LABELS, Text
from custody.classifiers.ner.pool import Pool, invented, pool_of, unseen
from custody.errors import DatasetError
from tests.conftest import ROOT

SETS = ROOT.parent / "shared" / "data" / "ner"
with_sets = pytest.mark.skipif(not SETS.is_dir(), reason=f"the annotated sets are not at {SETS}")
SECRET = "Xanthippe"


def marked(text: str, words: str, label: str = "PER") -> Text:
    """Return a text with its first occurrence of some words marked."""
    start = text.index(words)
    return Text(text, ((start, start + len(words), label),))


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """Any text with marks that do not overlap."""
    text = draw(st.text(min_size=2, max_size=30))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return Text(text, tuple((start, end, draw(st.sampled_from(LABELS))) for start, end in pairs))


@given(texts())
def test_marks_written_as_a_cell_read_back_as_they_were(one: Text) -> None:
    assert corpus.unflat(one.text, one.flat()) == one


@given(texts())
def test_cleaning_keeps_the_text_and_only_shortens_or_drops_marks(one: Text) -> None:
    cleaned = corpus.clean(one)
    assert cleaned.text == one.text
    assert all(
        any(s <= start < end <= e and lab == label for s, e, lab in one.marks) for start, end, label in cleaned.marks
    )


@given(texts())
def test_cleaning_twice_is_cleaning_once(one: Text) -> None:
    assert corpus.clean(corpus.clean(one)) == corpus.clean(one)


@pytest.mark.parametrize(
    ("text", "words", "left"),
    [
        ("The Lender shall pay.", "Lender", []),
        ("THE BORROWER shall pay.", "BORROWER", []),
        ("thanks @rosakeller for it", "@rosakeller", []),
        ("thanks @rosakeller for it", "rosakeller", []),
        ("I met Rosa Keller.", "Rosa Keller.", ["Rosa Keller"]),
        ("so #RosaKeller won", "#RosaKeller", ["RosaKeller"]),
        ("'Rosa' (she)", "'Rosa' (", ["Rosa"]),
        ("in the U.S. now", "U.S.", ["U.S."]),
        ("... !!", "...", []),
        ("Bank of Rome paid", "Bank of Rome", ["Bank of Rome"]),
    ],
)
def test_what_is_no_name_is_unmarked_and_ends_are_trimmed(text: str, words: str, left: list[str]) -> None:
    assert [name for name, _ in corpus.clean(marked(text, words)).names] == left


@pytest.mark.parametrize(
    "line",
    [
        f"{SECRET} is no JSON",
        f"{SECRET} \u2028",
        json.dumps([SECRET]),
        json.dumps({"text": SECRET}),
        json.dumps({"text": SECRET, "spans": 3}),
        json.dumps({"text": SECRET, "spans": [{"start": 0, "end": 3}]}),
        json.dumps({"text": SECRET, "spans": [{"start": 0, "end": 99, "label": "PER"}]}),
        json.dumps({"text": SECRET, "spans": [{"start": 3, "end": 3, "label": "PER"}]}),
        json.dumps({"text": SECRET, "spans": [{"start": -1, "end": 3, "label": "PER"}]}),
        json.dumps({"text": SECRET, "spans": [{"start": 0, "end": 3, "label": "AGE"}]}),
        json.dumps({"text": SECRET, "spans": [{"start": s, "end": s + 3, "label": "PER"} for s in (0, 1)]}),
    ],
)
def test_a_line_that_is_no_annotated_text_is_named_by_its_place_and_never_shown(tmp_path: Path, line: str) -> None:
    for name in corpus.SETS:
        (tmp_path / f"{name}_train.jsonl").write_text('{"text": "a", "spans": []}\n\n' + line + "\n")
    with pytest.raises(DatasetError) as refused:
        corpus.read_sets(tmp_path)
    assert "line 3" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"btc_train\.jsonl"):
        corpus.read_sets(tmp_path)


@given(st.text(), st.integers(0, 99))
def test_a_text_is_in_one_part_only_and_always_in_the_same(text: str, seed: int) -> None:
    sets = {"a": [Text(text, ()), Text(text, ())]}
    sizes = [len(corpus.split(sets, seed, part)["a"]) for part in ("train", "dev", "test")]
    assert sorted(sizes) == [0, 0, 2]


@pytest.fixture
def pool() -> Pool:
    names = ["Rosa Keller", "Martin Brandt", "Hanna Lindgren"]
    rows = [marked(f"{name} sold the old brake pads and left", name) for name in names]
    rows += [marked("They moved to New Haven together", "New Haven", "LOC")]
    rows += [marked("Shares of Acme Steel fell sharply", "Acme Steel", "ORG")]
    return pool_of(rows)


def test_names_are_taken_apart_and_titles_are_no_given_names() -> None:
    people = [marked("King Harald spoke", "King Harald"), marked("Rosa Keller spoke", "Rosa Keller")]
    found = pool_of(people)
    assert (found.firsts, found.lasts, found.phrases) == (("Rosa",), ("Keller",), (("spoke",),))


@pytest.mark.parametrize("label", [*LABELS, cells.OTHER])
@given(seed=st.integers())
def test_all_of_a_drawn_cell_is_marked_or_nothing(label: str, seed: int) -> None:
    one = cells.cell(pool_of([marked("Rosa Keller in a shop", "Rosa Keller"), *_others()]), label, cells.seeded(seed))
    assert one.text.strip()
    assert one.marks == (() if label == cells.OTHER else ((0, len(one.text), label),))


def _others() -> list[Text]:
    return [marked("They moved to Haven", "Haven", "LOC"), marked("Shares of Acme fell", "Acme", "ORG")]


def test_a_drawn_column_is_written_in_one_way(pool: Pool) -> None:
    for seed in range(20):
        column = cells.column(pool, "PER", cells.seeded(seed), 10)
        assert len({"," in one for one in column}) == 1
        assert len({one.isupper() for one in column}) == 1


def test_unseen_leaves_out_what_training_knows_in_any_case(pool: Pool) -> None:
    assert unseen(pool, pool) == Pool((), (), (), (), ())
    known = pool_of([marked("ROSA KELLER won", "ROSA KELLER")])
    assert "Rosa" not in unseen(pool, known).firsts
    assert "Martin" in unseen(pool, known).firsts


def test_invented_words_keep_the_number_and_the_kind(pool: Pool) -> None:
    made = invented(pool, cells.seeded(1))
    assert [len(one) for one in made.phrases] == [len(one) for one in pool.phrases]
    assert made.places[0].endswith(" Haven")
    assert made.bodies[0].endswith(" Steel")


@given(texts(), st.integers())
def test_another_case_keeps_the_marks_on_the_same_characters(one: Text, seed: int) -> None:
    other = cells.recased(one, cells.seeded(seed))
    assert other.marks == one.marks
    assert len(other.text) == len(one.text)


@pytest.mark.parametrize(
    ("right", "found", "gold", "expected"),
    [
        (0, 0, 0, (0.0, 0.0, 0.0)),
        (0, 3, 2, (0.0, 0.0, 0.0)),
        (1, 2, 4, (0.5, 0.25, 0.3333)),
        (3, 3, 3, (1.0, 1.0, 1.0)),
    ],
)
def test_precision_recall_and_f1_are_the_usual_ones(
    right: int, found: int, gold: int, expected: tuple[float, float, float]
) -> None:
    told = score.figures(right, found, gold)
    assert (told["precision"], told["recall"], told["f1"], told["spans"]) == (*expected, gold)


KINDS = (("PER", 20), ("LOC", 10), ("ORG", 10), (cells.OTHER, 20))
IN_A_NEW_PROCESS = """
import hashlib
import sys

sys.path.append("scripts")  # as pytest is told to
from tests.classify.test_ner_training import trained
print(hashlib.sha256(trained(7).model).hexdigest())
"""


def trained(seed: int) -> learn.Trained:
    """Train on a few of the texts."""
    few = {name: rows[:300] for name, rows in corpus.read_sets(SETS).items()}
    return learn.train(few, learn.Recipe(seed=seed, epochs=1, cells=KINDS, invented=KINDS))


@pytest.mark.slow
@with_sets
def test_training_gives_the_same_bytes_in_another_process_and_others_by_another_seed() -> None:
    import presidio_analyzer  # noqa: F401 - what was imported before must not matter

    command = [sys.executable, "-c", IN_A_NEW_PROCESS]
    other = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    made = trained(7)
    assert hashlib.sha256(made.model).hexdigest() == other.stdout.split()[-1]
    assert trained(8).model != made.model
    assert pipeline.scores_of(pipeline.unpack(made.model, "made")) == made.scores


@pytest.mark.slow
@with_sets
def test_the_whole_road_to_a_model_and_its_bom_ends_in_a_verification_that_is_ok(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: rows[:300] for name, rows in corpus.read_sets(SETS).items()}
    monkeypatch.setattr(corpus, "read_sets", lambda _: few)
    recipe = learn.Recipe(epochs=1, cells=KINDS, invented=KINDS)
    monkeypatch.setattr(learn, "Recipe", lambda: recipe)
    told = ["--data", str(SETS), "--work", str(tmp_path / "work"), "--out", str(tmp_path / "model")]
    monkeypatch.setattr(sys, "argv", ["ner_bom.py", *told])
    assert ner_bom.main() == 0
    made = pipeline.load(tmp_path / "model" / learn.MODEL)
    assert pipeline.scores_of(made)["texts"]["train"].keys() == few.keys()
