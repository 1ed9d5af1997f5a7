# SPDX-License-Identifier: Apache-2.0
"""Write the model's bill of materials."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.operators.base import WORK, CustodyOperator, work_path

if TYPE_CHECKING:
    from custody.lineage.bom import SpecVersion
    from custody.verbs.session import Outcome, Session


class WriteModelBomOperator(CustodyOperator):
    """Write a model's CycloneDX BOM and the bundle that verifies it offline; return the BOM's path.

    Args:
        model: path of the model file that training signed (templated).
        output_dir: directory to write (templated); replaced whole; a relative one is under the home's `work`.
        spec_version: of CycloneDX: 1.6 or 1.7 (templated).
        spdx: write the BOM as SPDX 3.0.1, too.
        croissant_dir: a directory with each dataset under its name (templated), to describe each beside itself.
    """

    template_fields: Sequence[str] = ("home", "model", "output_dir", "spec_version", "croissant_dir")

    def __init__(
        self,
        *,
        model: str,
        output_dir: str = f"{WORK}/bom",
        spec_version: SpecVersion = "1.6",
        spdx: bool = False,
        croissant_dir: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.output_dir = output_dir
        self.spec_version = spec_version
        self.spdx = spdx
        self.croissant_dir = croissant_dir

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.verbs.bom import write_model_bom

        beside = work_path(session, self.croissant_dir) if self.croissant_dir else None
        target = work_path(session, self.output_dir)
        return write_model_bom(session, Path(self.model), target, self.spec_version, spdx=self.spdx, croissant=beside)
