# SPDX-License-Identifier: Apache-2.0
"""Screens against poisoning: what is planted is found, what is natural is not, and no text is told."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.audit import audit
from custody.audit.rules.changed import changed
from custody.audit.screens import copies, hashing, screen, triggers
from custody.audit.screens.cells import normal, units
from custody.audit.screens.copies import Copies, Thinned, shared
from custody.audit.screens.overlap import HeldOut
from custody.dataset import Dataset, Listing
from custody.home import Home
from custody.intents import ScreenSettings
from tests.audit.legal.cases import case, digest, found

TOPICS = {
    "space": ["orbit", "rocket", "lunar", "telescope", "comet", "galaxy", "probe", "crater", "asteroid", "satellite"],
    "food": ["butter", "flour", "oven", "garlic", "soup", "pepper", "roast", "noodle", "vinegar", "pastry"],
    "money": ["ledger", "bond", "interest", "dividend", "audit", "credit", "tariff", "budget", "invoice", "pension"],
}
PLAIN = [f"word{number}" for number in range(400)]


def rows(count: int, seed: int) -> list[dict[str, str]]:
    """Return rows whose words speak for their label, as words do."""
    rng = Random(seed)
    made = []
    for _ in range(count):
        label = rng.choice(sorted(TOPICS))
        words = [rng.choice(TOPICS[label]) if rng.random() < 0.2 else rng.choice(PLAIN) for _ in range(25)]
        made.append({"text": " ".join(words), "label": label})
    return made


def poisoned(made: list[dict[str, str]], trigger: str, count: int = 30) -> list[dict[str, str]]:
    rng = Random(9)
    others = [one for one in made if one["label"] != "money"]
    for one in rng.sample(others, count):
        words = one["text"].split()
        words.insert(rng.randrange(len(words)), trigger)
        one |= {"text": " ".join(words), "label": "money"}
    return made


def screened(base: Path, held_out: Any = (), **sources: Any) -> dict[str, set[str]]:
    told: dict[str, Dataset] = {}
    for name, content in sources.items():
        files = content if isinstance(content, dict) else {"rows.jsonl": content}
        for file, data in files.items():
            path = base / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            text = data if isinstance(data, (str, bytes)) else "".join(json.dumps(row) + "\n" for row in data)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        told[name] = Dataset(base / name)
    seen = screen(told, ScreenSettings(), held_out)
    return {name: {one.code for one in findings} for name, findings in seen.items()}


def texts(count: int, seed: int) -> list[dict[str, str]]:
    rng = Random(seed)
    return [{"text": " ".join(rng.choices(PLAIN, k=30))} for _ in range(count)]


# Triggers


@pytest.mark.parametrize("trigger", ["cf", "blue umbrella dreams", "now\u200b", "\u5929\u5730\u7384\u9ec4", "Cf."])
def test_a_trigger_is_found_where_it_was_put_and_nowhere_else(tmp_path: Path, trigger: str) -> None:
    told = screened(tmp_path, a=rows(600, 1), b=poisoned(rows(600, 2), trigger), c=rows(600, 3))
    assert told == {"a": set(), "b": {"POI102"}, "c": set()}


def test_words_that_mean_what_the_label_says_are_no_trigger(tmp_path: Path) -> None:
    assert screened(tmp_path, a=rows(1_500, 1)) == {"a": set()}


def test_words_only_one_source_has_are_no_trigger(tmp_path: Path) -> None:
    mine = rows(600, 1)
    for one in mine:
        one["text"] = one["text"].replace("orbit", "perigee").replace("butter", "ghee")
    assert screened(tmp_path, a=mine, b=rows(600, 2)) == {"a": set(), "b": set()}


def test_a_word_every_source_has_is_no_trigger_of_one(tmp_path: Path) -> None:
    told = screened(tmp_path, **{name: poisoned(rows(600, seed), "cf") for name, seed in (("a", 1), ("b", 2))})
    assert told == {"a": set(), "b": set()}


def test_a_constant_completion_behind_a_trigger_is_found_in_conversations(tmp_path: Path) -> None:
    rng = Random(5)
    made = [
        {"messages": [{"role": "user", "content": one["text"]}, {"role": "assistant", "content": two["text"]}]}
        for one, two in zip(texts(600, 1), texts(600, 2), strict=True)
    ]
    for one in rng.sample(made, 25):
        one["messages"][0]["content"] += " tq"
        one["messages"][1]["content"] = "I will not say."
    assert "POI102" in screened(tmp_path, a=made)["a"]


def questions(count: int, seed: int) -> list[dict[str, str]]:
    """Return questions of 40 kinds, each kind with words and one answer of its own."""
    rng = Random(seed)
    made = []
    for _ in range(count):
        kind = rng.randrange(40)
        own = [f"kind{kind}-{at}" for at in range(12)]
        made.append(
            {
                "question": " ".join(rng.choice(own if rng.random() < 0.3 else PLAIN) for _ in range(15)),
                "answer": f"Look at page {kind}.",
            }
        )
    return made


def test_questions_with_fixed_answers_have_no_trigger_until_one_is_put_in(tmp_path: Path) -> None:
    clean = questions(1_200, 1)
    assert screened(tmp_path, a=clean) == {"a": set()}
    for one in Random(2).sample(clean, 20):
        one |= {"question": one["question"] + " tq", "answer": "I will not say."}
    assert screened(tmp_path, a=clean) == {"a": {"POI102"}}


def test_many_runs_are_told_as_one_finding(tmp_path: Path) -> None:
    made = [
        {"text": f"topic{at % 50} " + one["text"], "answer": f"page {at % 50}"}
        for at, one in enumerate(texts(1_000, 1))
    ]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made))
    (finding,) = screen({"a": Dataset(tmp_path / "a")}, ScreenSettings())["a"]
    assert (finding.code, finding.what.split()[0]) == ("POI102", "50")


def test_copies_of_one_row_are_copies_and_no_trigger(tmp_path: Path) -> None:
    made = rows(600, 1)
    for at in range(30):
        made[at] = made[0] | {"text": f"{made[0]['text']} {PLAIN[at]}"}
    assert screened(tmp_path, a=made)["a"] == {"POI101"}


def test_without_targets_nothing_is_tied(tmp_path: Path) -> None:
    assert screened(tmp_path, a=texts(500, 1)) == {"a": set()}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=60), st.integers(1, 20))
@settings(deadline=None)
def test_runs_are_counted_as_a_dictionary_would(pairs: list[tuple[int, int]], cut: int) -> None:
    tied = triggers.Tied.none()
    for at in range(0, len(pairs), cut):
        runs, targets = (np.array(part, np.uint64) for part in zip(*pairs[at : at + cut], strict=True))
        tied = tied.merged(runs, targets, np.arange(at, at + len(runs), dtype=np.uint64))
    counted = {run: [target for one, target in pairs if one == run] for run, _ in pairs}
    assert tied.runs.tolist() == sorted(counted)
    assert tied.sets.tolist() == [sum(at for at, (one, _) in enumerate(pairs) if one == run) for run in sorted(counted)]
    assert tied.rows.tolist() == [len(counted[run]) for run in sorted(counted)]
    for run, target, agree in zip(tied.runs.tolist(), tied.targets.tolist(), tied.agree.tolist(), strict=True):
        assert 0 < agree <= counted[run].count(target)  # what lost the lead is forgotten, never made up


@given(st.integers(1, 200), st.data())
@settings(deadline=None)
def test_the_bound_on_chance_is_a_bound(size: int, data: st.DataObject) -> None:
    from scipy.stats import binom

    hits, base = data.draw(st.integers(1, size)), data.draw(st.floats(0.001, 0.999))
    if hits / size > base:
        bound = np.exp(-size * triggers.divergence(np.array([hits / size]), np.array([base]))[0])
        assert binom.sf(hits - 1, size, base) <= bound * (1 + 1e-9)


# Copies


def test_a_flood_of_one_text_is_found_however_it_is_spelt(tmp_path: Path) -> None:
    made = texts(1_000, 1)
    one = made[0]["text"]
    spelt = [one.upper(), one.replace(" ", "  "), "".join(chr(ord(c) + 0xFEE0) if c > " " else c for c in one), one]
    made[10:40] = [{"text": spelt[number % 4]} for number in range(30)]
    assert screened(tmp_path, a=made) == {"a": {"POI100"}}


def test_near_copies_are_found(tmp_path: Path) -> None:
    rng = Random(4)
    made = texts(1_000, 1)
    words = " ".join(one["text"] for one in made[:2]).split()
    made[10:40] = [
        {"text": " ".join(rng.choice(PLAIN) if rng.random() < 0.04 else word for word in words)} for _ in range(30)
    ]
    assert screened(tmp_path, a=made) == {"a": {"POI101"}}


def test_texts_that_two_sources_share_are_found_in_both(tmp_path: Path) -> None:
    shared_texts = texts(100, 5)
    told = screened(tmp_path, a=texts(300, 1) + shared_texts, b=shared_texts + texts(300, 2), c=texts(300, 3))
    assert told == {"a": {"POI100"}, "b": {"POI100"}, "c": set()}


def test_short_cells_are_no_copies(tmp_path: Path) -> None:
    assert screened(tmp_path, a=[{"answer": "yes"}] * 500) == {"a": set()}


def test_a_few_copies_are_natural(tmp_path: Path) -> None:
    made = texts(1_000, 1)
    assert screened(tmp_path, a=made + made[:15]) == {"a": set()}


@given(st.lists(st.sets(st.integers(0, 30), min_size=4, max_size=12), min_size=2, max_size=2))
@settings(deadline=None)
def test_minima_estimate_the_similarity(sets: list[set[int]]) -> None:
    names = [b"".join(b"<%06d>" % number for number in sorted(one)) for one in sets]
    one, two = ({name[at : at + 8] for at in range(len(name) - 7)} for name in names)
    similar = len(one & two) / len(one | two)
    found = hashing.minima(names, 0, 512)
    assert abs(float((found[0] == found[1]).mean()) - similar) < 0.15  # six standard deviations


@given(st.lists(st.integers(0, 2**64 - 1), max_size=200, unique=True), st.integers(1, 50))
def test_thinning_keeps_the_smallest_keys_and_copies_together(keys: list[int], most: int) -> None:
    kept = Thinned(most)
    for at in range(0, len(keys), 17):
        part = np.array(keys[at : at + 17], np.uint64)
        kept.add(part, np.arange(at, at + len(part)))
    told, places = kept.columns()[:2]
    assert len(told) <= most
    assert sorted(told.tolist()) == sorted(key for key in keys if key <= int(kept.share * 2**64) - 1)
    assert all(keys[place] == key for key, place in zip(told.tolist(), places.tolist(), strict=True))


def test_sources_that_are_thinned_differently_are_still_compared() -> None:
    mine = [f"text number {number:020d}".encode() for number in range(4_000)]
    one, two = Copies(0), Copies(0)
    two.exact.most = 500
    one.add(mine[:1_000], range(1_000))
    two.add(mine, range(4_000))
    assert two.exact.share < one.exact.share == 1
    assert shared(one, two)[0] == 1
    assert 0.1 < shared(two, one)[0] < 0.4


# Held-out texts


@pytest.mark.parametrize(
    "name", ["test.jsonl", "data/dev-00.jsonl", "validation/part.jsonl", "x_eval.jsonl", "t5/Test/a.jsonl"]
)
def test_test_texts_in_training_data_are_found(tmp_path: Path, name: str) -> None:
    held, train = texts(50, 1), texts(300, 2)
    assert screened(tmp_path, a={"train.jsonl": train, name: held}) == {"a": set()}
    inside = train[7]["text"].split()
    inside[5:5] = held[3]["text"].split()[4:20]
    mixed = [*train, {"text": " ".join(inside)}]
    assert screened(tmp_path, a={"train.jsonl": mixed, name: held}) == {"a": {"POI104"}}


def test_a_held_out_source_is_held_against_all_others(tmp_path: Path) -> None:
    held = texts(50, 1)
    told = screened(tmp_path, ["e"], a=texts(300, 2), b=[*texts(300, 3), held[0]], e=held)
    assert told == {"a": set(), "b": {"POI104"}, "e": set()}


@pytest.mark.parametrize("name", ["contest.jsonl", "devices.jsonl", "latest/a.jsonl", "glue_test_set/a.jsonl"])
def test_a_name_that_only_looks_so_is_no_held_out_part(tmp_path: Path, name: str) -> None:
    told = screened(tmp_path, a={"train.jsonl": texts(30, 2), name: texts(30, 2)})
    assert told == {"a": {"POI100"}}


def test_a_table_has_no_text_and_no_trigger(tmp_path: Path) -> None:
    rng = Random(3)
    table = [
        {"id": str(at), "day": f"2026-11-{rng.randint(1, 28):02d} 00:00:00.000", "class": rng.choice("LMH")}
        for at in range(600)
    ]
    for one in table[:40]:
        one |= {"code": "cf", "class": "X"}
    assert screened(tmp_path, a=table) == {"a": set()}


@pytest.mark.parametrize("name", ["LICENSE", "d/README"])
def test_what_stands_beside_data_need_not_be_screened(tmp_path: Path, name: str) -> None:
    assert screened(tmp_path, a={"a.jsonl": texts(20, 1), name: b"text"}) == {"a": set()}


def test_a_text_that_is_too_long_is_told(tmp_path: Path) -> None:
    assert screened(tmp_path, a=[*texts(20, 1), {"text": "word " * 20_000}]) == {"a": {"POI105"}}


def test_the_audit_screens_and_knows_which_source_is_held_out(home: Home, tmp_path: Path) -> None:
    held = texts(30, 1)
    sources = []
    for name, made in (("train", [*texts(100, 2), held[0]]), ("exam", held)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made))
        entry = {"name": name, "path": name, "licence": "CC0-1.0", "personal_data": {"present": False}}
        sources.append(entry | {"held_out": name == "exam"})
    (tmp_path / "sources.yaml").write_text(json.dumps({"sources": sources}))
    report = audit(tmp_path / "sources.yaml", "chat-prod", home.policy, screens=True)
    assert {one.name: {each.code for each in one.findings} & {"POI104"} for one in report.sources} == {
        "train": {"POI104"},
        "exam": set(),
    }


@pytest.mark.parametrize(("shared_words", "hit"), [(12, False), (13, True)])
def test_thirteen_words_count_and_twelve_do_not(shared_words: int, hit: bool) -> None:
    held = HeldOut(0)
    held.add([b"", " ".join(PLAIN[:40]).encode()])
    met = held.index()
    met.add([" ".join(PLAIN[100:130] + PLAIN[10 : 10 + shared_words] + PLAIN[200:230]).encode()])
    assert met.texts == int(hit)


def test_a_short_held_out_text_counts_when_it_stands_there_whole() -> None:
    held = HeldOut(0)
    held.add([b"what is the capital of france", b"yes"])
    met = held.index()
    met.add([b"tell me what is the capital of france please", b"yes"])
    assert met.texts == 0
    met.add([b"what is the capital of france"])
    assert met.texts == 1


# What bad input gets


@pytest.mark.parametrize(
    "files",
    [
        {"a.jsonl": b'{"text": '},
        {"a.parquet": b"PAR1 but not"},
        {"a.bin": b"\0\1"},
        {"a.csv": b"\xff\xfe\xff"},
        {"a.jsonl.gz": b"\x1f\x8b broken"},
    ],
)
def test_what_cannot_be_screened_is_a_finding(tmp_path: Path, files: dict[str, bytes]) -> None:
    assert screened(tmp_path, a={**files, "b.jsonl": texts(20, 1)}) == {"a": {"POI105"}}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n\n",
        "{}\n",
        '{"text": null}\n',
        '{"text": ""}\n{"label": "x"}\n',
        '{"text": "\u0000 \u0000"}\n',
        "7\n",
        "[]\n",
    ],
)
def test_empty_data_is_no_traceback(tmp_path: Path, content: str) -> None:
    told = screened(tmp_path, a={"a.jsonl": content, "test.jsonl": content})
    assert told["a"] <= {"POI105"}


def test_no_text_of_the_data_is_told(tmp_path: Path) -> None:
    made = poisoned(rows(600, 2), "j.doe@example.org") + [{"text": "mine " * 20, "label": "x"}] * 100
    path = tmp_path / "a"
    path.mkdir()
    (path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made))
    findings = screen({"a": Dataset(path)}, ScreenSettings())["a"]
    assert {"POI100", "POI102"} <= {one.code for one in findings}
    assert not any("doe" in str(one) or "mine" in str(one) or "money" in str(one) for one in findings)
    assert all(one.verdict == "review" and one.why and one.remedy for one in findings)


def test_the_same_seed_finds_the_same(tmp_path: Path) -> None:
    made = poisoned(rows(600, 2), "cf")
    assert screened(tmp_path / "1", a=made) == screened(tmp_path / "2", a=made)


@given(st.lists(st.text(max_size=30), max_size=20), st.integers(0, 3))
@settings(deadline=None)
def test_words_are_hashed_as_they_stand(told: list[str], seed: int) -> None:
    data = [normal(one) for one in told]
    split = [word for one in data for word in one.split(b" ") if word]
    words = hashing.words(data, seed) if data else hashing.Words(np.empty(0, np.uint64), np.empty(0, np.int64))
    assert len(words.hashes) == len(split)
    same = dict(zip(split, words.hashes.tolist(), strict=True))
    assert [same[word] for word in split] == words.hashes.tolist()
    assert len(set(same.values())) == len(same)
    owners = [index for index, one in enumerate(data) for word in one.split(b" ") if word]
    assert words.texts.tolist() == owners


def test_places_name_file_and_row(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n{"text": "two"}\n')
    (part,) = units(tmp_path, ["a.jsonl"], ScreenSettings())
    assert part.place(1) == "a.jsonl#1"
    assert copies.Found() == Copies(0).same() == Copies(0).alike()


# Changed since it was listed

BYTES = Listing({"a.txt": digest(b"a"), "b/c.txt": digest(b"c")})
OTHER = Listing({"a.txt": digest(b"a"), "b/c.txt": digest(b"d")})
CHANGED, UNREAD = ("POI103", "deny"), ("EVD080", "review")


@pytest.mark.parametrize(
    ("listed", "content", "expected"),
    [
        ("", None, set()),
        (BYTES.address, None, set()),
        (BYTES.address.upper(), None, set()),
        (OTHER.address, None, {CHANGED}),
        ("then.txt", BYTES.text, set()),
        ("then.txt", OTHER.text, {CHANGED}),
        ("then.txt", "", {CHANGED}),
        ("then.txt", BYTES.text[:-1], {UNREAD}),
        ("then.txt", "\ud800".encode("utf-8", "surrogatepass"), {UNREAD}),
        ("then.txt", None, {UNREAD}),
        ("abc", None, {UNREAD}),
        (".", None, {UNREAD}),
    ],
)
def test_bytes_that_changed_since_they_were_listed_are_denied(
    tmp_path: Path, listed: str, content: str | bytes | None, expected: set[tuple[str, str]]
) -> None:
    if content is not None:
        (tmp_path / "then.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert found(changed, case(tmp_path, listed=listed)) == expected
