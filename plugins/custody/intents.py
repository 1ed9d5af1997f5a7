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
    """What the model will be and do; licences are read against it. What is left out is unknown, never harmless.

    monthly_active_users: of all products of the licensee, as some licences of models count them. product_fields: what
    the model is for, such as `translation`; an empty list says that it is for nothing in particular. model_name,
    model_family (such as `Llama`) and model_licence: its name and licence when released, and what it was trained from.
    data_licence: under which the set is published where `redistribute_data` says so, and data_form: as `one` set, or as
    a `collection` of its sources, each apart and under its own licence.
    """

    purpose: Literal["commercial", "research"]
    train: Literal["pretrain", "finetune", "evaluate"]
    release: Literal["none", "api", "weights"]
    redistribute_data: bool
    offers_competing_model: bool
    jurisdictions: tuple[str, ...] = ()
    monthly_active_users: int | None = None
    product_fields: tuple[str, ...] | None = None
    model_name: str = ""
    model_family: str = ""
    model_licence: str = ""
    data_licence: str = ""
    data_form: Literal["one", "collection"] = "one"

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


# GB/T 45654-2025 asks commercial suppliers for proof of source, quality and safety (as reported by second parties)
Attested = Literal["source", "quality", "safety", "licence", "personal data", "security"]


class SupplierSettings(Strict):
    """What a supplier must show.

    attest: what every supplier must attest. least: the share of deliveries, 0 to 1, that must be as announced, clean
    and in time. deliveries: how many there must be before the share is held against a supplier.
    """

    attest: tuple[Attested, ...] = ()
    least: float = Field(default=0.9, ge=0, le=1)
    deliveries: int = Field(default=3, ge=1)


class PersonalSettings(Strict):
    """How legal bases are recorded. full: the short form of one word is not enough."""

    full: bool = False


class AcceptanceSettings(Strict):
    """Which samples must be judged, and how many items must be good; the numbers are those of GB/T 45654-2025.

    They are as several second parties report them; the standard's text was not read.

    Args:
        require: the checks every source must have.
        decide_by: share: the sample's share, which is how the standard is reported to count. bound: the lower end of
            the exact interval as well.
        confidence: of that interval.
        unlawful: the share of unlawful and harmful items from which on a source is refused.
        source_items: the sample of a source. The number is custody's own: 59 without a hit are the least that prove
            less than 5 % at 95 %.
        manual_items, manual_pass: the sample that people judge, and the share that must be good.
        technical_share, technical_pass: the same by keywords or classifiers, as a share of all items.
    """

    require: tuple[Literal["before", "after", "manual", "technical"], ...] = ()
    decide_by: Literal["share", "bound"] = "share"
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    unlawful: float = Field(default=0.05, ge=0, lt=1)
    source_items: int = Field(default=400, ge=59)
    manual_items: int = Field(default=4_000, ge=1)
    manual_pass: float = Field(default=0.96, gt=0, le=1)
    technical_share: float = Field(default=0.10, gt=0, le=1)
    technical_pass: float = Field(default=0.98, gt=0, le=1)


class LicenceSettings(Strict):
    """How strictly licences are read where their texts leave room.

    share_alike_model, no_derivatives_model: the verdict when a model trained on such data is released.
    restricted_fields: product fields that use-based licences (RAIL, acceptable-use policies) rule out or restrict.
    """

    share_alike_model: Literal["allow_with_obligations", "review", "deny"] = "review"
    no_derivatives_model: Literal["review", "deny"] = "review"
    restricted_fields: tuple[str, ...] = (
        "biometric identification",
        "credit scoring",
        "criminal justice",
        "employment decisions",
        "health care",
        "immigration",
        "insurance",
        "law enforcement",
        "legal advice",
        "medical advice",
        "military",
        "political persuasion",
        "social scoring",
        "surveillance",
        "weapons",
    )


class ScreenSettings(Strict):
    """What the screens against poisoning look at, and from where on they report. All numbers are custody's own.

    Args:
        seed: of hashes and samples.
        text, target: columns; told by names and lengths when not given.
        copies: the share of copies in a source, or of its rows in another one.
        flood, flood_least: the share of a source's rows, and the number, that are copies of one text.
        overlap: the share of held-out texts that stand in training data.
    """

    seed: int = 0
    text: tuple[str, ...] = ()
    target: str = ""
    copies: float = Field(default=0.10, ge=0, le=1)
    flood: float = Field(default=0.005, ge=0, le=1)
    flood_least: int = Field(default=20, ge=2)
    overlap: float = Field(default=0.001, ge=0, le=1)


class RightsSettings(Strict):
    """What is asked of crawled sources.

    require: what must have been kept at the time of the crawl, of each host; `headers` and `page` of one address each.
    crawlers: the AI crawlers of which a ban counts as one of ours: those that gather training data, all that are
    known, or none. also: more such crawlers by their product tokens. terms: what a clause against crawling or training
    in a site's terms is; no clause ever allows.
    """

    require: tuple[Literal["robots", "tdmrep", "headers", "page", "terms"], ...] = (
        "robots",
        "tdmrep",
        "headers",
        "page",
        "terms",
    )
    crawlers: Literal["training", "all", "none"] = "training"
    also: tuple[str, ...] = ()
    terms: Literal["review", "deny"] = "review"


class AuditSettings(Strict):
    """The policy's `audit` section: what is asked of sources beyond their licences.

    on_deny, on_review: what such a source does: fail the step, skip it, or only be left out. waive_deny: the codes of
    which a steward may waive a denial; a review may always be waived.
    """

    on_deny: OnRefusal = "fail"
    on_review: OnRefusal = "fail"
    waive_deny: tuple[Code, ...] = ()
    licences: LicenceSettings = Field(default_factory=LicenceSettings)
    personal: PersonalSettings = Field(default_factory=PersonalSettings)
    provenance: ProvenanceSettings = Field(default_factory=ProvenanceSettings)
    suppliers: SupplierSettings = Field(default_factory=SupplierSettings)
    max_age: MaxAge = Field(default_factory=MaxAge)
    acceptance: AcceptanceSettings = Field(default_factory=AcceptanceSettings)
    screens: ScreenSettings = Field(default_factory=ScreenSettings)

    rights: RightsSettings = Field(default_factory=RightsSettings)
