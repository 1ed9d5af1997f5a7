# SPDX-License-Identifier: Apache-2.0
"""Whether people are in the data, and on which legal basis they may be."""

from __future__ import annotations

from typing import Literal

from custody.audit.records.dates import Day
from custody.yamlfile import Strict

# GDPR Art. 6(1) a to f
Basis = Literal[
    "consent",
    "contract",
    "legal obligation",
    "vital interests",
    "public task",
    "legitimate interest",
    "not applicable",  # people are named, and none is a living person
]
# GDPR Art. 9(2): those a data set can rest on
SpecialCondition = Literal["explicit consent", "made public by the person", "substantial public interest", "research"]


class LegalBasis(Strict):
    """The record of a legal basis.

    Args:
        basis: which one.
        purpose: what it was given or established for.
        data_subjects: who the people are, in words such as customers or authors.
        reference: where the consent, the assessment of interests or the law is.
        dpia: where the data protection impact assessment is.
        valid_until: the last day (UTC); `perpetual` for none.
        special: the condition under which special categories may be there.
        guardians: where the consent of the children's guardians is.
    """

    basis: Basis
    purpose: tuple[Literal["train", "evaluate"], ...] = ()
    data_subjects: tuple[str, ...] = ()
    reference: str = ""
    dpia: str = ""
    valid_until: Day = ""
    special: SpecialCondition | None = None
    guardians: str = ""


class PersonalData(Strict):
    """Whether people are in the data, and on which basis they may be.

    legal_basis: the record, or in short one of its words. record: what a reader can check, beside the short form.
    special_categories, minors: whether such people's data is in it; None when nobody says.
    """

    present: bool
    legal_basis: str | LegalBasis = ""
    record: str = ""
    special_categories: bool | None = None
    minors: bool | None = None
