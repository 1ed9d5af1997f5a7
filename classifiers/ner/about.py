# SPDX-License-Identifier: Apache-2.0
"""What a report says about the language model in use: which, of what bytes, under which licence, and how weak."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from custody.classifiers.ner import installed, pipeline, present, seam
from custody.dataset import Listing, file_sha256

NO_NER = "Names, places and organisations in free text were not looked for: no language model is loaded."
UNMEASURED = "How much the language model finds in text such as this was not measured by custody."


def describe(config: seam.Config) -> dict[str, Any]:
    """Return name, version, digest and licence of the model, and `warning`, a sentence for the report.

    For the shipped model also `threshold`: the least share (0..1) of a column's cells from which on the column is one
    of persons, as chosen when it was trained. `digest` is the SHA-256 of a model file, or the dirHash of a directory.

    Args:
        config: the policy's `ner`.

    Raises:
        PolicyError: as `nlp_engine`.
    """
    kind = seam.kind_of(config)
    if kind == seam.NONE:
        return {"name": seam.NONE, "version": "", "digest": "", "licence": "", "warning": NO_NER}
    if kind == seam.SMALL:
        return _small()
    if kind == seam.GLINER:
        return _joined([_installed(kind, installed.gliner_model(seam.told(config)))])
    assert isinstance(config, Mapping)
    return _joined([_installed(engine, model) for engine, model in installed.models(config)])


def _small() -> dict[str, Any]:
    nlp = seam.small()
    meta, scores = nlp.meta, pipeline.scores_of(nlp)
    recall = scores["spans"]["all"]["PER"]["recall"]
    return {
        "name": seam.SMALL,
        "version": meta["version"],
        "digest": file_sha256(seam.MODEL),
        "licence": meta["license"],
        "threshold": scores["columns"]["threshold"],
        "warning": f"The language model is weak in free text: it finds about {recall:.0%} of the person names in "
        "held-out texts of the kinds it was trained on, and fewer in others. It is meant for columns of which most "
        "cells are names.",
    }


def _installed(engine: str, model: str) -> dict[str, Any]:
    folder = present.folder_of(engine, model)
    meta = present.meta_of(folder)
    digest = _dir_hash(folder) if folder else ""
    return {
        "name": f"{engine}:{model}",
        "version": meta.get("version", _version(engine)),
        "digest": digest,
        "licence": meta.get("license", ""),
    }


def _dir_hash(folder: Path) -> str:
    files = sorted(one for one in folder.rglob("*") if one.is_file() and one.suffix != ".pyc")
    return Listing({one.relative_to(folder).as_posix(): file_sha256(one) for one in files}).address


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _joined(models: list[dict[str, Any]]) -> dict[str, Any]:
    told = {key: ", ".join(str(one[key]) for one in models) for key in ("name", "version", "digest", "licence")}
    return {**told, "warning": UNMEASURED}
