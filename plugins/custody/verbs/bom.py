# SPDX-License-Identifier: Apache-2.0
"""Write the model BOM and the bundle that verifies it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

from custody.dataset import file_sha256
from custody.errors import IntegrityError, UsageError
from custody.lineage import bundle
from custody.lineage.bom import SpecVersion, build, completeness
from custody.lineage.bomcheck import problems
from custody.lineage.statement import file_subject
from custody.storage import directory_whole
from custody.verbs import exports
from custody.verbs.session import Outcome, Session

BOM_NAME = "model.cdx.json"
SPEC_VERSIONS: tuple[str, ...] = get_args(SpecVersion)


def write_model_bom(
    session: Session,
    model: Path,
    output: Path,
    spec_version: SpecVersion = "1.6",
    *,
    spdx: bool = False,
    croissant: Path | None = None,
) -> Outcome:
    """Write `output/model.cdx.json` and `output/bundle`, from verified statements only, and sign the BOM.

    Args:
        session: the home and run.
        model: the model file; its bytes must be those that training signed.
        output: a directory of this BOM's own; replaced whole.
        spec_version: of CycloneDX.
        spdx: write `output/model.spdx.json` too.
        croissant: a directory with each dataset under its name; a Croissant file is written beside each.

    Raises:
        UsageError: there is no such version, or a dataset is not in that directory.
        IntegrityError: no signed training made these bytes, the records do not clear its data, or the BOM would lack
            what it must tell or not be sound.
    """
    if spec_version not in SPEC_VERSIONS:
        raise UsageError("no such version of CycloneDX", where=str(spec_version), allowed=", ".join(SPEC_VERSIONS))
    sha256 = file_sha256(model)
    trained = session.ledger.latest(sha256, "train")
    if trained is None:
        raise IntegrityError("no signed training made this model", where=str(model), remedy="train it with custody")
    body, follows = build(session.ledger, trained, spec_version)
    if wrong := problems(body, session.policy):
        raise IntegrityError("the BOM would not be sound: " + "; ".join(wrong), where=str(model))
    if croissant:
        exports.same_bytes(body, croissant)
    made = session.record("bom", [file_subject(model.name, sha256)], body, prev=follows, grade=trained.link.grade)
    with directory_whole(output) as partial:
        (partial / BOM_NAME).write_text(json.dumps(made.predicate, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        (partial / "bundle").mkdir()
        policy = (session.home.path / "policy.yaml").read_bytes()
        bundle.export(session.ledger, made, policy, partial / "bundle")
        if spdx:
            (partial / exports.SPDX_NAME).write_bytes(exports.spdx(body, session.policy))
    beside = exports.write_croissant(body, croissant) if croissant else []
    told = completeness(body)
    detail = {
        "bom": str(output / BOM_NAME),
        "bundle": str(output / "bundle"),
        "completeness": told.score,
        "not_told": list(told.missing),
        "croissant": [str(one) for one in beside],
    }
    return Outcome("bom", model.name, str(output / BOM_NAME), sha256, trained.link.grade, made.digest, detail)
