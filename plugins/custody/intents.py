# SPDX-License-Identifier: Apache-2.0
"""What a model will be and do, and how strict the audit of its sources is."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from custody.yamlfile import Duration, Strict

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


class MaxAge(Strict):
    """How old evidence may be. Terms and licences: on the day of the audit. robots: when the crawl began.

    24 hours is how long RFC 9309, section 2.4, lets a crawler keep robots.txt; the others are custody's choice.
    """

    licence: Duration = timedelta(days=90)
    terms: Duration = timedelta(days=30)
    robots: Duration = timedelta(hours=24)


class Publisher(Strict):
    """A publisher whose proofs count.

    places: `example.org` with its subdomains, or `github.com/example`. keys: `ed25519:<base64>` or a PEM public key.
    """

    places: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class ProvenanceSettings(Strict):
    """Which proof of origin every source must bring, and whose proofs count, by the publisher's name."""

    require: tuple[Literal["checksum", "revision", "publisher"], ...] = ()
    publishers: dict[str, Publisher] = Field(default_factory=dict)


class SupplierSettings(Strict):
    """What a supplier must show.

    attest: what every supplier must attest. least: the share of deliveries, 0 to 1, that must be as announced, clean
    and in time. deliveries: how many there must be before the share is held against a supplier.
    """

    attest: tuple[str, ...] = ()
    least: float = Field(default=0.9, ge=0, le=1)
    deliveries: int = Field(default=3, ge=1)


class PersonalSettings(Strict):
    """How legal bases are recorded. full: the short form of one word is not enough."""

    full: bool = False


class AuditSettings(Strict):
    """The policy's `audit` section: what is asked of sources beyond their licences.

    on_deny, on_review: what such a source does: fail the step, skip it, or only be left out. waive_deny: the codes of
    which a steward may waive a denial; a review may always be waived.
    """

    on_deny: OnRefusal = "fail"
    on_review: OnRefusal = "fail"
    waive_deny: tuple[Code, ...] = ()
    personal: PersonalSettings = Field(default_factory=PersonalSettings)
    provenance: ProvenanceSettings = Field(default_factory=ProvenanceSettings)
    suppliers: SupplierSettings = Field(default_factory=SupplierSettings)
    max_age: MaxAge = Field(default_factory=MaxAge)
