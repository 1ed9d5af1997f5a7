# SPDX-License-Identifier: Apache-2.0
"""Train the small model: `python classifiers/ner/train.py --data DIR --out DIR --seed 7`."""

from __future__ import annotations

import argparse
import json
import logging
import os
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is first imported: sums in another order round otherwise

from custody.classifiers.ner.corpus import read_sets
from custody.classifiers.ner.learn import MODEL, Recipe, train

SCORES = "scores.json"


def main() -> None:
    """Train from the command line; write the model file and its scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the directory with the four sets")
    parser.add_argument("--out", type=Path, required=True, help="the directory to write model and scores to")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    told = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    made = train(read_sets(told.data), Recipe(seed=told.seed, epochs=told.epochs))
    told.out.mkdir(parents=True, exist_ok=True)
    (told.out / MODEL).write_bytes(made.model)
    (told.out / SCORES).write_text(json.dumps(made.scores, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
