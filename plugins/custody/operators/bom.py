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
    """

    template_fields: Sequence[str] = ("home", "model", "output_dir", "spec_version")

    def __init__(
        self, *, model: str, output_dir: str = f"{WORK}/bom", spec_version: SpecVersion = "1.6", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.output_dir = output_dir
        self.spec_version = spec_version

    def verb(self, session: Session) -> Outcome:
        """Call the core function."""
        from custody.verbs.bom import write_model_bom

        return write_model_bom(session, Path(self.model), work_path(session, self.output_dir), self.spec_version)
