# SPDX-License-Identifier: Apache-2.0
"""What whoever trains a model says of it. Signed with the training, and told in the BOM as the trainer's word."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from custody.yamlfile import Strict

Approach = Literal["supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised"]


class Metric(Strict):
    """One measured figure: its kind, its value, and the part of the data it was measured on."""

    type: str
    value: str
    slice: str = ""


class Risk(Strict):
    """An ethical consideration and what is done about it."""

    name: str
    mitigation: str = ""


class ModelCard(Strict):
    """All of it is optional; the fields are those of a CycloneDX model card (1.6) and an SPDX AI package (3.0.1)."""

    approach: Approach | None = None
    task: str = ""
    family: str = ""
    architecture: str = ""
    inputs: tuple[str, ...] = ()  # formats
    outputs: tuple[str, ...] = ()
    hyperparameters: dict[str, str] = Field(default_factory=dict)
    base_model: str = ""  # what was fine-tuned, as a URI with a digest or revision
    metrics: tuple[Metric, ...] = ()
    users: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    limitations: tuple[str, ...] = ()
    tradeoffs: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
