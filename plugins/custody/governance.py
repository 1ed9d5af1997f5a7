# SPDX-License-Identifier: Apache-2.0
"""Who answers for the data: the policy's `governance` section. It is told in model BOMs."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from custody.yamlfile import Strict

Tlp = Literal["CLEAR", "GREEN", "AMBER", "AMBER_AND_STRICT", "RED"]  # TLP 2.0, FIRST


class Party(Strict):
    """An organisation, or a person or desk with an address."""

    organization: str = ""
    contact: str = ""
    email: str = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.organization.strip()) == bool(self.contact.strip()):
            raise ValueError("a party is exactly one of `organization` and `contact`")
        return self


class Governance(Strict):
    """Owners answer for risk and access, stewards for content and rules, custodians for storage and transport.

    tlp: how far a BOM may be handed on; by default it follows the grade, where the scheme has a table for that.
    """

    owners: tuple[Party, ...] = ()
    stewards: tuple[Party, ...] = ()
    custodians: tuple[Party, ...] = ()
    tlp: Tlp | None = None
