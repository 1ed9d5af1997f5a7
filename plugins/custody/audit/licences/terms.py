# SPDX-License-Identifier: Apache-2.0
"""What a licence lets a trainer do, along axes that never mix, and how the terms of several licences join.

Every axis is ordered from free to strict. Terms that are not known are as strict as the strictest that are, short of a
plain no: whoever reads them must ask a person. `basis` says how the row is known: `text` (the licence's text was read),
`name` (it follows from the elements of its name), `recalled` (neither; it may restrict, and grants nothing alone).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

COMMERCIAL = ("yes", "threshold", "per-grant", "unknown", "no")
REDISTRIBUTION = ("yes", "same-terms", "per-grant", "unknown", "no")
MODIFY = ("yes", "pass-on", "same-licence", "unknown", "no")
SHARE_ALIKE = ("none", "file", "work", "data")
USE = ("none", "computational", "aup", "rail", "internal")
BASIS = ("text", "name", "recalled")
FREE_EFFECTS = frozenset({"results-unrestricted", "outputs-unrestricted"})  # they say that nothing is asked


@dataclass(frozen=True)
class Terms:
    """The terms of one licence, or of several that all apply.

    Args:
        kind: content, data, software, model, terms (of a service), pd (public domain) or unknown.
        commercial_use: one of COMMERCIAL; `threshold` needs figures of the user, `per-grant` the selected grants.
        research_only: only research may be done with it, of whoever.
        redistribution: one of REDISTRIBUTION; may the data be passed on.
        modify: one of MODIFY; may adaptations be passed on, and how.
        share_alike: one of SHARE_ALIKE; what must carry the same licence.
        duty: what must be done when anything made with it is passed on.
        effects: what it says of models and of outputs, such as `no_compete`, `naming:Llama`, `inherits`.
        use: one of USE; which uses are ruled out.
        monthly_users: above so many monthly active users a licence of its own is needed; 0 where no number is set.
        notes: what else a reader must know.
        basis: one of BASIS.
    """

    kind: str
    commercial_use: str
    redistribution: str
    modify: str
    basis: str
    research_only: bool = False
    share_alike: str = "none"
    duty: str = ""
    effects: tuple[str, ...] = ()
    use: str = "none"
    monthly_users: int = 0
    notes: tuple[str, ...] = ()

    @property
    def commercial(self) -> bool:
        """Whether commercial use is granted without a condition that is not known to hold."""
        return self.commercial_use == "yes" and not self.research_only

    @property
    def redistribute(self) -> bool:
        """Whether the data may be passed on."""
        return self.redistribution in {"yes", "same-terms"}

    @property
    def binding(self) -> frozenset[str]:
        """The effects that ask or contest something."""
        return frozenset(self.effects) - FREE_EFFECTS

    @property
    def known(self) -> bool:
        """Whether somebody read the licence, or its name says all; what is only recalled grants nothing alone."""
        return self.basis != "recalled" and self.kind != "unknown"

    @property
    def restrictions(self) -> tuple[int, ...]:
        """Orders terms from free to strict."""
        return (
            COMMERCIAL.index(self.commercial_use) + self.research_only,
            REDISTRIBUTION.index(self.redistribution),
            MODIFY.index(self.modify),
            USE.index(self.use),
            len(self.binding),
            BASIS.index(self.basis),
            bool(self.duty),
        )

    @property
    def obligations_class(self) -> tuple[bool | str, ...]:
        """What two claims must agree in not to be in conflict: uses, passing on, adaptations and restrictions."""
        return (self.commercial, self.redistribute, self.modify, self.use, *sorted(self.binding))


def all_of(parts: Iterable[Terms]) -> Terms:
    """Return terms under which all parts are kept: on each axis the strictest."""
    found = list(parts)
    return Terms(
        kind="unknown" if any(one.kind == "unknown" for one in found) else found[0].kind,
        commercial_use=_strictest(COMMERCIAL, (one.commercial_use for one in found)),
        redistribution=_strictest(REDISTRIBUTION, (one.redistribution for one in found)),
        modify=_strictest(MODIFY, (one.modify for one in found)),
        basis=_strictest(BASIS, (one.basis for one in found)),
        research_only=any(one.research_only for one in found),
        share_alike=_strictest(SHARE_ALIKE, (one.share_alike for one in found)),
        duty="; ".join(dict.fromkeys(one.duty for one in found if one.duty)),
        effects=tuple(dict.fromkeys(effect for one in found for effect in one.effects)),
        use=_strictest(USE, (one.use for one in found)),
        monthly_users=min((one.monthly_users for one in found if one.monthly_users), default=0),
        notes=tuple(dict.fromkeys(note for one in found for note in one.notes)),
    )


def _strictest(order: tuple[str, ...], values: Iterable[str]) -> str:
    return max(values, key=order.index)
