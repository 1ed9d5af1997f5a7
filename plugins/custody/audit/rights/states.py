# SPDX-License-Identifier: Apache-2.0
"""Three-valued reservations: reserved, granted, unset. The most restrictive wins, and unset is never granted.

A `Reading` is what one document says: its signals, the policies it points at, and what in it could not be understood.
What is not understood is kept as a problem, which the rules make a review of; it never grants and never crashes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["reserved", "granted", "unset"]
STATES: tuple[State, ...] = ("unset", "granted", "reserved")  # from least to most restrictive of those that speak
MAX_TOLD = 60  # characters of a publisher's token that a report repeats


@dataclass(frozen=True, order=True)
class Signal:
    """One statement about one use.

    Args:
        by: the mechanism: `Content-Usage`, `Content-Signal`, `tdm-reservation`, …
        token: the word that was written, at most 60 characters of it.
        state: what it says about that use.
        binds: whether the use includes training a model on text.
    """

    by: str
    token: str
    state: State
    binds: bool


@dataclass(frozen=True)
class Reading:
    """What one document says.

    Args:
        signals: every statement, contradicting ones too.
        problems: what could not be understood, in words of ours, without the document's text.
        policies: URLs of terms that the document points at (TDM policy, RSL licence).
    """

    signals: tuple[Signal, ...] = ()
    problems: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """What all signals together say about training."""
        return strictest(one.state for one in self.signals if one.binds)

    def __add__(self, other: Reading) -> Reading:
        """Return both, each thing once and in a fixed order."""
        return Reading(
            tuple(sorted({*self.signals, *other.signals})),
            tuple(sorted({*self.problems, *other.problems})),
            tuple(sorted({*self.policies, *other.policies})),
        )


def combined(readings: Iterable[Reading]) -> Reading:
    """Return what several documents say together; their order does not matter."""
    return sum(readings, Reading())


def strictest(states: Iterable[State]) -> State:
    """Return reserved if any says so, else granted if any does, else unset."""
    return max(states, key=STATES.index, default="unset")


def told(token: str) -> str:
    """Return a publisher's token fit for a report: printable, and not long."""
    return "".join(char if char.isprintable() else "?" for char in token)[:MAX_TOLD]
