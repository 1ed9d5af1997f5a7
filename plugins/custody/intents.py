# SPDX-License-Identifier: Apache-2.0
"""What a model will be and do, and how strict the audit of its sources is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from custody.yamlfile import Strict

OnRefusal = Literal["fail", "skip", "filter"]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}[0-9]{3}$")]


class Intent(Strict):
    """What the model will be and do; licences are read against it."""

    purpose: Literal["commercial", "research"]
    train: Literal["pretrain", "finetune", "evaluate"]
    release: Literal["none", "api", "weights"]
    redistribute_data: bool
    offers_competing_model: bool
    jurisdictions: tuple[str, ...] = ()

    @property
    def use(self) -> str:
        """The purpose a grade's measures must list: train or evaluate."""
        return "evaluate" if self.train == "evaluate" else "train"


class AuditSettings(Strict):
    """The policy's `audit` section: what is asked of sources beyond their licences.

    on_deny, on_review: what such a source does: fail the step, skip it, or only be left out. waive_deny: the codes of
    which a steward may waive a denial; a review may always be waived.
    """

    on_deny: OnRefusal = "fail"
    on_review: OnRefusal = "fail"
    waive_deny: tuple[Code, ...] = ()
