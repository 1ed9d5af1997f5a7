# SPDX-License-Identifier: Apache-2.0
"""Train the small NER model under custody, and write the model, its scores, its BOM and its card.

    python scripts/ner_bom.py --data DIR --work DIR [--out classifiers/ner/model]

`--data` holds the four annotated sets; `--work` is a new directory for the custody home and the data on its way. The
keys made there sign this one model and can be thrown away with it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is first imported, as in classifiers/ner/train.py

from custody import cli, home
from custody.classifiers.ner import card, corpus, learn
from custody.classifiers.ner.corpus import Text
from custody.dataset import Dataset
from custody.verbs.session import Session
from custody.verbs.train import Training, training

ROOT = Path(__file__).resolve().parent.parent
CHAIN = ROOT / "scripts" / "ner_chain"
MODEL = ROOT / "classifiers" / "ner" / "model"
INTENT = "column-signal"


def main() -> int:
    """Walk the whole road; return the exit code of the first verb that fails, or of `custody verify`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=MODEL)
    told = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    prepare(told.data, told.work)
    for name in corpus.SETS:
        clear(told.work, name)
    datasets = [final(told.work, name) for name in corpus.SETS]
    verb(told.work, "gate", *datasets, "--intent", INTENT)
    model = fit(told.work, datasets)
    verb(told.work, "bom", model, told.work / "bom")
    publish(told.work, model, told.out)
    card.write(told.out)
    return verified(told.work, datasets, told.out)


def prepare(data: Path, work: Path) -> None:
    """Lay the sets out as sources, make the home, and have the sources judged."""
    shutil.copytree(CHAIN, work)
    for name, texts in corpus.read_sets(data).items():
        rows = (json.dumps({"text": one.text, "marks": one.flat()}, ensure_ascii=False) for one in texts)
        (work / name).mkdir()
        (work / name / "texts.jsonl").write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    home.init(work / "home", work / "policy.yaml")
    verb(work, "audit", work / "sources.yaml", "--intent", INTENT)


def clear(work: Path, name: str) -> None:
    """Do with one set what its grade demands, and prove its backup."""
    verb(work, "classify", work / name)
    verb(work, "encrypt", work / name, work / "cleared")
    ready = final(work, name)
    verb(work, "expect", ready, work / "texts.json")
    verb(work, "backup", ready)
    verb(work, "drill", ready, work / "restored")
    verb(work, "expect", work / "restored" / name, work / "texts.json")


def final(work: Path, name: str) -> Path:
    """Return where a set's cleared bytes are: encrypted, or as they were when its grade asks for no encryption."""
    encrypted = work / "cleared" / name
    return encrypted if encrypted.exists() else work / name


def verb(work: Path, name: str, *arguments: str | Path) -> None:
    """Run one verb as a user would; stop the script when it refuses."""
    if code := cli.main([name, *map(str, arguments), "--home", str(work / "home")]):
        sys.exit(code)


def fit(work: Path, datasets: list[Path]) -> Path:
    """Train on the cleared bytes and sign which they were."""
    session = Session(home.find(work / "home"))
    with training(session, [Dataset(one) for one in datasets], INTENT, work / "models") as run:
        made = learn.train(cleared(run), learn.Recipe())
        (work / "scores.json").write_text(json.dumps(made.scores, indent=1, sort_keys=True) + "\n")
        return run.save(learn.MODEL, made.model)


def cleared(run: Training) -> dict[str, list[Text]]:
    """Read the sets back from the bytes the gate cleared."""
    sets: dict[str, list[Text]] = {}
    for name, chunk in run.read():
        pairs = zip(chunk.columns["text"].to_pylist(), chunk.columns["marks"].to_pylist(), strict=True)
        sets.setdefault(name, []).extend(corpus.unflat(text, marks or "") for text, marks in pairs)
    return sets


def publish(work: Path, model: Path, out: Path) -> None:
    """Put the model, what was measured, its BOM and the statements that verify it in their place."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model, out / model.name)
    shutil.copyfile(work / "scores.json", out / "scores.json")
    shutil.copyfile(work / "bom" / "model.cdx.json", out / "model.cdx.json")
    shutil.rmtree(out / "bundle", ignore_errors=True)
    shutil.copytree(work / "bom" / "bundle", out / "bundle")


def verified(work: Path, datasets: list[Path], out: Path) -> int:
    """Verify what was published against every byte it speaks of; return the exit code."""
    for path in (*datasets, out / learn.MODEL):
        copy = shutil.copytree if path.is_dir() else shutil.copy
        (work / "bytes").mkdir(exist_ok=True)
        copy(path, work / "bytes" / path.name)
    command = ["verify", str(out / "model.cdx.json"), "--bundle", str(out / "bundle"), "--bytes", str(work / "bytes")]
    return cli.main(command)


if __name__ == "__main__":
    sys.exit(main())
