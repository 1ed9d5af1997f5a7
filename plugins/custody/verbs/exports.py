# SPDX-License-Identifier: Apache-2.0
"""What a model BOM says, in the formats of others: SPDX for the model, Croissant beside each dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from custody.dataset import Dataset
from custody.errors import IntegrityError, UsageError
from custody.lineage.croissant import to_croissant
from custody.lineage.spdx import to_spdx
from custody.policy import Policy
from custody.storage import write_whole

SPDX_NAME = "model.spdx.json"
CROISSANT = ".croissant.json"


def spdx(bom: Mapping[str, Any], rules: Policy) -> bytes:
    """Return the SPDX 3.0.1 document of a BOM that custody built under a policy."""
    return _text(to_spdx(bom, rules))


def write_croissant(bom: Mapping[str, Any], beside: Path) -> list[Path]:
    """Write `NAME.croissant.json` beside each dataset of a BOM, and return the paths.

    Args:
        bom: as custody built it.
        beside: the directory that holds each dataset under its name; `same_bytes` has looked at them.
    """
    return [
        write_whole(beside / f"{_path(told, beside).name}{CROISSANT}", _text(to_croissant(bom, told)))
        for told in bom["components"]
    ]


def same_bytes(bom: Mapping[str, Any], beside: Path) -> None:
    """Compare the datasets in a directory with a BOM.

    Raises:
        UsageError: a dataset is not there.
        IntegrityError: its bytes are not those of the BOM.
    """
    for told in bom["components"]:
        _same_bytes(told, _path(told, beside))


def _path(told: Mapping[str, Any], beside: Path) -> Path:
    return beside / Path(told["name"]).name


def _same_bytes(told: Mapping[str, Any], path: Path) -> None:
    if not path.exists():
        raise UsageError(f"there is no dataset {told['name']!r} here", where=str(path), remedy="correct the directory")
    actual, wanted = Dataset(path, told["name"]).listing().address, told["hashes"][0]["content"]
    if actual != wanted:
        what = f"these bytes have the address {actual[:12]}…, the BOM's have {wanted[:12]}…"
        raise IntegrityError(what, where=str(path), remedy="give the directory of the data the model was trained on")


def _text(shape: Mapping[str, Any]) -> bytes:
    return (json.dumps(shape, indent=1, ensure_ascii=False) + "\n").encode()
