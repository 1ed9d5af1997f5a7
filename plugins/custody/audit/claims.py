# SPDX-License-Identifier: Apache-2.0
"""What is said about a dataset, and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple


@dataclass(frozen=True)
class Claim:
    """One statement about the licence, and who makes it."""

    by: str  # sources file, croissant, card, data package, cyclonedx, spdx
    text: str
    part: str = ""  # the file, record set or configuration it is about; the whole dataset when empty


class StatedDigest(NamedTuple):
    """A digest that metadata states of a file. Both are as written: neither needs to be well formed."""

    name: str
    value: str
    algorithm: str = "sha256"


class Ancestor(NamedTuple):
    """What metadata says data was made from. A name is whatever the file calls it."""

    name: str
    url: str = ""
    licence: str = ""


RestrictionKind = Literal["non-commercial", "research", "other"]


class Restriction(NamedTuple):
    """A condition of use beside the licence. `other` is what only a reader can judge."""

    kind: RestrictionKind
    text: str


@dataclass(frozen=True)
class Metadata:
    """What metadata files say.

    Args:
        claims: about the licence of the data. What is said of the licence of the metadata itself is not in it.
        digests: of files.
        broken: why a file could not be read; then the rest is without it.
        prose: the text of dataset cards below their header, which may state licences, too.
        tags: what the data is filed under.
        parents: what the data was made from.
        restrictions: conditions of use.
        personal: whether it says that people are in the data; None when it does not say.
        gated: whether it says that access is granted on request only; None when it does not say.
    """

    claims: tuple[Claim, ...] = ()
    digests: tuple[StatedDigest, ...] = ()
    broken: str = ""
    prose: str = ""
    tags: tuple[str, ...] = ()
    parents: tuple[Ancestor, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    personal: bool | None = None
    gated: bool | None = None


def merged(several: Iterable[Metadata]) -> Metadata:
    """Put several files together. The order does not matter but for the order of what is listed; yes beats no."""
    all_of = list(several)
    return Metadata(
        claims=tuple(dict.fromkeys(one for each in all_of for one in each.claims)),
        digests=tuple(dict.fromkeys(one for each in all_of for one in each.digests)),
        broken="; ".join(each.broken for each in all_of if each.broken),
        prose="\n\n".join(each.prose for each in all_of if each.prose),
        tags=tuple(dict.fromkeys(one for each in all_of for one in each.tags)),
        parents=tuple(dict.fromkeys(one for each in all_of for one in each.parents)),
        restrictions=tuple(dict.fromkeys(one for each in all_of for one in each.restrictions)),
        personal=_either(each.personal for each in all_of),
        gated=_either(each.gated for each in all_of),
    )


def _either(told: Iterable[bool | None]) -> bool | None:
    answers = {one for one in told if one is not None}
    return True if True in answers else False if answers else None
