# SPDX-License-Identifier: Apache-2.0
"""The model card, written from what was measured; no number in it is typed."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from custody.classifiers.ner import pipeline, threshold
from custody.classifiers.ner.corpus import LABELS, SETS
from custody.dataset import file_sha256

CARD = "MODEL_CARD.md"
_TEMPLATE = "card.md"
_NOT_YET = "Not measured."
PARTS = ("train", "dev", "test")


def write(folder: Path) -> Path:
    """Write the card of the model in a folder, next to it.

    Args:
        folder: holds the model file, `scores.json`, and `columns.json` once that is measured.
    """
    path = folder / CARD
    path.write_text(render(folder), encoding="utf-8")
    return path


def render(folder: Path) -> str:
    """Return the card's text."""
    model = folder / "custody-small.spacy"
    scores = json.loads((folder / "scores.json").read_text())
    measured = folder / "columns.json"
    found = json.loads(measured.read_text()) if measured.exists() else None
    recall = scores["spans"]["all"]["PER"]["recall"]
    told = {
        "sha256": file_sha256(model),
        "megabytes": f"{model.stat().st_size / 1e6:.1f}",
        "seed": scores["seed"],
        "epochs": scores["epochs"],
        "versions": ", ".join(f"{name} {version}" for name, version in sorted(scores["versions"].items())),
        "missed": _percent(1 - recall),
        "threshold": _percent(scores["columns"]["threshold"]),
        "width": pipeline.WIDTH,
        "depth": pipeline.DEPTH,
        "column_cells": threshold.CELLS,
        "column_count": threshold.COLUMNS,
        "texts": _texts(scores["texts"]),
        "spans": _by_set(scores["spans"]),
        "published": _by_set(scores["spans_labels_as_published"]),
        "cells": _by_label(scores["cells"], "cells"),
        "drawn": _drawn(scores["columns"]),
        "columns": _tables(found) if found else _NOT_YET,
        "synthetic": _by_label(found["synthetic_texts"], "spans") if found else _NOT_YET,
    }
    text = files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8")
    for name, value in told.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _figures(one: dict[str, Any]) -> str:
    return " / ".join(f"{one[name] * 100:.1f}" for name in ("precision", "recall", "f1"))


def _table(head: list[str], rows: list[list[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _texts(texts: dict[str, dict[str, int]]) -> str:
    return _table(["set", *PARTS], [[name, *(texts[part][name] for part in PARTS)] for name in SETS])


def _by_set(spans: dict[str, Any]) -> str:
    rows = [
        [name, *(_figures(spans[name][label]) for label in (*LABELS, "all")), spans[name]["all"]["spans"]]
        for name in (*SETS, "all")
    ]
    return _table(["set", *LABELS, "all", "spans"], rows)


def _by_label(scored: dict[str, Any], what: str) -> str:
    rows = [[label, _figures(scored[label]), scored[label]["spans"]] for label in LABELS]
    return _table(["label", "P / R / F1", what], rows)


def _drawn(columns: dict[str, Any]) -> str:
    rows = [[part, _figures(columns[part]), columns[part]["spans"]] for part in ("dev", "test")]
    return _table(["part", "P / R / F1", "columns of persons"], rows)


def _tables(found: dict[str, Any]) -> str:
    rows = [[name, *_table_row(one)] for name, one in sorted(found["sets"].items(), key=lambda pair: pair[0] == "all")]
    head = ["tables", "columns of persons", "found", "other columns", "false alarms"]
    wrong = "; ".join(f"{kind}: {', '.join(names) or 'none'}" for kind, names in sorted(found["wrong"].items()))
    return f"{_table(head, rows)}\n\n{wrong}."


def _table_row(one: dict[str, Any]) -> list[Any]:
    found = _percent(one["recall"]) if one["spans"] else "none to find"
    return [one["spans"], found, one["others"], f"{one['false_alarms'] * 100:.1f} %"]
